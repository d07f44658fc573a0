"""A rehearsal's daemon starts before it is known what it runs, and leaves nothing where that stays unknown."""

import time
from pathlib import Path

import pytest

from rehearsal.daemon_process import CONFIG, DaemonConfig, DaemonProcess
from rehearsal.processes import runs


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_without_a_configuration_it_is_killed() -> None:
    with DaemonProcess.starting("shop") as daemon:
        assert daemon.is_running()
    assert not daemon.is_running()
    assert list(runs.all_runs()) == []
    assert not daemon.run.folder.exists()


def test_it_waits_for_its_configuration_and_ends_with_its_starter() -> None:
    with DaemonProcess.starting("shop") as daemon:
        started = _wait_until_it_has_loaded(daemon)
        assert started.alive
        assert not (daemon.run.folder / CONFIG).exists()
        assert daemon.terminate() == []  # closes the pipe, as an end of this process does
    assert not daemon.run.folder.exists()


def test_with_a_configuration_it_starts() -> None:
    with DaemonProcess.starting("shop") as daemon:
        daemon.configure(DaemonConfig("missing.yaml", {}))
        deadline = time.monotonic() + 60
        while daemon.is_running() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "missing.yaml" in (daemon.run.folder / "daemon.log").read_text()
        assert daemon.terminate() == []


def _wait_until_it_has_loaded(daemon: DaemonProcess) -> runs.Run:
    """It then records itself as the rehearsal's main process."""
    deadline = time.monotonic() + 60
    while (run := runs.Run.read(daemon.run.folder)) and run.pid == daemon.run.pid and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run
    assert run.pid != daemon.run.pid
    return run
