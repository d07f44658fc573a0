"""A real MySQL server with a user for Debezium, and a connector that captures its tables."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cdc.findings import Finding, Result
from cdc.preflight.database import checks
from cdc.preflight.database.connecting import Login, Route
from modules.environment.environment import Environment
from rehearsal.database.mysql import Database
from rehearsal.processes.addresses import Address
from tests.rehearsal.database import databases
from tests.rehearsal.database.databases import answers
from tests.synthesized import with_connector

PASSWORD = "a password, 100% right"
USER = "debezium"
TABLES = ("shop.customers", "shop.orders")
# As in RDS, whose procedures read and write it.
RDS = (
    "CREATE TABLE mysql.rds_configuration (name VARCHAR(100), value VARCHAR(100), description VARCHAR(300))",
    "INSERT INTO mysql.rds_configuration VALUES ('binlog retention hours', '168', '')",
)
SHOP = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.customers (id INT PRIMARY KEY, name VARCHAR(40))",
    "CREATE TABLE shop.orders (id INT PRIMARY KEY, amount DECIMAL(9, 2))",
    "CREATE TABLE shop.debezium_signal (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32), data VARCHAR(2048))",
)


def run(database: Database, *statements: str) -> None:
    for statement in statements:
        answers(database, statement)


def prepare(database: Database) -> None:
    """A shop, and the user of docs/source-database.md."""
    run(database, *RDS, *SHOP)
    database.create_user(USER, PASSWORD)
    database.grant_signal_table(USER, "shop.debezium_signal")


@contextmanager
def changed_server(folder: Path, *options: str, **variables: str) -> Iterator[Database]:
    """A server with further options and environment variables, which no statement can change."""
    server = databases.server()
    program = folder / "mysqld"
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    script = f'case "$*" in *--initialize*) set -- "$@" ;; *) set -- "$@" {" ".join(options)} ;; esac'
    program.write_text(f'#!/bin/sh\n{script}\nexec env {given} {shlex.quote(str(server.program))} "$@"\n')
    program.chmod(0o755)
    made = databases.database(folder)
    with Database(folder=folder, address=made.address, server=replace(server, program=program)) as running:
        yield running


def route(address: Address, **changes: Any) -> Route:
    return replace(Route(address.host, address.port, given=True), **changes)


def results(database: Database, *, user: str = USER, password: str = PASSWORD, **changes: Any) -> list[Result]:
    """What is found with the connector changed, see ``tests.synthesized.changed``."""
    given = {"source__tables": list(TABLES), "signals__table": "shop.debezium_signal", **changes}
    environment = Environment.model_validate({"name": "prod", **with_connector(**given)})
    connector = environment.connectors["orders"]
    return [*checks.check("orders", connector, route(database.address), Login(user, password))]


def found(results: Sequence[Result], check: str) -> list[Finding]:
    return [result.finding for result in results if result.check == check]
