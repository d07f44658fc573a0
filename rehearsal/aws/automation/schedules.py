"""Runs the functions of EventBridge Scheduler's one-time schedules when they are due."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

_ONCE: Final = "at(%Y-%m-%dT%H:%M:%S)"


class Schedules:
    """The one-time schedules of the account, each run once for each time that it is set to; ``invoke`` as alarms'."""

    def __init__(self, invoke: Callable[[str, dict[str, Any]], None]) -> None:
        self._invoke = invoke
        self._started: set[tuple[str, str]] = set()

    def start_due(self) -> None:
        """Runs what is due and has not been run."""
        from moto.scheduler.models import scheduler_backends

        now = datetime.now(UTC)
        for regions in list(scheduler_backends.values()):
            for backend in list(regions.values()):
                for group in list(backend.schedule_groups.values()):
                    for schedule in list(group.schedules.values()):
                        self._start(schedule, now)

    def _start(self, schedule: Any, now: datetime) -> None:
        if not schedule.schedule_expression.startswith("at("):
            return
        due = datetime.strptime(schedule.schedule_expression, _ONCE).replace(tzinfo=UTC)
        key = (schedule.arn, schedule.schedule_expression)
        if due <= now and key not in self._started:
            self._started.add(key)
            self._invoke(schedule.target["Arn"], json.loads(schedule.target["Input"]))
