"""Work in a background thread, whose exception is kept."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Background(Generic[Result]):
    """Starts ``work`` in a thread; its exception is raised by the next ``check`` or ``result``."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raises the exception that ended the work, if any; does not wait."""
        if self._error is not None:
            raise self._error

    def result(self) -> Result:
        """Waits for the result; raises the work's exception."""
        while self._thread.is_alive():
            self._thread.join(0.2)  # a join without timeout would block Ctrl-C
        self.check()
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error
