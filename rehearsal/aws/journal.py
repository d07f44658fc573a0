"""What the embedded AWS was asked, and what it answered."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Final

KEPT: Final = 20_000


@dataclass(frozen=True)
class Entry:
    """One answered request; ``time`` in seconds since 1970, ``agent`` the first product of its User-Agent."""

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
    """The newest ``KEPT`` requests, numbered from 1 in the order of their answers; safe to use from any thread."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._number = 0
        self._grown = Condition()

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
        with self._grown:
            self._number += 1
            now = time.time()
            entry = Entry(self._number, now, service, region, operation, method, path, status, seconds, agent)
            self._entries.append(entry)
            self._grown.notify_all()

    def after(self, number: int = 0, *, seconds: float = 0) -> list[Entry]:
        """Every entry past ``number``; where there is none yet, those that come within ``seconds``."""
        with self._grown:
            self._grown.wait_for(lambda: self._number > number, seconds)
            return [entry for entry in self._entries if entry.number > number]

    def wait_for(self, wanted: Callable[[Entry], bool], *, seconds: float, after: int = 0) -> Entry:
        """The first entry past ``after`` that is wanted, made or still to come; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for entry in self.after(after, seconds=left):
                if wanted(entry):
                    return entry
                after = entry.number
        raise TimeoutError(f"no such request within {seconds:.0f} s")
