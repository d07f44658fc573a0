"""``cdc status`` and ``cdc restart`` against the control plane of the embedded AWS."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cdc.cli import app
from rehearsal.aws.faults import Fault
from tests.cdc.verify.world import NAME, World, account
from tests.synthesized import Stack


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with account(prod, tmp_path, monkeypatch) as started:
        yield started


def cdc(*arguments: str, given: str = "") -> Result:
    done = CliRunner().invoke(app, list(arguments), input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def status() -> tuple[int, Any]:
    done = cdc("status", "prod.yaml", "--json")
    [only] = json.loads(done.stdout)
    return done.exit_code, only


def test_what_a_connector_does(world: World) -> None:
    code, found = status()
    assert (code, found["state"], found["tasks"]) == (1, "missing", None)
    world.deploy()
    world.metrics(RunningTaskCount=1, ErroredTaskCount=0, SourceRecordWriteRate=2.5)
    world.logs("ERROR", "[orders|task-0] The moon is full (org.example.Moon:1)")
    code, found = status()
    plugin = found.pop("plugin")
    assert plugin.startswith("cdc-prod-debezium-mysql-")
    assert (code, found) == (
        0,
        {
            "connector": NAME,
            "state": "RUNNING",
            "tasks": "1 running",
            "records_per_second": 2.5,
            "errors": 1,
            "operation": None,
        },
    )
    text = cdc("status", "prod.yaml").stdout
    assert [word in text for word in (NAME, "1 running", "2.50", plugin)] == [True] * 4


def test_a_watch_shows_each_change_until_it_is_interrupted(world: World) -> None:
    """In a process of its own, as a person ends it with Ctrl-C."""
    world.deploy()
    command = [sys.executable, "-m", "cdc.cli", "status", "prod.yaml", "--watch", "--every", "1", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            [before] = json.loads(process.stdout.readline())
            world.metrics(RunningTaskCount=1)
            now = next(found["tasks"] for line in process.stdout for found in json.loads(line) if found["tasks"])
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
    assert (before["state"], before["tasks"], now) == ("RUNNING", None, "1 running")
    assert process.returncode == 130


def test_a_watch_prints_tables_with_their_time(world: World) -> None:
    world.deploy()
    command = [sys.executable, "-m", "cdc.cli", "status", "prod.yaml", "--watch", "--every", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            seen = list(islice((line for line in process.stdout if " UTC" in line or NAME in line), 4))
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
    assert [" UTC" in line for line in seen] == [True, False, True, False]


def test_how_often_needs_a_second_at_least(world: World) -> None:
    assert world.arn == ""
    done = cdc("status", "prod.yaml", "--watch", "--every", "0")
    assert (done.exit_code, "--every" in done.stderr) == (2, True)


def test_a_failed_task_and_none(world: World) -> None:
    world.deploy()
    world.metrics(RunningTaskCount=0)
    assert (status()[0], status()[1]["tasks"]) == (1, "none")
    world.metrics(ErroredTaskCount=1)
    assert (status()[0], status()[1]["tasks"]) == (1, "failed")


def test_a_restart(world: World) -> None:
    world.deploy()
    done = cdc("restart", "prod.yaml", "orders", given="y\n")
    assert (done.exit_code, f"{NAME}: RESTART_COMPLETE" in done.stdout) == (0, True)
    assert "the committed offset" in done.stdout
    done = cdc("restart", "prod.yaml", "orders", "--only-failed", "--yes")
    assert done.exit_code == 0
    assert world.backends.connectors[0].restarts == [False, True]
    assert status()[1]["operation"] == "RESTART_COMPLETE"


def test_a_restart_is_asked_for(world: World) -> None:
    world.deploy()
    done = cdc("restart", "prod.yaml", "orders", given="n\n")
    assert done.exit_code == 1
    assert world.backends.connectors[0].restarts == []


def test_a_restart_that_fails(world: World) -> None:
    world.deploy()
    world.aws.faults.add(Fault(service="kafkaconnect", operation="RestartConnector", failure="the task does not run"))
    done = cdc("restart", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, "RESTART_FAILED: the task does not run" in done.stderr) == (1, True)


def test_what_cannot_be_restarted(world: World) -> None:
    assert "CONNECTOR must be one of orders, got stock" in cdc("restart", "prod.yaml", "stock", "--yes").stderr
    done = cdc("restart", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, f"{NAME} does not exist in us-east-1" in done.stderr) == (1, True)
    world.backends.failure = "no broker answers"
    world.deploy()
    done = cdc("restart", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, "must be RUNNING" in done.stderr) == (1, True)
