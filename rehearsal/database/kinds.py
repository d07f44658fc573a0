"""Changes in a source database, as events name them."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What an event tells of."""

    SNAPSHOT = "snapshot"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TOMBSTONE = "tombstone"
    SCHEMA_CHANGE = "schema change"
    HEARTBEAT = "heartbeat"
    OTHER = "other"


class Change(NamedTuple):
    """Which transaction changed rows of which table; the table is ``database.table``."""

    gtid: str
    table: str
