"""``cdc upgrade`` against the control plane of the embedded AWS, beside the synthesized stack."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.cdc.operate.test_operate import cdc
from tests.cdc.verify.world import NAME, World, account
from tests.synthesized import Stack


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with account(prod, tmp_path, monkeypatch) as started:
        yield started


def upgrade(world: World, *options: str, given: str = "") -> Result:
    return cdc("upgrade", "prod.yaml", *options, "--stacks", str(world.folder), given=given)


def worst(world: World) -> Any:
    found = world.verify()[1]
    return [found[check][0] for check in ("operation", "configuration", "capacity", "plugin", "worker configuration")]


def test_another_plugin_and_worker_configuration_run_in_place(world: World) -> None:
    world.deploy(plugin="before", worker_configuration="before")
    assert worst(world) == ["ok", "ok", "ok", "error", "error"]
    plugin, made = world.plugin(), world.worker_configuration()
    done = upgrade(world, given="y\n")
    assert done.exit_code == 0, done.stderr
    assert f"{NAME}: plugin before, revision 1 → {plugin.split('/')[1]}, revision 1" in done.stdout
    assert f"{NAME}: worker configuration before → {made.split('/')[1]}" in done.stdout
    assert "offsets are kept" in done.stdout
    assert "UPDATE_COMPLETE" in done.stdout
    assert worst(world) == ["ok"] * 5
    assert world.describe()["connectorArn"] == world.arn
    assert "runs what is synthesized" in upgrade(world).stdout


def test_capacity_and_configuration_are_two_updates(world: World) -> None:
    world.deploy()
    world.update(capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}})
    changed = {**world.configuration, "snapshot.mode": "no_data", "poll.interval.ms": "100"}
    world.update(connectorConfiguration=changed)
    done = upgrade(world, "orders", "--yes")
    assert done.exit_code == 0, done.stderr
    assert f"{NAME}: capacity 1 of 1 MCU → 1 of 2 MCU" in done.stdout
    assert f"{NAME}: snapshot.mode 'no_data' → 'initial'" in done.stdout
    assert f"{NAME}: poll.interval.ms '100' → unset" in done.stdout
    assert done.stdout.count("UPDATE_COMPLETE") == 2
    assert worst(world) == ["ok"] * 5
    assert world.describe()["connectorConfiguration"]["database.hostname"] == "from-terraform"


def test_a_rolled_back_update_fails_the_command(world: World) -> None:
    world.deploy(plugin="before")
    world.plugin()
    world.backends.connectors[0].failure = "the class io.debezium.X is missing"
    done = upgrade(world, "--yes")
    said = "ROLLBACK_COMPLETE, so what ran before runs again: the class io.debezium.X is missing; next: cdc verify prod"
    assert (done.exit_code, said in done.stderr) == (1, True)
    assert world.describe()["plugins"][0]["customPlugin"]["customPluginArn"].split("/")[1] == "before"


def test_it_is_asked_for(world: World) -> None:
    world.deploy(plugin="before")
    world.plugin()
    assert upgrade(world, given="n\n").exit_code == 1
    assert len(world.backends.connectors[0].specs) == 1


def test_what_terraform_must_create_first(world: World) -> None:
    world.deploy(plugin="before")
    done = upgrade(world, "--yes")
    assert (done.exit_code, "does not exist yet: create it first" in done.stderr) == (1, True)
    assert "terraform apply -target=aws_mskconnect_custom_plugin." in done.stderr
    assert "-target=aws_mskconnect_worker_configuration." in done.stderr


def test_what_would_lose_events_is_refused(world: World) -> None:
    world.deploy()
    world.update(connectorConfiguration={**world.configuration, "topic.prefix": "stock"})
    done = upgrade(world, "--yes")
    assert (done.exit_code, "topic.prefix must stay 'stock', 'orders' is synthesized" in done.stderr) == (1, True)
    content = base64.b64encode(b"key.converter=a\nvalue.converter=a\noffset.storage.topic=elsewhere\n").decode()
    made = world.connect.create_worker_configuration(name="elsewhere", propertiesFileContent=content)
    setting = {"workerConfigurationArn": made["workerConfigurationArn"], "revision": 1}
    world.update(connectorConfiguration=world.configuration)
    world.update(workerConfiguration=setting)
    done = upgrade(world, "--yes")
    assert (done.exit_code, "would lose its committed offset" in done.stderr) == (1, True)


def test_without_a_stack_or_a_connector(world: World, tmp_path: Path) -> None:
    done = cdc("upgrade", "prod.yaml", "--stacks", str(tmp_path))
    assert (done.exit_code, "must be the synthesized stack" in done.stderr) == (1, True)
    done = upgrade(world, "orders")
    assert (done.exit_code, f"{NAME} does not exist in us-east-1" in done.stderr) == (1, True)
    assert "CONNECTOR must be one of orders" in upgrade(world, "stock").stderr
