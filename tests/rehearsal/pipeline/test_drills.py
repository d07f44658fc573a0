"""Servers are killed under load: every row is received at least once, and duplicates are counted."""

import json
import secrets
import signal
import time

import pytest

from rehearsal.database.event_kinds import EventKind
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed, access
from tests.rehearsal.pipeline.role import narrow
from tests.rehearsal.pipeline.state import outcomes, task_failed, wait

ROWS_PER_SECOND = 1000
DENIED = "a restart cannot help: the brokers deny something"
CLUSTER = "cdc-drill"


def under_load(world: Deployed, server: str, how: signal.Signals) -> None:
    """Kills ``server`` under load, and starts it again."""
    rows = world.snapshot_events()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        world.kill(server, how)
        time.sleep(3)  # while rows are written
        world.start(server)
        assert server in world.pids()
        wait_for_events(world)
    result = world.settled()
    print(f"{server}: {result.committed} rows, {result.duplicates} arrived again")
    assert result.lost == 0
    assert world.snapshot_events() == rows


def wait_for_events(world: Deployed) -> None:
    """Waits for new events."""
    before = world.stream.event_counts().get("create", 0)
    assert world.stream.application.wait_for(
        lambda arrivals: arrivals.counts[EventKind.CREATE] > before + 1000, seconds=90
    )


@pytest.mark.parametrize(
    ("server", "how"),
    [
        (f"{CLUSTER}/b-1", signal.SIGKILL),
        (f"{CLUSTER}/z-2", signal.SIGKILL),
        (f"{CONNECTOR}/worker-1", signal.SIGKILL),
    ],
    ids=["broker", "ZooKeeper", "worker"],
)
def test_a_killed_server_loses_nothing(world: Deployed, server: str, how: signal.Signals) -> None:
    under_load(world, server, how)


def test_a_restart_of_the_database_loses_nothing(world: Deployed) -> None:
    """An orderly shutdown, shorter than Debezium's wait: it starts again by itself."""
    rows = world.snapshot_events()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        world.kill("shop/mysql", signal.SIGTERM)
        wait(lambda: "shop/mysql" not in world.pids())
        world.start("shop/mysql")
        wait_for_events(world)
        assert not task_failed(world)
    settled(world, rows)


def test_a_task_that_failed_is_restarted_by_the_deployed_function(world: Deployed) -> None:
    """The shutdown outlasts Debezium's wait, and its start fails: the alarm starts the function."""
    rows = world.snapshot_events()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        world.kill("shop/mysql", signal.SIGTERM)
        wait(lambda: task_failed(world))
        world.start("shop/mysql")
        wait(lambda: not task_failed(world), lambda: outcomes(world))
        wait_for_events(world)
    settled(world, rows)
    assert "restarted" in outcomes(world)
    wait(lambda: outcomes(world)[-1] == "healed")


def test_a_rotated_password_loses_nothing(world: Deployed) -> None:
    """In the database, then in the secret, whose event starts the function: it restarts the connector."""
    rows, password = world.snapshot_events(), secrets.token_urlsafe()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        with access(world).connect() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER debezium IDENTIFIED BY %s", (password,))
        content = json.dumps({"username": "debezium", "password": password})
        world.aws("secretsmanager").put_secret_value(SecretId="cdc/shop", SecretString=content)
        wait(lambda: "the secret has changed: restarted" in outcomes(world), lambda: outcomes(world))
        wait_for_events(world)
    settled(world, rows)


def test_a_role_that_was_narrowed_is_given_back_by_an_apply(world: Deployed) -> None:
    """The function names the cause, at the latest once the log has it: only the whole role makes a restart help."""
    rows, before = world.snapshot_events(), len(outcomes(world))
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        narrow(world, sid="Events", action="kafka-cluster:WriteData")
        try:
            wait(lambda: task_failed(world))
            wait(lambda: any(DENIED in one for one in outcomes(world)[before:]), lambda: outcomes(world)[before:])
            assert not world.connect.plan_is_empty()
        finally:
            world.connect.apply()
            arn = world.connector["connectorArn"]
            world.aws("kafkaconnect").restart_connector(connectorArn=arn, onlyFailedTasks=True)
        wait_for_events(world)
    settled(world, rows)
    assert world.connect.plan_is_empty()


def test_a_name_moves_to_another_address(world: Deployed) -> None:
    name = "moved.rehearsal.example"
    found = world.daemon.request("names", {"name": name, "host": "127.0.0.9"})
    assert found == world.daemon.request("names")
    assert found[name] == "127.0.0.9"
    [hosts] = (world.rehearsal.daemon.run.folder / "connect").glob(f"{CONNECTOR}-*/.worker/hosts")
    wait(lambda: f"127.0.0.9 {name}\n" in hosts.read_text(), hosts.read_text)


def settled(world: Deployed, snapshot_events: int) -> None:
    result = world.settled()
    print(f"{result.committed} rows, {result.duplicates} arrived again")
    assert result.lost == 0
    assert world.snapshot_events() == snapshot_events
