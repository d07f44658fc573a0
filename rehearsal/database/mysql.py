"""A real MySQL server instead of Aurora, with the settings that docs/source-database.md requires."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import Final, Self, TypeAlias

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from rehearsal.database import sql_script
from rehearsal.database.mysql_server import Server
from rehearsal.processes.addresses import Address
from rehearsal.processes.cached_folder import cached_folder
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.programs import Program

AdminConnection: TypeAlias = "Connection[Cursor]"
# What the driver raises for a statement, its values or the answer, which may be in no charset that it knows.
DATABASE_ERRORS: Final = (pymysql.MySQLError, ValueError)

START_SECONDS: Final = 60
PORT: Final = 3306
# The privileges in docs/source-database.md.
DEBEZIUM_PRIVILEGES: Final = "SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT"
_SOCKET: Final = "mysqld.sock"
_SOCKET_LIMIT: Final = 100  # sockaddr_un has room for 104 bytes on macOS, 108 on Linux
# The redo log is copied with each data directory; a "loose" option that this version does not know is ignored.
_SMALL: Final = ("--loose-innodb-log-file-size=8M", "--loose-innodb-redo-log-capacity=16M")
# Each server creates its own keys at its first start.
_NO_KEYS: Final = (
    "--auto-generate-certs=OFF",
    "--loose-sha256-password-auto-generate-rsa-keys=OFF",
    "--loose-caching-sha2-password-auto-generate-rsa-keys=OFF",
)
# The binary log, ROW and FULL images are the defaults since 8.0; later versions drop these options.
_SETTINGS: Final = (
    "--binlog-row-metadata=FULL",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--default-time-zone=+00:00",
    "--skip-name-resolve",
    "--mysqlx=OFF",
    "--event-scheduler=OFF",
    "--max-connections=60",
    # A killed server keeps every commit; only a crash of the machine could lose one.
    "--innodb-flush-log-at-trx-commit=2",
    "--sync-binlog=0",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-buffer-size=4M",
)


class DatabaseError(RehearsalError):
    """The database refused a statement; the message has MySQL's own."""


class AdminAccess:
    """Access as root, through ``socket``, from any process of this user, without a password."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def connect(self, database: str | None = None) -> AdminConnection:
        """A new connection with autocommit; the caller closes it."""
        return pymysql.connect(unix_socket=str(self.socket), user="root", database=database, autocommit=True)

    def create_user(self, name: str, password: str) -> None:
        """Creates a user as in docs/source-database.md: TLS only, with Debezium's privileges and no others."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s REQUIRE SSL", (name, password))
            cursor.execute(f"GRANT {DEBEZIUM_PRIVILEGES} ON *.* TO %s@'%%'", (name,))

    def grant_signal_table(self, user: str, table: str) -> None:
        """Grants INSERT and DELETE on ``table`` (``database.table``), which must exist, to ``user``."""
        quoted = ".".join(map(quote, table.split("."))).replace("%", "%%")
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"GRANT INSERT, DELETE ON {quoted} TO %s@'%%'", (user,))

    def run_script(self, script: Path) -> None:
        """Runs a file of SQL; raises DatabaseError with the line of the statement that failed."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in sql_script.statements(script.read_text(encoding="utf-8-sig")):
                try:
                    cursor.execute(statement.text)
                except DATABASE_ERRORS as error:
                    raise DatabaseError(f"{script}:{statement.line}: {error_message(error)}") from error


class Database(AdminAccess):
    """A server on ``address`` with its data in ``folder``; killed at the end of the block.

    The data stays for the next start. ``certificate`` is a PEM file with key and certificate, else the server makes its
    own. Public: ``program``, None before the start.
    """

    def __init__(self, *, folder: Path, address: Address, server: Server, certificate: Path | None = None) -> None:
        super().__init__(_socket(folder))
        self.address = address
        self.folder = folder
        self.program: Program | None = None
        self._server = server
        self._certificate = certificate
        self._data = folder / "data"

    def start(self) -> Self:
        """Starts the server and waits until it accepts connections; raises ProgramError."""
        if not self._data.exists():
            template = cached_folder("mysql-data", self._template_key, self._initialize)
            shutil.copytree(template, self._data)
            self._data.chmod(0o700)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        if self.program is None:
            self.program = Program("mysql", self._command, folder=self.folder, env=self._server.env)
        self.program.start().wait_until(self._accepts_connections, seconds=START_SECONDS)
        return self

    def stop(self) -> None:
        """Shuts the server down; everything committed is on disk."""
        if self.program:
            self.program.stop()
        self._remove_socket()

    def kill(self) -> None:
        """Kills the server; the next ``start`` recovers everything committed."""
        if self.program:
            self.program.kill()
        self._remove_socket()

    def restart(self) -> None:
        """Shuts down and starts again, with the same address and data."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _remove_socket(self) -> None:
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    @property
    def _start(self) -> list[str]:
        """The program and the options for both a new data directory and a running server."""
        base = [f"--basedir={self._server.base}"] if self._server.base else []
        root = ["--user=root"] if os.geteuid() == 0 else []  # mysqld refuses to run as root without it
        return [str(self._server.program), "--no-defaults", *base, *root, *_SMALL]

    @property
    def _command(self) -> list[str]:
        return [
            *self._start,
            *_SETTINGS,
            f"--datadir={self._data}",
            f"--bind-address={self.address.host}",
            f"--port={self.address.port}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'mysqld.pid'}",
            *([f"--ssl-cert={self._certificate}", f"--ssl-key={self._certificate}"] if self._certificate else []),
        ]

    @property
    def _template_key(self) -> str:
        """Everything that a new data directory depends on."""
        return " ".join([str(self._server.program), self._server.version, *_SMALL])

    def _initialize(self, folder: Path) -> None:
        """Creates a data directory that many servers can start from: without server UUID and certificates."""
        command = [*self._start, f"--datadir={folder}", "--initialize-insecure", *_NO_KEYS]
        done = subprocess.run(command, env=self._server.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DatabaseError(f"{self._server.program} cannot create a data directory:\n{done.stderr.strip()}")
        (folder / "auto.cnf").unlink()

    def _accepts_connections(self) -> bool | None:
        try:
            self.connect().close()
        except pymysql.OperationalError:
            return None
        return True


def _socket(folder: Path) -> Path:
    """In ``folder``, or in the temporary folder where that path is too long for a socket."""
    beside = folder / _SOCKET
    fits = len(os.fsencode(beside)) <= _SOCKET_LIMIT
    return beside if fits else Path(tempfile.gettempdir(), f"cdc-{token_hex(8)}", _SOCKET)


def quote(name: str) -> str:
    """``name`` as a quoted SQL identifier."""
    return f"`{name.replace('`', '``')}`"


def error_message(error: Exception) -> str:
    """The server's message, or the driver's."""
    if not isinstance(error, pymysql.MySQLError):
        return f"{type(error).__name__}: {error}"
    return str(error.args[-1]) if error.args else str(error)
