"""The log of requests to the embedded AWS."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Final

MAX_ENTRIES: Final = 20_000


@dataclass(frozen=True)
class Entry:
    """A request and its status; ``time`` in seconds since 1970, ``agent`` the first product of its User-Agent."""

    number: int
    time: float
    service: str
    region: str
    operation: str
    method: str
    path: str
    status: int
    seconds: float
    agent: str

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


class Journal:
    """The newest ``MAX_ENTRIES`` requests, numbered from 1 in the order of their responses; thread-safe."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._number = 0
        self._added = Condition()

    def add(
        self,
        *,
        service: str,
        region: str,
        operation: str,
        method: str,
        path: str,
        status: int,
        seconds: float,
        agent: str,
    ) -> None:
        with self._added:
            self._number += 1
            now = time.time()
            entry = Entry(self._number, now, service, region, operation, method, path, status, seconds, agent)
            self._entries.append(entry)
            self._added.notify_all()

    def after(self, number: int = 0, *, seconds: float = 0) -> list[Entry]:
        """The entries after ``number``; waits up to ``seconds`` for the first one."""
        with self._added:
            self._added.wait_for(lambda: self._number > number, seconds)
            return [entry for entry in self._entries if entry.number > number]

    def wait_for(self, matches: Callable[[Entry], bool], *, seconds: float, after: int = 0) -> Entry:
        """The first entry after ``after`` that ``matches``; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for entry in self.after(after, seconds=left):
                if matches(entry):
                    return entry
                after = entry.number
        raise TimeoutError(f"no such request within {seconds:.0f} s")
