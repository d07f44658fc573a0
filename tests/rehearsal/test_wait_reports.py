"""What the daemon waits for is reported again and again, until the rehearsal goes on or its daemon is gone."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal import daemon_client
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.server import EmbeddedAws
from rehearsal.daemon_client import DaemonClient, DaemonError
from rehearsal.processes.runs import Run
from rehearsal.wait_reports import WaitReports
from tests.rehearsal.aws.recording_backends import RecordingBackends

LINE = "orders: no answer for 20 s, of at most 180 s; last: b-1: WARN waiting"


def wait_for(lines: list[str], count: int) -> None:
    deadline = time.monotonic() + 20
    while len(lines) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def test_servers_that_hang_are_reported_repeatedly(tmp_path: Path) -> None:
    backends, reported = RecordingBackends(), list[str]()
    hanging = [[], [LINE], [LINE]]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=tmp_path,
            start_cluster=backends.start_cluster,
            start_connector=backends.start_connector,
            pages={"waiting": lambda _: hanging.pop(0) if hanging else []},
        )
        aws.start()
        daemon = DaemonClient(Run(tmp_path, "shop", 1, 0), aws=aws.access)
        reports = WaitReports(daemon, reported.append, seconds=0.02)
        wait_for(reported, 2)
        assert reported == [LINE, LINE]
        reports.stop()
        aws.stop()


def test_a_daemon_that_is_gone_ends_the_reports(tmp_path: Path) -> None:
    reported: list[str] = []
    daemon = DaemonClient(Run(tmp_path, "shop", 1, 0), aws=AwsAccess.create("http://127.0.0.1:1"))
    reports = WaitReports(daemon, reported.append, seconds=0.01)
    reports._thread.join(20)
    assert not reports._thread.is_alive()
    assert reported == []


def test_a_daemon_that_does_not_start_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_client, "_START_SECONDS", 1)
    monkeypatch.setattr(daemon_client, "_REPORT_SECONDS", 0.3)
    (tmp_path / "daemon.log").write_text("loading\nINFO reading the lock file\n")
    reported: list[str] = []
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        with pytest.raises(DaemonError, match="the embedded AWS did not start:\nloading\nINFO reading the lock file"):
            DaemonClient.connect(Run(tmp_path, "shop", 1, 0), lambda: process.poll() is None, reported.append)
        process.kill()
    assert len(reported) == 3
    assert all(line.endswith("of at most 1 s; last: INFO reading the lock file") for line in reported)
