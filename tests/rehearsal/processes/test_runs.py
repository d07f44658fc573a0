"""Processes and folders of a rehearsal that ended, however it ended, are cleaned up; running ones are not."""

import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rehearsal.processes import runs, sentinel, temporary
from rehearsal.processes.runs import Run
from rehearsal.processes.temporary import temporary_folder

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
import tempfile
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


@pytest.mark.usefixtures("ordinary")
def test_the_temporary_folder_goes_with_the_run(run: Run) -> None:
    folder = temporary_folder(run.folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "libzstd-jni-1.so").write_text("native")
    assert runs.left_behind(run) == [f"folder {one}" for one in dict.fromkeys([run.folder, folder])]
    runs.clean_up(run.folder)
    assert runs.left_behind(run) == []
    assert not folder.exists()


@pytest.mark.usefixtures("ordinary")
def test_a_long_path_has_its_temporary_folder_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket's path is short; whoever knows the run's folder finds it, also after a crash."""
    short, long = Path("/home/me/.cache/msk-cdc/rehearsals/shop-abcd1234"), tmp_path / ("long" * 20)
    assert temporary_folder(short) == short / "tmp"
    monkeypatch.setenv("XDG_CACHE_HOME", str(long))
    run = runs.create("shop")
    folder = temporary_folder(run.folder)
    assert folder.is_relative_to("/tmp")
    assert len(str(folder)) < 30
    assert folder.is_dir()
    with pytest.raises(FileExistsError):
        temporary.create(run.folder)
    shutil.rmtree(run.folder)
    assert runs.left_behind(run) == [f"folder {folder}"]
    runs.clean_up(run.folder)
    assert not folder.exists()


def test_what_a_process_creates_in_between_is_the_runs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", before := tempfile.gettempdir())
    child = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
    with temporary.used(run.folder):
        assert tempfile.gettempdir() == str(temporary_folder(run.folder))
        assert subprocess.check_output(child, text=True).strip() == str(temporary_folder(run.folder))
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (before, before)
    monkeypatch.delenv("TMPDIR")
    with pytest.raises(KeyError), temporary.used(run.folder):
        raise KeyError
    assert "TMPDIR" not in os.environ


@pytest.fixture
def ordinary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ordinary temporary folder."""
    (folder := tmp_path / "ordinary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


LEFT = ("liblz4-java-17.so", "liblz4-java-17.so.lck", "libzstd-jni-1.5.6-6abc.so", "snappy-1.1.10-a-libsnappyjava.so")


@pytest.mark.parametrize("name", LEFT)
def test_what_jvms_left_elsewhere_is_found(run: Run, ordinary: Path, name: str) -> None:
    runs.clean_up(run.folder)
    (ordinary / "somebody-else").write_text("")
    (ordinary / "kafka-logs").mkdir()
    old = ordinary / f"{name.partition('-')[0]}-java-old"
    old.write_text("")
    os.utime(old, (run.started - 1, run.started - 1))
    assert runs.left_behind(run) == []
    (ordinary / name).write_text("native")
    assert runs.left_behind(run) == [f"temporary file {ordinary / name}"]


def test_what_a_process_still_uses_is_not_left(run: Run, ordinary: Path) -> None:
    runs.clean_up(run.folder)
    library, lock = ordinary / LEFT[0], ordinary / LEFT[1]
    for path in (library, lock):
        path.write_bytes(bytes(4096))
    with library.open("rb") as content, mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ):
        assert runs.left_behind(run) == []
    assert len(runs.left_behind(run)) == 2


def test_the_sentinel_has_another_working_directory(run: Run) -> None:
    process = sentinel.watch(run.folder)
    assert runs.processes(run.folder) == []
    process.communicate()
    assert not run.folder.exists()
