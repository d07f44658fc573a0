"""Generates rows for any table: the same number gives the same row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Final

from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Column, Reference, Row, Table, Value
from rehearsal.database.values import RowError, make_value, room

_FEW: Final = 100


@dataclass(frozen=True)
class Parents:
    """What foreign keys can refer to.

    ``rows`` has the values of some existing rows for each parent table's columns. ``later`` are the tables of a circle
    of foreign keys that are filled later: their rows will have the same numbers.
    """

    rows: Mapping[tuple[TableName, tuple[str, ...]], Sequence[Row]] = field(default_factory=dict)
    later: Mapping[TableName, Table] = field(default_factory=dict)


def make_row(table: Table, number: int, parents: Parents) -> Row:
    """Values for the table's columns, in order; raises RowError.

    Two numbers differ in every unique key, unless its types have too few values or a rule decides them.
    """
    referring, sizes = _foreign_key_values(table, number, parents)
    steps = _steps(table, sizes)
    own = {name: value for name, value in referring.items() if not isinstance(value, _Own)}
    values = {
        column.name: own[column.name]
        if column.name in own
        else column_value(table, column, number // steps.get(column.name, 1))
        for column in table.columns
    }
    values |= {name: values[value.column] for name, value in referring.items() if isinstance(value, _Own)}
    return tuple(values[column.name] for column in table.columns)


def column_value(table: Table, column: Column, number: int) -> Value:
    """The value of a column without a foreign key; raises RowError with the column's name and type."""
    try:
        if recipe := table.recipes.get(column.name):
            return recipe(number)
        unique = column.name in identifying(table)
        return make_value(column, number, unique=unique, prefix=table.prefixes.get(column.name))
    except RowError:
        raise
    except Exception as error:
        raise RowError(f"column {column.name} ({column.definition}): {type(error).__name__}: {error}") from error


def identifying(table: Table) -> frozenset[str]:
    """Of each unique key the column with the most values, so that others may repeat; all if each has few values."""
    columns = {column.name: column for column in table.columns}
    chosen: set[str] = set()
    for key in table.unique:
        free = [name for name in key if name in columns and name not in table.foreign_key_columns]
        rooms = {name: room(columns[name], table.prefixes.get(name)) for name in free}
        if max(rooms.values(), default=0) < _FEW:
            chosen |= set(free)
        elif not chosen & set(free):
            chosen.add(max(free, key=rooms.__getitem__))
    return frozenset(chosen)


@dataclass(frozen=True)
class _Own:
    """The value of another column of the same row."""

    column: str


def _steps(table: Table, sizes: Mapping[Reference, int]) -> dict[str, int]:
    """For keys whose columns all have few values: the numbers after which a column takes its next value."""
    columns, steps = {column.name: column for column in table.columns}, dict[str, int]()
    for key in table.unique:
        free = {name: room(columns[name], table.prefixes.get(name)) for name in key if name in columns}
        free = {name: values for name, values in free.items() if name not in table.foreign_key_columns}
        if max(free.values(), default=0) < _FEW:
            step = prod(size for reference, size in sizes.items() if set(reference.columns) & set(key))
            for name, values in free.items():
                steps.setdefault(name, step)
                step *= max(values, 1)
    return steps


def _foreign_key_values(
    table: Table, number: int, parents: Parents
) -> tuple[dict[str, "Value | _Own"], Mapping[Reference, int]]:
    """The values of foreign keys, and how many rows each refers to.

    Every combination of parent rows is used once before one is used again.
    """
    values: dict[str, Value | _Own] = {}
    sizes: dict[Reference, int] = {}
    for reference in table.references:
        rows = parents.rows.get((reference.parent, reference.parent_columns), ())
        if rows:
            step = 1 if _alone(table, reference) else prod(sizes[other] for other in sizes if not _alone(table, other))
            chosen = rows[number // step % len(rows)]
            values.update(zip(reference.columns, chosen, strict=True))
            sizes[reference] = len(rows)
        else:
            values.update(_without_rows(table, reference, number, parents))
    for key in table.unique:
        if table.foreign_key_columns.issuperset(key) and sizes:
            most = prod(size for reference, size in sizes.items() if set(reference.columns) & set(key))
            if number >= most:
                raise RowError(f"{table.name} can have {most} rows only: its key {key} consists of foreign keys")
    return values, sizes


def _alone(table: Table, reference: Reference) -> bool:
    """Whether the foreign key is unique, so that each row needs a parent of its own."""
    return any(set(key) <= set(reference.columns) for key in table.unique)


def _without_rows(table: Table, reference: Reference, number: int, parents: Parents) -> dict[str, "Value | _Own"]:
    """NULL where it may be, the row's own key, or that of a row which comes later; raises RowError."""
    if all(column.nullable for column in table.columns if column.name in reference.columns):
        return dict.fromkeys(reference.columns)
    if reference.parent == table.name:
        own = zip(reference.columns, reference.parent_columns, strict=True)
        return {name: _Own(parent) for name, parent in own if name != parent}
    if later := parents.later.get(reference.parent):
        columns = {column.name: column for column in later.columns}
        own = zip(reference.columns, reference.parent_columns, strict=True)
        return {name: column_value(later, columns[parent], number) for name, parent in own}
    raise RowError(f"{table.name} has a foreign key to {reference.parent}, which has no rows")
