"""Servers are killed under load: every row is received at least once, and duplicates are counted."""

import json
import secrets
import signal
import time
from collections.abc import Callable

import pytest

from rehearsal.connect.rest import Rest
from rehearsal.database.event_kinds import EventKind
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed, access

ROWS_PER_SECOND = 1000
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
        wait_until(lambda: "shop/mysql" not in world.pids())
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
        wait_until(lambda: task_failed(world))
        world.start("shop/mysql")
        wait_until(lambda: not task_failed(world), lambda: outcomes(world))
        wait_for_events(world)
    settled(world, rows)
    assert "restarted" in outcomes(world)
    wait_until(lambda: outcomes(world)[-1] == "healed")


def test_a_rotated_password_loses_nothing(world: Deployed) -> None:
    """In the database, then in the secret, whose event starts the function: it restarts the connector."""
    rows, password = world.snapshot_events(), secrets.token_urlsafe()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        with access(world).connect() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER debezium IDENTIFIED BY %s", (password,))
        content = json.dumps({"username": "debezium", "password": password})
        world.aws("secretsmanager").put_secret_value(SecretId="cdc/shop", SecretString=content)
        wait_until(lambda: "the secret has changed: restarted" in outcomes(world), lambda: outcomes(world))
        wait_for_events(world)
    settled(world, rows)


def settled(world: Deployed, snapshot_events: int) -> None:
    result = world.settled()
    print(f"{result.committed} rows, {result.duplicates} arrived again")
    assert result.lost == 0
    assert world.snapshot_events() == snapshot_events


def outcomes(world: Deployed) -> list[str]:
    """What the function that restarts failed tasks has logged, one step after the other."""
    group = "/aws/vendedlogs/cdc/drill/self-healing"
    lines = [one["message"] for one in world.aws("logs").filter_log_events(logGroupName=group)["events"]]
    return [json.loads(line)["outcome"] if line.startswith("{") else line for line in lines]


def task_failed(world: Deployed) -> bool:
    """Whether the task failed, by the worker's REST API: the connector's state in MSK Connect stays RUNNING."""
    status = Rest(world.daemon.request("endpoints")["connect"][CONNECTOR]).status(CONNECTOR)
    return bool(status and status.failed)


def wait_until(condition: Callable[[], bool], state: Callable[[], object] = lambda: None) -> None:
    """Waits for ``condition``; ``state`` is for the error."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, state()
        time.sleep(0.1)
