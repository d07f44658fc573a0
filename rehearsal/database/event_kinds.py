"""The kinds of events."""

from enum import StrEnum


class EventKind(StrEnum):
    """The kind of an event."""

    SNAPSHOT = "snapshot"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TOMBSTONE = "tombstone"
    SCHEMA_CHANGE = "schema change"
    HEARTBEAT = "heartbeat"
    TRANSACTION = "transaction"
    OTHER = "other"
