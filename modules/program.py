"""A program from its first import to its exit: a signal ends it without a traceback, at any moment, with cleanup."""

import atexit
import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn, TypeAlias

# Ctrl-C, kill, and a terminal that is closed; the exit status is 128 and the signal's number, as of a shell.
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Main: TypeAlias = Callable[[], int]


class OutputError(OSError):
    """Standard output or standard error cannot be written: its disk is full, or its reader is gone."""

    def __str__(self) -> str:
        return f"{self.filename}: cannot be written: {self.strerror}"


def run(imported: Callable[[], Main]) -> int:
    """The exit status of the main function that ``imported`` imports; 130 after Ctrl-C, 143 after SIGTERM.

    In the main function Ctrl-C is Python's KeyboardInterrupt, and the other signals are a SystemExit. Before and after
    it there is only what ``atexit`` has to clean up. A signal that the caller ignores (``nohup``) stays ignored.
    Output that cannot be written is an error of one line on stderr, and the status 1.
    """
    handled = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    _handle(handled, _end_at_once)
    main = imported()
    try:
        _handle(handled, _end)
        return main()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OutputError as error:
        return _without_output(error)
    finally:
        _handle(handled, _end_at_once)


def _handle(numbers: list[signal.Signals], handler: Callable[[int, FrameType | None], object]) -> None:
    for number in numbers:
        signal.signal(number, handler)


def _without_output(error: OutputError) -> int:
    """Drops what is not written yet, or the interpreter would try again at its exit, and print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if error.errno != errno.EPIPE:  # a reader like head has all that it wants
        with suppress(OSError):
            os.write(2, f"{error}\n".encode())
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return 1


def _end(number: int, _: FrameType | None) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def _end_at_once(number: int, _: FrameType | None) -> None:
    """Exits without an exception: what is being imported might swallow one, and an exiting interpreter prints it."""
    _handle([*_ENDING], lambda number, _: os._exit(128 + number))
    atexit._run_exitfuncs()  # removes temporary folders
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(128 + number)
