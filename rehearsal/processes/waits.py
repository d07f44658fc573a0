"""The waits for servers of this process, so that a server that hangs is reported while it hangs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

_LONG_SECONDS: Final = 15.0  # servers start within 10 s on two idle cores
_MAX_LINE: Final = 300


@dataclass(frozen=True, eq=False)
class _Wait:
    what: str
    seconds: float
    last_line: Callable[[], str]
    since: float = field(default_factory=time.monotonic)


class Waits:
    """The waits that are under way; thread-safe."""

    def __init__(self) -> None:
        self._waits: list[_Wait] = []
        self._lock = Lock()

    @contextmanager
    def waiting(self, what: str, *, seconds: float, last_line: Callable[[], str]) -> Iterator[None]:
        """The block waits for ``what``, at most ``seconds``; ``last_line`` returns the last line of its log."""
        wait = _Wait(what, seconds, last_line)
        with self._lock:
            self._waits.append(wait)
        try:
            yield
        finally:
            with self._lock:
                self._waits.remove(wait)

    def long(self, after: float = _LONG_SECONDS) -> list[str]:
        """A line for each wait that has taken more than ``after`` seconds, oldest first."""
        now = time.monotonic()
        with self._lock:
            waits = [wait for wait in self._waits if now - wait.since > after]
        return [_described(wait, now - wait.since) for wait in waits]


def _described(wait: _Wait, seconds: float) -> str:
    line = "".join(one if one.isprintable() else " " for one in wait.last_line()[:_MAX_LINE]).strip()
    return f"{wait.what}: no answer for {seconds:.0f} s, of at most {wait.seconds:.0f} s; last: {line or 'no output'}"


CURRENT: Final = Waits()
