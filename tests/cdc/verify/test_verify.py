"""``cdc verify`` against the control plane of the embedded AWS: what runs is, or is not, what was asked for."""

import shlex
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from tests.cdc.verify.world import NAME, World, account
from tests.runbook_commands import starting
from tests.synthesized import Stack, document, with_another

LOST = (
    "[orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception"
    " (org.apache.kafka.connect.runtime.WorkerTask:237)\n"
    "io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring"
)


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with account(prod, tmp_path, monkeypatch) as started:
        yield started


@pytest.fixture
def running(world: World) -> World:
    """Deployed, and writing records."""
    world.deploy()
    world.metrics(RunningTaskCount=1, ErroredTaskCount=0, SourceRecordWriteRate=0.5)
    world.logs("INFO", "Connected to binlog at orders-prod:3306")
    return world


def test_what_was_asked_for(running: World) -> None:
    status, found = running.verify()
    assert {level for level, _ in found.values()} == {"ok"}, found
    assert status == 0


@pytest.mark.parametrize("command", starting("cdc verify"))
def test_the_commands_of_the_runbooks(running: World, command: str) -> None:
    (stacks := Path("cdktf.out/stacks")).parent.mkdir()
    stacks.symlink_to(running.folder)
    done = CliRunner().invoke(app, shlex.split(command.replace("<name>", "prod.yaml"))[1:])
    assert done.exit_code == 0, done.output


def test_an_update_that_was_rolled_back(running: World) -> None:
    """The provider reports success."""
    running.backends.connectors[0].failure = "the health check failed"
    before = running.configuration
    running.update(connectorConfiguration={**before, "snapshot.mode": "no_data"})
    status, found = running.verify()
    assert status == 1
    assert found["operation"][0] == "error"
    assert "ROLLBACK_COMPLETE, so what ran before runs again: the health check failed" in found["operation"][1]


def test_another_configuration(running: World) -> None:
    changed = {**running.configuration, "snapshot.mode": "no_data", "max.batch.size": "10"}
    del changed["tasks.max"]
    running.update(connectorConfiguration={**changed, "tasks.max": "2"})
    _, found = running.verify()
    assert found["configuration"][0] == "error"
    status, text = invoked(running)
    assert status == 1
    for said in (
        "snapshot.mode must be 'initial', is 'no_data'",
        "max.batch.size must not be set, is '10'",
        "tasks.max must be '1', is '2'",
    ):
        assert said in text


def invoked(world: World) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", "prod.yaml", "--stacks", str(world.folder)])
    return done.exit_code, done.stdout


def test_another_capacity(running: World) -> None:
    running.update(capacity={"provisionedCapacity": {"mcuCount": 4, "workerCount": 2}})
    status, found = running.verify()
    assert (status, found["capacity"]) == (1, ("error", "must have 1 of 2 MCU, has 2 of 4 MCU"))


def test_another_plugin_and_worker_configuration(world: World) -> None:
    world.deploy(plugin="another", worker_configuration="another")
    status, found = world.verify()
    assert status == 1
    for check in ("plugin", "worker configuration"):
        assert found[check][0] == "error"
        assert "is another" in found[check][1]


def test_no_connector(world: World) -> None:
    assert world.verify() == (1, {"state": ("error", "must exist, it does not")})


def test_a_connector_that_failed(world: World) -> None:
    world.backends.failure = "the worker cannot reach the brokers"
    world.deploy()
    status, found = world.verify()
    assert status == 1
    assert found["state"] == ("error", "must be RUNNING, is FAILED: the worker cannot reach the brokers")


def test_a_failed_task_has_its_cause(running: World) -> None:
    """MSK Connect shows RUNNING."""
    running.logs("ERROR", LOST)
    running.metrics(RunningTaskCount=-1, ErroredTaskCount=2)  # the averages of this minute are 0 and 1
    status, found = running.verify()
    assert (status, found["state"][0]) == (1, "ok")
    assert found["tasks"][0] == "error"
    assert "1 task failed: the schema history topic" in found["tasks"][1]
    assert (found["log"][0], "schema history topic" in found["log"][1]) == ("warning", True)


