"""Creates sample tables for everything that connectors capture and name, and reports what was invented."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from modules.debezium.settings import Connector
from rehearsal.database.captures import Capture, Pattern
from rehearsal.database.discovery import discover
from rehearsal.database.mysql import AdminAccess, AdminConnection, DatabaseError, quote
from rehearsal.database.sample_columns import wanted_columns
from rehearsal.database.sample_tables import create_statements, table_names
from rehearsal.database.table_name import TableName

_SCHEMA: Final = "cdc rehearse ENV --schema FILE creates tables from your own SQL"


def invent(database: AdminAccess, connectors: Mapping[str, Connector]) -> list[str]:
    """Creates a table or more for each pattern, with the columns that properties name.

    Returns a line for each connector's names and for each of its patterns. Raises DatabaseError for a pattern for
    which no name can be invented.
    """
    captures = [Capture.of(name, connector) for name, connector in connectors.items()]
    names = {capture.name: table_names(capture.patterns) for capture in captures}
    for connector, invented in names.items():
        for pattern in (pattern for pattern, found in invented.items() if not found):
            raise DatabaseError(
                f"connectors.{connector}.source.tables: no table's name can be invented for {pattern.text}: {_SCHEMA}"
            )
    left_out = {capture.name: table_names(capture.excluded) for capture in captures}
    tables = {
        name for invented in (*names.values(), *left_out.values()) for found in invented.values() for name in found
    }
    with database.connect() as connection:
        with connection.cursor() as cursor:
            for statement in create_statements(tables):
                cursor.execute(statement)
        added = [_add_columns(connection, name, connector) for name, connector in connectors.items()]
    return [line for name, invented in names.items() for line in _lines(name, invented)] + list(chain(*added))


def _lines(connector: str, invented: Mapping[Pattern, tuple[TableName, ...]]) -> Iterator[str]:
    exact = [str(name) for pattern, found in invented.items() if pattern.exact for name in found]
    if exact:
        yield f"connectors.{connector}.source.tables: invented the columns of {', '.join(exact)}"
    for pattern, found in invented.items():
        if not pattern.exact:
            tables = ", ".join(map(str, found))
            yield f"connectors.{connector}.source.tables: for {pattern.text} invented {tables}"


def _add_columns(connection: AdminConnection, name: str, connector: Connector) -> list[str]:
    """Adds what properties name to the tables that the connector captures; a line for each changed table."""
    capture, lines = Capture.of(name, connector), []
    for table in discover(connection):
        if not capture.captured([table.name]):
            continue
        wanted = wanted_columns(connector, table.name, {column.name for column in table.columns})
        if wanted:
            additions = ", ".join(f"ADD COLUMN {quote(column)} {sql}" for column, sql in wanted.items())
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table.name.sql} {additions}")
            lines.append(f"connectors.{name}.properties: to {table.name} added the columns {', '.join(wanted)}")
    return lines
