"""Prepares a source database for a connector: its tables, and rows for the first snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.database.mysql import AdminAccess
from rehearsal.database.sample_tables import TableName, create_statements, matches
from rehearsal.database.seeding import Seeded, seed
from rehearsal.database.tables import Table, discover


@dataclass(frozen=True)
class Source:
    """A prepared database: ``captured`` tables are read by connectors, ``unmatched`` patterns match no table."""

    tables: tuple[Table, ...]
    captured: tuple[Table, ...]
    unmatched: tuple[str, ...]
    seeded: Seeded

    @property
    def snapshot(self) -> dict[TableName, int]:
        """The number of rows in each captured table before the first snapshot."""
        return {table.name: self.seeded.rows[table.name] for table in self.captured}


def prepare(
    database: AdminAccess,
    *,
    patterns: Sequence[str],
    signal_tables: Sequence[str] = (),
    schema: Path | None = None,
    rows: int,
) -> Source:
    """Creates tables from ``schema``, a file of SQL, else sample tables for ``patterns``; fills each up to ``rows``.

    Raises DatabaseError where the file's SQL fails.
    """
    if schema:
        database.run_script(schema)
    signals = [TableName.parse(table) for table in signal_tables]
    with database.connect() as connection:
        with connection.cursor() as cursor:
            for statement in create_statements(() if schema else patterns, signal_tables=signal_tables):
                cursor.execute(statement)
        tables = tuple(table for table in discover(connection) if table.name not in signals)
        return Source(
            tables=tables,
            captured=tuple(table for table in tables if any(matches(pattern, table.name) for pattern in patterns)),
            unmatched=tuple(
                pattern for pattern in patterns if not any(matches(pattern, table.name) for table in tables)
            ),
            seeded=seed(connection, tables, rows=rows),
        )
