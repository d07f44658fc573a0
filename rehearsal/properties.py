"""Java properties files, whatever the values hold (java.util.Properties.load)."""

from collections.abc import Mapping
from typing import Final

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"})
_IN_KEYS: Final = str.maketrans({sign: f"\\{sign}" for sign in " =:#!"})


def as_lines(properties: Mapping[str, str]) -> str:
    """One ``key=value`` a line, sorted."""
    return "".join(f"{_key(key)}={_value(properties[key])}\n" for key in sorted(properties))


def _key(key: str) -> str:
    return key.translate(_ESCAPES).translate(_IN_KEYS)


def _value(value: str) -> str:
    escaped = value.translate(_ESCAPES)
    return f"\\{escaped}" if escaped.startswith(" ") else escaped
