"""A full disk is reported as that, whichever program met it, and a program that waits for room is not waited for."""

import errno
import os
import signal
import time
from pathlib import Path
from threading import Thread

import pytest

from rehearsal import requirements
from rehearsal.disk_watch import DiskFullError, watched
from rehearsal.processes import disk, runs
from rehearsal.processes.disk import FileSystem
from tests.disks import fill, small_disk

# As the programs wrote them on a full file system.
FULL = {
    "Python": str(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "tmp/x")),
    "Java": "java.io.IOException: No space left on device",
    "Terraform": "Error: Failed to save state: write terraform.tfstate: no space left on device",
    "MySQL": "[ERROR] [MY-000035] [Server] Disk is full writing './binlog.000002' (OS errno 28)",
    "InnoDB": "[ERROR] [MY-012639] [InnoDB] Write to file ./ibdata1 failed at offset 0, error: 28",
    "quota": str(OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))),
}
OTHER = ("errno: 280", "error 2", "table is full of rows", "Connection refused")


@pytest.mark.parametrize("text", FULL.values(), ids=FULL)
def test_who_met_it_says_so(text: str) -> None:
    assert disk.says_full(text)


@pytest.mark.parametrize("text", OTHER)
def test_other_errors_do_not(text: str) -> None:
    assert not disk.says_full(text)


def test_it_says_which_disk_and_who_met_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=8) as small:
        (log := tmp_path / "mysql.log").write_text(f"ready\n{FULL['MySQL']}\nwaiting\n")
        assert disk.explanation("timeout", folders=[small, tmp_path]) is None
        fill(small)
        assert str(disk.explanation("timeout", folders=[small, small / "tmp"], logs=[log, tmp_path / "none"])) == (
            f"a disk is full; {small}: 0 MB of 8 MB are free (file system {small});"
            " free some room, or name another folder with XDG_CACHE_HOME or TMPDIR\n"
            f"mysql.log: {FULL['MySQL']}"
        )


def test_what_has_room_again_was_full(tmp_path: Path) -> None:
    """A program that ended has removed its files."""
    found = disk.explanation(FULL["Java"], folders=[tmp_path])
    assert found
    assert f"{tmp_path}: " in found.cause


def test_no_inode_is_left(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=8, inodes=4) as small:
        for number in range(3):
            (small / str(number)).touch()
        assert FileSystem.of(small).full
        assert str(FileSystem.of(small)).endswith(f"are free, and no inode (file system {small})")


def test_a_rehearsal_asks_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "small", megabytes=200) as small:
        monkeypatch.setattr(runs, "runs_folder", lambda: small / "rehearsals")
        assert requirements.missing_room(0) == []
        [line] = requirements.missing_room(1)
        assert line.startswith("260 MB of room; free some")
        assert f"{small}/rehearsals: 210 MB of 210 MB are free" in line
        [line] = requirements.missing_room(2, provider_copies=3)
        assert line.startswith("2,840 MB of room; ")


def test_what_waits_is_ended(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=8) as small:
        began = time.monotonic()
        with pytest.raises(DiskFullError):
            wait_while_full(tmp_path, small)
        assert time.monotonic() - began < 5


def wait_while_full(*folders: Path) -> None:
    with watched(*folders, seconds=0.1):
        fill(folders[-1])
        time.sleep(20)


def test_what_has_room_is_not_ended(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGUSR1)
    with watched(tmp_path, seconds=0.01):
        time.sleep(0.2)
    assert signal.getsignal(signal.SIGUSR1) is before


def test_another_thread_is_not_interrupted(tmp_path: Path) -> None:
    ended = []

    def wait() -> None:
        with watched(tmp_path / "small", seconds=0.01):
            time.sleep(0.3)
        ended.append(True)

    with small_disk(tmp_path / "small", megabytes=8) as small:
        fill(small)
        (thread := Thread(target=wait)).start()
        thread.join()
    assert ended
