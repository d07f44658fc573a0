"""Parts of large ZIPs: the bytes of some members, so that the others need not be downloaded."""

import zipfile
import zlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from struct import unpack_from
from typing import Final

_LOCAL: Final = b"PK\x03\x04"
_HEADER: Final = 30
_STORED, _DEFLATED = 0, 8
_STREAMED: Final = 8  # the flag of members whose size is only in the directory


class ZipPartError(Exception):
    """A part of a ZIP cannot be read: what is wrong with it."""


def parts(archive: Path, members: Sequence[str]) -> list[tuple[int, int]]:
    """The first byte and the end of each part of ``archive`` whose members match one of the patterns.

    Raises ZipPartError where a pattern matches none.
    """
    with zipfile.ZipFile(archive) as content:
        infos = sorted(content.infolist(), key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in infos[1:]), content.start_dir]
    for pattern in members:
        if not any(fnmatchcase(info.filename, pattern) for info in infos):
            raise ZipPartError(f"{archive.name}: must have a member {pattern}")
    found: list[tuple[int, int]] = []
    for info, end in zip(infos, ends, strict=True):
        if any(fnmatchcase(info.filename, pattern) for pattern in members):
            joined = found and found[-1][1] == info.header_offset
            first = found.pop()[0] if joined else info.header_offset
            found.append((first, end))
    return found


def cut(archive: Path, part: Path, *, first: int, end: int) -> None:
    """Copies the bytes of a part."""
    with archive.open("rb") as content, part.open("wb") as copy:
        content.seek(first)
        missing = end - first
        while missing and (piece := content.read(min(missing, 1 << 20))):
            copy.write(piece)
            missing -= len(piece)


def unpack(part: Path, folder: Path) -> None:
    """Extracts the members of a part into ``folder``, and nothing outside it; raises ZipPartError."""
    content, at = part.read_bytes(), 0
    while at < len(content):
        if content[at : at + 4] != _LOCAL:
            raise ZipPartError(f"{part.name}: must be members of a ZIP, is something else at {at}")
        flags, method = unpack_from("<HH", content, at + 6)
        checksum, packed, _, name_size, extra_size = unpack_from("<IIIHH", content, at + 14)
        name = content[at + _HEADER : at + _HEADER + name_size].decode()
        start = at + _HEADER + name_size + extra_size
        at = start + packed
        if flags & _STREAMED or method not in (_STORED, _DEFLATED):
            raise ZipPartError(f"{part.name}: {name} must be stored or deflated, with its size before it")
        if name.endswith("/"):
            continue
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ZipPartError(f"{part.name}: {name} must be a path below the archive")
        body = content[start:at]
        plain = zlib.decompress(body, -zlib.MAX_WBITS) if method == _DEFLATED else body
        if zlib.crc32(plain) != checksum:
            raise ZipPartError(f"{part.name}: {name} is damaged")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(plain)
