"""``cdc rehearse`` on a small disk: refused before anything starts, or ended with the disk that became full."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modules.cache_folder import NAME, cache_folder
from tests.disks import fill, small_disk
from tests.rehearsal.commands import Command

REHEARSALS = "rehearsals"


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the rehearsals' folders; the rest of the cache is the ordinary one."""
    ours = tmp_path / "c" / NAME
    ours.mkdir(parents=True)
    for entry in cache_folder().iterdir():
        if entry.name not in (REHEARSALS, "failed-rehearsals"):
            (ours / entry.name).symlink_to(entry)
    monkeypatch.setenv("XDG_CACHE_HOME", str(ours.parent))
    return ours / REHEARSALS


@pytest.fixture
def small(disk: Path) -> Iterator[Path]:
    with small_disk(disk, megabytes=100) as mounted:
        yield mounted


@pytest.fixture
def large(disk: Path) -> Iterator[Path]:
    with small_disk(disk, megabytes=300) as mounted:
        yield mounted


def test_the_room_is_asked_for_before_anything_starts(tmp_path: Path, small: Path) -> None:
    with Command("rehearsal", folder=tmp_path) as command:
        assert command.end() == 1
    assert "missing requirements of a rehearsal:\n  260 MB of room" in command.said
    assert f"{small}: 105 MB of 105 MB are free" in command.said
    assert list(small.iterdir()) == []


def test_a_disk_that_becomes_full(tmp_path: Path, large: Path) -> None:
    with Command("rehearsal", folder=tmp_path) as command:
        command.until(" start ")
        filler = fill(large)
        assert command.end() == 1
    assert "a disk is full" in command.said
    assert "free some room" in command.said
    assert f"are free (file system {large})" in " ".join(command.said.split())
    assert "logs and configurations: " in command.said
    assert list(large.iterdir()) == [filler]
