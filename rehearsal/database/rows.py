"""Generates rows for any table: the same number gives the same row, two numbers differ in every unique key."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from math import prod
from re import findall
from struct import pack
from typing import Final, TypeAlias

from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Column, Reference, Table

Value: TypeAlias = int | float | Decimal | str | bytes | date | timedelta | None
Row: TypeAlias = tuple[Value, ...]
# For each parent table's columns, the values of some existing rows.
ParentRows: TypeAlias = Mapping[tuple[TableName, tuple[str, ...]], Sequence[Row]]

_BYTES: Final = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_SPREAD: Final = 1000
_DAYS: Final = 3650
_FIRST_DAY: Final = datetime(2020, 1, 1, 8)
_NULL_EVERY: Final = 5
_POINT: Final = pack("<IBIdd", 0, 1, 1, 8.5, 47.25)  # SRID, then WKB: MySQL's storage format


class RowError(Exception):
    """A row cannot be generated for a table: the table or column, and the reason."""


def is_integer(column: Column) -> bool:
    return column.type in _BYTES


def make_row(table: Table, number: int, parents: ParentRows) -> Row:
    """Values for the table's columns, in order; raises RowError."""
    referring = _foreign_key_values(table, number, parents)
    identifying = table.unique_columns
    return tuple(
        referring[column.name]
        if column.name in referring
        else make_value(column, number, unique=column.name in identifying)
        for column in table.columns
    )


def make_value(column: Column, number: int, *, unique: bool = False) -> Value:
    """A value for the column; with ``unique`` it differs from that of every other number; raises RowError."""
    if column.nullable and not unique and number % _NULL_EVERY == _NULL_EVERY - 1:
        return None
    if is_integer(column):
        return _integer(column, number, identifying=unique)
    if make := _GENERATORS.get(column.type):
        return make(column, number)
    if column.type in _TEXTS or column.type in _BINARIES:
        return _text(column, number, identifying=unique)
    if column.nullable:
        return None
    raise RowError(f"column {column.name}: no values can be generated for type {column.definition}")


def _foreign_key_values(table: Table, number: int, parents: ParentRows) -> dict[str, Value]:
    """The values of foreign keys: every combination of parent rows is used once before one is used again."""
    values: dict[str, Value] = {}
    sizes: dict[Reference, int] = {}
    for reference in table.references:
        rows = parents.get((reference.parent, reference.parent_columns), ())
        if rows:
            chosen = rows[number // prod(sizes.values()) % len(rows)]
            values.update(zip(reference.columns, chosen, strict=True))
            sizes[reference] = len(rows)
        elif all(column.nullable for column in table.columns if column.name in reference.columns):
            values.update(dict.fromkeys(reference.columns))
        else:
            raise RowError(f"{table.name} has a foreign key to {reference.parent}, which has no rows")
    for key in table.unique:
        if table.foreign_key_columns.issuperset(key):
            room = prod(size for reference, size in sizes.items() if set(reference.columns) & set(key))
            if number >= room:
                raise RowError(f"{table.name} can have {room} rows only: its key {key} consists of foreign keys")
    return values


def _integer(column: Column, number: int, *, identifying: bool) -> int:
    highest = (1 << (8 * _BYTES[column.type] - (not column.unsigned))) - 1
    if not identifying:
        return number % min(highest, _SPREAD)
    if number > highest:
        raise RowError(f"column {column.name} ({column.definition}) can have at most {highest}, got {number}")
    return number


def _text(column: Column, number: int, *, identifying: bool) -> str | bytes:
    length = column.length or 0
    text = f"{column.name} {number}"
    if len(text) > length:
        text = str(number)
    if len(text) > length:
        if identifying:
            raise RowError(f"column {column.name} ({column.definition}) is too short for {number}")
        text = text[-length:] if length else ""
    if column.type == "binary":
        return text.encode().ljust(length, b"\0")  # as the server pads it
    return text.encode() if column.type in _BINARIES else text


def _decimal(column: Column, number: int) -> Decimal:
    precision, scale = column.precision or 10, column.scale or 0
    return Decimal(number % 10**precision).scaleb(-scale)


def _moment(column: Column, number: int) -> datetime:
    """With milliseconds where the column stores them, so that the server does not round."""
    fraction = number % 1000 if column.definition.endswith(("(3)", "(4)", "(5)", "(6)")) else 0
    return _FIRST_DAY + timedelta(seconds=number, milliseconds=fraction)


def _bits(column: Column, number: int) -> int:
    return number % (1 << (column.precision or 1))


def _document(_column: Column, number: int) -> str:
    return json.dumps({"number": number, "tags": ["a", "b"][: number % 3], "nested": {"half": number / 2}})


@cache
def _members(definition: str) -> tuple[str, ...]:
    return tuple(member.replace("''", "'") for member in findall(r"'((?:[^']|'')*)'", definition))


_TEXTS: Final = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}
_BINARIES: Final = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_GENERATORS: Final[Mapping[str, Callable[[Column, int], Value]]] = {
    "decimal": _decimal,
    "float": lambda _, number: number / 8,
    "double": lambda _, number: number / 8,
    "bit": _bits,
    "date": lambda _, number: (_FIRST_DAY + timedelta(days=number % _DAYS)).date(),
    "datetime": _moment,
    "timestamp": _moment,
    "time": lambda _, number: timedelta(seconds=number % 86_400),
    "year": lambda _, number: 2000 + number % 100,
    "enum": lambda column, number: _members(column.definition)[number % len(_members(column.definition))],
    "set": lambda column, number: _members(column.definition)[number % len(_members(column.definition))],
    "json": _document,
    "point": lambda _column, _number: _POINT,
    "geometry": lambda _column, _number: _POINT,
}
