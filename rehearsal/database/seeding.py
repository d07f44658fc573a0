"""Rows for the first snapshot: parents before the tables that refer to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pymysql
from pymysql.cursors import Cursor

from rehearsal.database.mysql import Admin, quoted, told
from rehearsal.database.rows import Parents, Row, RowError, is_integer, row
from rehearsal.database.stand_ins import Name
from rehearsal.database.tables import Table

_PARENTS: Final = 50


@dataclass
class Seeded:
    """Rows in each table, its own and ours; and the tables that took none, with the reason."""

    rows: dict[Name, int] = field(default_factory=dict)
    unfilled: dict[Name, str] = field(default_factory=dict)


def seed(connection: Admin, tables: Sequence[Table], *, rows: int) -> Seeded:
    """Fills each table up to ``rows`` or as far as its keys reach; ``tables`` in the order of ``discover``."""
    seeded = Seeded()
    with connection.cursor() as cursor:
        for table in tables:
            try:
                _fill(cursor, table, rows)
            except (RowError, pymysql.MySQLError) as error:
                seeded.unfilled[table.name] = str(error) if isinstance(error, RowError) else told(error)
            cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
            seeded.rows[table.name] = next(iter(cursor))[0]
    return seeded


def insertion(table: Table) -> str:
    """The INSERT that takes what ``row`` makes."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    into = f"INSERT INTO {table.name.sql} ({columns})".replace("%", "%%")
    return f"{into} VALUES ({', '.join(['%s'] * len(table.columns))})"


def first_number(cursor: Cursor, table: Table) -> int:
    """A number from which on ``row`` meets no row that is there."""
    integers = [column.name for column in table.columns if is_integer(column) and column.name in table.identifying]
    highest = ", ".join(["COUNT(*)", *(f"MAX({quoted(name)})" for name in integers)])
    cursor.execute(f"SELECT {highest} FROM {table.name.sql}")
    return max(int(value or 0) for value in next(iter(cursor))) + 1


def parents(cursor: Cursor, table: Table) -> Parents:
    """Rows that are there now, for the table's own to refer to."""
    found: dict[tuple[Name, tuple[str, ...]], Sequence[Row]] = {}
    for reference in table.references:
        if reference.parent != table.name:
            columns = ", ".join(map(quoted, reference.parent_columns))
            cursor.execute(f"SELECT DISTINCT {columns} FROM {reference.parent.sql} ORDER BY {columns} LIMIT {_PARENTS}")
            found[reference.parent, reference.parent_columns] = list(cursor.fetchall())
    return found


def _fill(cursor: Cursor, table: Table, rows: int) -> None:
    """All of the rows or none, where the server refuses one."""
    there = parents(cursor, table)
    cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
    wanted = rows - next(iter(cursor))[0]
    first = first_number(cursor, table)
    made: list[Row] = []
    try:
        made.extend(row(table, number, there) for number in range(first, first + wanted))
    except RowError:
        if not made:  # else the keys reach no further
            raise
    if made:
        cursor.execute("BEGIN")
        try:
            cursor.executemany(insertion(table), made)
            cursor.execute("COMMIT")
        finally:
            cursor.execute("ROLLBACK")
