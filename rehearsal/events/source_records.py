"""The source records that connectors read, as the workers' observers log them before they are sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from rehearsal.database.event_kinds import EventKind

_KINDS: Final = {
    "r": EventKind.SNAPSHOT,
    "c": EventKind.CREATE,
    "u": EventKind.UPDATE,
    "d": EventKind.DELETE,
    "tombstone": EventKind.TOMBSTONE,
    "ddl": EventKind.SCHEMA_CHANGE,
    "heartbeat": EventKind.HEARTBEAT,
    "transaction": EventKind.TRANSACTION,
}
_COLUMNS: Final = "columns"
_MOST_BYTES: Final = 8 << 20  # read at once


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source record before the transforms, and its outcome.

    ``id`` is the same when the connector reads the record again. It was sent to ``topic`` with ``fingerprint``, or
    ``dropped_by`` is the transform that it did not leave; empty where it left the last and was not sent.
    """

    connector: str
    kind: EventKind
    id: str
    table: str = ""
    gtid: str = ""
    topic: str = ""
    fingerprint: str = ""
    dropped_by: str = ""

    @property
    def sent(self) -> bool:
        return bool(self.topic)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, as the connector knows them from here on."""

    connector: str
    table: str
    columns: tuple[str, ...]


@dataclass
class SourceRecordLogs:
    """Reads the logs in ``folder`` while workers write them."""

    folder: Path
    _offsets: dict[Path, int] = field(default_factory=dict)

    def read(self) -> list[SourceRecord | Columns]:
        """What was logged since the last call; a line that is not finished comes with the next."""
        return [_parse(line) for file in sorted(self.folder.glob("*.jsonl")) for line in self._lines(file)]

    def _lines(self, file: Path) -> Iterator[bytes]:
        start = self._offsets.get(file, 0)
        with file.open("rb") as content:
            content.seek(start)
            new = content.read(_MOST_BYTES)
        finished = new[: new.rfind(b"\n") + 1]
        self._offsets[file] = start + len(finished)
        yield from finished.splitlines()


def fingerprint(key: bytes | None, value: bytes | None) -> str:
    """Lengths and checksums of a message, as the observer in the worker logs them."""
    return f"{_fingerprint(key)}-{_fingerprint(value)}"


def _fingerprint(content: bytes | None) -> str:
    return "" if content is None else f"{len(content)}.{crc32(content):x}"


def _parse(line: bytes) -> SourceRecord | Columns:
    found: dict[str, Any] = json.loads(line)
    if found["kind"] == _COLUMNS:
        return Columns(found["connector"], found["table"], tuple(found["columns"]))
    return SourceRecord(
        connector=found["connector"],
        kind=_KINDS.get(found["kind"], EventKind.OTHER),
        id=found["id"],
        table=found.get("table", ""),
        gtid=found.get("gtid", ""),
        topic=found.get("topic", ""),
        fingerprint=found.get("sent", ""),
        dropped_by=found.get("dropped", ""),
    )
