"""``cdc preflight`` as people run it: both sides, one side, no side; text and JSON; no secret is printed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.aws.client import client
from rehearsal.database.mysql import Database
from tests.account import Account, account
from tests.cdc.preflight.sources import PASSWORD, USER, prepare, run
from tests.places import ROOT
from tests.rehearsal.database import databases
from tests.synthesized import changed, with_connector
from tests.terraform.variants import EXISTING_NETWORK

CONTENT = changed(
    with_connector(source__tables=["shop.customers", "shop.orders"], signals__table="shop.debezium_signal"),
    network=EXISTING_NETWORK,
)
LOGIN = {"CDC_DATABASE_USER": USER, "CDC_DATABASE_PASSWORD": PASSWORD}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("environment")
    (made / "prod.yaml").write_text(yaml.safe_dump(CONTENT))
    return made


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with databases.database(tmp_path_factory.mktemp("mysql")) as running:
        prepare(running)
        yield running


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Account]:
    with account(folder / "prod.yaml") as started:
        yield started


def preflight(folder: Path, *options: str, **variables: str) -> tuple[int, str, str]:
    """Status, stdout, stderr; no credentials of this machine."""
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDC_"))}
    environment = {**mine, **nothing, "AWS_EC2_METADATA_DISABLED": "true", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "cdc.cli", "preflight", "prod.yaml", *options],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def at(database: Database) -> tuple[str, ...]:
    return "--host", database.address.host, "--port", str(database.address.port)


def document(output: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(output)
    return found


def test_both_sides(folder: Path, database: Database, running: Account) -> None:
    """The login is that of the secret."""
    login = json.dumps({"username": USER, "password": PASSWORD})
    client(running.access, "secretsmanager", "us-east-1").put_secret_value(SecretId="cdc/orders", SecretString=login)
    status, printed, _ = preflight(folder, *at(database), "--json", **running.variables({}))
    found = document(printed)
    assert (status, found["passed"]) == (0, True), [one for one in found["results"] if one["level"] != "ok"]
    assert {one["subject"] for one in found["results"]} == {"account", "connector orders: database"}


def test_the_database_alone(folder: Path, database: Database) -> None:
    status, printed, _ = preflight(folder, *at(database), **LOGIN)
    assert status == 0
    assert "unknown  credentials" in printed
    assert "1 unknown, 13 ok" in printed


def test_a_finding_has_its_fix_and_fails(folder: Path, database: Database) -> None:
    run(database, "SET GLOBAL binlog_row_image = MINIMAL")
    try:
        status, printed, _ = preflight(folder, *at(database), **LOGIN)
    finally:
        run(database, "SET GLOBAL binlog_row_image = FULL")
    assert status == 1
    lines = printed.splitlines()
    [place] = [number for number, line in enumerate(lines) if "error" in line and "binlog_row_image" in line]
    fix = "fix: set it in the Aurora cluster's parameter group, and reboot the writer"
    assert lines[place + 1].strip() == fix
    assert "1 error" in lines[-1]


def test_the_account_alone(folder: Path, running: Account) -> None:
    """The cluster's endpoint, which only its VPC reaches, is not an error."""
    status, printed, _ = preflight(folder, "--json", **running.variables({}))
    [database] = [one for one in document(printed)["results"] if "database" in one["subject"]]
    assert (status, database["level"]) == (0, "unknown")
    assert "tunnel" in database["fix"]


def test_nothing_to_check_with(folder: Path) -> None:
    status, printed, _ = preflight(folder)
    assert status == 1
    assert printed.count("unknown  ") == 2


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--connector", "stock"), 2, "--connector must be one of orders, got stock"),
        (("--port", "0"), 2, "--port"),
        (("--ca", "nowhere.pem"), 2, "--ca"),
    ],
    ids=["connector", "port", "ca"],
)
def test_wrong_options(options: tuple[str, ...], status: int, said: str, folder: Path) -> None:
    found, _, errors = preflight(folder, *options)
    assert (found, said in errors) == (status, True)


def test_one_address_for_two_databases(tmp_path: Path) -> None:
    source = {"cluster": "stock", "secret": "cdc/stock", "server_id": 5402, "tables": ["stock.items"]}
    second = {**CONTENT["connectors"]["orders"], "source": source, "topics": {"prefix": "stock"}, "signals": None}
    (tmp_path / "prod.yaml").write_text(yaml.safe_dump(changed(CONTENT, connectors__stock=second)))
    status, _, errors = preflight(tmp_path, "--host", "127.0.0.1")
    assert status == 2
    assert "choose with --connector" in errors.replace("\n", " ")
