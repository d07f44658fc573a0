"""The alarms of a deployed connector: made of its worker's own lines, as on AWS."""

import signal
import time
from collections.abc import Callable

from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed

SECONDS = 180
WORKER = f"{CONNECTOR}/worker-1"


def states(world: Deployed) -> dict[str, str]:
    """Of the alarm on the lag, and of the connector's composite alarm."""
    names = {"lag": f"{CONNECTOR}-Lag", "connector": CONNECTOR}
    found = world.aws("cloudwatch").describe_alarms(
        AlarmNames=[*names.values()], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    by_name = {one["AlarmName"]: one["StateValue"] for one in [*found["MetricAlarms"], *found["CompositeAlarms"]]}
    return {short: by_name[name] for short, name in names.items()}


def measured(world: Deployed) -> bool:
    metrics = world.aws("cloudwatch").list_metrics(Namespace=f"msk-cdc/{CONNECTOR}")["Metrics"]
    return any(one["MetricName"] == "Lag" for one in metrics)


def until(condition: Callable[[], bool], shown: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, shown()
        time.sleep(0.5)


def test_a_stopped_worker_raises_the_alarm_on_the_lag_until_it_runs_again(world: Deployed) -> None:
    quiet, loud = {"lag": "OK", "connector": "OK"}, {"lag": "ALARM", "connector": "ALARM"}
    until(lambda: measured(world) and states(world) == quiet, lambda: (measured(world), states(world)))
    world.kill(WORKER, signal.SIGSTOP)
    try:
        until(lambda: states(world) == loud, lambda: states(world))
    finally:
        world.kill(WORKER, signal.SIGCONT)
    until(lambda: states(world) == quiet, lambda: states(world))
    world.stream.changes["shop"].change_each_table()
    assert world.settled().lost == 0
