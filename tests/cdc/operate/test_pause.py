"""``cdc pause`` and ``cdc resume`` against the control plane of the embedded AWS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.faults import Fault
from tests.cdc.operate.test_operate import cdc, status
from tests.cdc.verify.world import NAME, World, account
from tests.synthesized import Stack


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with account(prod, tmp_path, monkeypatch) as started:
        started.deploy()
        yield started


def test_a_pause_and_a_resume(world: World) -> None:
    done = cdc("pause", "prod.yaml", "orders", given="y\n")
    assert (done.exit_code, f"{NAME}: PAUSE_COMPLETE" in done.stdout) == (0, True)
    assert "no event comes until cdc resume" in done.stdout
    assert world.backends.connectors[0].paused
    assert (status()[0], status()[1]["state"]) == (1, "PAUSED")
    found = world.verify()[1]
    assert found["state"] == ("error", "must be RUNNING, is PAUSED: somebody paused it")
    assert found["operation"] == ("ok", "PAUSE_CONNECTOR: PAUSE_COMPLETE")
    done = cdc("resume", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, f"{NAME}: RESUME_COMPLETE" in done.stdout) == (0, True)
    assert not world.backends.connectors[0].paused
    assert world.verify()[1]["operation"] == ("ok", "RESUME_CONNECTOR: RESUME_COMPLETE")


def test_both_are_asked_for(world: World) -> None:
    assert cdc("pause", "prod.yaml", "orders", given="n\n").exit_code == 1
    assert not world.backends.connectors[0].paused
    cdc("pause", "prod.yaml", "orders", "--yes")
    assert cdc("resume", "prod.yaml", "orders", given="n\n").exit_code == 1
    assert world.backends.connectors[0].paused


@pytest.mark.usefixtures("world")
def test_only_a_running_connector_is_paused_and_a_paused_one_resumed() -> None:
    done = cdc("resume", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, f"{NAME} must be PAUSED, is RUNNING" in done.stderr) == (1, True)
    cdc("pause", "prod.yaml", "orders", "--yes")
    done = cdc("pause", "prod.yaml", "orders", "--yes")
    assert (done.exit_code, f"{NAME} must be RUNNING, is PAUSED" in done.stderr) == (1, True)
    assert "CONNECTOR must be one of orders, got stock" in cdc("pause", "prod.yaml", "stock", "--yes").stderr


@pytest.mark.parametrize(("operation", "state"), [("pause", "RUNNING"), ("resume", "PAUSED")])
def test_one_that_fails(world: World, operation: str, state: str) -> None:
    if operation == "resume":
        cdc("pause", "prod.yaml", "orders", "--yes")
    world.aws.faults.add(
        Fault(service="kafkaconnect", operation=f"{operation.title()}Connector", failure="the worker does not answer")
    )
    done = cdc(operation, "prod.yaml", "orders", "--yes")
    said = f"{NAME}: {operation.upper()}_FAILED: the worker does not answer; next: cdc status prod.yaml"
    assert (done.exit_code, said in done.stderr) == (1, True)
    assert world.describe()["connectorState"] == state
