"""A second server that replicates a database by GTIDs, and takes over from it."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from pymysql.cursors import Cursor
from tenacity import retry, stop_after_delay, wait_fixed

from rehearsal.database.mysql import AdminAccess
from rehearsal.processes.addresses import Address

_USER: Final = "replica"
_PASSWORD_BYTES: Final = 16  # replication takes 32 characters
_SERVER_ID: Final = 2
_NEW_WORDS: Final = (8, 4)  # from here on MySQL has no other


@dataclass(frozen=True)
class Replica:
    """``database``, a running and empty server, becomes a replica of ``of``, which listens ``at``."""

    database: AdminAccess
    of: AdminAccess
    at: Address

    def start(self) -> None:
        """Reads every transaction since the first; returns once it has those that were committed before."""
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        with self.of.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {_USER}@'%%' IDENTIFIED BY %s REQUIRE SSL", (password,))
            cursor.execute(f"GRANT REPLICATION SLAVE ON *.* TO {_USER}@'%'")
        with self.database.connect() as connection, connection.cursor() as cursor:
            words = _words(cursor)
            cursor.execute("SET GLOBAL server_id = %s", (_SERVER_ID,))
            cursor.execute(words["clear"])
            options = {"HOST": self.at.host, "PORT": self.at.port, "USER": _USER, "PASSWORD": password}
            given = ", ".join(f"{words['option']}_{key} = %s" for key in options)
            flags = f"{words['option']}_AUTO_POSITION = 1, {words['option']}_SSL = 1"
            cursor.execute(f"{words['change']} {given}, {flags}", tuple(options.values()))
            cursor.execute(words["start"])
        self._catch_up()

    def promote(self) -> None:
        """The old writer becomes read-only, for good; once this has all of its transactions, this is the writer."""
        with self.of.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SET PERSIST super_read_only = ON")
        self._catch_up()
        with self.database.connect() as connection, connection.cursor() as cursor:
            words = _words(cursor)
            cursor.execute(words["stop"])
            cursor.execute(words["reset"])

    @retry(stop=stop_after_delay(180), wait=wait_fixed(0.2), reraise=True)
    def _catch_up(self) -> None:
        committed = _answer(self.of, "SELECT @@GLOBAL.gtid_executed")
        missing = _answer(self.database, "SELECT GTID_SUBTRACT(%s, @@GLOBAL.gtid_executed)", committed)
        assert not missing, f"the replica does not have {missing}"


def _answer(database: AdminAccess, query: str, *values: object) -> Any:
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        [found] = cursor.fetchone() or [None]
        return found


def _words(cursor: Cursor) -> dict[str, str]:
    cursor.execute("SELECT VERSION()")
    [version] = cursor.fetchone() or [""]
    if tuple(map(int, str(version).split(".")[:2])) >= _NEW_WORDS:
        return {
            "clear": "RESET BINARY LOGS AND GTIDS",
            "change": "CHANGE REPLICATION SOURCE TO",
            "option": "SOURCE",
            "start": "START REPLICA",
            "stop": "STOP REPLICA",
            "reset": "RESET REPLICA ALL",
        }
    return {
        "clear": "RESET MASTER",
        "change": "CHANGE MASTER TO",
        "option": "MASTER",
        "start": "START SLAVE",
        "stop": "STOP SLAVE",
        "reset": "RESET SLAVE ALL",
    }
