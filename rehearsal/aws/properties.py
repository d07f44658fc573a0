"""Java's properties files, as far as Kafka's are: one ``key=value`` a line, no escapes."""

import re
from typing import Final

_SEPARATOR: Final = re.compile(r"\s*[=:]\s*|\s+")


def parse(text: str) -> dict[str, str]:
    """The properties by key; raises ValueError with the first line that is none."""
    properties = {}
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content[0] in "#!":
            continue
        key, *value = _SEPARATOR.split(content, maxsplit=1)
        if not key or not value:
            raise ValueError(f"line {number} must be key=value, got {content!r}")
        properties[key] = value[0]
    return properties
