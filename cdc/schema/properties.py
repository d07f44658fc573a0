"""The schema of a connector's ``properties``: every name of the definitions, with its values and documentation."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from modules.debezium import reserved
from modules.debezium.definitions import RELEASES, WORKERS, Property, Release, release

Schema = dict[str, Any]

_SCALAR: Final = ("string", "integer", "number", "boolean")
_WHOLE: Final = ("int", "integer", "long", "short")
# A placeholder of a config provider may stand for any value.
_PLACEHOLDER: Final = r"^\$\{.*\}$"
# Names that users make: with a salt or a number in them, a table, or an alias.
_MADE: Final = (
    r"^column\.mask\.hash\.(v2\.)?[^.]+\.with\.salt\..+$",
    r"^column\.(mask\.with|truncate\.to)\.[0-9]+\.chars$",
    r"^snapshot\.select\.statement\.overrides\..+$",
    r"^(transforms|predicates|post\.processors)\.[^.]+\..+$",
    r"^(key|value|header)\.converter\..+$",
    r"^topic\.creation\.(?!default\.(partitions|replication\.factor)$)[^.]+\..+$",
)
# Aliases of these are prefixes of their own, so that every name may be one.
_FREE: Final = ("converters", "post.processors")
_CLASSES: Final = {
    r"^transforms\.[^.]+\.type$": "transforms",
    r"^predicates\.[^.]+\.type$": "predicates",
    r"^[^.]+\.type$": "custom_converters",
}


def schema() -> Schema:
    """Of the releases that are known, the newest first; names that a key of the file sets are left out."""
    releases = [release(*pair) for pair in zip(reversed(RELEASES), reversed(WORKERS), strict=True)]
    names = {name: found for name, found in sorted(_names(releases).items()) if reserved.refusal(name) is None}
    patterns = [*_MADE, _driver(releases[0])]
    made = {pattern: {"type": list(_SCALAR)} for pattern in patterns}
    classes = {pattern: _known_classes(releases[0], kind) for pattern, kind in _CLASSES.items()}
    return {
        "type": "object",
        "properties": names,
        "patternProperties": made | classes,
        "if": {"anyOf": [{"required": [name]} for name in _FREE]},
        "then": {"additionalProperties": {"type": list(_SCALAR)}},
        "else": {"propertyNames": {"anyOf": [{"enum": list(names)}, *({"pattern": each} for each in patterns)]}},
    }


def _driver(known: Release) -> str:
    """``database.`` before Connector/J's names; behind ``driver.`` they are listed with their documentation."""
    names = {*known.driver, *(alias for name in known.driver for alias in known.driver[name].aliases)}
    return rf"^(database|driver)\.({'|'.join(sorted(map(_escaped, names)))})$"


def _names(releases: list[Release]) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for known in releases:
        for name, property_ in _own(known):
            found.setdefault(name, _property(property_, _only(name, releases)))
    return found


def _own(known: Release) -> Iterator[tuple[str, Property]]:
    for section in (known.connector, known.connect):
        yield from ((name, section[name]) for name in section if "(" not in name)
    yield from ((f"driver.{name}", known.driver[name]) for name in known.driver)


def _only(name: str, releases: list[Release]) -> str:
    """Which releases have a property, where not all have it."""
    having = [each.version for each in releases if name in dict(_own(each))]
    return "" if len(having) == len(releases) else f"Debezium {', '.join(having)} only."


def _property(property_: Property, only: str) -> Schema:
    found = _value(property_)
    parts = (property_.documentation, only, "Deprecated." if property_.deprecated else "")
    if text := " ".join(part for part in parts if part):
        found["description"] = text
    if property_.default is not None:
        found["default"] = _default(property_)
    return found


def _value(property_: Property) -> Schema:
    """What may stand there: in YAML's own types, as text, or a placeholder."""
    if property_.type == "boolean":
        return {"anyOf": [{"enum": [True, False, "true", "false"]}, {"type": "string", "pattern": _PLACEHOLDER}]}
    if property_.type in _WHOLE:
        whole: Schema = {"type": "integer"}
        for limit, key in ((property_.minimum, "minimum"), (property_.maximum, "maximum")):
            if limit is not None:
                whole[key] = int(limit)
        return {"anyOf": [whole, {"type": "string", "pattern": rf"^\s*-?[0-9]+\s*$|{_PLACEHOLDER}"}]}
    if property_.allowed and property_.type == "list":
        return {"type": "string"}
    if property_.allowed:
        return {
            "anyOf": [{"enum": list(property_.allowed)}, {"type": "string", "pattern": _any_case(property_.allowed)}]
        }
    return {"type": list(_SCALAR)}


def _escaped(text: str) -> str:
    """As JSON Schema's regular expressions have it: what Python escapes beside these is an error there (ECMA-262)."""
    return re.sub(r"[\\^$.*+?()\[\]{}|/]", r"\\\g<0>", text)


def _any_case(words: tuple[str, ...]) -> str:
    """Debezium compares words trimmed and without case."""
    letters = ("".join(f"[{a.upper()}{a}]" if a.isalpha() else _escaped(a) for a in word) for word in words)
    return rf"^\s*({'|'.join(letters)})\s*$|{_PLACEHOLDER}"


def _default(property_: Property) -> str | int | bool:
    text = property_.default or ""
    if property_.type == "boolean":
        return text == "true"
    return int(text) if property_.type in _WHOLE and re.fullmatch(r"-?\d+", text) else text


def _known_classes(known: Release, kind: str) -> Schema:
    classes: Mapping[str, object] = getattr(known, kind)
    return {"anyOf": [{"enum": sorted(classes)}, {"type": "string"}]}
