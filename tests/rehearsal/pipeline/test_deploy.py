"""Changes of a running pipeline: in place, failed, concurrent, interrupted."""

import signal
import zipfile
from itertools import count
from pathlib import Path
from shutil import copyfile

import psutil
import pytest

from rehearsal.deploy.stacks import CONNECT
from rehearsal.deploy.terraform import TerraformError
from rehearsal.processes import runs
from rehearsal.processes.background import Background
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed, lock_id

# Values of max.batch.size, each for one test.
SIZES = count(1024)


@pytest.fixture(autouse=True)
def in_order(world: Deployed, request: pytest.FixtureRequest) -> None:
    """Each test changes what is deployed; after a failed test the environment is reset."""
    if world.failed != request.session.testsfailed:
        world.failed = request.session.testsfailed
        world.reset()


def operations(world: Deployed) -> list[str]:
    """The states of the connector's operations, the oldest first."""
    arn = world.connector["connectorArn"]
    listed = world.aws("kafkaconnect").list_connector_operations(connectorArn=arn)["connectorOperations"]
    return [one["connectorOperationState"] for one in sorted(listed, key=lambda one: one["creationTime"])]


def streams(world: Deployed) -> bool:
    """Whether new changes arrive; none may be lost."""
    world.stream.changes["shop"].change_each_table()
    return world.settled().lost == 0


def test_a_second_plan_is_empty(world: Deployed) -> None:
    assert world.connector["connectorState"] == "RUNNING"
    assert world.connect.plan_is_empty()


def test_capacity_changes_in_place(world: Deployed) -> None:
    before, worker = world.connector, world.pids()[f"{CONNECTOR}/worker-1"]
    mcu = {1: 2, 2: 1}[before["capacity"]["provisionedCapacity"]["mcuCount"]]
    world.deploy(capacity={"mcu": mcu})
    after = world.connector
    assert after["connectorArn"] == before["connectorArn"]
    assert after["capacity"]["provisionedCapacity"]["mcuCount"] == mcu
    assert world.pids()[f"{CONNECTOR}/worker-1"] != worker
    assert operations(world)[-1] == "UPDATE_COMPLETE"
    assert world.connect.plan_is_empty()
    assert streams(world)


def test_configuration_changes_in_place(world: Deployed) -> None:
    before, worker, rows = world.connector, world.pids()[f"{CONNECTOR}/worker-1"], world.snapshot_events()
    size = next(SIZES)
    world.deploy(properties={"max.batch.size": size})
    after = world.connector
    assert after["connectorArn"] == before["connectorArn"]
    assert after["connectorConfiguration"]["max.batch.size"] == str(size)
    assert world.pids()[f"{CONNECTOR}/worker-1"] == worker
    assert world.connect.plan_is_empty()
    assert streams(world)
    assert world.snapshot_events() == rows


def test_an_update_that_fails_is_rolled_back(world: Deployed) -> None:
    before = world.connector["connectorConfiguration"]
    world.synthesize(properties={"converters": "boolean", "boolean.type": "no.such.Converter"})
    world.connect.apply()  # as on AWS, Terraform reports success
    assert operations(world)[-1] == "ROLLBACK_COMPLETE"
    assert world.connector["connectorState"] == "RUNNING"
    assert world.connector["connectorConfiguration"] == before
    assert not world.connect.plan_is_empty()
    assert streams(world)
    world.synthesize()
    assert world.connect.plan_is_empty()


def test_a_new_plugin_resumes_from_the_committed_offset(world: Deployed, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    copyfile(world.archive, other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("debezium-mysql/note.txt", "another content")
    before, rows = world.connector, world.snapshot_events()
    with world.load(50):
        world.deploy(archive=other)
    after = world.connector
    assert after["connectorArn"] != before["connectorArn"]
    assert after["connectorName"] == before["connectorName"]
    assert after["plugins"] != before["plugins"]
    assert world.connect.plan_is_empty()
    assert world.settled().lost == 0
    assert world.snapshot_events() == rows


def delay_call(world: Deployed, operation: str, seconds: float) -> None:
    """Delays the next call of ``operation``."""
    world.daemon.request("faults", {"service": "kafkaconnect", "operation": operation, "times": 1, "delay": seconds})


def wait_for_call(world: Deployed, after: int, service: str, operation: str) -> None:
    """Waits for a call after request number ``after``."""
    seen = after
    while True:
        for request in world.daemon.request(f"requests?after={seen}&wait=5"):
            seen = request["number"]
            if (request["service"], request["operation"]) == (service, operation):
                return


def last_request(world: Deployed) -> int:
    return max((request["number"] for request in world.daemon.request("requests")), default=0)


def test_a_concurrent_apply_is_refused(world: Deployed) -> None:
    size = next(SIZES)
    world.synthesize(properties={"max.batch.size": size})
    delay_call(world, "UpdateConnector", 15)
    mark = last_request(world)
    first = Background(world.connect.apply)
    wait_for_call(world, mark, "dynamodb", "PutItem")
    with pytest.raises(TerraformError, match="Error acquiring the state lock"):
        world.connect.apply()
    first.result()
    world.is_deployed()
    assert world.connector["connectorConfiguration"]["max.batch.size"] == str(size)
    assert world.connect.plan_is_empty()


def test_a_killed_apply_is_recovered(world: Deployed) -> None:
    size = next(SIZES)
    world.synthesize(properties={"max.batch.size": size})
    delay_call(world, "UpdateConnector", 15)
    mark = last_request(world)
    killed = Background(world.connect.apply)
    wait_for_call(world, mark, "dynamodb", "PutItem")
    for process in terraform_processes(world):
        process.send_signal(signal.SIGKILL)
    with pytest.raises(TerraformError):
        killed.result()
    with pytest.raises(TerraformError, match="Error acquiring the state lock") as refused:
        world.connect.apply()
    world.connect.unlock(lock_id(str(refused.value)))
    world.connect.apply()
    world.is_deployed()
    assert world.connector["connectorConfiguration"]["max.batch.size"] == str(size)
    assert world.connect.plan_is_empty()
    assert streams(world)


def terraform_processes(world: Deployed) -> list[psutil.Process]:
    """The processes of Terraform itself, without its provider."""
    folder = world.rehearsal.deployment.stacks.folder / f"drill-{CONNECT}"
    return [process for process in runs.processes(folder) if process.name() == "terraform"]
