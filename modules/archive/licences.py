"""SPDX identifiers of licences, from the names, URLs and texts in archives."""

import re
from typing import Final

Patterns = tuple[tuple[re.Pattern[str], str], ...]


def _compiled(*pairs: tuple[str, str]) -> Patterns:
    return tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), spdx) for pattern, spdx in pairs)


# The first match is used: specific patterns come before general ones.
NAMES: Final = _compiled(
    (r"apache.*\b2|\basl.?2", "Apache-2.0"),
    (r"classpath", "GPL-2.0-only WITH Classpath-exception-2.0"),
    (r"universal.foss", "GPL-2.0-only WITH Universal-FOSS-exception-1.0"),
    (r"\blgpl.*2\.1|lesser.*2\.1", "LGPL-2.1-only"),
    (r"\blgpl.*3|lesser.*3", "LGPL-3.0-only"),
    (r"\b(gpl|gnu general).*2", "GPL-2.0-only"),
    (r"\b(gpl|gnu general).*3", "GPL-3.0-only"),
    (r"\bepl.*2|eclipse public.*2", "EPL-2.0"),
    (r"\bepl.*1|eclipse public.*1", "EPL-1.0"),
    (r"\bmit.?0\b|mit no attribution", "MIT-0"),
    (r"\bmit\b", "MIT"),
    (r"bsd.?0|zero.clause", "0BSD"),
    (r"bsd.*2|2.clause|simplified bsd|freebsd", "BSD-2-Clause"),
    (r"bsd|\bedl\b|eclipse distribution|antlr\.org/license", "BSD-3-Clause"),
    (r"cddl.*1\.1", "CDDL-1.1"),
    (r"cddl", "CDDL-1.0"),
    (r"(mpl|mozilla).*2", "MPL-2.0"),
    (r"(mpl|mozilla).*1\.1", "MPL-1.1"),
    (r"cc0|creative commons zero", "CC0-1.0"),
    (r"\bupl\b|universal permissive", "UPL-1.0"),
    (r"\bisc\b", "ISC"),
)
TEXTS: Final = _compiled(
    (r"universal foss exception", "GPL-2.0-only WITH Universal-FOSS-exception-1.0"),
    (r"apache license\W+version 2\.0", "Apache-2.0"),
    (r"eclipse public license\W+v(ersion)?\W*2\.0", "EPL-2.0"),
    (r"eclipse public license\W+v(ersion)?\W*1\.0", "EPL-1.0"),
    (r"mozilla public license\W+version 2\.0", "MPL-2.0"),
    (r"gnu lesser general public license\W+version 2\.1", "LGPL-2.1-only"),
    (r"gnu lesser general public license\W+version 3", "LGPL-3.0-only"),
    (r"gnu general public license\W+version 2", "GPL-2.0-only"),
    (r"gnu general public license\W+version 3", "GPL-3.0-only"),
    (r"redistribution and use in source and binary forms.*neither the name", "BSD-3-Clause"),
    (r"redistribution and use in source and binary forms", "BSD-2-Clause"),
    (r"permission is hereby granted, free of charge", "MIT"),
)


def named(name: str) -> str:
    """The SPDX identifier of a licence's name or URL; the name itself if unknown."""
    return _first(NAMES, name) or " ".join(name.split())


def recognised(text: str) -> str | None:
    """The SPDX identifier of a licence's text; of several texts the first that matches."""
    return _first(TEXTS, text)


def _first(patterns: Patterns, text: str) -> str | None:
    return next((spdx for pattern, spdx in patterns if pattern.search(text)), None)
