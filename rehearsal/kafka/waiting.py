"""Waits for the nodes of a cluster."""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Final

from rehearsal.aws.backends import ServerError
from rehearsal.processes import waits
from rehearsal.processes.logs import last_error
from rehearsal.processes.programs import Program

_READY_SECONDS: Final = 180  # 5 s on two idle cores
_POLL_SECONDS: Final = 0.1


class Waiting:
    """Waits for nodes of the cluster called ``name``; every wait ends with ServerError once ``stop`` was called."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopped = Event()

    def stop(self) -> None:
        self._stopped.set()

    def check(self) -> None:
        """Raises ServerError once the cluster was stopped."""
        if self._stopped.is_set():
            raise ServerError(f"{self._name} was stopped")

    def until(self, done: Callable[[], bool], nodes: Sequence[Program], event: str) -> None:
        """Raises ServerError where one of ``nodes`` exits, or 3 minutes pass before ``event``.

        A long wait is in ``waits.CURRENT``.
        """
        with waits.CURRENT.waiting(self._name, seconds=_READY_SECONDS, last_line=lambda: _last_line(nodes)):
            self._wait(done, nodes, event)

    def _wait(self, done: Callable[[], bool], nodes: Sequence[Program], event: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not done():
            for node in nodes:
                if not node.running:
                    raise ServerError(f"{node.name} of {self._name} exited: {last_error(node.tail())}")
            self.check()
            if time.monotonic() > deadline:
                raise ServerError(f"{self._name}: {_READY_SECONDS} s passed before {event}; {_last_lines(nodes)}")
            time.sleep(_POLL_SECONDS)


def _last_line(nodes: Sequence[Program]) -> str:
    """Of the node that has been silent for longest: the others still log that they wait for it."""
    logs = {node: node.log.stat().st_mtime for node in nodes if node.log.exists()}
    return _last_lines(sorted(logs, key=logs.__getitem__)[:1])


def _last_lines(nodes: Sequence[Program]) -> str:
    return "; ".join(f"{node.name}: {last_error(node.tail())}" for node in nodes)
