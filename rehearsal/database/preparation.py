"""A source database made ready for a connector: its tables, and rows for the first snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal.database.mysql import Access
from rehearsal.database.seeding import Seeded, seed
from rehearsal.database.stand_ins import Name, covers, definitions
from rehearsal.database.tables import Table, discover


@dataclass(frozen=True)
class Source:
    """``captured`` are the tables that the connectors read; ``unmatched`` the patterns that no table matches."""

    tables: tuple[Table, ...]
    captured: tuple[Table, ...]
    unmatched: tuple[str, ...]
    seeded: Seeded

    @property
    def snapshot(self) -> dict[Name, int]:
        """How many rows the first snapshot finds in each captured table."""
        return {table.name: self.seeded.rows[table.name] for table in self.captured}


def prepare(
    database: Access,
    *,
    patterns: Sequence[str],
    signal_tables: Sequence[str] = (),
    schema: Path | None = None,
    rows: int,
) -> Source:
    """Tables from ``schema``, a file of SQL, else stand-ins for ``patterns``; each with ``rows`` if it takes them.

    Raises DatabaseError where the file's SQL is refused.
    """
    if schema:
        database.run_script(schema)
    signals = [Name.parse(table) for table in signal_tables]
    with database.connect() as connection:
        with connection.cursor() as cursor:
            for statement in definitions(() if schema else patterns, signal_tables=signal_tables):
                cursor.execute(statement)
        tables = tuple(table for table in discover(connection) if table.name not in signals)
        return Source(
            tables=tables,
            captured=tuple(table for table in tables if any(covers(pattern, table.name) for pattern in patterns)),
            unmatched=tuple(
                pattern for pattern in patterns if not any(covers(pattern, table.name) for table in tables)
            ),
            seeded=seed(connection, tables, rows=rows),
        )
