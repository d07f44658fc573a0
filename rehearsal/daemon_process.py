"""Starts and ends the process that runs a rehearsal's servers (``rehearsal.daemon``)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from rehearsal.processes import runs
from rehearsal.processes.runs import Run
from rehearsal.processes.temporary import temporary_folder

CONFIG: Final = "daemon.json"
_STOP_SECONDS: Final = 30
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True)
class DaemonConfig:
    """What the daemon starts.

    ``environment`` is the environment's file, ``archives`` the ZIP of each plugin; ``brokers`` is the maximum number
    of brokers, by default as many as the environment asks for; ``mysqld`` is a MySQL server's program.
    """

    environment: str
    archives: Mapping[str, str]
    brokers: int | None = None
    mysqld: str | None = None


class DaemonProcess:
    """A daemon that this process has started. It loads its modules, which takes seconds, and waits for ``configure``.

    It exits with this process, however this one ends, unless it was asked to keep running. Public: ``run``.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._configured = False
        with (run.folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rehearsal.daemon", str(run.folder)],
                stdin=subprocess.PIPE,  # closes when this process ends: the daemon's signal to stop
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=run.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(Path(__file__).parents[1]),
                    "TMPDIR": str(temporary_folder(run.folder)),
                },
                start_new_session=True,
            )

    @classmethod
    @contextmanager
    def starting(cls, environment: str) -> Iterator[Self]:
        """Starts one in a new folder for ``environment``; it is killed if the block does not configure it."""
        daemon = cls(runs.create(environment))
        try:
            yield daemon
        finally:
            daemon._abandon()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def configure(self, config: DaemonConfig) -> None:
        """The daemon starts its servers."""
        self._configured = True
        new = self.run.folder / f"{CONFIG}.new"
        new.write_text(json.dumps(asdict(config)))
        new.replace(self.run.folder / CONFIG)

    def terminate(self) -> list[str]:
        """Stops all servers; a line for each process or folder that is left."""
        run = Run.read(self.run.folder) or self.run  # with the daemon's own start
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
        return wait_cleaned_up(run)

    def _abandon(self) -> None:
        """Kills it unless it has been configured: nothing depends on it yet."""
        if not self._configured:
            self._kill()
            runs.clean_up(self.run.folder)

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()


def wait_cleaned_up(run: Run) -> list[str]:
    """Waits until the sentinel has cleaned up after ``run``; cleans up where the sentinel did not."""
    deadline = time.monotonic() + _STOP_SECONDS
    while run.folder.exists() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if run.folder.exists():
        runs.clean_up(run.folder)
    return runs.left_behind(run)
