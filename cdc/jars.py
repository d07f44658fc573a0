"""A plugin's jars, unpacked for a JVM."""

from hashlib import file_digest
from pathlib import Path

from modules.archive.zips import MOST_BYTES, Archive
from modules.user_files.reading import opened, read
from rehearsal.processes.cached_folder import cached_folder


def unpacked(archive: Path) -> list[Path]:
    """The jars of a plugin's ZIP, in the user's cache by the archive's content; raises OSError and BadArchiveError."""
    return sorted(unpacked_folder(archive).rglob("*.jar"))


def unpacked_folder(archive: Path) -> Path:
    """The folder of ``unpacked``."""
    with opened(archive) as content:
        digest = file_digest(content, "sha256").hexdigest()
    return cached_folder("plugin-jars", digest, lambda folder: _unpack(archive, folder))


def _unpack(archive: Path, folder: Path) -> None:
    content = Archive(read(archive, most=MOST_BYTES), str(archive), unpacked=True)
    for name in content.files:
        if name.endswith(".jar"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read(name))
