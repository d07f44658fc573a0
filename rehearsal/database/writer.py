"""Commits transactions exactly once, also when the server crashes in between."""

import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Final
from uuid import uuid4

import pymysql
from pymysql.constants.CR import CR_CONN_HOST_ERROR, CR_CONNECTION_ERROR, CR_SERVER_GONE_ERROR, CR_SERVER_LOST
from pymysql.constants.ER import OPTION_PREVENTS_STATEMENT, SERVER_SHUTDOWN

from rehearsal.database.mysql import AdminAccess, AdminConnection
from rehearsal.database.tables import Row

_CONNECTION_ERRORS: Final = {
    CR_CONNECTION_ERROR,
    CR_CONN_HOST_ERROR,
    CR_SERVER_GONE_ERROR,
    CR_SERVER_LOST,
    SERVER_SHUTDOWN,
    OPTION_PREVENTS_STATEMENT,  # it has become read-only, and another is the writer
    0,  # the connection was closed by an earlier failure
}
_RETRY_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 60


class Writer:
    """Commits transactions under GTIDs of its own: the server skips a GTID that it has executed already.

    So after a broken connection, when it is unknown whether the transaction was committed, it is sent again (MySQL
    manual, "GTID Auto-Skip"). Not thread-safe.
    """

    def __init__(self, database: AdminAccess) -> None:
        self._database = database
        self._connection: AdminConnection | None = None
        self._uuid = uuid4()
        self._numbers = count(1)

    def commit(self, statement: str, rows: Sequence[Row] = ()) -> tuple[str, int]:
        """Runs ``statement`` for all of ``rows``, or alone where it commits implicitly (ALTER TABLE).

        Returns its GTID, and how many rows it changed: where it was sent again after it was committed, all of ``rows``.

        Waits up to 60 s for a server that is down or read-only. Raises pymysql's errors; nothing is committed then,
        unless the server stayed down.
        """
        gtid = f"{self._uuid}:{next(self._numbers)}"
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for tries in count(1):
            try:
                changed = self._execute(gtid, statement, rows)
            except (pymysql.OperationalError, pymysql.InterfaceError) as error:
                self.close()
                if error.args[0] not in _CONNECTION_ERRORS or time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY_SECONDS)
            except pymysql.MySQLError:
                self.close()
                raise
            else:
                return gtid, changed if tries == 1 else len(rows)  # none, if the first time it was committed
        raise AssertionError("unreachable")

    def redirect(self, database: AdminAccess) -> None:
        """The next connection is to ``database``, which has every transaction that was committed. From any thread."""
        self._database = database

    def close(self) -> None:
        """Closes the connection; an open transaction is rolled back."""
        if self._connection:
            with suppress(pymysql.MySQLError):
                self._connection.close()
            self._connection = None

    def _execute(self, gtid: str, statement: str, rows: Sequence[Row]) -> int:
        if self._connection is None:
            self._connection = self._database.connect()
        with self._connection.cursor() as cursor:
            cursor.execute("SET SESSION gtid_next = %s", (gtid,))
            if rows:
                cursor.execute("BEGIN")
                changed = cursor.executemany(statement, rows)
                cursor.execute("COMMIT")
                return changed or 0
            return cursor.execute(statement)
