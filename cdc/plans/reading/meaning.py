"""What a property means: what Kafka Connect and Debezium make of its value, however it is spelt."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from cdc.plans.reading.resources import UNKNOWN, Unknown
from modules.debezium.configuration import CONNECTOR_CLASS, RELEASE
from modules.debezium.definitions import Property, release
from modules.debezium.renamed import RENAMED
from modules.properties_file import as_text

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}")
_HOSTS: Final = ("database.hostname",)
# Kafka Connect takes a class by its last part too.
_CLASSES: Final = dict.fromkeys(("MySqlConnector", "MySql"), CONNECTOR_CLASS)


def text(value: object) -> "str | Unknown | None":
    """Without the space around it, which Kafka Connect and Debezium ignore; None where nothing is left."""
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (as_text(value) if isinstance(value, str | int | float) else str(value)).strip() or None


def members(value: object) -> tuple[str, ...]:
    """Of a list with commas between its members."""
    whole = text(value)
    return tuple(each.strip() for each in whole.split(",") if each.strip()) if isinstance(whole, str) else ()


def meant(key: str, value: object) -> Any:
    """Equal for values that mean the same: words in any case, numbers and their text; UNKNOWN as it is."""
    whole = text(value)
    if not isinstance(whole, str):
        return whole
    if key in _HOSTS:
        return whole.lower().rstrip(".")
    if key == "connector.class":
        return _CLASSES.get(whole, whole)
    found = defined(key)
    if found is None:
        return whole
    if found.type == "list" and found.allowed:
        return frozenset(map(str.lower, members(whole)))
    if found.allowed or found.type == "boolean":
        return whole.lower()
    return int(whole) if found.type in ("int", "long", "short") and _NUMBER.fullmatch(whole) else whole


@cache
def default(key: str) -> Any:
    """What a connector does without ``key``; None where that is not known."""
    found = defined(key)
    return meant(key, found.default) if found else None


def defined(key: str) -> Property | None:
    known = release(RELEASE)
    return known.connector.get(key) or known.connect.get(key)


@cache
def names(key: str) -> tuple[str, ...]:
    """``key``, then the names that it had in older releases."""
    older = [old.name for old in RENAMED.values() if old.successor == key and not old.note]
    return key, *older


def first(values: "Iterable[object]") -> Any:
    """The first that says anything."""
    return next((value for value in values if text(value) is not None), None)


def is_unknown(*values: object) -> bool:
    return any(value is UNKNOWN for value in values)
