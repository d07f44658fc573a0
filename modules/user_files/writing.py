"""Writes a file that a user names: completely or not at all, and in the place of a regular file only."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from modules.user_files.reading import UserFileError, reason, special


def obstacle(file: Path) -> str | None:
    """Why ``file`` could not be written in some minutes; None if nothing speaks against it."""
    folder = Path(os.path.realpath(file)).parent
    if file.is_dir():
        return f"{file}: is a directory, must be a file"
    if file.exists() and not file.is_file():
        return f"{file}: must be a regular file"
    if not folder.is_dir():
        return f"{file}: the folder {folder} does not exist"
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"{file}: the folder {folder} cannot be written: {(error.strerror or str(error)).lower()}"


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file, which takes the place of ``target`` at the end of the block; an error leaves ``target`` as it was.

    A link stays, and what it names is replaced; the mode of an old file stays. A device, pipe or directory is refused.
    Raises OSError with the name.
    """
    place = Path(os.path.realpath(target))
    if place.exists() and (kind := special(place.stat().st_mode)):
        raise UserFileError(errno.EINVAL, f"cannot be written: {kind}", str(target))
    try:
        with _moved_to(place) as file:
            yield file
    except UserFileError:
        raise
    except OSError as error:
        raise UserFileError(error.errno or errno.EIO, f"cannot be written: {reason(error)}", str(target)) from error


@contextmanager
def _moved_to(place: Path) -> Iterator[BinaryIO]:
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:200]}.")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        unfinished.chmod(stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o644)
        unfinished.replace(place)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
