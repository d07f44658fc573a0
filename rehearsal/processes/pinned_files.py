"""The pinned files behind a rehearsal, as folders that programs run from."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from modules.artifacts.lock import File, Lock
from modules.cache_folder import cache_folder

KAFKA: Final = "kafka-3.9"
CONNECT: Final = "connect-3.7"
MYSQL: Final = "mysql-8"
COMPILER: Final = "ecj"  # not every Java brings one


def files(lock: Lock, *sets: str) -> tuple[File, ...]:
    """The files of these sets, each once."""
    return tuple(dict.fromkeys(file for name in sets for file in lock.sets[name].files))


def jars(lock: Lock, name: str, paths: Mapping[File, Path]) -> list[Path]:
    """The jars of a set, in an order that is always the same: class data archives depend on it."""
    return sorted(paths[file] for file in lock.sets[name].files)


def kept(what: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder ``what``/``key`` in the user's cache, made whole by ``make`` or not at all.

    ``key`` names all that the content follows from.
    """
    place = cache_folder() / what / sha256(key.encode()).hexdigest()[:32]
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=place.parent, prefix="incoming-"))
    try:
        make(new)
        os.rename(new, place)  # noqa: PTH104 - Path.rename hides that an existing folder refuses it
    except OSError:
        if not place.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return place
