"""Reads what the checks need from a database: variables, grants, replicas, tables. Changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from cdc.preflight.database.connecting import MySql
from rehearsal.database.table_name import SYSTEM_DATABASES, TableName

_VARIABLES: Final = (
    "binlog_expire_logs_seconds", "binlog_format", "binlog_row_image", "binlog_row_value_options", "gtid_mode",
    "innodb_read_only", "log_bin", "read_only", "server_id", "system_time_zone", "time_zone", "version",
)  # fmt: skip
_RETENTION: Final = "SELECT value FROM mysql.rds_configuration WHERE name = 'binlog retention hours'"
_TABLES: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE <> 'BASE TABLE', TABLE_ROWS, DATA_LENGTH
    FROM information_schema.TABLES WHERE TABLE_SCHEMA NOT IN %s ORDER BY TABLE_SCHEMA, TABLE_NAME"""
_COLUMNS: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN %s ORDER BY ORDINAL_POSITION"""
_KEYS: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, NULLABLE
    FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA IN %s ORDER BY SEQ_IN_INDEX"""
_REFUSED: Final = (ER.SPECIFIC_ACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR)


@dataclass(frozen=True)
class Column:
    """A column: ``type`` is the bare type (``bigint``), ``definition`` the full one (``bigint unsigned``)."""

    name: str
    type: str
    definition: str


@dataclass(frozen=True)
class Table:
    """A table or view; ``rows`` and ``size`` (bytes) are MySQL's estimates, ``key`` identifies a row."""

    name: TableName
    view: bool
    rows: int
    size: int
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """How long the binary log is kept. ``hours`` is None for "no longer than needed" in RDS.

    ``readable`` says whether the user may see it; ``managed`` whether RDS decides.
    """

    hours: float | None
    managed: bool
    readable: bool = True


@dataclass(frozen=True)
class Facts:
    """What a database says of itself to the connector's user.

    ``replicas`` are server ids of registered replicas; None where the user may not see them.
    """

    variables: Mapping[str, str]
    retention: Retention
    grants: tuple[str, ...]
    replicas: tuple[int, ...] | None
    tables: tuple[Table, ...]

    def on(self, variable: str) -> bool:
        """Whether a variable is switched on."""
        return self.variables.get(variable, "").upper() in ("ON", "1")


def read(connection: MySql, *, captures: Callable[[TableName], bool]) -> Facts:
    """Everything that the checks need; columns and keys of tables that ``captures`` says. Raises MySQLError."""
    with connection.cursor() as cursor:
        variables = _variables(cursor)
        return Facts(
            variables=variables,
            retention=_retention(cursor, variables),
            grants=tuple(row[0] for row in _rows(cursor, "SHOW GRANTS FOR CURRENT_USER")),
            replicas=_replicas(cursor),
            tables=tuple(_tables(cursor, captures)),
        )


def _rows(cursor: Cursor, query: str, *arguments: object) -> list[tuple[Any, ...]]:
    cursor.execute(query, arguments or None)
    return list(cursor.fetchall())


def _variables(cursor: Cursor) -> dict[str, str]:
    rows = _rows(cursor, "SHOW GLOBAL VARIABLES WHERE Variable_name IN %s", _VARIABLES)
    return {str(name).lower(): str(value) for name, value in rows}


def _retention(cursor: Cursor, variables: Mapping[str, str]) -> Retention:
    """RDS keeps it in a table of its own, and purges logs by itself; elsewhere the server's variable decides."""
    try:
        rows = _rows(cursor, _RETENTION)
    except pymysql.MySQLError as refused:
        if refused.args[0] in _REFUSED:
            return Retention(None, managed=True, readable=False)
        if refused.args[0] not in (ER.NO_SUCH_TABLE, ER.BAD_DB_ERROR):
            raise
        seconds = int(variables.get("binlog_expire_logs_seconds", "0"))
        return Retention(seconds / 3600 if seconds else float("inf"), managed=False)
    value = rows[0][0] if rows else None
    return Retention(float(value) if value is not None else None, managed=True)


def _replicas(cursor: Cursor) -> tuple[int, ...] | None:
    """The second spelling is that of servers before 8.0.22."""
    for statement in ("SHOW REPLICAS", "SHOW SLAVE HOSTS"):
        try:
            return tuple(int(row[0]) for row in _rows(cursor, statement))
        except pymysql.MySQLError as refused:
            if refused.args[0] in _REFUSED:
                return None
            if refused.args[0] != ER.PARSE_ERROR:
                raise
    return None


def _tables(cursor: Cursor, captures: Callable[[TableName], bool]) -> Iterable[Table]:
    """Sizes are fresh: MySQL 8 keeps them for a day."""
    cursor.execute("SET SESSION information_schema_stats_expiry = 0")
    found = [
        Table(TableName(database, name), bool(view), int(rows or 0), int(size or 0))
        for database, name, view, rows, size in _rows(cursor, _TABLES, SYSTEM_DATABASES)
    ]
    databases = sorted({table.name.database for table in found if captures(table.name)})
    columns, keys = _columns(cursor, databases), _keys(cursor, databases)
    for table in found:
        described = captures(table.name) and not table.view
        yield _described(table, columns, keys) if described else table


def _described(
    table: Table, columns: Mapping[TableName, list[Column]], keys: Mapping[TableName, tuple[str, ...]]
) -> Table:
    return Table(
        table.name, table.view, table.rows, table.size, tuple(columns.get(table.name, ())), keys.get(table.name, ())
    )


def _columns(cursor: Cursor, databases: list[str]) -> dict[TableName, list[Column]]:
    found: dict[TableName, list[Column]] = defaultdict(list)
    for database, table, *column in _rows(cursor, _COLUMNS, databases) if databases else ():
        found[TableName(database, table)].append(Column(*column))
    return found


def _keys(cursor: Cursor, databases: list[str]) -> dict[TableName, tuple[str, ...]]:
    """The primary key, else a unique one without NULL, as Debezium takes it."""
    indexes: dict[TableName, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    usable: dict[tuple[TableName, str], bool] = {}
    for database, table, index, column, nullable in _rows(cursor, _KEYS, databases) if databases else ():
        name = TableName(database, table)
        indexes[name][index].append(column)
        usable[name, index] = usable.get((name, index), True) and column is not None and nullable != "YES"
    chosen: dict[TableName, tuple[str, ...]] = {}
    for name, found in indexes.items():
        best = sorted(index for index in found if usable[name, index] and index != "PRIMARY")
        if index := "PRIMARY" if "PRIMARY" in found else next(iter(best), ""):
            chosen[name] = tuple(found[index])
    return chosen
