"""Work in a thread of its own, whose failure is not lost."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Background(Generic[Result]):
    """Work beside the story; its failure is raised where the story next looks."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raises what ended the work, if something did."""
        if self._error is not None:
            raise self._error

    def result(self) -> Result:
        """Waits for the end; raises what the work raised."""
        while self._thread.is_alive():
            self._thread.join(0.2)  # in slices: a join without end would hold off Ctrl-C
        self.check()
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:
            self._error = error
