"""Changes the source tables as an application does: inserts, updates, deletes, a new column."""

import time
from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Final

from pymysql.constants.ER import DUP_ENTRY

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.database.mysql import DATABASE_ERRORS, AdminAccess, DatabaseError, error_message, quote
from rehearsal.database.rows import Parents, column_value, make_row
from rehearsal.database.seeding import next_row_number, parent_rows
from rehearsal.database.spatial import TYPES as SPATIAL
from rehearsal.database.statements import escaped, insert_statement
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Column, Row, Table
from rehearsal.database.values import RowError
from rehearsal.database.writer import Writer
from rehearsal.processes.errors import RehearsalError

_TICKS: Final = 20  # transactions a second under load
_MAX_DELAY_SECONDS: Final = 1.0
_TRIES: Final = 20  # values tried until one differs; an ENUM with one member has no other value
_NEW_COLUMN: Final = "VARCHAR(40)"
_NOT_COMPARED: Final = {"json", "float", "double", *SPATIAL}


class ChangeError(RehearsalError):
    """A table cannot be changed: the table and the reason."""


class _RepeatedKeyError(ChangeError):
    """The row's key exists already."""


@dataclass
class _ChangedTable:
    """A table; ``next_number`` is the next row's, ``inserted`` the last inserted rows by key and number."""

    table: Table
    next_number: int
    parents: Parents
    inserted: deque[tuple[Row, int]] = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def _compared(self) -> tuple[str, ...]:
        """The key's columns; without a key all columns that can be compared."""
        all_ = (column.name for column in self.table.columns if column.type not in _NOT_COMPARED)
        return self.table.writable_key or tuple(all_)

    def key(self, values: Row) -> Row:
        named = dict(zip((column.name for column in self.table.columns), values, strict=True))
        return tuple(named[name] for name in self._compared)

    @property
    def where(self) -> str:
        """Finds one row by its key."""
        found = " AND ".join(f"{escaped(quote(name))} <=> %s" for name in self._compared) or "TRUE"
        return f"{found} LIMIT 1"


