"""What goes on behind an answered request."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

from rehearsal.aws.faults import Faults
from rehearsal.servers import ServerError

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


class Outcome(Generic[Result]):
    """What came of a task: ``result``, or ``failure``, a diagnosis."""

    def __init__(self, result: Result | None = None, failure: str | None = None) -> None:
        self.result = result
        self.failure = failure


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

    def attempt(self, operation: str, task: Callable[[], Result]) -> Outcome[Result]:
        """Does ``task``, which ``operation`` asked for, unless a fault is to befall it; no error gets out."""
        failure = self._faults.work(self._service, operation)
        if failure is not None:
            return Outcome(failure=failure)
        try:
            outcome = Outcome(task())
        except ServerError as error:
            return Outcome(failure=str(error))
        except Exception as error:  # else the record would say for hours that the task goes on
            _LOG.exception("%s %s", self._service, operation)
            return Outcome(failure=f"{type(error).__name__}: {error}")
        self._over.wait(self._delay)
        return outcome

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def end(self) -> None:
        """What comes up from now on is not wanted any more."""
        self._over.set()
