"""Background work of a control plane, which continues after the response."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from rehearsal.aws.backends import ServerError
from rehearsal.aws.faults import Faults

_LOG = logging.getLogger(__name__)


class BackgroundWork:
    """The background work of one service; each task takes ``delay`` seconds longer than its servers."""

    def __init__(self, service: str, *, faults: Faults, delay: float = 0) -> None:
        self._service = service
        self._faults = faults
        self._delay = delay
        self._stopped = Event()

    def start(self, task: Callable[[], None]) -> None:
        """Runs ``task`` in a daemon thread."""
        Thread(target=task, daemon=True).start()

    def run(self, operation: str, task: Callable[[], None]) -> str | None:
        """Runs ``task``, or injects the fault of ``operation``; returns why it failed, None for success."""
        failure = self._faults.for_background_work(self._service, operation)
        if failure is not None:
            return failure
        try:
            task()
        except ServerError as error:
            return str(error)
        except Exception as error:  # else the record would stay in its transient state
            _LOG.exception("%s %s", self._service, operation)
            return f"{type(error).__name__}: {error}"
        self._stopped.wait(self._delay)
        return None

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Servers that start from now on are to be stopped at once."""
        self._stopped.set()