class Changes:
    """Changes tables; each change is committed once and then recorded in ``ledger``.

    It updates and deletes only rows that it inserted: foreign keys may refer to others. It waits for a server that is
    down. Not thread-safe. Raises DatabaseError where the database cannot be read.
    """

    def __init__(self, database: AdminAccess, tables: Sequence[Table], ledger: Ledger) -> None:
        self.ledger = ledger
        self._writer = Writer(database)
        try:
            with database.connect() as connection, connection.cursor() as cursor:
                self._targets = {
                    table.name: _ChangedTable(table, next_row_number(cursor, table), parent_rows(cursor, table))
                    for table in tables
                }
        except DATABASE_ERRORS as error:
            raise DatabaseError(error_message(error)) from error

    @property
    def tables(self) -> tuple[TableName, ...]:
        """The tables that can be changed."""
        return tuple(self._targets)

    def insert(self, table: TableName, rows: int = 1) -> None:
        """Inserts rows in one transaction; raises ChangeError."""
        target = self._targets[table]
        for _ in range(_TRIES - 1):
            try:
                return self._insert(target, rows)
            except _RepeatedKeyError:  # keys with few values, and rows that others inserted
                target.next_number += rows
        return self._insert(target, rows)

    def update(self, table: TableName) -> None:
        """Updates a column of the row inserted last; raises ChangeError."""
        target = self._targets[table]
        if not target.inserted:
            raise ChangeError(f"{table}: no inserted row to update")
        _, number = target.inserted[-1]
        failed: ChangeError | None = None
        for column, other in _updatable_columns(target.table, number):
            try:
                return self._update(target, column, other)
            except ChangeError as error:  # a rule about this column and others
                failed = failed or error
        raise failed or ChangeError(f"{table}: no column outside the keys to update")

    def delete(self, table: TableName) -> None:
        """Deletes the row inserted last; raises ChangeError."""
        target = self._targets[table]
        if not target.inserted:
            raise ChangeError(f"{table}: no inserted row to delete")
        key, _ = target.inserted[-1]
        self._commit(target, EventKind.DELETE, f"DELETE FROM {escaped(table.sql)} WHERE {target.where}", [key], (key,))
        target.inserted.pop()

    def add_column(self, table: TableName) -> str:
        """Adds a column, which later rows have values in; returns its name; raises ChangeError."""
        target = self._targets[table]
        name = f"rehearsed_{len(target.table.columns)}"
        self._commit(target, EventKind.SCHEMA_CHANGE, f"ALTER TABLE {table.sql} ADD COLUMN {name} {_NEW_COLUMN}")
        column = Column(name, "varchar", _NEW_COLUMN.lower(), True, 40, None, None)
        target.table = replace(target.table, columns=(*target.table.columns, column))
        return name

    def change_each_table(self, *, outboxes: Container[TableName] = ()) -> dict[TableName, str]:
        """Two inserts, an update and a delete in every table; returns the error of each table where one failed.

        Rows of ``outboxes`` are not updated.
        """
        failed = {}
        for table in self.tables:
            try:
                self.insert(table)
                if table not in outboxes:
                    self.update(table)
                self.insert(table)
                self.delete(table)
            except ChangeError as error:
                failed[table] = str(error)
        return failed

    def load(self, stop: Event, *, rows_per_second: int) -> None:
        """Inserts at a constant rate, into the tables in turn, until ``stop``; raises ChangeError once all are full.

        It does not catch up on time in which the server was down.
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
            due = max(due + 1 / ticks, time.monotonic() - _MAX_DELAY_SECONDS)

    def redirect(self, database: AdminAccess) -> None:
        """From its next connection on it changes ``database``, which took over. From any thread."""
        self._writer.redirect(database)

    def close(self) -> None:
        """Closes the connection."""
        self._writer.close()

    def _update(self, target: _ChangedTable, column: Column, other: int) -> None:
        key, _ = target.inserted[-1]
        table = target.table.name
        value = column_value(target.table, column, other)
        statement = f"UPDATE {escaped(table.sql)} SET {escaped(quote(column.name))} = %s WHERE {target.where}"
        self._commit(target, EventKind.UPDATE, statement, [(value, *key)], (key,))
        target.next_number = max(target.next_number, other + 1)
        if target.table.writable_key:
            target.inserted[-1] = key, other
        else:  # the key is the whole row
            target.inserted.pop()

    def _insert(self, target: _ChangedTable, rows: int) -> None:
        numbers = range(target.next_number, target.next_number + rows)
        try:
            values = [make_row(target.table, number, target.parents) for number in numbers]
        except RowError as error:
            raise ChangeError(str(error)) from error
        keys = tuple(map(target.key, values))
        self._commit(target, EventKind.CREATE, insert_statement(target.table), values, keys)
        target.next_number += rows
        target.inserted.extend(zip(keys, numbers, strict=True))

    def _commit(
        self,
        target: _ChangedTable,
        kind: EventKind,
        statement: str,
        rows: Sequence[Row] = (),
        keys: tuple[Row, ...] = (),
    ) -> None:
        try:
            gtid, changed = self._writer.commit(statement, rows)
        except DATABASE_ERRORS as error:
            kind_of_error = _RepeatedKeyError if error.args[:1] == (DUP_ENTRY,) else ChangeError
            raise kind_of_error(f"{target.table.name}: {error_message(error)}") from error
        if changed != len(keys):
            raise ChangeError(f"{target.table.name}: the {kind} must change {len(keys)} rows, got {changed}")
        self.ledger.record(Transaction(gtid, target.table.name, kind, keys))


def _updatable_columns(table: Table, number: int) -> Iterator[tuple[Column, int]]:
    """Columns outside the key, and for each a number whose value there differs from that of ``number``.

    Those that no rule and no unique key is about come before others.
    """
    fixed = set(table.writable_key) | table.foreign_key_columns
    columns = [column for column in table.columns if column.name not in fixed]
    for column in sorted(columns, key=lambda one: (one.name in table.unique_columns, one.name in table.ruled_columns)):
        for other in range(number + 1, number + _TRIES):
            if column_value(table, column, other) != column_value(table, column, number):
                yield column, other
                break
