"""Debezium's events: JSON without schemas."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from modules.debezium.topics import HEARTBEAT_PREFIX
from rehearsal.database.event_kinds import EventKind, TableChange

ROWS: Final = frozenset({EventKind.SNAPSHOT, EventKind.CREATE, EventKind.UPDATE, EventKind.DELETE})
_OPERATIONS: Final = {"r": EventKind.SNAPSHOT, "c": EventKind.CREATE, "u": EventKind.UPDATE, "d": EventKind.DELETE}


class BinlogPosition(NamedTuple):
    """The position of a row's change in the source's binlog."""

    file: str
    pos: int
    row: int


@dataclass(frozen=True)
class Event:
    """One record of a topic; ``value`` is None for a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: Mapping[str, Any] | None

    @classmethod
    def read(cls, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None) -> "Event":
        """Parses a record; a value that is not a JSON object is kept under the key ``""``."""
        if value is None:
            return cls(topic, partition, offset, key, None)
        try:
            content = json.loads(value)
        except ValueError:
            content = value
        return cls(topic, partition, offset, key, content if isinstance(content, dict) else {"": content})

    @property
    def kind(self) -> EventKind:
        if self.topic.startswith(f"{HEARTBEAT_PREFIX}."):
            return EventKind.HEARTBEAT
        if self.value is None:
            return EventKind.TOMBSTONE
        if "ddl" in self.value:
            return EventKind.SCHEMA_CHANGE
        return _OPERATIONS.get(self.value.get("op", ""), EventKind.OTHER)

    @property
    def source(self) -> Mapping[str, Any]:
        """Debezium's ``source`` block; empty where there is none."""
        source = self.value.get("source") if self.value else None
        return source if isinstance(source, dict) else {}

    @property
    def table(self) -> str:
        """``database.table``"""
        return f"{self.source.get('db')}.{self.source.get('table')}"

    @property
    def change(self) -> TableChange | None:
        """The transaction's change; None for events without a transaction, such as a snapshot's rows."""
        gtid = self.source.get("gtid")
        return TableChange(gtid, self.table) if gtid else None

    @property
    def position(self) -> BinlogPosition:
        """A redelivered event has the same position."""
        source = self.source
        return BinlogPosition(source.get("file", ""), source.get("pos", 0), source.get("row", 0))
