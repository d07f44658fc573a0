"""Connects to a source database over TLS, as the connector's user."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CR, ER
from pymysql.cursors import Cursor

from cdc.findings import Finding, error, unknown
from rehearsal.database.mysql import error_message

USER: Final = "CDC_DATABASE_USER"
PASSWORD: Final = "CDC_DATABASE_PASSWORD"
_SECONDS: Final = 10
_READ_SECONDS: Final = 120
_DENIED: Final = (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR)
MySql: TypeAlias = "Connection[Cursor]"


@dataclass(frozen=True)
class Login:
    """A database user; ``repr`` does not show the password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Route:
    """Where the database is reached from here; ``given`` by the user, or else its own endpoint.

    ``authority`` is a file of certificates that must have signed the server's.
    """

    host: str
    port: int
    given: bool
    authority: Path | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class ConnectionFailedError(Exception):
    """No connection; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def login_from(variables: Mapping[str, str]) -> Login | None:
    """The login in environment variables; None without a user."""
    user = variables.get(USER)
    return Login(user, variables.get(PASSWORD, "")) if user else None


@contextmanager
def connected(route: Route, login: Login, *, read_only: bool = True) -> Iterator[MySql]:
    """A session, always over TLS; by default it can only read. Raises ConnectionFailedError."""
    tls = {"ca": str(route.authority)} if route.authority else {}
    try:
        connection = pymysql.connect(
            host=route.host,
            port=route.port,
            user=login.user,
            password=login.password.encode(),  # else PyMySQL takes it for Latin-1
            ssl={**tls, "check_hostname": False},  # behind a tunnel the host has another name
            connect_timeout=_SECONDS,
            read_timeout=_READ_SECONDS,
            autocommit=True,
        )
    except (pymysql.MySQLError, OSError, RuntimeError) as failed:
        raise ConnectionFailedError(_explained(failed, route, login)) from failed
    with connection:
        if read_only:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
        yield connection


def _explained(failed: Exception, route: Route, login: Login) -> Finding:
    code = failed.args[0] if failed.args else None
    message = error_message(failed)
    if code in _DENIED:
        return error(
            f"{route} denies access to the user {login.user!r}: {message}",
            "compare the user and password with the database's; docs/source-database.md has its CREATE USER",
        )
    if code == CR.CR_SSL_CONNECTION_ERROR or "certificate" in message.lower():
        return error(
            f"{route} must offer TLS: {message}", "turn TLS on; with --ca, give the file of its certificate authority"
        )
    if route.given:
        return error(f"{route} must answer, got: {message}", "correct --host and --port, or start the tunnel")
    return unknown(
        f"{route} does not answer from here: {message}",
        "open a tunnel into its VPC, and give its --host and --port",
    )
