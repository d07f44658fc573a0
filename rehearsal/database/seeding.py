"""Fills tables before the first snapshot: parent tables before those that refer to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pymysql
from pymysql.cursors import Cursor

from rehearsal.database.mysql import AdminConnection, error_message, quote
from rehearsal.database.rows import ParentRows, Row, RowError, is_integer, make_row
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Table

_PARENTS: Final = 50


@dataclass
class Seeded:
    """The number of rows in each table, and the reason for each table that could not be filled."""

    rows: dict[TableName, int] = field(default_factory=dict)
    unfilled: dict[TableName, str] = field(default_factory=dict)


def seed(connection: AdminConnection, tables: Sequence[Table], *, rows: int) -> Seeded:
    """Fills each table up to ``rows``, or as many as its keys allow; ``tables`` in the order of ``discover``."""
    seeded = Seeded()
    with connection.cursor() as cursor:
        for table in tables:
            try:
                _fill(cursor, table, rows)
            except (RowError, pymysql.MySQLError) as error:
                seeded.unfilled[table.name] = str(error) if isinstance(error, RowError) else error_message(error)
            cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
            seeded.rows[table.name] = next(iter(cursor))[0]
    return seeded


def insert_statement(table: Table) -> str:
    """The INSERT for rows of ``make_row``."""
    columns = ", ".join(quote(column.name) for column in table.columns)
    into = f"INSERT INTO {table.name.sql} ({columns})".replace("%", "%%")
    return f"{into} VALUES ({', '.join(['%s'] * len(table.columns))})"


def next_row_number(cursor: Cursor, table: Table) -> int:
    """A number from which on ``make_row`` does not collide with existing rows."""
    integers = [column.name for column in table.columns if is_integer(column) and column.name in table.unique_columns]
    highest = ", ".join(["COUNT(*)", *(f"MAX({quote(name)})" for name in integers)])
    cursor.execute(f"SELECT {highest} FROM {table.name.sql}")
    return max(int(value or 0) for value in next(iter(cursor))) + 1


def parent_rows(cursor: Cursor, table: Table) -> ParentRows:
    """Existing rows of the tables that ``table`` has foreign keys to."""
    found: dict[tuple[TableName, tuple[str, ...]], Sequence[Row]] = {}
    for reference in table.references:
        if reference.parent != table.name:
            columns = ", ".join(map(quote, reference.parent_columns))
            cursor.execute(f"SELECT DISTINCT {columns} FROM {reference.parent.sql} ORDER BY {columns} LIMIT {_PARENTS}")
            found[reference.parent, reference.parent_columns] = list(cursor.fetchall())
    return found


def _fill(cursor: Cursor, table: Table, rows: int) -> None:
    """Inserts all of the rows, or none where the server refuses one."""
    existing = parent_rows(cursor, table)
    cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
    missing = rows - next(iter(cursor))[0]
    first = next_row_number(cursor, table)
    generated: list[Row] = []
    try:
        generated.extend(make_row(table, number, existing) for number in range(first, first + missing))
    except RowError:
        if not generated:  # else the keys allow no more
            raise
    if generated:
        cursor.execute("BEGIN")
        try:
            cursor.executemany(insert_statement(table), generated)
            cursor.execute("COMMIT")
        finally:
            cursor.execute("ROLLBACK")
