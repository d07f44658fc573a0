"""Reports servers that hang while a rehearsal waits for them."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from rehearsal.daemon_client import DaemonClient, DaemonError

_SECONDS: Final = 15.0


class WaitReports:
    """Passes a line to ``report`` for each server that the daemon waits for, every ``seconds``, until ``stop``."""

    def __init__(self, daemon: DaemonClient, report: Callable[[str], None], *, seconds: float = _SECONDS) -> None:
        self._daemon = DaemonClient(daemon.run, aws=daemon.aws)  # a session is for one thread
        self._report = report
        self._seconds = seconds
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="wait-reports", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                lines = self._daemon.request("waiting")
            except DaemonError:  # the step that needs the daemon reports it
                return
            for line in lines:
                self._report(line)
