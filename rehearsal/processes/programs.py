"""Child processes of a rehearsal: start, log, wait, stop.

A child stays in the process group of its parent, so that one signal to the group reaches all.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self, TypeVar

from rehearsal.processes import waits

LOG_TAIL: Final = 40
_POLL_SECONDS: Final = 0.05

Answer = TypeVar("Answer")


class ProgramError(Exception):
    """A program exited, or was not ready in time; the message has the end of its log."""


class Program:
    """A child process that writes its output to ``<folder>/<name>.log`` and is killed at the end of the block.

    ``env`` is its whole environment (by default the parent's). A second start appends to the same log.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.arguments = list(arguments)
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def start(self) -> Self:
        """Starts the program unless it is running; returns at once, see ``wait_until``."""
        with self._lock:
            if not self.running:
                with self.log.open("ab") as output:
                    self._process = subprocess.Popen(
                        self.arguments,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        cwd=self.folder,
                        env=self._env,
                    )
        return self

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """None before the start."""
        return self._process.pid if self._process else None

    @property
    def exit_status(self) -> int | None:
        """None while it runs and before the start; a negative one is a signal's number."""
        return self._process.poll() if self._process else None

    def stop(self, *, seconds: float = 10) -> None:
        """SIGTERM, and SIGKILL after ``seconds``."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait_until(self, ready: Callable[[], Answer | None], *, seconds: float = 60) -> Answer:
        """Waits for the first result of ``ready`` that is not None; raises ProgramError where the program exits.

        A long wait is in ``waits.CURRENT``.
        """
        deadline = time.monotonic() + seconds
        with waits.CURRENT.waiting(self.name, seconds=seconds, last_line=lambda: self.tail(1)):
            while time.monotonic() < deadline:
                if not self.running:
                    raise ProgramError(f"{self.name} exited with status {self.exit_status}:\n{self.tail()}")
                if (answer := ready()) is not None:
                    return answer
                time.sleep(_POLL_SECONDS)
        raise ProgramError(f"{self.name} was not ready within {seconds:.0f} s:\n{self.tail()}")

    def tail(self, lines: int = LOG_TAIL) -> str:
        """The last lines of the log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
