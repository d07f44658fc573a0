"""Starts, queries and stops the process that runs a rehearsal's servers (``rehearsal.daemon``)."""

import json
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import requests

from rehearsal.aws.access import AwsAccess
from rehearsal.processes import runs
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.runs import Run
from rehearsal.processes.temporary import temporary_folder

READY: Final = "ready.json"
SOURCE_RECORDS: Final = "source-records"  # the folder of the logs of the workers' observers
_START_SECONDS: Final = 90
_REPORT_SECONDS: Final = 15
_STOP_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05
_REQUEST_SECONDS: Final = 60


class DaemonError(RehearsalError):
    """The daemon did not start, or exited by itself; the message has the end of its log."""


@dataclass(frozen=True)
class DaemonConfig:
    """What the daemon starts.

    ``environment`` is the environment's file, ``archives`` the ZIP of each plugin; ``brokers`` is the maximum number
    of brokers, by default as many as the environment asks for; ``mysqld`` is a MySQL server's program.
    """

    environment: str
    archives: Mapping[str, str]
    brokers: int | None = None
    mysqld: str | None = None


class DaemonClient:
    """A running daemon; ``aws`` is the embedded AWS.

    The daemon exits with this process, however this one ends, unless ``keep_running`` was called.
    """

    def __init__(self, run: Run, *, aws: AwsAccess) -> None:
        self.run = run
        self.aws = aws
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy for loopback
        self._http.headers.update(aws.page_headers)

    @classmethod
    def start(cls, run: Run, config: DaemonConfig) -> "subprocess.Popen[bytes]":
        """Starts a daemon in the folder of ``run``, and returns at once."""
        (run.folder / "daemon.json").write_text(json.dumps(asdict(config)))
        with (run.folder / "daemon.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "rehearsal.daemon", str(run.folder)],
                stdin=subprocess.PIPE,  # closes when this process ends: the daemon's signal to stop
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=run.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(Path(__file__).parents[1]),
                    "TMPDIR": str(temporary_folder(run.folder)),
                },
                start_new_session=True,
            )

    @classmethod
    def connect(
        cls, run: Run, process: "subprocess.Popen[bytes]", report: Callable[[str], None] = lambda _: None
    ) -> "DaemonClient":
        """Waits until the daemon answers, and reports a long wait; raises DaemonError after 90 s."""
        started = time.monotonic()
        ready, next_report = run.folder / READY, _REPORT_SECONDS
        while not ready.is_file():
            waited = time.monotonic() - started
            if process.poll() is not None or waited > _START_SECONDS:
                raise DaemonError(f"the embedded AWS did not start:\n{_tail(run)}")
            if waited > next_report:
                last = _tail(run, 1) or "no output"
                report(f"embedded AWS: no answer for {waited:.0f} s, of at most {_START_SECONDS} s; last: {last}")
                next_report += _REPORT_SECONDS
            time.sleep(_POLL_SECONDS)
        return cls(Run.read(run.folder) or run, aws=AwsAccess.read(ready))

    @classmethod
    def attach(cls, run: Run) -> "DaemonClient":
        """A daemon that another command started and kept running."""
        return cls(run, aws=AwsAccess.read(run.folder / READY))

    def request(self, name: str, body: Mapping[str, object] | None = None) -> Any:
        """The daemon's answer on ``/_rehearsal/<name>``, to ``body``; raises DaemonError."""
        try:
            answer = self._http.post(f"{self.aws.url}/_rehearsal/{name}", json=body, timeout=_REQUEST_SECONDS)
        except requests.RequestException as error:
            raise DaemonError(f"the embedded AWS stopped during the rehearsal:\n{_tail(self.run)}") from error
        if not answer.ok:
            raise DaemonError(answer.text)
        return answer.json()

    def decode(
        self, connector: str, messages: Sequence[tuple[str, bytes | None, bytes | None]]
    ) -> list[dict[str, Any]]:
        """Topics, keys and values, decoded with the connector's own converters: ``key`` and ``value``, or ``error``."""
        encoded = [[topic, _encoded(key), _encoded(value)] for topic, key, value in messages]
        found: list[dict[str, Any]] = self.request("decode", {"connector": connector, "messages": encoded})
        return found

    def wait_until_seeded(self) -> None:
        """Waits until the databases answer and the resources that exist before a deploy have been created."""
        while not self.request("seeded"):
            pass  # the daemon answers after some seconds at the latest

    def wait_for_requests(self, *expected: tuple[str, str], check: Callable[[], None]) -> None:
        """Waits until each (service, operation) has succeeded once; ``check`` raises to end the wait."""
        missing, after = set(expected), 0
        while missing:
            check()
            for request in self.request(f"requests?after={after}&wait=1"):
                after = request["number"]
                if request["status"] < 300:
                    missing.discard((request["service"], request["operation"]))

    def keep_running(self) -> None:
        """The daemon keeps running when this process ends."""
        self.request("keep", {})

    def stop(self) -> list[str]:
        """Stops all servers; a line for each process or folder that is left."""
        with suppress(DaemonError):  # it is gone, or hangs: killed below
            self.request("stop", {})
        return _wait_cleaned_up(self.run)

    @staticmethod
    def terminate(run: Run, process: "subprocess.Popen[bytes]") -> list[str]:
        """As ``stop``, for a daemon that this process started and that may not be ready yet."""
        run = Run.read(run.folder) or run  # with the daemon's own start
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return _wait_cleaned_up(run)


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _wait_cleaned_up(run: Run) -> list[str]:
    """Waits until the sentinel has cleaned up after ``run``; cleans up where the sentinel did not."""
    deadline = time.monotonic() + _STOP_SECONDS
    while run.folder.exists() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if run.folder.exists():
        runs.clean_up(run.folder)
    return runs.left_behind(run)


def _tail(run: Run, lines: int = 20) -> str:
    try:
        return "\n".join((run.folder / "daemon.log").read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"{run.folder} is gone"
