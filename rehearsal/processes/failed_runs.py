"""The folders in which failed rehearsals leave logs and configurations; old ones are deleted."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from modules.cache_folder import cache_folder

KEPT: Final = 5
KEPT_SECONDS: Final = 14 * 24 * 3600


def failed_runs_folder() -> Path:
    """The folder of all failed rehearsals' folders."""
    return cache_folder() / "failed-rehearsals"


def create(environment: str) -> Path:
    """A new folder that only this user can read, named after ``environment`` and the time (UTC)."""
    failed_runs_folder().mkdir(parents=True, exist_ok=True)
    now = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return Path(tempfile.mkdtemp(dir=failed_runs_folder(), prefix=f"{environment}-{now}-"))


def prune(*, now: float | None = None) -> None:
    """Deletes folders older than 14 days, and all but the newest five."""
    oldest = (time.time() if now is None else now) - KEPT_SECONDS
    newest_first = sorted(_by_age(), reverse=True)
    for number, (changed, folder) in enumerate(newest_first):
        if number >= KEPT or changed < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _by_age() -> list[tuple[float, Path]]:
    found = []
    for folder in failed_runs_folder().glob("*-*"):
        try:
            found.append((folder.lstat().st_mtime, folder))
        except OSError:  # another rehearsal has pruned it
            continue
    return found
