"""Ends a rehearsal whose disk is full: MySQL waits for room then, and says so in its log only."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Final

from rehearsal.processes.disk import FileSystem
from rehearsal.processes.errors import RehearsalError

_SECONDS: Final = 1.0


class DiskFullError(RehearsalError):
    """The disk became full during the rehearsal."""


@contextmanager
def watched(*folders: Path, seconds: float = _SECONDS) -> Iterator[None]:
    """Raises DiskFullError in the block once the file system of one of ``folders`` is full, whatever it waits for.

    Looks every ``seconds``. Only in the main thread; the block of another one is not interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended = Event()
    watcher = Thread(target=_watch, args=(folders, seconds, ended), name="disk", daemon=True)
    before = signal.signal(signal.SIGUSR1, _interrupt)
    try:
        watcher.start()
        yield
    finally:
        ended.set()
        watcher.join()
        signal.signal(signal.SIGUSR1, before)


def _watch(folders: tuple[Path, ...], seconds: float, ended: Event) -> None:
    while not ended.wait(seconds):
        if any(FileSystem.of(folder).full for folder in folders):
            os.kill(os.getpid(), signal.SIGUSR1)
            return


def _interrupt(_: int, __: FrameType | None) -> None:
    raise DiskFullError("the disk became full during the rehearsal")
