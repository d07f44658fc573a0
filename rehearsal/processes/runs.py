"""The folders of rehearsals, and how to stop everything that runs in one.

Every process of a rehearsal has its working directory below the rehearsal's folder: so its processes are found, even
after a crash.
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
from rehearsal.processes import temporary

_RECORD: Final = "run.json"
_CLOCK_SECONDS: Final = 0.01  # two readings of a process's start time may differ by this
_GONE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Run:
    """A rehearsal: its folder and its main process (pid, start time in seconds since 1970)."""

    folder: Path
    environment: str
    pid: int
    started: float
    kept: bool = False

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """None where the folder has no record, or an incomplete one."""
        try:
            record = json.loads((folder / _RECORD).read_text())
            return cls(folder, **record)
        except (OSError, ValueError, TypeError):
            return None

    def write(self) -> Self:
        """Writes the record to the folder atomically."""
        facts = {key: value for key, value in asdict(self).items() if key != "folder"}
        new = self.folder / f"{_RECORD}.new"
        new.write_text(json.dumps(facts))
        new.replace(self.folder / _RECORD)
        return self

    @property
    def deployed(self) -> Path:
        """The environment file as it was deployed last, if its platform was; it has the environment's name."""
        return self.folder / "deployed" / f"{self.environment}.yaml"

    @property
    def alive(self) -> bool:
        """Whether its process is running; another process with the same pid has another start time."""
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < _CLOCK_SECONDS
        except psutil.Error:
            return False


def runs_folder() -> Path:
    """The folder of all rehearsals' folders."""
    return cache_folder() / "rehearsals"


def create(environment: str) -> Run:
    """Creates a folder that only this user can read, and its temporary folder; this process is the main process."""
    runs_folder().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=runs_folder(), prefix=f"{environment}-"))
    temporary.create(folder)
    me = psutil.Process()
    return Run(folder, environment, me.pid, me.create_time()).write()


def all_runs() -> Iterator[Run]:
    """Every rehearsal that has a record."""
    for folder in sorted(runs_folder().glob("*-*")):
        if run := Run.read(folder):
            yield run


def clean_up_abandoned() -> list[str]:
    """Cleans up rehearsals whose main process is gone; returns their folders' names."""
    dead = [run for run in all_runs() if not run.alive]
    for run in dead:
        clean_up(run.folder)
    return [run.folder.name for run in dead]


def clean_up(folder: Path) -> None:
    """Kills every process that works below ``folder``, and deletes ``folder`` and its temporary folder."""
    deadline = time.monotonic() + _GONE_SECONDS
    while (left := processes(folder)) and time.monotonic() < deadline:
        for process in left:
            _kill(process)
        psutil.wait_procs(left, timeout=1)
    shutil.rmtree(temporary.temporary_folder(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def left_behind(run: Run) -> list[str]:
    """A line for each process, folder and temporary file that is left of a rehearsal that has ended."""
    found = [f"process {process.pid}: {' '.join(process.cmdline())[:120]}" for process in processes(run.folder)]
    folders = dict.fromkeys([run.folder, temporary.temporary_folder(run.folder)])
    found += [f"folder {folder}" for folder in folders if folder.exists()]
    return found + [f"temporary file {path}" for path in temporary.left_by_jvms(run.started)]


def _kill(process: psutil.Process) -> None:
    """Kills ``process`` unless it has exited."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def processes(folder: Path) -> list[psutil.Process]:
    """This user's processes, without this one, that have their working directory in ``folder`` or below."""
    resolved = folder.resolve()
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _works_in(process, resolved)]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        # Linux adds a suffix to a deleted folder.
        return Path(process.cwd().removesuffix(" (deleted)")).is_relative_to(folder)
    except psutil.Error:
        return False
