"""A newer Debezium in the lock file, and what that changes in its archive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from modules.archive.zips import open_archive
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import LOCK, File, Lock
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.renew import published, versions, write
from modules.artifacts.sources import Source
from modules.messages.problems import either

GROUP: Final = "io.debezium"
NEWEST_SHOWN: Final = 5


class RenewalError(Exception):
    """There is no such release, or nothing that it could renew."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A set's old and new file, and how the jars in them differ: file names that went, and that came."""

    set: str
    old: File
    new: File
    gone: tuple[str, ...]
    come: tuple[str, ...]


def debezium(lock: Lock, plugin: str, version: str, *, sources: Sequence[Source], path: Path = LOCK) -> Renewal:
    """Pins ``version`` of Debezium for ``plugin`` in the lock file, held against its publisher's checksum.

    Raises RenewalError, NotPublishedError, FetchErrors or BadArchiveError; then the lock file is what it was.
    """
    cache = Cache()
    name, old = _pinned(lock, plugin)
    maven = replace(old.maven, version=version if version[-1:].isalpha() else f"{version}.Final")
    try:
        new = published(maven, sources=sources, cache=cache)
    except NotPublishedError as error:
        known = versions(maven.group, maven.artifact, sources=sources, cache=cache)
        if maven.version in known:
            raise
        newest = either(known[: -NEWEST_SHOWN - 1 : -1], last="and")
        raise RenewalError(f"{maven} is not published; the newest are {newest}") from error
    before, after = (_jars(path) for path in fetch([old, new], sources=sources, cache=cache).values())
    write(path, name, [new], roots=[maven])
    return Renewal(name, old, new, gone=tuple(sorted(before - after)), come=tuple(sorted(after - before)))


def _pinned(lock: Lock, plugin: str) -> tuple[str, File]:
    """The part of ``plugin`` that is Debezium's own archive."""
    for part in lock.plugins[plugin].parts:
        for file in lock.sets[part].files:
            if file.maven.group == GROUP and file.maven.classifier == "plugin":
                return part, file
    raise RenewalError(f"{plugin} must have a part of group {GROUP} with classifier plugin to be renewed, and has none")


def _jars(archive: Path) -> set[str]:
    names: Iterable[str] = open_archive(archive).files
    return {name.rpartition("/")[2] for name in names if name.endswith(".jar")}
