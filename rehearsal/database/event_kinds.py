"""The kinds of events, and how an event refers to its transaction."""

from enum import StrEnum
from typing import NamedTuple


class EventKind(StrEnum):
    """The kind of an event."""

    SNAPSHOT = "snapshot"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TOMBSTONE = "tombstone"
    SCHEMA_CHANGE = "schema change"
    HEARTBEAT = "heartbeat"
    OTHER = "other"


class TableChange(NamedTuple):
    """A transaction's changes to one table; ``table`` is ``database.table``."""

    gtid: str
    table: str
