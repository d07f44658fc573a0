"""Processes and folders of a rehearsal that ended, however it ended, are cleaned up; running ones are not."""

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
    """A process with ``folder`` as working directory, until its input closes."""
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
    """The record of a rehearsal whose process is gone, while another one has its pid."""
    return Run(run.folder, run.environment, run.pid, run.started - 100).write()


def test_a_record_is_read_as_it_was_written(run: Run) -> None:
    assert Run.read(run.folder) == run
    assert run.alive
    assert list(runs.all_runs()) == [run]
    assert run.folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_an_incomplete_record_is_ignored(run: Run, text: str) -> None:
    (run.folder / "run.json").write_text(text)
    assert Run.read(run.folder) is None
    assert list(runs.all_runs()) == []


def test_a_running_rehearsal_is_not_cleaned_up(run: Run, server: "subprocess.Popen[bytes]") -> None:
    assert runs.clean_up_abandoned() == []
    assert run.folder.is_dir()
    assert server.poll() is None


def test_an_abandoned_rehearsal_is_cleaned_up(run: Run, server: "subprocess.Popen[bytes]") -> None:
    dead(run)
    assert runs.clean_up_abandoned() == [run.folder.name]
    server.wait(10)
    assert not run.folder.exists()


def test_only_processes_below_the_folder_are_killed(
    run: Run, tmp_path: Path, server: "subprocess.Popen[bytes]"
) -> None:
    beside = started(tmp_path / f"{run.folder.name}-not")
    assert [process.pid for process in runs.processes(run.folder)] == [server.pid]
    runs.clean_up(run.folder)
    assert beside.poll() is None
    beside.kill()
    beside.wait()


@pytest.mark.parametrize("how", ["kill", "end"])
def test_the_sentinel_cleans_up_after_its_process(run: Run, server: "subprocess.Popen[bytes]", how: str) -> None:
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


def test_the_sentinel_has_another_working_directory(run: Run) -> None:
    process = sentinel.watch(run.folder)
    assert runs.processes(run.folder) == []
    process.communicate()
    assert not run.folder.exists()
