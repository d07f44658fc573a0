"""Pinning another Debezium release, and how its archive differs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from modules.archive.zips import open_archive
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import LOCK, File, Lock
from modules.artifacts.pinning import published, versions, write
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.sources import Source
from modules.messages.problems import either

GROUP: Final = "io.debezium"
NEWEST_SHOWN: Final = 5


class UpdateError(Exception):
    """There is no such release, or the plugin has no Debezium part."""


@dataclass(frozen=True, slots=True)
class Update:
    """A set's old and new file, and the file names of removed and added jars."""

    set: str
    old: File
    new: File
    removed: tuple[str, ...]
    added: tuple[str, ...]


def debezium(lock: Lock, plugin: str, version: str, *, sources: Sequence[Source], path: Path = LOCK) -> Update:
    """Pins ``version`` of Debezium for ``plugin`` in the lock file, verified against its publisher's checksum.

    Raises UpdateError, NotPublishedError, FetchErrors or BadArchiveError; then the lock file is unchanged.
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
        raise UpdateError(f"{maven} is not published; the newest are {newest}") from error
    before, after = (_jars(path) for path in fetch([old, new], sources=sources, cache=cache).values())
    write(path, name, [new], roots=[maven])
    return Update(name, old, new, removed=tuple(sorted(before - after)), added=tuple(sorted(after - before)))


def _pinned(lock: Lock, plugin: str) -> tuple[str, File]:
    """The part of ``plugin`` that is Debezium's archive."""
    for part in lock.plugins[plugin].parts:
        for file in lock.sets[part].files:
            if file.maven.group == GROUP and file.maven.classifier == "plugin":
                return part, file
    raise UpdateError(f"{plugin} must have a part of group {GROUP} with classifier plugin, got none")


def _jars(archive: Path) -> set[str]:
    names: Iterable[str] = open_archive(archive).files
    return {name.rpartition("/")[2] for name in names if name.endswith(".jar")}
