"""Inserts, updates, deletes and a new column: what an application does to its database."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Final

import pymysql

from rehearsal.database.kinds import Kind
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.database.mysql import Access, quoted, told
from rehearsal.database.rows import Parents, Row, RowError, row, value
from rehearsal.database.seeding import first_number, insertion, parents
from rehearsal.database.stand_ins import Name
from rehearsal.database.tables import Column, Table
from rehearsal.database.writer import Writer

_TICKS: Final = 20  # transactions a second under load
_ARREARS_SECONDS: Final = 1.0
_OTHERS: Final = 20  # values tried until one differs: of an ENUM with one member none ever does
_NEW_COLUMN: Final = "VARCHAR(40)"


class ChangeError(Exception):
    """A table that takes no such change, and why."""


@dataclass
class _Target:
    """A table; ``next`` numbers the row to come, ``ours`` are the last inserted by key and number."""

    table: Table
    next: int
    parents: Parents
    ours: deque[tuple[Row, int]] = field(default_factory=lambda: deque(maxlen=1000))

    def key(self, values: Row) -> Row:
        named = dict(zip((column.name for column in self.table.columns), values, strict=True))
        return tuple(named[name] for name in self.table.key)

    @property
    def where(self) -> str:
        return " AND ".join(f"{_escaped(quoted(name))} = %s" for name in self.table.key)


class Changes:
    """Changes to tables that have a primary key, each committed once and then recorded in ``ledger``.

    Rows are updated and deleted only where the same object inserted them: others may be referred to. A server that
    is away is waited for. Not for several threads.
    """

    def __init__(self, database: Access, tables: Sequence[Table], ledger: Ledger) -> None:
        self.ledger = ledger
        self._writer = Writer(database)
        with database.connect() as connection, connection.cursor() as cursor:
            self._targets = {
                table.name: _Target(table, first_number(cursor, table), parents(cursor, table))
                for table in tables
                if table.key
            }

    @property
    def tables(self) -> tuple[Name, ...]:
        """Those that changes are made to."""
        return tuple(self._targets)

    def insert(self, table: Name, rows: int = 1) -> None:
        """New rows in one transaction; raises ChangeError."""
        target = self._targets[table]
        numbers = range(target.next, target.next + rows)
        try:
            made = [row(target.table, number, target.parents) for number in numbers]
        except RowError as error:
            raise ChangeError(str(error)) from error
        keys = tuple(map(target.key, made))
        self._commit(target, Kind.CREATE, insertion(target.table), made, keys)
        target.next += rows
        target.ours.extend(zip(keys, numbers, strict=True))

    def update(self, table: Name) -> None:
        """Another value in the row inserted last; raises ChangeError."""
        target = self._targets[table]
        if not target.ours:
            raise ChangeError(f"{table} must hold a row of ours to update, got none")
        key, number = target.ours[-1]
        column, other = _other(target.table, number)
        statement = f"UPDATE {_escaped(table.sql)} SET {_escaped(quoted(column.name))} = %s WHERE {target.where}"
        self._commit(target, Kind.UPDATE, statement, [(value(column, other), *key)], (key,))
        target.ours[-1] = key, other

    def delete(self, table: Name) -> None:
        """The row inserted last; raises ChangeError."""
        target = self._targets[table]
        if not target.ours:
            raise ChangeError(f"{table} must hold a row of ours to delete, got none")
        key, _ = target.ours[-1]
        self._commit(target, Kind.DELETE, f"DELETE FROM {_escaped(table.sql)} WHERE {target.where}", [key], (key,))
        target.ours.pop()

    def add_column(self, table: Name) -> str:
        """The name of a new column, which later rows have values in; raises ChangeError."""
        target = self._targets[table]
        name = f"rehearsed_{len(target.table.columns)}"
        self._commit(target, Kind.SCHEMA_CHANGE, f"ALTER TABLE {table.sql} ADD COLUMN {name} {_NEW_COLUMN}")
        column = Column(name, "varchar", _NEW_COLUMN.lower(), True, 40, None, None)
        target.table = replace(target.table, columns=(*target.table.columns, column))
        return name

    def each(self) -> dict[Name, str]:
        """Two inserts, an update and a delete in every table; returns why some took not all of them."""
        refused = {}
        for table in self.tables:
            try:
                self.insert(table)
                self.update(table)
                self.insert(table)
                self.delete(table)
            except ChangeError as error:
                refused[table] = str(error)
        return refused

    def load(self, stop: Event, *, rows_per_second: int) -> None:
        """Steady inserts, the tables in turn, until ``stop``; raises ChangeError once no table takes more.

        Time in which the server was away is not made up for.
        """
        ticks = min(_TICKS, rows_per_second)
        turns = deque(self.tables)
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            try:
                self.insert(turns[0], rows_per_second // ticks)
                turns.rotate(-1)
            except ChangeError:
                turns.popleft()
                if not turns:
                    raise
            due = max(due + 1 / ticks, time.monotonic() - _ARREARS_SECONDS)

    def close(self) -> None:
        """The connection."""
        self._writer.close()

    def _commit(
        self, target: _Target, kind: Kind, statement: str, rows: Sequence[Row] = (), keys: tuple[Row, ...] = ()
    ) -> None:
        try:
            gtid = self._writer.commit(statement, rows)
        except pymysql.MySQLError as error:
            raise ChangeError(f"{target.table.name}: {told(error)}") from error
        self.ledger.record(Transaction(gtid, target.table.name, kind, keys))


def _other(table: Table, number: int) -> tuple[Column, int]:
    """A column that an update may write, and a number that gives another value than ``number``."""
    fixed = table.identifying | table.referring
    for column in table.columns:
        if column.name not in fixed:
            for other in range(number + 1, number + _OTHERS):
                if value(column, other) != value(column, number):
                    return column, other
    raise ChangeError(f"{table.name} must have a column outside its keys to update, got none")


def _escaped(sql: str) -> str:
    """As pymysql wants it where values follow."""
    return sql.replace("%", "%%")
