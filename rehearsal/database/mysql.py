"""A real MySQL server in Aurora's place, with the settings that docs/source-database.md asks for."""

import os
import shutil
import subprocess
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
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.pinned_files import kept
from rehearsal.processes.programs import Program

Admin: TypeAlias = "Connection[Cursor]"

START_SECONDS: Final = 60
# What docs/source-database.md tells users to grant.
PRIVILEGES: Final = "SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT"
_SOCKET: Final = "mysqld.sock"
_SOCKET_LIMIT: Final = 100  # sockaddr_un has room for 104 bytes on macOS, 108 on Linux
# Redo is copied with each data directory; a loose option that this version does not know is passed over.
_SMALL: Final = ("--loose-innodb-log-file-size=8M", "--loose-innodb-redo-log-capacity=16M")
# Keys are what each server makes for itself at its first start.
_NO_KEYS: Final = (
    "--auto-generate-certs=OFF",
    "--loose-sha256-password-auto-generate-rsa-keys=OFF",
    "--loose-caching-sha2-password-auto-generate-rsa-keys=OFF",
)
# The binary log, ROW and FULL images are the defaults since 8.0 and stay unsaid: later versions drop the options.
_SETTINGS: Final = (
    "--binlog-row-metadata=FULL",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--default-time-zone=+00:00",
    "--skip-name-resolve",
    "--mysqlx=OFF",
    "--event-scheduler=OFF",
    "--max-connections=60",
    # A commit is written before it is answered, so a killed server keeps it; only the machine's crash would not.
    "--innodb-flush-log-at-trx-commit=2",
    "--sync-binlog=0",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-buffer-size=4M",
)


class DatabaseError(RehearsalError):
    """The database refused something: what, where, and in its own words."""


class Access:
    """``root`` of the server behind ``socket``, from any process of this user, without a password."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    def connect(self, database: str | None = None) -> Admin:
        """A new connection that commits every statement; the caller closes it."""
        return pymysql.connect(unix_socket=str(self.socket), user="root", database=database, autocommit=True)

    def create_user(self, name: str, password: str) -> None:
        """A user as docs/source-database.md tells users to make theirs: TLS only, these privileges and no others."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s REQUIRE SSL", (name, password))
            cursor.execute(f"GRANT {PRIVILEGES} ON *.* TO %s@'%%'", (name,))

    def allow_signals(self, user: str, table: str) -> None:
        """Lets ``user`` write to ``table`` (``database.table``), which must be there."""
        place = ".".join(map(quoted, table.split("."))).replace("%", "%%")
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"GRANT INSERT, DELETE ON {place} TO %s@'%%'", (user,))

    def run_script(self, script: Path) -> None:
        """Runs a file of SQL, statement by statement; raises DatabaseError with the line of the one refused."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in sql_script.statements(script.read_text(encoding="utf-8-sig")):
                try:
                    cursor.execute(statement.text)
                except pymysql.MySQLError as error:
                    raise DatabaseError(f"{script}:{statement.line}: {told(error)}") from error


class Database(Access):
    """A server on ``address`` with its data in ``folder``; ends at once when the block is left.

    Started again, it has its data still. Public: ``program``, None before the start.
    """

    def __init__(self, *, folder: Path, address: Address, server: Server) -> None:
        super().__init__(_socket(folder))
        self.address = address
        self.folder = folder
        self.program: Program | None = None
        self._server = server
        self._data = folder / "data"

    def start(self) -> Self:
        """Blocks until it answers; raises ProgramError."""
        if not self._data.exists():
            template = kept("mysql-data", self._key, self._initialize)
            shutil.copytree(template, self._data)
            self._data.chmod(0o700)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        if self.program is None:
            self.program = Program("mysql", self._command, folder=self.folder, variables=self._server.variables)
        self.program.start().until(self._answers, seconds=START_SECONDS)
        return self

    def stop(self) -> None:
        """In order: what was committed is on the disk."""
        if self.program:
            self.program.stop()
        self._remove_socket()

    def kill(self) -> None:
        """At once, as a crash would; the next ``start`` recovers what was committed."""
        if self.program:
            self.program.kill()
        self._remove_socket()

    def restart(self) -> None:
        """In order, with the same address and data."""
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
        """The program and what both a new data directory and a running server need."""
        base = [f"--basedir={self._server.base}"] if self._server.base else []
        root = ["--user=root"] if os.geteuid() == 0 else []  # it refuses to run as root unless told to
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
        ]

    @property
    def _key(self) -> str:
        """All that a new data directory follows from."""
        return " ".join([str(self._server.program), self._server.version, *_SMALL])

    def _initialize(self, folder: Path) -> None:
        """A data directory with nothing in it that is one server's own: no identity, no certificates."""
        command = [*self._start, f"--datadir={folder}", "--initialize-insecure", *_NO_KEYS]
        done = subprocess.run(command, env=self._server.variables, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DatabaseError(f"{self._server.program} must make a data directory, got:\n{done.stderr.strip()}")
        (folder / "auto.cnf").unlink()

    def _answers(self) -> bool | None:
        try:
            self.connect().close()
        except pymysql.OperationalError:
            return None
        return True


def _socket(folder: Path) -> Path:
    """In ``folder``, or in one of its own where that has too long a name."""
    beside = folder / _SOCKET
    fits = len(os.fsencode(beside)) <= _SOCKET_LIMIT
    return beside if fits else Path("/tmp", f"cdc-{token_hex(8)}", _SOCKET)


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return f"`{name.replace('`', '``')}`"


def told(error: pymysql.MySQLError) -> str:
    """The server's own words."""
    return str(error.args[-1]) if error.args else str(error)
