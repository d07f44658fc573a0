"""What a deployed environment does now: its task, its function, its servers; and waiting for them."""

import json
import time
from collections.abc import Callable

from rehearsal.connect.rest import Rest, RestError, Status
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed

_LOG = "/aws/vendedlogs/cdc/drill/self-healing"
_POLL_SECONDS = 0.1


def status(world: Deployed) -> Status | None:
    """The worker's own: the connector's state in MSK Connect stays RUNNING. None while the worker is replaced."""
    try:
        return Rest(world.daemon.request("endpoints")["connect"][CONNECTOR]).status(CONNECTOR)
    except RestError:
        return None


def task_failed(world: Deployed) -> bool:
    found = status(world)
    return bool(found and found.failed)


def running(world: Deployed) -> bool:
    found = status(world)
    return bool(found and found.running)


def outcomes(world: Deployed) -> list[str]:
    """What the function that restarts failed tasks has logged, one step after the other."""
    lines = [one["message"] for one in world.aws("logs").filter_log_events(logGroupName=_LOG)["events"]]
    return [json.loads(line)["outcome"] if line.startswith("{") else line for line in lines]


def wait(condition: Callable[[], bool], state: Callable[[], object] = lambda: "", *, seconds: float = 300) -> None:
    """Waits for ``condition``; raises TimeoutError, with ``state``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{seconds:.0f} s have passed: {state()}")
        time.sleep(_POLL_SECONDS)
