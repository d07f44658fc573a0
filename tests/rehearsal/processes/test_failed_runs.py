"""Failed rehearsals leave folders, of which a few are kept."""

import os
import stat
from pathlib import Path

import pytest

from rehearsal.processes import failed_runs

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(failed_runs, "cache_folder", lambda: tmp_path)
    return tmp_path


def failed(environment: str, *, days_ago: float) -> Path:
    folder = failed_runs.create(environment)
    (folder / "failure.txt").write_text("because")
    at = NOW - days_ago * 24 * 3600
    os.utime(folder, (at, at))
    return folder


def test_a_folder_is_private_and_new(cache: Path) -> None:
    first, second = failed_runs.create("prod"), failed_runs.create("prod")
    assert first != second
    assert {first.parent, second.parent} == {cache / "failed-rehearsals"}
    assert first.name.startswith("prod-2")
    assert stat.S_IMODE(first.stat().st_mode) == 0o700


def test_the_newest_five_are_kept() -> None:
    folders = [failed("prod" if number % 2 else "dev", days_ago=7 - number) for number in range(7)]
    failed_runs.prune(now=NOW)
    assert [folder.exists() for folder in folders] == [False, False, True, True, True, True, True]


def test_an_old_one_is_deleted() -> None:
    old, recent = failed("dev", days_ago=14.1), failed("dev", days_ago=13.9)
    failed_runs.prune(now=NOW)
    assert not old.exists()
    assert recent.exists()


def test_there_may_be_none() -> None:
    failed_runs.prune()
