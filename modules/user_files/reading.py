"""Reads a file that a user names: a regular file of bounded size, or an error that names it."""

import errno
import os
import stat
import sys
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

# What stat reports of a file's kind, in words; a device may block, or never end.
_KINDS: Final = {
    stat.S_IFDIR: "is a directory",
    stat.S_IFIFO: "is a pipe",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
}


class UserFileError(OSError):
    """A file that cannot be used; ``strerror`` is the reason, lower case, and ``str()`` begins with the file."""

    def __init__(self, number: int, why: str, file: str) -> None:
        super().__init__(number, why, file)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


def reason(error: OSError) -> str:
    """Why the system refused, in lower case."""
    return (error.strerror or str(error)).lower()


def read(file: Path, *, most: int) -> bytes:
    """The content of ``file``, at most ``most`` bytes; links are followed. Raises OSError with a reason and the name.

    A pipe, device, socket or directory is refused before it is opened.
    """
    with opened(file) as stream:
        return _bounded(stream, str(file), most)


def read_stdin(*, most: int) -> bytes:
    """The content of stdin, at most ``most`` bytes; raises OSError."""
    if sys.stdin is None:
        raise UserFileError(errno.EBADF, "is closed", "stdin")
    return _bounded(sys.stdin.buffer, "stdin", most)


def opened(file: Path) -> BufferedReader:
    """``file``, a regular one, open to read; raises OSError with a reason and the name."""
    check(file)
    # It may be another file by now: a pipe is opened without waiting for its writer, then refused.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse_special(os.fstat(descriptor), file)
    except UserFileError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def check(file: Path) -> None:
    """Raises OSError unless ``file`` is a regular file, or a link to one; opens nothing."""
    try:
        found = file.stat()
    except ValueError:
        raise UserFileError(errno.EINVAL, "is no name of a file", ascii(str(file))) from None
    except FileNotFoundError:
        if file.is_symlink():
            dangling = f"links to {file.readlink()}, which does not exist"
            raise UserFileError(errno.ENOLINK, dangling, str(file)) from None
        raise
    _refuse_special(found, file)


def special(mode: int) -> str | None:
    """``is a pipe`` and the like; None for a regular file."""
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "is not a regular file")


def _refuse_special(found: os.stat_result, file: Path) -> None:
    if kind := special(found.st_mode):
        raise UserFileError(errno.EINVAL, kind, str(file))


def _bounded(stream: BinaryIO, name: str, most: int) -> bytes:
    try:
        content = stream.read(most + 1)
    except OSError as error:
        raise UserFileError(error.errno or errno.EIO, reason(error), name) from None
    if len(content) > most:
        raise UserFileError(errno.EFBIG, f"is larger than {most:,} bytes", name)
    return content


def unusable(file: Path, *, program: bool = False) -> str:
    """Why ``file`` cannot be read, or run as a ``program``; empty if nothing speaks against it."""
    if not file.exists():
        return "no such file"
    if file.is_dir():
        return "is a directory, must be a file"
    if not os.access(file, os.X_OK if program else os.R_OK):
        return "must be a program that may be run" if program else "permission denied"
    return ""
