"""Folders in the user's cache that are complete or do not exist."""

import os
import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from modules.cache_folder import cache_folder


def cached_folder(kind: str, key: str, create: Callable[[Path], None]) -> Path:
    """The folder ``kind``/``key`` in the user's cache; where it is missing ``create`` fills it.

    ``key`` has everything that the content depends on. Several processes may call this at the same time.
    """
    folder = cache_folder() / kind / sha256(key.encode()).hexdigest()[:32]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix="incoming-"))
    try:
        create(new)
        os.rename(new, folder)  # noqa: PTH104 - Path.rename hides that it fails where the folder exists
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return folder
