"""Disks: how much room is free, whether one is full, and why a program that met a full one failed."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from rehearsal.processes.findings import Finding

# ENOSPC and EDQUOT as Python, Java, Go, MySQL and the C library write them.
_FULL: Final = re.compile(
    r"no space left on device|disk quota exceeded|not enough space on the disk|\bdisk is full\b|(?:errno|error):? 28\b",
    re.IGNORECASE,
)
_NEARLY_FULL: Final = 4 << 20  # bytes; the servers write more than that at once
_READ_BYTES: Final = 64 << 10  # at the end of a log
_MAX_LINE: Final = 300


@dataclass(frozen=True)
class FileSystem:
    """The file system of ``folder``: ``free`` and ``size`` in bytes, as this user may use them."""

    folder: Path
    mount: Path
    free: int
    size: int
    has_inodes: bool

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Of ``folder`` or, where that does not exist, of the nearest folder around it."""
        folder = folder.absolute()
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        found = os.statvfs(existing)
        blocks, inodes = (found.f_bfree, found.f_ffree) if os.geteuid() == 0 else (found.f_bavail, found.f_favail)
        return cls(
            folder=folder,
            mount=_mount(existing.resolve()),
            free=blocks * found.f_frsize,
            size=found.f_blocks * found.f_frsize,
            has_inodes=inodes > 0 or found.f_files == 0,  # some file systems count none
        )

    @property
    def full(self) -> bool:
        return self.free < _NEARLY_FULL or not self.has_inodes

    def __str__(self) -> str:
        room = f"{_megabytes(self.free)} of {_megabytes(self.size)} are free"
        inodes = "" if self.has_inodes else ", and no inode"
        return f"{self.folder}: {room}{inodes} (file system {self.mount})"


def says_full(text: str) -> bool:
    """Whether ``text`` is of a program that found a disk full."""
    return bool(_FULL.search(text))


def explanation(error: str, *, folders: Iterable[Path], logs: Iterable[Path] = ()) -> Finding | None:
    """That a disk is full, which, and who says so; None where neither ``error``, a log nor a file system says it.

    ``folders`` are those that are written to.
    """
    systems = {system.mount: system for system in map(FileSystem.of, reversed([*folders]))}.values()
    lines = [*_lines(logs)]
    if not (says_full(error) or lines or any(system.full for system in systems)):
        return None
    shown = [system for system in systems if system.full] or systems
    return Finding(
        f"a disk is full; {'; '.join(map(str, shown))}",
        "free some room, or name another folder with XDG_CACHE_HOME or TMPDIR",
        "\n".join(lines),
    )


def _lines(logs: Iterable[Path]) -> Iterator[str]:
    """The last line of each log that says so."""
    for log in logs:
        with suppress(OSError), log.open("rb") as content:
            content.seek(max(0, log.stat().st_size - _READ_BYTES))
            said = [line for line in content.read().decode(errors="replace").splitlines() if says_full(line)]
            if said:
                yield f"{log.name}: {said[-1].strip()[:_MAX_LINE]}"


def _mount(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.is_mount())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
