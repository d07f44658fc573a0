"""Prepares a source database for its connectors: their tables, and rows for the first snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modules.debezium.settings import Connector
from rehearsal.database.captures import Capture
from rehearsal.database.discovery import discover
from rehearsal.database.invention import invent
from rehearsal.database.mysql import DATABASE_ERRORS, AdminAccess, AdminConnection, DatabaseError, error_message
from rehearsal.database.outbox import with_outbox_values
from rehearsal.database.sample_tables import create_statements
from rehearsal.database.seeding import Seeded, seed
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Table

_FEW: Final = 20


@dataclass(frozen=True)
class Source:
    """A prepared database: ``captured`` tables are read by connectors; ``notes`` say what was invented, a line each.

    ``version`` is MySQL's.
    """

    tables: tuple[Table, ...]
    captured: tuple[Table, ...]
    notes: tuple[str, ...]
    seeded: Seeded
    version: str

    @property
    def snapshot(self) -> dict[TableName, int]:
        """The number of rows in each captured table before the first snapshot."""
        return {table.name: self.seeded.rows[table.name] for table in self.captured}


def prepare(
    database: AdminAccess, connectors: Mapping[str, Connector], *, schema: Path | None = None, rows: int
) -> Source:
    """Creates tables from ``schema``, a file of SQL, else sample tables; fills each up to ``rows``.

    Raises DatabaseError where the file's SQL fails, where a connector captures none of its tables or a pattern matches
    none, and for a pattern for which no sample table can be invented.
    """
    try:
        return _prepared(database, connectors, schema=schema, rows=rows)
    except DATABASE_ERRORS as error:
        raise DatabaseError(error_message(error)) from error


def _prepared(database: AdminAccess, connectors: Mapping[str, Connector], *, schema: Path | None, rows: int) -> Source:
    if schema:
        database.run_script(schema)
    notes = [] if schema else invent(database, connectors)
    signals = list(_signal_tables(connectors))
    captures = [Capture.of(name, connector) for name, connector in connectors.items()]
    with database.connect() as connection:
        found = discover(connection)
        with connection.cursor() as cursor:
            for statement in create_statements((), signal_tables=signals):
                cursor.execute(statement)
        tables = tuple(with_outbox_values(table, connectors) for table in found if table.name not in signals)
        names = [table.name for table in tables]
        if problems := [problem for capture in captures for problem in _unmatched(capture, names, schema)]:
            raise DatabaseError("\n".join(problems))
        captured = {name for capture in captures for name in capture.captured(names)}
        seeded = seed(connection, tables, rows=rows)
        return Source(
            tables=tuple(seeded.tables),
            captured=tuple(table for table in seeded.tables if table.name in captured),
            notes=tuple(notes),
            seeded=seeded,
            version=_version(connection),
        )


def _version(connection: AdminConnection) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        return str(next(iter(cursor))[0])


def _signal_tables(connectors: Mapping[str, Connector]) -> Iterator[TableName]:
    for connector in connectors.values():
        if connector.signals and connector.signals.table:
            yield TableName.parse(connector.signals.table)


def _unmatched(capture: Capture, names: Sequence[TableName], schema: Path | None) -> Iterator[str]:
    """An error for a connector that captures no table, else for each pattern that matches none."""
    where = f"connectors.{capture.name}.source.tables"
    of = f"the tables of {schema}" if schema else "the tables"
    there = ", ".join(map(str, names[:_FEW])) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
    missed = [pattern.text for pattern in capture.patterns if not any(map(pattern.captures, names))]
    if len(missed) == len(capture.patterns):
        yield f"{where}: captures no table: {', '.join(missed)} must match some of {of}, got {there or 'none'}"
    else:
        yield from (f"{where}: {text} must match one of {of}, got {there}" for text in missed)