def test_no_task_runs(running: World) -> None:
    running.metrics(RunningTaskCount=-1)
    status, found = running.verify()
    assert (status, found["tasks"]) == (1, ("error", "no task runs"))


def test_silence(world: World) -> None:
    world.deploy()
    status, found = world.verify()
    assert (status, found["tasks"][0]) == (1, "unknown")
    world.age()
    status, found = world.verify()
    assert (status, found["tasks"]) == (1, ("error", "silence: no metrics of tasks in 10 minutes"))
    world.metrics(RunningTaskCount=1, SourceRecordWriteRate=0)
    status, found = world.verify()
    assert (status, found["tasks"][0]) == (1, "ok")
    assert found["records"] == ("error", "silence: no record in 10 minutes, not even a heartbeat")


def test_an_error_of_unknown_cause_is_shown(running: World) -> None:
    running.logs("ERROR", "[orders|task-0] The moon is full (org.example.Moon:1)")
    status, found = running.verify()
    assert (status, found["log"][0]) == (0, "warning")
    assert "The moon is full" in found["log"][1]


def test_it_waits(world: World) -> None:
    world.backends.gate.clear()
    world.deploy(settled=False)
    status, found = world.verify()
    assert (status, found["state"]) == (1, ("unknown", "CREATING still"))

    def later() -> None:
        world.backends.gate.set()
        world.settle()
        world.metrics(RunningTaskCount=1)

    thread = threading.Timer(1, later)
    thread.start()
    began = time.monotonic()
    status, found = world.verify("--wait", "60")
    thread.join()
    assert (status, found["state"], found["tasks"][0]) == (0, ("ok", "RUNNING"), "ok")
    assert time.monotonic() - began < 50


def refused(stacks: Path) -> str:
    """The one line with which it refuses these stacks."""
    done = CliRunner().invoke(app, ["verify", "prod.yaml", "--stacks", str(stacks)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    return done.stderr


@pytest.mark.usefixtures("world")
def test_no_synthesized_stack(tmp_path: Path) -> None:
    said = refused(tmp_path)
    assert "must be the synthesized stack: no such file" in said
    assert said.rstrip().endswith("; run make synth FILES=…/prod.yaml, or give --stacks")
    (folder := Path("environments")).mkdir()
    (folder / "prod.yaml").write_text(Path("prod.yaml").read_text())
    assert refused(tmp_path).rstrip().endswith("; run make synth ENV=prod, or give --stacks")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"resource": []}',
        b'{"resource": {"aws_mskconnect_connector": []}}',
        b'{"resource": {"aws_mskconnect_connector": {"a": {}}}}',
        b'{"resource": {"aws_mskconnect_connector": {"a": null}}}',
    ],
)
def test_a_file_that_is_no_stack(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "stacks/prod-connect").mkdir(parents=True)
    (tmp_path / "stacks/prod-connect/cdk.tf.json").write_bytes(text)
    assert "must be the synthesized stack" in refused(tmp_path / "stacks")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("text", ["{}", '{"resource": {}}'])
def test_a_stack_without_the_connectors_of_the_file(text: str, tmp_path: Path) -> None:
    """It would check nothing, and be green."""
    (tmp_path / "stacks/prod-connect").mkdir(parents=True)
    (tmp_path / "stacks/prod-connect/cdk.tf.json").write_text(text)
    assert f"must have the connectors {NAME}, as prod says, has none" in refused(tmp_path / "stacks")


def test_a_stack_of_an_earlier_file(world: World) -> None:
    """A connector was added, and nothing synthesized since."""
    content = with_another(document("prod"), "stock")
    Path("prod.yaml").write_text(yaml.safe_dump(content))
    assert f"must have the connectors {NAME}, cdc-prod-stock, as prod says, has {NAME}" in refused(world.folder)
