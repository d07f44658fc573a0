"""MySQL waits for room on a full disk and says so in its log: a rehearsal does not wait with it."""

from pathlib import Path

import pytest

from rehearsal.database.mysql import Database
from rehearsal.disk_watch import DiskFullError, watched
from rehearsal.processes import disk
from tests.disks import fill, small_disk
from tests.rehearsal.database.databases import answers, database


def test_a_change_is_not_waited_for(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=250) as small, database(small / "mysql") as server:
        answers(server, "CREATE DATABASE shop")
        answers(server, "CREATE TABLE shop.things (id INT PRIMARY KEY, name VARCHAR(9000))")
        with pytest.raises(DiskFullError):
            write_until_full(server, small)
        assert server.program
        found = disk.explanation("", folders=[small], logs=[server.program.log])
        assert found
        assert f"{small}: 0 MB of 262 MB are free" in found.cause
        server.program.kill()


def write_until_full(server: Database, folder: Path) -> None:
    with watched(folder, seconds=0.5):
        fill(folder)
        for number in range(10_000):
            answers(server, f"INSERT INTO shop.things VALUES ({number}, REPEAT('x', 9000))")
