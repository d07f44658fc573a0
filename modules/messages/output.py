"""The one place through which commands print: without secrets, and with control characters as escapes."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TextIO, cast

from modules.messages.escaping import escaped
from modules.messages.tokens import hidden
from modules.program import OutputError

_BEGIN: Final = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_END: Final = re.compile(r".*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_OF_A_KEY: Final = re.compile(r"\s*(?:[A-Za-z0-9+/=]*|(?:Proc-Type|DEK-Info|Version|Comment): .*)\s*")


class FilteredStream:
    """A text stream that writes (hidden) in the place of each secret, and control characters as escapes.

    It writes whole lines, and the rest when it is flushed. A private key that comes line by line is hidden, too.
    Raises OutputError, which has the ``name``, where the stream cannot be written.
    It has no ``buffer``: nothing can be written past the filter.
    """

    def __init__(self, stream: TextIO, name: str = "output") -> None:
        self._stream = stream
        self._name = name
        self._pending = ""
        self._within_a_key = False
        self._lock = Lock()

    def write(self, text: str) -> int:
        _refuse_bytes(text)
        self._add(escaped(text))
        return len(text)

    @property
    def styled(self) -> "StyledStream":
        """The same stream for a program that styles escaped text: its own control characters are written."""
        return StyledStream(self, self._add)

    def _add(self, text: str) -> None:
        with self._lock:
            self._pending += text
            lines, newline, rest = self._pending.rpartition("\n")
            if newline:
                self._pending = rest
                self._emit(lines + newline)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self._lock:
            rest, self._pending = self._pending, ""
            if rest:
                self._emit(rest)
            with self._reported():
                self._stream.flush()

    def _emit(self, text: str) -> None:
        text = self._after_a_key(text)
        with self._reported():
            self._stream.write(hidden(text))
        begun = [match.start() for match in _BEGIN.finditer(text)]
        if begun:
            self._within_a_key = not _END.search(text, begun[-1])

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(error.errno, (error.strerror or str(error)).lower(), self._name) from error

    def _after_a_key(self, text: str) -> str:
        """``text`` without the lines that belong to a key whose first line is written."""
        while self._within_a_key and text:
            line, newline, rest = text.partition("\n")
            if end := _END.match(line):
                self._within_a_key = False
                return line[end.end() :] + newline + rest
            if not _OF_A_KEY.fullmatch(line):
                self._within_a_key = False
                return text
            text = rest
        return text

    def __getattr__(self, name: str) -> Any:
        if name in ("buffer", "detach"):
            raise AttributeError(name)
        return getattr(self._stream, name)


class StyledStream:
    """A ``FilteredStream`` whose control characters are written: by ``add``, to which all text goes."""

    def __init__(self, stream: FilteredStream, add: Callable[[str], None]) -> None:
        self._stream = stream
        self._add = add

    def write(self, text: str) -> int:
        _refuse_bytes(text)
        self._add(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _refuse_bytes(text: object) -> None:
    """So programs find out whether a stream takes bytes."""
    if not isinstance(text, str):
        raise TypeError(f"must be text, got {type(text).__name__}")


@contextmanager
def filtered() -> Iterator[None]:
    """Standard output and standard error are filtered within the block; a block within another adds nothing."""
    before = sys.stdout, sys.stderr
    if isinstance(sys.stdout, FilteredStream):
        yield
        return
    made = FilteredStream(sys.stdout, "stdout"), FilteredStream(sys.stderr, "stderr")
    sys.stdout, sys.stderr = (cast("TextIO", each) for each in made)
    try:
        yield
    finally:
        try:
            for stream in made:
                stream.flush()
        finally:
            sys.stdout, sys.stderr = before
