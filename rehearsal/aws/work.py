"""What goes on behind an answered request."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from rehearsal.aws.faults import Faults
from rehearsal.aws.servers import ServerError

_LOG = logging.getLogger(__name__)


class Work:
    """The background work of one service; AWS takes ``delay`` seconds longer over each task than the servers do."""

    def __init__(self, service: str, *, faults: Faults, delay: float = 0) -> None:
        self._service = service
        self._faults = faults
        self._delay = delay
        self._over = Event()

    def start(self, task: Callable[[], None]) -> None:
        """Runs ``task`` while the caller goes on; a process that ends does not wait for it."""
        Thread(target=task, daemon=True).start()

    def attempt(self, operation: str, task: Callable[[], None]) -> str | None:
        """Does ``task``, which ``operation`` asked for, unless a fault is to befall it; a diagnosis where it failed."""
        failure = self._faults.work(self._service, operation)
        if failure is not None:
            return failure
        try:
            task()
        except ServerError as error:
            return str(error)
        except Exception as error:  # else the record would say for hours that the task goes on
            _LOG.exception("%s %s", self._service, operation)
            return f"{type(error).__name__}: {error}"
        self._over.wait(self._delay)
        return None

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def end(self) -> None:
        """What comes up from now on is not wanted any more."""
        self._over.set()
