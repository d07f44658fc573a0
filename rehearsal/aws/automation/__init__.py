"""What AWS does by itself: it makes metrics of log lines, evaluates alarms, and runs functions.

Functions run for alarms, for schedules that are due, and for secrets that change.
"""

import logging
from threading import Event, Thread
from typing import Final

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.automation.alarms import Alarms
from rehearsal.aws.automation.functions import Functions
from rehearsal.aws.automation.metric_filters import MetricFilters
from rehearsal.aws.automation.rotations import Rotations
from rehearsal.aws.automation.schedules import Schedules

# So that a rehearsal need not wait for minutes: a minute of alarms, and of the functions' waits.
MINUTE_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.25
_LOG: Final = logging.getLogger(__name__)


class Automation:
    """Runs in a thread from ``start`` to ``stop``; ``minute`` is how long a minute takes, in seconds."""

    def __init__(self, access: AwsAccess, *, minute: float) -> None:
        functions = Functions(access, minute=minute)
        self._metric_filters = MetricFilters()
        self._alarms = Alarms(functions.invoke, minute=minute)
        self._schedules = Schedules(functions.invoke)
        self._rotations = Rotations(functions.invoke)
        self._functions = functions
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="automation", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Evaluates nothing more, and ends functions that still run."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._functions.stop()

    def _run(self) -> None:
        while not self._stopped.wait(_POLL_SECONDS):
            try:
                self._metric_filters.publish()
                self._alarms.evaluate()
                self._schedules.start_due()
                self._rotations.publish()
            except Exception:  # one alarm that is not understood must not end all others
                _LOG.exception("alarms and schedules")
