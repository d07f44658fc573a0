"""The steps of a rehearsal: what runs, how long it took, and what fails it while others wait."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Teller(Protocol):
    """Hears how a rehearsal goes; called from one thread at a time."""

    def began(self, step: str) -> None: ...

    def detail(self, text: str) -> None:
        """How far the step is that began last."""
        ...

    def ended(self, step: "Step") -> None: ...

    def note(self, text: str) -> None:
        """A line that stays."""
        ...


@dataclass
class Step:
    """A finished step; ``at`` and ``seconds`` are counted from the command's start and the step's own."""

    name: str
    at: float
    seconds: float = 0.0
    result: str = ""


@dataclass
class Steps:
    """What was done so far, on one clock that starts with the object."""

    teller: Teller
    done: list[Step] = field(default_factory=list)
    _start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def at(self, moment: float) -> float:
        """Seconds from the start to ``moment``, a reading of ``time.monotonic``."""
        return moment - self._start

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Times the block; the block gives the step its ``result``. A block that raises is no finished step."""
        step = Step(name, at=self.elapsed)
        self.teller.began(name)
        yield step
        self.finished(step)

    def finished(self, step: Step) -> None:
        step.seconds = self.elapsed - step.at
        self.done.append(step)
        self.teller.ended(step)
