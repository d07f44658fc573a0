"""Fills tables before the first snapshot: parent tables before those that refer to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pymysql
from pymysql.constants.ER import DUP_ENTRY
from pymysql.cursors import Cursor

from rehearsal.database.fitting import fit
from rehearsal.database.mysql import DATABASE_ERRORS, AdminConnection, error_message, quote
from rehearsal.database.rows import Parents, make_row
from rehearsal.database.statements import insert_statement
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Row, Table
from rehearsal.database.values import RowError, is_integer

_PARENTS: Final = 50
_FITTED: Final = 12  # rows that are tried
_TRIES: Final = 50  # numbers tried for each row where keys have few values


@dataclass
class Seeded:
    """The number of rows in each table, and the reason for each table that could not be filled.

    ``tables`` are as given, with the recipes that were found.
    """

    rows: dict[TableName, int] = field(default_factory=dict)
    unfilled: dict[TableName, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)


def seed(connection: AdminConnection, tables: Sequence[Table], *, rows: int) -> Seeded:
    """Fills each table up to ``rows``, or as many as its keys allow; ``tables`` in the order of ``discover``."""
    seeded = Seeded()
    with connection.cursor() as cursor:
        for place, table in enumerate(tables):
            filled = table
            try:
                filled = _fill(cursor, table, rows, later=tables[place + 1 :])
            except (RowError, *DATABASE_ERRORS) as error:
                seeded.unfilled[table.name] = str(error) if isinstance(error, RowError) else error_message(error)
            seeded.tables.append(filled)
        for table in tables:
            for problem in _dangling(cursor, table):
                seeded.unfilled.setdefault(table.name, problem)
            cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
            seeded.rows[table.name] = next(iter(cursor))[0]
    return seeded


def next_row_number(cursor: Cursor, table: Table) -> int:
    """A number from which on ``make_row`` does not collide with existing rows, as long as keys have values left."""
    integers = [column.name for column in table.columns if is_integer(column) and column.name in table.unique_columns]
    highest = ", ".join(["COUNT(*)", *(f"MAX({quote(name)})" for name in integers)])
    cursor.execute(f"SELECT {highest} FROM {table.name.sql}")
    return max(int(value or 0) for value in next(iter(cursor))) + 1


def parent_rows(cursor: Cursor, table: Table) -> Parents:
    """Existing rows of the tables that ``table`` has foreign keys to, itself among them."""
    found: dict[tuple[TableName, tuple[str, ...]], Sequence[Row]] = {}
    for reference in table.references:
        columns = ", ".join(map(quote, reference.parent_columns))
        given = " AND ".join(f"{quote(name)} IS NOT NULL" for name in reference.parent_columns)
        existing = f"SELECT DISTINCT {columns} FROM {reference.parent.sql} WHERE {given}"
        cursor.execute(f"{existing} ORDER BY {columns} LIMIT {_PARENTS}")
        found[reference.parent, reference.parent_columns] = list(cursor.fetchall())
    return Parents(found)


def _fill(cursor: Cursor, table: Table, rows: int, *, later: Sequence[Table]) -> Table:
    """Inserts all of the rows, or as many as there are values for; returns the table with its recipes."""
    parents = Parents(parent_rows(cursor, table).rows, {other.name: other for other in later})
    in_circle = any(reference.parent in parents.later for reference in table.references)
    cursor.execute(f"SELECT COUNT(*) FROM {table.name.sql}")
    missing = rows - next(iter(cursor))[0]
    first = next_row_number(cursor, table)
    if missing <= 0:
        return table
    cursor.execute(f"SET SESSION foreign_key_checks = {int(not in_circle)}")
    try:
        numbers = range(first, first + missing)
        fitted = fit(cursor, table, numbers[:_FITTED], parents)
        cursor.execute("BEGIN")
        try:
            _insert(cursor, fitted, first, missing, parents)
            cursor.execute("COMMIT")
        finally:
            cursor.execute("ROLLBACK")
    finally:
        cursor.execute("SET SESSION foreign_key_checks = 1")
    return fitted


def _insert(cursor: Cursor, table: Table, first: int, rows: int, parents: Parents) -> None:
    """Inserts ``rows`` rows, and passes over numbers that would repeat a key; raises where there is none at all."""
    statement, inserted = insert_statement(table), 0
    problem: RowError | pymysql.MySQLError | None = None
    for number in range(first, first + rows * _TRIES):
        try:
            cursor.execute(statement, make_row(table, number, parents))
            inserted += 1
        except RowError as error:
            problem = error
            break
        except pymysql.MySQLError as error:
            if error.args[0] != DUP_ENTRY:
                raise
            problem = error
        if inserted == rows:
            return
    if problem and not inserted:
        raise problem


def _dangling(cursor: Cursor, table: Table) -> list[str]:
    """Foreign keys of a circle whose rows did not come."""
    problems = []
    for reference in table.references:
        pairs = list(zip(reference.columns, reference.parent_columns, strict=True))
        equal = " AND ".join(f"c.{quote(own)} = p.{quote(parent)}" for own, parent in pairs)
        given = " AND ".join(f"c.{quote(own)} IS NOT NULL" for own, _ in pairs)
        cursor.execute(
            f"SELECT COUNT(*) FROM {table.name.sql} c LEFT JOIN {reference.parent.sql} p ON {equal}"
            f" WHERE {given} AND p.{quote(pairs[0][1])} IS NULL"
        )
        if rows := next(iter(cursor))[0]:
            problems.append(f"{rows} rows refer to rows of {reference.parent} that do not exist")
    return problems
