"""Runs ``cdc rehearse`` as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from rehearsal.processes import runs
from rehearsal.processes.temporary import temporary_folder
from tests.places import ROOT

PATIENCE = 600


class Command:
    """A command that is interrupted at the end of the block, if it still runs."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._said = folder / "stderr"
        self._answered = folder / "stdout"
        with self._said.open("wb") as said, self._answered.open("wb") as answered:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cdc.cli", "rehearse", *arguments],
                stdout=answered,
                stderr=said,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(120)
        if error:
            print(self.said)

    @property
    def said(self) -> str:
        """Its stderr so far."""
        return self._said.read_text()

    @property
    def answered(self) -> str:
        """Its stdout so far."""
        return self._answered.read_text()

    def until(self, text: str) -> None:
        """Waits until stderr has ``text``; fails where the command exits before."""
        _wait(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said

    def end(self) -> int:
        """Waits for its exit; returns the status."""
        return self.process.wait(PATIENCE)

    def document(self) -> Mapping[str, Any]:
        """The JSON on its stdout."""
        document: Mapping[str, Any] = json.loads(self._answered.read_text())
        return document


def run_of(process: "subprocess.Popen[bytes]") -> Path:
    """Waits until the command has started its rehearsal, not another process its own; returns the folder."""
    found: list[Path] = []

    def began() -> bool:
        found[:] = [run.folder for run in runs.all_runs() if _belongs(run.pid, process.pid)]
        return bool(found) or process.poll() is not None

    _wait(began)
    assert found, "no rehearsal has begun"
    return found[0]


def _belongs(pid: int, command: int) -> bool:
    """Whether ``pid`` is the command's or its daemon's."""
    try:
        return command in (pid, psutil.Process(pid).ppid())
    except psutil.NoSuchProcess:
        return False


def is_gone(folder: Path) -> bool:
    """Waits until a rehearsal's folder and processes are gone."""
    _wait(lambda: not folder.exists() and not runs.processes(folder), seconds=60)
    return not folder.exists() and not temporary_folder(folder).exists()


def _wait(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
