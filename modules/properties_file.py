"""Java properties files, read and written as ``java.util.Properties`` does."""

import re
from collections.abc import Mapping
from typing import Final

import javaproperties

# A comment may follow a line that holds nothing but its continuation, as Java 17 reads it.
_ONLY_CONTINUED: Final = re.compile(r"(?:\A|(?<=[\r\n]))[ \t\f]*\\(?:\r\n|\r|\n)")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"})
_IN_KEYS: Final = str.maketrans({sign: f"\\{sign}" for sign in " =:#!"})


def parse(text: str) -> dict[str, str]:
    """The properties by key; of a repeated key the last. Raises ValueError for an invalid ``\\u`` escape."""
    return javaproperties.loads(_ONLY_CONTINUED.sub("", text))


def as_text(value: str | int | float | bool) -> str:
    """A YAML scalar in the notation of Kafka's properties."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_lines(properties: Mapping[str, str]) -> str:
    """One ``key=value`` per line, sorted; escaped only where Java would read another value."""
    return "".join(f"{_key(key)}={_value(properties[key])}\n" for key in sorted(properties))


def _key(key: str) -> str:
    return key.translate(_ESCAPES).translate(_IN_KEYS)


def _value(value: str) -> str:
    escaped = value.translate(_ESCAPES)
    return f"\\{escaped}" if escaped.startswith(" ") else escaped
