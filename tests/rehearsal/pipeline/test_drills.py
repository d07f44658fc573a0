"""Servers are killed under load: every row is received at least once, and duplicates are counted."""

import signal
import time
from collections.abc import Callable

import pytest

from rehearsal.connect.rest import Rest
from rehearsal.database.event_kinds import EventKind
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed

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
    """Debezium's task may fail with the connection; then an operator restarts the connector."""
    rows = world.snapshot_events()
    with world.load(ROWS_PER_SECOND):
        wait_for_events(world)
        world.kill("shop/mysql", signal.SIGTERM)
        wait_until(lambda: "shop/mysql" not in world.pids())
        world.start("shop/mysql")
        wait_until(lambda: failed_or_receiving(world))
        if task_failed(world):
            print("the task had to be restarted")
            world.aws("kafkaconnect").restart_connector(connectorArn=world.connector["connectorArn"])
        wait_for_events(world)
    result = world.settled()
    print(f"{result.committed} rows, {result.duplicates} arrived again")
    assert result.lost == 0
    assert world.snapshot_events() == rows


def failed_or_receiving(world: Deployed) -> bool:
    before = world.stream.event_counts()["create"]
    grows = world.stream.application.wait_for(
        lambda arrivals: arrivals.counts[EventKind.CREATE] > before + 100, seconds=2
    )
    return grows or task_failed(world)


def task_failed(world: Deployed) -> bool:
    """Whether the task failed, by the worker's REST API: the connector's state in MSK Connect stays RUNNING."""
    status = Rest(world.daemon.request("endpoints")["connect"][CONNECTOR]).status(CONNECTOR)
    return bool(status and status.failed)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
