"""No command prints a secret, wherever it comes from: arguments, files, plans, connectors that are imported."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cdc.console import FilteredConsole, table
from tests.places import ROOT
from tests.unit.environment.environment_files import PROD, PROPERTY, write
from tests.unit.messages.secret_shapes import ACCESS_KEY, BODY, KEY, PASSWORD, TOKENS

URL = f"https://me:{PASSWORD}@example.com/x"
SECRETS = (ACCESS_KEY, PASSWORD, BODY, TOKENS["a GitHub token"][0])
LEAK = f"{ACCESS_KEY},{URL},{TOKENS['a GitHub token'][0]}"


def command(folder: Path, *arguments: str) -> str:
    """Everything that ``cdc`` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "cdc.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def connector(**configuration: str) -> dict[str, object]:
    return {
        "connector_configuration": configuration,
        "name": f"orders {ACCESS_KEY}",
        "arn": "arn:aws:kafkaconnect:a:b:c/d/e",
    }


def plan(tables: str) -> str:
    """An update of a connector that has a secret in what a summary shows: names of tables, and its own name."""
    change = {
        "actions": ["update"],
        "before": connector(**{"table.include.list": "a.b", "database.password": PASSWORD}),
        "after": connector(**{"table.include.list": tables, "database.password": PASSWORD}),
        "after_unknown": {},
        "before_sensitive": {},
        "after_sensitive": {},
    }
    address = "aws_mskconnect_connector.orders"
    resource = {"address": address, "mode": "managed", "type": "aws_mskconnect_connector", "name": "orders"}
    return json.dumps({"format_version": "1.2", "resource_changes": [{**resource, "change": change}]})


@pytest.mark.parametrize("arguments", [["plan-summary"], ["plan-guard"], ["plan-guard", "--json"]])
def test_plans(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(plan(LEAK))
    found = command(tmp_path, *arguments, "plan.json")
    assert [secret for secret in SECRETS if secret in found] == []
    if arguments == ["plan-summary"]:
        assert "tables added: `(hidden)`, `https://me:(hidden)@example.com/x`, `(hidden)`" in found


@pytest.mark.parametrize("arguments", [["check", "prod.yaml"], ["check", "prod.yaml", "--json"]])
@pytest.mark.parametrize(
    "text", [LEAK, json.dumps(KEY), f"'password={PASSWORD}'", f"'jdbc:mysql://h/x?pwd={PASSWORD}'"]
)
def test_environment_files(arguments: list[str], text: str, tmp_path: Path) -> None:
    file = PROD.replace(PROPERTY, f"{PROPERTY}\n      x.notes: {text}").replace("orders-prod", f"o {ACCESS_KEY}")
    write(tmp_path, file)
    found = command(tmp_path, *arguments)
    assert [secret for secret in SECRETS if secret in found] == []
    assert "keep it in Secrets Manager" in found


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    write(tmp_path, f"region: {{{ACCESS_KEY}: [\n{LEAK}: {LEAK}: x\n")
    assert [secret for secret in SECRETS if secret in command(tmp_path, "check", "prod.yaml")] == []


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_imported_connectors(arguments: list[str], tmp_path: Path) -> None:
    properties = {
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "topic.prefix": ACCESS_KEY,
        "table.include.list": LEAK,
        "database.password": PASSWORD,
        "notes": KEY,
    }
    (tmp_path / "orders.json").write_text(json.dumps({"name": f"orders-{ACCESS_KEY}", "config": properties}))
    found = command(tmp_path, "import", "orders.json", *arguments)
    assert [secret for secret in SECRETS if secret in found] == []
    assert "connector" in found


@pytest.mark.parametrize("name", ["explain", "check", "rehearse", f"--{ACCESS_KEY}"])
def test_arguments(name: str, tmp_path: Path) -> None:
    found = command(tmp_path, name, LEAK)
    assert [secret for secret in SECRETS if secret in found] == []
    assert found


def test_a_narrow_terminal_breaks_no_secret_in_two() -> None:
    terminal = io.StringIO()
    console = FilteredConsole(file=terminal, width=24, force_terminal=True, highlight=False)
    console.print(table("", ["name", "value"], [["topic", f"x {ACCESS_KEY} y"], ["url", f"{URL} and more"]]))
    console.print(f"{ACCESS_KEY} {URL}")
    console.print_json(json.dumps({"password": PASSWORD, "key": ACCESS_KEY}))
    found = terminal.getvalue()
    assert [part for part in (ACCESS_KEY[:12], ACCESS_KEY[-8:], PASSWORD) if part in found] == []
    assert found.count("hidden") >= 4
