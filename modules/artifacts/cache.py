"""Downloaded files in the user's cache folder, by their sha256; all checkouts share it."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Final

from modules.artifacts.lock import File
from modules.cache_folder import cache_folder

_DAY: Final = 24 * 60 * 60


class CacheError(Exception):
    """The cache cannot be written."""


class Cache:
    """Its files are complete and verified: they are moved into place by a rename, and hashed again at every use."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or cache_folder()) / "artifacts"

    def find(self, file: File) -> Path | None:
        """The path of ``file``; None if it is missing or its hash differs."""
        path = self._place(file)
        try:
            with path.open("rb") as content:
                intact = file_digest(content, "sha256").hexdigest() == file.sha256
        except OSError:
            return None
        return path if intact else None

    def adopt(self, path: Path, file: File) -> Path:
        """Moves ``path``, a verified file in ``workspace``, to the place of ``file``."""
        place = self._place(file)
        with self.writable():
            place.parent.mkdir(parents=True, exist_ok=True)
            return path.replace(place)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A temporary folder for downloads, removed at the end; folders left by a crash are removed after a day."""
        parent = self.folder / "incoming"
        with self.writable():
            parent.mkdir(parents=True, exist_ok=True)
            _remove_old(parent)
            folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def writable(self) -> Iterator[None]:
        """Turns an OSError in the block into CacheError."""
        try:
            yield
        except OSError as error:
            raise CacheError(
                f"cannot write to the cache {self.folder}: {error.strerror};"
                " free some space or make it writable, or set XDG_CACHE_HOME to another folder"
            ) from error

    def _place(self, file: File) -> Path:
        return self.folder / file.sha256 / file.maven.file_name


def _remove_old(parent: Path) -> None:
    for folder in parent.iterdir():
        try:
            if folder.stat().st_mtime < time.time() - _DAY:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # another process was faster
            continue
