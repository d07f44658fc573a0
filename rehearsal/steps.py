"""The steps of a rehearsal: timed, and reported as they start and finish."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol


class Reporter(Protocol):
    """Shows the progress of a rehearsal; ``message`` may be called from another thread."""

    def started(self, step: str) -> None: ...

    def progress(self, text: str) -> None:
        """How far the current step is."""
        ...

    def finished(self, step: "Step") -> None: ...

    def failed(self, step: "Step") -> None: ...

    def message(self, text: str) -> None:
        """A line that stays on the screen."""
        ...


@dataclass
class Step:
    """A step: ``at`` is its start in seconds since the command's, ``seconds`` its duration."""

    name: str
    at: float
    seconds: float = 0.0
    result: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """As JSON prints it."""
        times = {"at": round(self.at, 3), "seconds": round(self.seconds, 3)}
        return {"name": self.name, **times, "result": self.result}


@dataclass
class Steps:
    """The steps finished so far, and the one that ``failed``; times count from ``start``, a ``time.monotonic``."""

    reporter: Reporter
    start: float = field(default_factory=time.monotonic)
    finished_steps: list[Step] = field(default_factory=list)
    failed: Step | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    def at(self, moment: float) -> float:
        """Seconds from the start to ``moment``, a value of ``time.monotonic``."""
        return moment - self.start

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Times the block, which sets the step's ``result``. A step whose block raises an error has ``failed``."""
        step = Step(name, at=self.elapsed)
        self.reporter.started(name)
        try:
            yield step
        except Exception:
            self._fail(step)
            raise
        step.seconds = self.elapsed - step.at
        self.finished_steps.append(step)
        self.reporter.finished(step)

    def _fail(self, step: Step) -> None:
        step.seconds, self.failed = self.elapsed - step.at, step
        self.reporter.failed(step)
