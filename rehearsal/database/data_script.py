"""A user's own changes: a file of SQL that is tried at the start, and committed once connectors read changes."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pymysql
from pymysql.constants.ER import DUP_ENTRY, PARSE_ERROR
from pymysql.constants.SERVER_STATUS import SERVER_STATUS_IN_TRANS
from pymysql.cursors import Cursor

from rehearsal.database import binary_log, sql_script
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.database.mysql import (
    DATABASE_ERRORS,
    AdminAccess,
    AdminConnection,
    DatabaseError,
    error_message,
    quote,
)
from rehearsal.database.sql_script import Statement
from rehearsal.database.table_name import SYSTEM_DATABASES, TableName

_WORD: Final = re.compile(r"(?:/\*!\d*\s*)?\(*\s*(\w+)")
_BEGINS: Final = frozenset(("BEGIN", "START"))
_ROLLBACK: Final = re.compile(r"ROLLBACK(?:\s+WORK)?", re.IGNORECASE)
_SAVEPOINT: Final = "cdc_rehearsal"
# What no transaction can take back.
_NOT_TRIED: Final = frozenset(
    (
        *("ALTER", "ANALYZE", "CALL", "CREATE", "DROP", "FLUSH", "GRANT", "IMPORT", "LOAD", "LOCK", "OPTIMIZE"),
        *("RENAME", "REPAIR", "RESET", "REVOKE", "TRUNCATE", "UNLOCK", "XA"),
    )
)
_AUTOCOMMIT: Final = re.compile(r"SET\b.*\bautocommit\b\s*:?=\s*(?:0|OFF|FALSE)\b", re.IGNORECASE | re.DOTALL)
_SYNC: Final = "SHOW MASTER STATUS"
_SYNC_SINCE_8_4: Final = "SHOW BINARY LOG STATUS"


class DataScript:
    """The statements in ``file``; raises OSError and UnicodeDecodeError where it cannot be read.

    Errors are DatabaseErrors with the file, the line and the server's message.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._statements = tuple(sql_script.statements(file.read_text(encoding="utf-8-sig")))

    def check(self) -> None:
        """Raises DatabaseError for a file that changes nothing, or that turns off automatic commits."""
        if not self._statements:
            raise DatabaseError(f"{self._file}: must have SQL statements, has none")
        for statement in self._statements:
            if _AUTOCOMMIT.match(statement.text):
                raise self._error(statement, "autocommit must stay on: BEGIN and COMMIT make a transaction")

    def try_out(self, database: AdminAccess) -> None:
        """Runs the file in one transaction that is rolled back, up to a statement that cannot be taken back."""
        self.check()
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                for statement in self._statements:
                    word = _first_word(statement)
                    if word in _BEGINS:
                        cursor.execute(f"SAVEPOINT {_SAVEPOINT}")
                    elif _ROLLBACK.fullmatch(statement.text):
                        cursor.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
                    elif word in _NOT_TRIED:
                        break
                    elif word != "COMMIT":
                        self._execute(cursor, statement)
            finally:
                cursor.execute("ROLLBACK")
            _reset_counters(cursor)

    def run(self, database: AdminAccess, tables: Sequence[TableName], ledger: Ledger) -> None:
        """Commits the file's changes: each statement alone, or as its BEGIN and COMMIT say.

        Records in ``ledger`` how many rows of ``tables`` each transaction changed, as the binary log has them: with
        those that triggers changed, without those of statements that found none. Raises DatabaseError where they are
        none at all.
        """
        with database.connect() as connection, connection.cursor() as cursor:
            file, start = position(cursor)
            for statement in self._statements:
                self._execute(cursor, statement)
            if _in_transaction(connection):
                raise self._error(self._last_begin, "the transaction that begins here must end in COMMIT")
            committed = recorded(connection, file, start)
            found = [transaction for transaction in committed if transaction.table in tables]
        if not found:
            names = ", ".join(map(str, tables))
            raise DatabaseError(f"{self._file}: must change rows of captured tables ({names}), changed none")
        for transaction in found:
            ledger.record(transaction)

    @property
    def _last_begin(self) -> Statement:
        begins = [one for one in self._statements if _first_word(one) in _BEGINS]
        return (begins or self._statements)[-1]

    def _execute(self, cursor: Cursor, statement: Statement) -> None:
        try:
            cursor.execute(statement.text)
            while cursor.nextset():  # a procedure's results
                pass
        except DATABASE_ERRORS as error:
            raise self._error(statement, error_message(error) + _hint(error)) from error

    def _error(self, statement: Statement, reason: str) -> DatabaseError:
        return DatabaseError(f"{self._file}:{statement.line}: {reason}")


def _in_transaction(connection: Any) -> bool:
    return bool(connection.server_status & SERVER_STATUS_IN_TRANS)


def _hint(error: Exception) -> str:
    repeated = isinstance(error, pymysql.MySQLError) and error.args[0] == DUP_ENTRY
    return "; the rehearsal fills tables with rows of its own first: use keys beyond them" if repeated else ""


def _first_word(statement: Statement) -> str:
    found = _WORD.match(statement.text)
    return found[1].upper() if found else ""


def _reset_counters(cursor: Cursor) -> None:
    """Gives AUTO_INCREMENT columns the next value again that they had before rows were rolled back."""
    cursor.execute(
        "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES"
        " WHERE AUTO_INCREMENT IS NOT NULL AND TABLE_SCHEMA NOT IN %s",
        (SYSTEM_DATABASES,),
    )
    for database, table in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {quote(database)}.{quote(table)} AUTO_INCREMENT = 1")


def position(cursor: Cursor) -> tuple[str, int]:
    """The current binary log's file name and end."""
    try:
        cursor.execute(_SYNC_SINCE_8_4)
    except pymysql.ProgrammingError as error:
        if error.args[0] != PARSE_ERROR:
            raise
        cursor.execute(_SYNC)
    row: Any = cursor.fetchone()
    return str(row[0]), int(row[1])


def recorded(connection: AdminConnection, file: str, start: int) -> list[Transaction]:
    """What was committed since a position of the binary log: one for each table and kind of a transaction's changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.log_bin_basename")
        folder = Path(next(iter(cursor))[0]).parent
        cursor.execute("SHOW BINARY LOGS")
        names = [str(row[0]) for row in cursor.fetchall()]
    return [
        Transaction(changed.gtid, table, kind, ((),) * rows)
        for name in names[names.index(file) :]
        for changed in binary_log.transactions(folder / name, start=start if name == file else 4)
        for (table, kind), rows in changed.rows.items()
    ]
