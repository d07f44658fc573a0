"""``cdc drift`` against the control plane of the embedded AWS: each finding, and none where nothing has drifted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from tests.cdc.verify.world import NAME, World, account
from tests.synthesized import Stack


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with account(prod, tmp_path, monkeypatch) as started:
        started.deploy()
        yield started


def drift() -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """Exit status, and level and message of each finding by check."""
    done = CliRunner().invoke(app, ["drift", "prod.yaml", "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found: dict[str, list[tuple[str, str]]] = {}
    document = json.loads(done.stdout)
    for one in document["results"]:
        found.setdefault(one["check"], []).append((one["level"], one["message"]))
    assert document["drifted"] is (done.exit_code == 1)
    return done.exit_code, found


def test_nothing_has_drifted(world: World) -> None:
    world.update(capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}})
    status, found = drift()
    [skipped] = found.pop("topics")
    assert skipped == (
        "unknown",
        "skipped: the cluster cdc-prod does not exist in us-east-1: apply the platform stack first",
    )
    assert {level for some in found.values() for level, _ in some} == {"ok"}
    assert [*found] == ["connectors", "operations", "plugins", "worker configurations"]
    assert status == 0


def test_an_operation_that_failed(world: World) -> None:
    world.backends.connectors[0].failure = "the moon is full"
    world.update(connectorConfiguration={**world.configuration, "snapshot.mode": "no_data"})
    status, found = drift()
    [(level, message)] = found["operations"]
    assert (status, level) == (1, "error")
    assert message.startswith(
        f"the last UPDATE_CONNECTOR_CONFIGURATION of {NAME} ended as ROLLBACK_COMPLETE, so what ran before runs again: "
    )
    assert "the moon is full" in message


def test_plugins_and_worker_configurations_that_nothing_uses(world: World) -> None:
    left, others = world.plugin("cdc-prod-debezium-mysql-000000000000"), world.plugin("another")
    world.worker_configuration("cdc-prod-orders-000000000000")
    world.worker_configuration("another")
    status, found = drift()
    assert status == 1
    assert found["plugins"] == [("warning", "no connector uses the custom plugin cdc-prod-debezium-mysql-000000000000")]
    assert found["worker configurations"] == [
        ("warning", "no connector uses the worker configuration cdc-prod-orders-000000000000")
    ]
    text = CliRunner().invoke(app, ["drift", "prod.yaml"]).stdout
    assert f"delete-custom-plugin --custom-plugin-arn {left}" in text
    assert others not in text


@pytest.mark.usefixtures("world")
def test_a_connector_that_the_file_does_not_have() -> None:
    content = yaml.safe_load(Path("prod.yaml").read_text())
    content["connectors"] = {"others": content["connectors"]["orders"]}
    Path("prod.yaml").write_text(yaml.safe_dump(content))
    status, found = drift()
    assert status == 1
    assert found["connectors"] == [("error", f"{NAME} runs, and prod.yaml has no such connector")]


@pytest.mark.usefixtures("world")
def test_connectors_of_another_environment_do_not_count() -> None:
    Path("dev.yaml").write_text(Path("prod.yaml").read_text())
    done = CliRunner().invoke(app, ["drift", "dev.yaml", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["drifted"]) == (0, False)


def test_without_credentials(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in world.aws.access.variables:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    done = CliRunner().invoke(app, ["drift", "prod.yaml"])
    assert done.exit_code == 1
    assert "there are no AWS credentials" in done.stderr
