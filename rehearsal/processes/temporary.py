"""The temporary files of one rehearsal: where its programs create them, and what they left elsewhere."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import psutil

# Terraform's plugins add up to 38 characters for a socket, MySQL 33; a socket's path has at most 103 on macOS.
_MAX_LENGTH: Final = 64
_SHORT: Final = Path("/tmp")
# What the JVM's compression and network libraries, and Jetty, create where java.io.tmpdir is not set.
_OF_JVMS: Final = re.compile(r"(liblz4-java|libzstd-jni|snappy-|libnetty|jetty-)[\w.-]*")
_LOCK: Final = ".lck"


def temporary_folder(folder: Path) -> Path:
    """The temporary folder of the rehearsal in ``folder``: inside it, or below /tmp where that path is too long."""
    inside = folder / "tmp"
    if len(os.fsencode(inside)) <= _MAX_LENGTH:
        return inside
    return _SHORT / f"cdc-{sha256(os.fsencode(folder)).hexdigest()[:16]}"


def create(folder: Path) -> Path:
    """Creates the temporary folder, for this user only; raises FileExistsError where somebody else was faster."""
    path = temporary_folder(folder)
    path.mkdir(mode=0o700)
    return path


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """This process and those that it starts in the block create their temporary files for ``folder``."""
    before, tempfile.tempdir = os.environ.get("TMPDIR"), None
    os.environ["TMPDIR"] = str(temporary_folder(folder))
    try:
        yield
    finally:
        tempfile.tempdir = None
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before


def left_by_jvms(since: float) -> list[Path]:
    """Files of this user in the ordinary temporary folder, as JVMs' libraries create them, that no process uses.

    Only those changed after ``since``, in seconds since 1970.
    """
    found = [path for path in Path(tempfile.gettempdir()).iterdir() if _is_left(path, since)]
    in_use = set(_mapped()) if found else set()
    return sorted(path for path in found if str(path).removesuffix(_LOCK) not in in_use)


def _is_left(path: Path, since: float) -> bool:
    if not _OF_JVMS.fullmatch(path.name):
        return False
    try:
        status = path.lstat()
    except OSError:  # it is gone
        return False
    return status.st_uid == os.getuid() and status.st_mtime >= since


def _mapped() -> Iterator[str]:
    """The files that processes have mapped: libraries are closed after they were loaded."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            yield from (part.path for part in process.memory_maps())
