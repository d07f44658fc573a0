"""What a team does to a pipeline that runs: changes it, gets it wrong, gets in each other's way, is interrupted."""

import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import psutil
import pytest

from rehearsal import runs
from rehearsal.stacks import CONNECT
from rehearsal.steps import Background
from rehearsal.terraform import TerraformError
from tests.rehearsal.deployed import CONNECTOR, Deployed, lock_id


@pytest.fixture
def shop(world: Deployed) -> Iterator[Deployed]:
    """The environment as its file says, before and after."""
    yield world
    world.synthesize()
    world.connect.apply()


def operations(world: Deployed) -> list[str]:
    """The states of the connector's operations, the oldest first."""
    arn = world.connector["connectorArn"]
    listed = world.aws("kafkaconnect").list_connector_operations(connectorArn=arn)["connectorOperations"]
    return [one["connectorOperationState"] for one in sorted(listed, key=lambda one: one["creationTime"])]


def streams(world: Deployed) -> bool:
    """Whether new changes arrive; none may be lost."""
    world.stream.changes["shop"].each()
    return world.settled().lost == 0


def test_what_is_deployed_is_what_was_asked_for(shop: Deployed) -> None:
    assert shop.connector["connectorState"] == "RUNNING"
    assert shop.connect.plan_is_empty()


def test_capacity_changes_in_place(shop: Deployed) -> None:
    before, worker = shop.connector, shop.pids()[f"{CONNECTOR}/worker-1"]
    shop.synthesize(capacity={"mcu": 2})
    shop.connect.apply()
    after = shop.connector
    assert after["connectorArn"] == before["connectorArn"]
    assert after["capacity"]["provisionedCapacity"]["mcuCount"] == 2
    assert shop.pids()[f"{CONNECTOR}/worker-1"] != worker
    assert operations(shop)[-1] == "UPDATE_COMPLETE"
    assert shop.connect.plan_is_empty()
    assert streams(shop)


def test_configuration_changes_in_place(shop: Deployed) -> None:
    before, worker, rows = shop.connector, shop.pids()[f"{CONNECTOR}/worker-1"], shop.snapshot_events()
    shop.synthesize(properties={"max.batch.size": 1024})
    shop.connect.apply()
    after = shop.connector
    assert after["connectorArn"] == before["connectorArn"]
    assert after["connectorConfiguration"]["max.batch.size"] == "1024"
    assert shop.pids()[f"{CONNECTOR}/worker-1"] == worker
    assert shop.connect.plan_is_empty()
    assert streams(shop)
    assert shop.snapshot_events() == rows


def test_an_update_that_fails_is_rolled_back(shop: Deployed) -> None:
    before = shop.connector["connectorConfiguration"]
    shop.synthesize(properties={"converters": "boolean", "boolean.type": "no.such.Converter"})
    shop.connect.apply()  # as on AWS, Terraform hears of success
    assert operations(shop)[-1] == "ROLLBACK_COMPLETE"
    assert shop.connector["connectorState"] == "RUNNING"
    assert shop.connector["connectorConfiguration"] == before
    assert not shop.connect.plan_is_empty()
    assert streams(shop)
    shop.synthesize()
    assert shop.connect.plan_is_empty()


def test_another_plugin_goes_on_where_the_old_one_was(shop: Deployed, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    copyfile("build/plugins/debezium-mysql.zip", other)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("debezium-mysql/note.txt", "another content")
    before, rows = shop.connector, shop.snapshot_events()
    shop.synthesize(archive=other)
    with shop.load(50):
        shop.connect.apply()
    after = shop.connector
    assert after["connectorArn"] != before["connectorArn"]
    assert after["connectorName"] == before["connectorName"]
    assert after["plugins"] != before["plugins"]
    assert shop.connect.plan_is_empty()
    assert shop.settled().lost == 0
    assert shop.snapshot_events() == rows


def slowed(world: Deployed, operation: str, seconds: float) -> None:
    """The next such call of Terraform's takes its time."""
    world.engine.page("faults", {"service": "kafkaconnect", "operation": operation, "times": 1, "delay": seconds})


def until_called(world: Deployed, after: int, service: str, operation: str) -> None:
    """Waits for a call that came after number ``after``."""
    seen = after
    while True:
        for request in world.engine.page(f"requests?after={seen}&wait=5"):
            seen = request["number"]
            if (request["service"], request["operation"]) == (service, operation):
                return


def newest(world: Deployed) -> int:
    return max((request["number"] for request in world.engine.page("requests")), default=0)


def test_of_two_who_apply_one_is_refused(shop: Deployed) -> None:
    shop.synthesize(properties={"max.batch.size": 512})
    slowed(shop, "UpdateConnector", 15)
    mark = newest(shop)
    first = Background(shop.connect.apply)
    until_called(shop, mark, "dynamodb", "PutItem")
    with pytest.raises(TerraformError, match="Error acquiring the state lock"):
        shop.connect.apply()
    first.result()
    assert shop.connector["connectorConfiguration"]["max.batch.size"] == "512"
    assert shop.connect.plan_is_empty()


def test_a_killed_apply_is_recovered(shop: Deployed) -> None:
    shop.synthesize(properties={"max.batch.size": 256})
    slowed(shop, "UpdateConnector", 15)
    mark = newest(shop)
    killed = Background(shop.connect.apply)
    until_called(shop, mark, "dynamodb", "PutItem")
    for process in terraforms(shop):
        process.send_signal(signal.SIGKILL)
    with pytest.raises(TerraformError):
        killed.result()
    with pytest.raises(TerraformError, match="Error acquiring the state lock") as refused:
        shop.connect.apply()
    shop.connect.unlock(lock_id(str(refused.value)))
    shop.connect.apply()
    assert shop.connector["connectorConfiguration"]["max.batch.size"] == "256"
    assert shop.connect.plan_is_empty()
    assert streams(shop)


def terraforms(world: Deployed) -> list[psutil.Process]:
    """Terraform itself, not its provider."""
    folder = world.rehearsal.deployment.stacks.folder / f"drill-{CONNECT}"
    return [process for process in runs.processes(folder) if process.name() == "terraform"]
