"""Servers that die under load: every row arrives at least once, and what arrives again is counted."""

import signal
import time

import pytest

from rehearsal.events import Kind
from tests.rehearsal.deployed import CONNECTOR, Deployed

ROWS_PER_SECOND = 1000
CLUSTER = "cdc-drill"


def under_load(world: Deployed, server: str, how: signal.Signals) -> None:
    """Ends ``server`` in the middle of a load, and lets it come back."""
    rows = world.snapshot_events()
    with world.load(ROWS_PER_SECOND):
        arriving(world)
        world.kill(server, how)
        time.sleep(3)  # rows go on being written meanwhile
        world.start(server)
        arriving(world)
    judgement = world.settled()
    print(f"{server}: {judgement.committed} rows, {judgement.duplicates} arrived again")
    assert judgement.lost == 0
    assert world.snapshot_events() == rows


def arriving(world: Deployed) -> None:
    """Until new events arrive."""
    before = world.stream.counts().get("create", 0)
    assert world.stream.application.wait_for(lambda arrivals: arrivals.events[Kind.CREATE] > before + 1000, seconds=90)


@pytest.mark.parametrize(
    ("server", "how"),
    [
        (f"{CLUSTER}/b-1", signal.SIGKILL),
        (f"{CLUSTER}/z-2", signal.SIGKILL),
        (f"{CONNECTOR}/worker-1", signal.SIGKILL),
        ("shop/mysql", signal.SIGTERM),
    ],
    ids=["broker", "ZooKeeper", "worker", "database"],
)
def test_nothing_is_lost(world: Deployed, server: str, how: signal.Signals) -> None:
    under_load(world, server, how)
