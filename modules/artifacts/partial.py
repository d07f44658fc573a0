"""A partly downloaded file."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self


def _ignore(_: int) -> None:
    pass


class Partial:
    """The received part of a file and its hash; calls ``received`` for every piece, ``restarted`` when it starts again.

    ``stitched``: it consists of several answers. ``validator`` is the ETag or date of the first one.
    """

    def __init__(
        self, path: Path, *, received: Callable[[int], None] = _ignore, restarted: Callable[[], None] = lambda: None
    ) -> None:
        self.path = path
        self._file = path.open("wb")
        self._received = received
        self._restarted = restarted
        self._begin()

    def _begin(self) -> None:
        self.size = 0
        self.stitched = False
        self.validator = ""
        self._hash = sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)
        self._received(len(piece))

    def restart(self) -> None:
        """Start again from the first byte."""
        if self.size:
            self._file.seek(0)
            self._file.truncate()
            self._restarted()
        self._begin()
