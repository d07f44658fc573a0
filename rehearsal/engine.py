"""A handle on the process that a rehearsal lives in (``rehearsal.daemon``)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import requests

from rehearsal.processes import runs
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.runs import Run

READY: Final = "ready.json"
_START_SECONDS: Final = 90
_STOP_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
_REQUEST_SECONDS: Final = 60


class EngineError(RehearsalError):
    """The rehearsal's process did not start, or ended by itself; carries the end of its log."""


@dataclass(frozen=True)
class Order:
    """What the process is to bring up.

    ``environment`` is a file, ``archives`` the ZIP for each plugin that the environment takes from a bucket;
    ``brokers`` is the most that may run, by default all.
    """

    environment: str
    archives: Mapping[str, str]
    brokers: int | None = None


class Engine:
    """The embedded AWS, and every server behind it, as another process.

    It ends when this one does, however that happens, unless it was told to ``keep`` on.
    """

    def __init__(self, run: Run, *, url: str) -> None:
        self.run = run
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy has no business on loopback

    @classmethod
    def begin(cls, run: Run, order: Order) -> "subprocess.Popen[bytes]":
        """Starts the process in the folder of ``run``, and returns at once."""
        (run.folder / "order.json").write_text(json.dumps(asdict(order)))
        with (run.folder / "daemon.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "rehearsal.daemon", str(run.folder)],
                stdin=subprocess.PIPE,  # closes with this process: that is how the daemon knows
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=run.folder,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
                start_new_session=True,
            )

    @classmethod
    def ready(cls, run: Run, process: "subprocess.Popen[bytes]") -> "Engine":
        """Once the process answers; raises EngineError."""
        deadline = time.monotonic() + _START_SECONDS
        told = run.folder / READY
        while not told.is_file():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EngineError(f"the embedded AWS must start, got:\n{_tail(run)}")
            time.sleep(_POLL_SECONDS)
        return cls(Run.read(run.folder) or run, url=json.loads(told.read_text())["url"])

    @classmethod
    def of(cls, run: Run) -> "Engine":
        """A rehearsal that another command started and kept."""
        return cls(run, url=json.loads((run.folder / READY).read_text())["url"])

    def page(self, name: str, body: Mapping[str, object] | None = None) -> Any:
        """What the process answers on ``/_rehearsal/<name>``; raises EngineError where it is gone."""
        try:
            answer = self._http.request(
                "GET" if body is None else "POST",
                f"{self.url}/_rehearsal/{name}",
                json=body,
                timeout=_REQUEST_SECONDS,
            )
        except requests.RequestException as error:
            raise EngineError(f"the embedded AWS must run until the end, got:\n{_tail(self.run)}") from error
        if not answer.ok:
            raise EngineError(answer.text)
        return answer.json()

    def settle(self) -> None:
        """Waits until the databases answer, and all that the environment only names is there."""
        while not self.page("settled"):
            pass  # the page itself waits

    def wait_for(self, *wanted: tuple[str, str], check: Callable[[], None]) -> None:
        """Until each (service, operation) has succeeded once; ``check`` raises where waiting is in vain."""
        missing, after = set(wanted), 0
        while missing:
            check()
            for request in self.page(f"requests?after={after}&wait=1"):
                after = request["number"]
                if request["status"] < 300:
                    missing.discard((request["service"], request["operation"]))

    def keep(self) -> None:
        """Lets the process run on when this one ends."""
        self.page("keep", {})

    def stop(self) -> list[str]:
        """Ends everything; what is left nevertheless, in words."""
        with suppress(EngineError):  # it is gone, or so stuck that only force helps
            self.page("stop", {})
        return _ended(self.run.folder)

    @staticmethod
    def end(run: Run, process: "subprocess.Popen[bytes]") -> list[str]:
        """As ``stop``, for a process that this one began and that may not be ready yet."""
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return _ended(run.folder)


def _ended(folder: Path) -> list[str]:
    """Waits until the sentinel has cleared ``folder``, else clears it."""
    deadline = time.monotonic() + _STOP_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if folder.exists():
        runs.clear(folder)
    return left_behind(folder)


def left_behind(folder: Path) -> list[str]:
    """Processes and files of a rehearsal that has ended."""
    found = [f"process {process.pid}: {' '.join(process.cmdline())[:120]}" for process in runs.processes(folder)]
    return found + ([f"folder {folder}"] if folder.exists() else [])


def _tail(run: Run, lines: int = 20) -> str:
    try:
        return "\n".join((run.folder / "daemon.log").read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"{run.folder} is gone"
