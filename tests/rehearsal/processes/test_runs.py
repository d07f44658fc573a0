"""What a rehearsal leaves, however it ended, is found and cleared; what still runs is left alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rehearsal.processes import runs, sentinel
from rehearsal.processes.runs import Run

SLEEPER = [sys.executable, "-c", "print('up', flush=True); input()"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def run() -> Run:
    return runs.create("shop")


def started(folder: Path) -> "subprocess.Popen[bytes]":
    """A process that works in ``folder`` until its input closes."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
    assert process.stdout
    assert process.stdout.readline() == b"up\n"
    return process


@pytest.fixture
def server(run: Run) -> Iterator["subprocess.Popen[bytes]"]:
    process = started(run.folder / "kafka")
    yield process
    process.kill()
    process.wait()


def dead(run: Run) -> Run:
    """The record of a rehearsal whose process is gone, though another one may have its pid."""
    return Run(run.folder, run.environment, run.pid, run.started - 100).write()


def test_a_record_is_read_as_it_was_written(run: Run) -> None:
    assert Run.read(run.folder) == run
    assert run.alive
    assert list(runs.all_runs()) == [run]
    assert run.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_half_a_record_is_none(run: Run, text: str) -> None:
    (run.folder / "run.json").write_text(text)
    assert Run.read(run.folder) is None
    assert list(runs.all_runs()) == []


def test_a_rehearsal_that_runs_is_left_alone(run: Run, server: "subprocess.Popen[bytes]") -> None:
    assert runs.clear_abandoned() == []
    assert run.folder.is_dir()
    assert server.poll() is None


def test_what_a_dead_rehearsal_left_is_cleared(run: Run, server: "subprocess.Popen[bytes]") -> None:
    dead(run)
    assert runs.clear_abandoned() == [run.folder.name]
    server.wait(10)
    assert not run.folder.exists()


def test_only_processes_below_the_folder_are_ended(run: Run, tmp_path: Path, server: "subprocess.Popen[bytes]") -> None:
    beside = started(tmp_path / f"{run.folder.name}-not")
    assert [process.pid for process in runs.processes(run.folder)] == [server.pid]
    runs.clear(run.folder)
    assert beside.poll() is None
    beside.kill()
    beside.wait()


@pytest.mark.parametrize("how", ["kill", "end"])
def test_the_sentinel_clears_after_its_process(run: Run, server: "subprocess.Popen[bytes]", how: str) -> None:
    watcher = """
import sys
from pathlib import Path
from rehearsal.processes import sentinel
print(sentinel.watch(Path(sys.argv[1])).pid, flush=True)
input()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", watcher, str(run.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    watching = psutil.Process(int(process.stdout.readline()))
    assert server.poll() is None
    if how == "kill":
        process.kill()
    else:
        process.communicate(b"\n")
    process.wait()
    watching.wait(20)
    server.wait(10)
    assert not run.folder.exists()


def test_the_sentinel_works_elsewhere(run: Run) -> None:
    process = sentinel.watch(run.folder)
    assert runs.processes(run.folder) == []
    process.communicate()
    assert not run.folder.exists()
