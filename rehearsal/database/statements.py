"""SQL for generated rows, with parameters for pymysql."""

from rehearsal.database.mysql import quote
from rehearsal.database.tables import Table


def insert_statement(table: Table) -> str:
    """The INSERT for rows of ``make_row``."""
    columns = ", ".join(quote(column.name) for column in table.columns)
    into = escaped(f"INSERT INTO {table.name.sql} ({columns})")
    return f"{into} VALUES ({', '.join(['%s'] * len(table.columns))})"


def escaped(sql: str) -> str:
    """Escapes % for pymysql."""
    return sql.replace("%", "%%")
