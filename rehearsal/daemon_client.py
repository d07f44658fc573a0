"""Queries and stops the process that runs a rehearsal's servers (``rehearsal.daemon``)."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import requests

from rehearsal.aws.access import AwsAccess
from rehearsal.daemon_process import wait_cleaned_up
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.runs import Run

READY: Final = "ready.json"
SOURCE_RECORDS: Final = "source-records"  # the folder of the logs of the workers' observers
_START_SECONDS: Final = 90
_REPORT_SECONDS: Final = 15
_POLL_SECONDS: Final = 0.05
_REQUEST_SECONDS: Final = 60


class DaemonError(RehearsalError):
    """The daemon did not start, or exited by itself; the message has the end of its log."""


class DaemonClient:
    """A running daemon; ``aws`` is the embedded AWS."""

    def __init__(self, run: Run, *, aws: AwsAccess) -> None:
        self.run = run
        self.aws = aws
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy for loopback
        self._http.headers.update(aws.page_headers)

    @classmethod
    def connect(
        cls, run: Run, is_running: Callable[[], bool], report: Callable[[str], None] = lambda _: None
    ) -> "DaemonClient":
        """Waits until the daemon answers, and reports a long wait; raises DaemonError after 90 s, or once it exits."""
        started = time.monotonic()
        ready, next_report = run.folder / READY, _REPORT_SECONDS
        while not ready.is_file():
            waited = time.monotonic() - started
            if not is_running() or waited > _START_SECONDS:
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

    def wait_until_account_seeded(self) -> None:
        """Waits until the resources that exist in AWS before a deploy have been created."""
        self._wait("account-seeded")

    def wait_until_seeded(self) -> None:
        """Waits until the databases have their users as well."""
        self._wait("seeded")

    def _wait(self, page: str) -> None:
        while not self.request(page):
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
        return wait_cleaned_up(self.run)


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _tail(run: Run, lines: int = 20) -> str:
    try:
        return "\n".join((run.folder / "daemon.log").read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"{run.folder} is gone"
