"""The MySQL server for tests: the installed or the pinned one."""

import os
from pathlib import Path

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from rehearsal.database import mysql_server
from rehearsal.database.mysql import AdminAccess, Database
from rehearsal.database.table_name import TableName
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import EVERY_LOOPBACK, Address, free_port
from tests.needs import missing


def server() -> mysql_server.Server:
    """Skips the running test where there is none."""
    if found := mysql_server.installed():
        return found
    if lines := mysql_server.missing():
        missing("; ".join(lines))
    where = sources(os.environ.get("CDC_SOURCES", "").split())
    try:
        name = mysql_server.pinned_set()
        fetched = fetch(pinned_files.files(load(), name) if name else (), sources=where, cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    return mysql_server.server([*fetched.values()])


def database(folder: Path) -> Database:
    """A new server, not started yet."""
    host = "127.98.7.1" if EVERY_LOOPBACK else "127.0.0.1"
    return Database(folder=folder, address=Address(host, free_port()), server=server())


def answers(database: AdminAccess, query: str) -> list[tuple[object, ...]]:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def rows_in(database: AdminAccess, name: TableName) -> int:
    [(rows,)] = answers(database, f"SELECT COUNT(*) FROM {name.sql}")
    assert isinstance(rows, int)
    return rows
