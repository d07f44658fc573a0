"""Counts the rows that transactions changed, from a server's binary log files (MySQL internals, "Binary Log Event").

Only what a log with row events, GTIDs and full images has; no compressed transactions.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import unpack_from
from typing import Final
from uuid import UUID

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.table_name import TableName

_MAGIC: Final = b"\xfebin"
_HEADER: Final = 19
_CHECKSUM: Final = 4
_FORMAT, _TABLE_MAP, _GTID = 15, 19, 33
_ROWS: Final = {30: EventKind.CREATE, 31: EventKind.UPDATE, 32: EventKind.DELETE}
_FIXED: Final = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 0, 7: 4, 8: 8, 9: 3, 10: 3, 11: 3, 12: 8, 13: 1, 14: 3}
_VARCHAR, _BIT, _TIMESTAMP, _DATETIME, _TIME = 15, 16, 17, 18, 19
_VECTOR, _JSON, _DECIMAL, _ENUM, _SET, _BLOB, _VAR_STRING, _STRING, _GEOMETRY = (
    242,
    245,
    246,
    247,
    248,
    252,
    253,
    254,
    255,
)
# Bytes of metadata that a type has in the table map.
_METADATA: Final = {
    **dict.fromkeys((4, 5, _TIMESTAMP, _DATETIME, _TIME, _VECTOR, _JSON, _BLOB, _GEOMETRY), 1),
    **dict.fromkeys((_VARCHAR, _BIT, _DECIMAL, _ENUM, _SET, _VAR_STRING, _STRING), 2),
}
_DIGIT_BYTES: Final = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
_SECONDS: Final = {_TIMESTAMP: 4, _DATETIME: 5, _TIME: 3}


class BinaryLogError(ValueError):
    """A binary log has what cannot be read here."""


@dataclass
class ChangedRows:
    """A transaction: how many rows of each table it changed, by the kind of change."""

    gtid: str
    rows: Counter[tuple[TableName, EventKind]] = field(default_factory=Counter)


@dataclass(frozen=True)
class _TableMap:
    name: TableName
    types: bytes
    metadata: tuple[bytes, ...]


def transactions(file: Path, *, start: int = 4) -> Iterator[ChangedRows]:
    """The transactions in a binary log file from the position ``start`` on. Raises BinaryLogError."""
    content = file.read_bytes()
    if content[:4] != _MAGIC:
        raise BinaryLogError(f"{file}: must be a binary log")
    checksum, at, maps, current = 0, 4, dict[int, _TableMap](), None
    while at + _HEADER <= len(content):
        kind, size = content[at + 4], unpack_from("<I", content, at + 9)[0]
        body = content[at + _HEADER : at + size - checksum]
        if kind == _FORMAT:
            checksum = _CHECKSUM if content[at + size - _CHECKSUM - 1] else 0
        elif kind == _TABLE_MAP:
            number, found = _table_map(body)
            maps[number] = found
        elif at >= start and kind == _GTID:
            if current:
                yield current
            current = ChangedRows(f"{UUID(bytes=body[1:17])}:{unpack_from('<q', body, 17)[0]}")
        elif at >= start and kind in _ROWS and current:
            table = maps[int.from_bytes(body[:6], "little")]
            current.rows[table.name, _ROWS[kind]] += _rows(
                body, table, images=2 if _ROWS[kind] is EventKind.UPDATE else 1
            )
        at += size
    if current:
        yield current


def _table_map(body: bytes) -> tuple[int, _TableMap]:
    database, at = _name(body, 8)
    table, at = _name(body, at)
    columns, at = _packed(body, at)
    types = body[at : at + columns]
    _, at = _packed(body, at + columns)
    metadata = []
    for kind in types:
        size = _METADATA.get(kind, 0)
        metadata.append(body[at : at + size])
        at += size
    return int.from_bytes(body[:6], "little"), _TableMap(TableName(database, table), types, tuple(metadata))


def _name(body: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + body[at]
    return body[at + 1 : end].decode(), end + 1


def _packed(body: bytes, at: int) -> tuple[int, int]:
    """A number in MySQL's packed format, and the position after it."""
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(body[at], 0)
    return (int.from_bytes(body[at + 1 : at + 1 + size], "little"), at + 1 + size) if size else (body[at], at + 1)


def _rows(body: bytes, table: _TableMap, *, images: int) -> int:
    """How many rows an event has."""
    columns, at = _packed(body, 8 + unpack_from("<H", body, 8)[0])
    width = (columns + 7) // 8
    present = []
    for _ in range(images):
        present.append([column for column in range(columns) if body[at + column // 8] >> column % 8 & 1])
        at += width
    found = 0
    while at < len(body):
        for image in present:
            at = _image(body, at, image, table)
        found += 1
    return found


def _image(body: bytes, at: int, present: list[int], table: _TableMap) -> int:
    """The position after a row's image."""
    nulls, at = at, at + (len(present) + 7) // 8
    for place, column in enumerate(present):
        if not body[nulls + place // 8] >> place % 8 & 1:
            at += _size(body, at, table.types[column], table.metadata[column])
    return at


def _size(body: bytes, at: int, kind: int, metadata: bytes) -> int:
    """The bytes of a value (MySQL's log_event.cc and binary_log_funcs.cpp)."""
    if kind in _FIXED:
        return _FIXED[kind]
    first, second = metadata[0], metadata[1] if len(metadata) > 1 else 0
    if kind in _SECONDS:
        return _SECONDS[kind] + (first + 1) // 2
    if kind == _BIT:
        return second + (first > 0)
    if kind == _DECIMAL:
        whole = first - second
        return sum(digits // 9 * 4 + _DIGIT_BYTES[digits % 9] for digits in (whole, second))
    if kind == _STRING:
        if first in (_ENUM, _SET):
            return second
        longest = second | ((first & 0x30) ^ 0x30) << 4
        return _counted(body, at, 1 if longest < 256 else 2)
    if kind in (_VARCHAR, _VAR_STRING):
        return _counted(body, at, 1 if first | second << 8 < 256 else 2)
    if kind in (_BLOB, _JSON, _GEOMETRY, _VECTOR):
        return _counted(body, at, first)
    raise BinaryLogError(f"a column's type must be known, got {kind}")


def _counted(body: bytes, at: int, width: int) -> int:
    return width + int.from_bytes(body[at : at + width], "little")
