"""With which settings Kafka Connect creates a topic: those of ``topic.creation.*`` in a connector's properties."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from modules.debezium.regex.matching import matches

PARTITIONS: Final = "partitions"
_PREFIX: Final = "topic.creation."
_DEFAULT: Final = "default"
_NO_SETTINGS: Final = ("include", "exclude", PARTITIONS, "replication.factor")


@dataclass(frozen=True)
class Creation:
    """``own_partitions``: the group sets them itself, instead of those of ``topics.partitions``."""

    partitions: int
    own_partitions: bool
    settings: Mapping[str, str]


def creation(properties: Mapping[str, str], topic: str) -> Creation:
    """By the first group that takes ``topic``, else by the default.

    A group inherits the default's partitions and nothing else (Kafka Connect, KIP-158).
    """
    group = _group(properties, topic)
    given = _of(properties, group)
    own = group != _DEFAULT and PARTITIONS in given
    return Creation(
        int(given[PARTITIONS] if own else _of(properties, _DEFAULT)[PARTITIONS]),
        own,
        {key: value for key, value in given.items() if key not in _NO_SETTINGS},
    )


def _group(properties: Mapping[str, str], topic: str) -> str:
    listed = [name.strip() for name in properties.get(f"{_PREFIX}groups", "").split(",") if name.strip()]
    for name in listed:
        group = _of(properties, name)
        if _covers(group.get("include", ""), topic) and not _covers(group.get("exclude", ""), topic):
            return name
    return _DEFAULT


def _covers(expressions: str, topic: str) -> bool:
    """Connect joins a list of expressions with | and matches whole names."""
    listed = [one.strip() for one in expressions.split(",") if one.strip()]
    return any(matches(one, topic) for one in listed)


def _of(properties: Mapping[str, str], group: str) -> dict[str, str]:
    start = f"{_PREFIX}{group}."
    return {key.removeprefix(start): value.strip() for key, value in properties.items() if key.startswith(start)}
