"""ZIP and JAR files from untrusted sources, read with checks of everything that they declare."""

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from modules.user_files.reading import read

# Far more than in any connector: AWS's SDK bundle, about the largest jar in use, has 80,000 entries and 0.6 GB.
MOST_ENTRIES: Final = 200_000
MOST_BYTES: Final = 2 << 30
# Deflate compresses zeros 1,000 to 1; of 437 jars tested, the maximum is 15 to 1.
MOST_GROWTH: Final = 100
GROWTH_CHECKED_FROM: Final = 16 << 20

METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED: Final = 0x1 | 0x40
LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
DRIVE: Final = re.compile("[A-Za-z]:")


class BadArchiveError(Exception):
    """An archive that cannot be read or is unsafe to unpack; the message names the archive and the entry."""


class Archive:
    """The files of a ZIP in memory; ``name`` is its name in messages.

    Raises BadArchiveError unless every entry is a plain file inside the archive's folder, unique, within size limits.
    ``unpacked``: it will be unpacked to a disk, where ``A`` and ``a`` may be one file; in a jar they are two classes.
    """

    def __init__(self, data: bytes, name: str, *, unpacked: bool = False) -> None:
        self.name = name
        self._data = data
        entries = self._entries()
        _check_bulk(name, len(data), entries)
        seen: dict[str, str] = {}
        for entry in entries:
            if wrong := _hazard(entry):
                raise self._bad(entry, wrong)
            key = entry.filename.casefold() if unpacked else entry.filename
            if key in seen:
                raise self._bad(entry, f"must be unique, got {seen[key]!r} before it")
            seen[key] = entry.filename
        self._files = {entry.filename: entry for entry in entries if not entry.is_dir()}

    @property
    def data(self) -> bytes:
        """The bytes of the archive."""
        return self._data

    @cached_property
    def sha256(self) -> str:
        """The hash of the archive, in hex."""
        return hashlib.sha256(self._data).hexdigest()

    @cached_property
    def files(self) -> Mapping[str, int]:
        """CRC-32 by name, which ``read`` verifies, in the archive's order; without directories."""
        return {name: entry.CRC for name, entry in self._files.items()}

    def read(self, name: str) -> bytes:
        """The verified bytes of one file; raises KeyError if it does not exist, BadArchiveError if it is damaged."""
        entry = self._files[name]
        content = self._unpack(entry)
        if len(content) != entry.file_size:
            more = "more" if len(content) > entry.file_size else "fewer"
            raise self._bad(entry, f"must unpack to the declared {entry.file_size} bytes, got {more}")
        if (found := zlib.crc32(content)) != entry.CRC:
            raise self._bad(entry, f"must have CRC-32 {entry.CRC:08x}, got {found:08x}; download the archive again")
        return content

    def _entries(self) -> list[zipfile.ZipInfo]:
        """The entries of the central directory, which Java uses."""
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                return archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error) as error:
            if self._data[:4] == b"PK\x03\x04":
                raise BadArchiveError(
                    f"{self.name} is truncated or damaged: its {len(self._data)} bytes begin like a ZIP but do not end"
                    f" like one ({error}); download it again"
                ) from error
            raise BadArchiveError(f"{self.name} must be a ZIP or JAR, got {self._data[:8]!r} at its start") from error

    def _unpack(self, entry: zipfile.ZipInfo) -> bytes:
        """The unpacked bytes, at most one more than declared."""
        raw = self._packed(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            return raw[: entry.file_size + 1]
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, entry.file_size + 1)
        except zlib.error as error:
            raise self._bad(entry, f"cannot be unpacked ({error}); download the archive again") from error

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        start = entry.header_offset
        try:
            signature, name_length, extra_length = LOCAL_HEADER.unpack_from(self._data, start)
        except struct.error:
            signature = b""
        if signature != b"PK\x03\x04":
            raise self._bad(entry, "must begin with a ZIP header; download the archive again")
        body = start + LOCAL_HEADER.size + name_length + extra_length
        return self._data[body : body + entry.compress_size]

    def _bad(self, entry: zipfile.ZipInfo, wrong: str) -> BadArchiveError:
        return BadArchiveError(f"{self.name}: entry {entry.orig_filename!r} {wrong}")


def open_archive(path: Path) -> Archive:
    """The archive at ``path``; raises OSError and BadArchiveError."""
    return Archive(read(path, most=MOST_BYTES), path.name, unpacked=path.suffix.lower() != ".jar")


def _check_bulk(name: str, size: int, entries: Iterable[zipfile.ZipInfo]) -> None:
    """Detects ZIP bombs by their declared sizes: ``read`` never unpacks more than declared."""
    sizes = [(entry.file_size, entry.compress_size) for entry in entries]
    unpacked, packed = (sum(column) for column in zip(*sizes, strict=True)) if sizes else (0, 0)
    if len(sizes) > MOST_ENTRIES:
        raise BadArchiveError(f"{name} must have at most {MOST_ENTRIES} entries, got {len(sizes)}")
    if unpacked > MOST_BYTES:
        raise BadArchiveError(f"{name} must unpack to at most {MOST_BYTES} bytes, got {unpacked}")
    if unpacked > GROWTH_CHECKED_FROM and unpacked > MOST_GROWTH * size:
        raise BadArchiveError(f"{name} must unpack to at most {MOST_GROWTH} times its {size} bytes, got {unpacked}")
    if packed > size:
        raise BadArchiveError(f"{name} must have at least the {packed} bytes of its entries, got {size}: they overlap")


def _hazard(entry: zipfile.ZipInfo) -> str | None:
    """Why ``entry`` is unsafe to unpack, regardless of its bytes; None if it is safe."""
    # zipfile cuts a name at its first NUL and converts separators; orig_filename is the name in the archive.
    name = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if "\\" in name or "\0" in name:
        return "must have a name without backslash and NUL"
    if name.startswith("/") or DRIVE.match(name):
        return "must have a relative path"
    if ".." in name.split("/"):
        return "must be inside the archive's folder, without '..'"
    if kind not in (0, stat.S_IFREG) and not entry.is_dir():
        return f"must be a plain file, got {'a symbolic link' if stat.S_ISLNK(kind) else 'a special file'}"
    if entry.flag_bits & ENCRYPTED:
        return "must not be encrypted"
    if entry.compress_type not in METHODS:
        return f"must be stored or deflated, the only methods that Java reads, got method {entry.compress_type}"
    return None
