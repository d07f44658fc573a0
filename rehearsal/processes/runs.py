"""The folders of rehearsals, and the end of everything that runs in one.

Whatever a rehearsal starts has its working directory below the rehearsal's folder. That is how its processes are
found again, whoever started them and however it ended.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import psutil

from modules.cache_folder import cache_folder

_RECORD: Final = "run.json"
_CLOCK_SECONDS: Final = 0.01  # what two readings of a process's start may differ by
_GONE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Run:
    """One rehearsal: its folder, and the process that it lives by (pid, start in seconds since 1970)."""

    folder: Path
    environment: str
    pid: int
    started: float
    kept: bool = False

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None where the folder holds no record, or half of one."""
        try:
            record = json.loads((folder / _RECORD).read_text())
            return cls(folder, **record)
        except (OSError, ValueError, TypeError):
            return None

    def write(self) -> Self:
        """Leaves the record in the folder, whole or not at all."""
        facts = {key: value for key, value in asdict(self).items() if key != "folder"}
        new = self.folder / f"{_RECORD}.new"
        new.write_text(json.dumps(facts))
        new.replace(self.folder / _RECORD)
        return self

    @property
    def alive(self) -> bool:
        """Whether its process runs; another one with the same pid started at another time."""
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < _CLOCK_SECONDS
        except psutil.Error:
            return False


def parent() -> Path:
    """Where rehearsals have their folders."""
    return cache_folder() / "rehearsals"


def create(environment: str) -> Run:
    """A new folder, private to this user, in the name of this process."""
    parent().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent(), prefix=f"{environment}-"))
    me = psutil.Process()
    return Run(folder, environment, me.pid, me.create_time()).write()


def all_runs() -> Iterator[Run]:
    """Every rehearsal that has left a record."""
    for folder in sorted(parent().glob("*-*")):
        if run := Run.read(folder):
            yield run


def clear_abandoned() -> list[str]:
    """Ends what rehearsals left whose process is gone; their folders' names."""
    dead = [run for run in all_runs() if not run.alive]
    for run in dead:
        clear(run.folder)
    return [run.folder.name for run in dead]


def clear(folder: Path) -> None:
    """Kills every process that works below ``folder``, and removes it."""
    deadline = time.monotonic() + _GONE_SECONDS
    while (left := processes(folder)) and time.monotonic() < deadline:
        for process in left:
            _kill(process)
        psutil.wait_procs(left, timeout=1)
    shutil.rmtree(folder, ignore_errors=True)


def _kill(process: psutil.Process) -> None:
    """Kills ``process`` unless it was faster."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def processes(folder: Path) -> list[psutil.Process]:
    """The processes of this user that work in ``folder`` or below, but this one."""
    place = folder.resolve()
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _works_in(process, place)]


def _works_in(process: psutil.Process, place: Path) -> bool:
    try:
        # Linux tells a folder that is gone by a suffix.
        return Path(process.cwd().removesuffix(" (deleted)")).is_relative_to(place)
    except psutil.Error:
        return False
