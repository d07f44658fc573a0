"""Builds a plugin archive from parts, with the same bytes on every machine."""

import stat
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modules.archive.classpath import ClassPath, required_java
from modules.archive.contents import Contents
from modules.archive.jar import EVERY_JAVA, Jar
from modules.archive.linking import unresolved
from modules.archive.manifest import FILE, JarEntry, Manifest, PartEntry
from modules.archive.plugins import names_by_kind, plugins
from modules.archive.worker import Worker, shared
from modules.archive.zips import Archive
from modules.user_files.writing import replacing

# The earliest date that a ZIP can contain.
DATE: Final = (1980, 1, 1, 0, 0, 0)
UNIX: Final = 3
MODE: Final = stat.S_IFREG | 0o644


class AssemblyError(Exception):
    """Parts that conflict."""


@dataclass(frozen=True, slots=True)
class Part:
    """A plugin's ZIP or a single jar at ``path``; ``file_name`` is the published one."""

    name: str
    coordinates: str
    version: str
    licence: str
    file_name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Assembly:
    """The contents of the archive of ``plugin``; ``left_out`` are parts that were left out."""

    plugin: str
    parts: tuple[PartEntry, ...]
    left_out: tuple[str, ...]
    contents: Contents


def assemble(
    plugin: str, parts: Sequence[Part], *, workers: Sequence[Worker], left_out: Sequence[str] = ()
) -> Assembly:
    """All jars of ``parts`` except those that ``workers`` have, and the licence texts next to them.

    Raises AssemblyError for conflicting parts, BadArchiveError for one that cannot be read, OSError.
    """
    archives = [(part, Archive(part.path.read_bytes(), part.file_name, unpacked=_is_zip(part))) for part in parts]
    found = [(part.name, Contents.of(archive)) for part, archive in archives]
    own = _merged((name, jar) for name, contents in found for jar in contents.jars)
    worker_owned = {jar.name: jar for _, contents in found for jar in contents.worker_owned}
    needed = [worker_owned.pop(name) for name in _needed(own, worker_owned, workers)]
    contents = Contents(
        name=f"{plugin}.zip",
        jars=_by_name([*own, *needed]),
        worker_owned=_by_name(worker_owned.values()),
        texts={f"{name}/{path}": text for name, contents in found for path, text in contents.texts.items()},
    )
    entries = tuple(_entry(part, archive) for part, archive in archives)
    return Assembly(plugin, entries, tuple(sorted(left_out)), contents)


def describe(assembly: Assembly, *, connector: str, workers: Sequence[Worker]) -> Manifest:
    """The manifest of a plugin that runs on ``workers``, one or more."""
    jars = assembly.contents.jars
    newest = max(workers, key=lambda worker: worker.java)
    found = plugins(ClassPath(jars, newest.java), newest)
    return Manifest(
        plugin=assembly.plugin,
        connector=connector,
        parts=assembly.parts,
        left_out=assembly.left_out,
        worker_owned=tuple(jar.name for jar in assembly.contents.worker_owned),
        jars=tuple(
            JarEntry(name=jar.name, sha256=jar.sha256, coordinates=tuple(map(str, jar.libraries))) for jar in jars
        ),
        **names_by_kind(found),
        java=required_java(jars),
        kafkaconnect_versions=tuple(sorted(worker.version for worker in workers)),
    )


def write(assembly: Assembly, manifest: Manifest, target: Path) -> None:
    """Writes the archive to ``target``, completely or not at all; its bytes depend only on the arguments.

    Raises OSError, which names it.

    Nothing is deflated: jars already are, and zlib's output differs between its builds.
    """
    with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in sorted(_files(assembly, manifest).items()):
            archive.writestr(_plain(entry), data)


def _is_zip(part: Part) -> bool:
    return not part.file_name.endswith(".jar")


def _entry(part: Part, archive: Archive) -> PartEntry:
    return PartEntry(
        name=part.name,
        version=part.version,
        coordinates=part.coordinates,
        sha256=archive.sha256,
        licence=part.licence,
    )


def _merged(jars: Iterable[tuple[str, Jar]]) -> tuple[Jar, ...]:
    """Each jar once; a file system may not distinguish ``A.jar`` from ``a.jar``."""
    merged: dict[str, tuple[str, Jar]] = {}
    for part, jar in jars:
        other, first = merged.setdefault(jar.name.casefold(), (part, jar))
        if first.sha256 != jar.sha256:
            raise AssemblyError(
                f"{jar.name} must be one jar, got sha256 {first.sha256[:12]}… from {other} and {jar.sha256[:12]}… from"
                f" {part}; use releases of both with the same jar"
            )
    return tuple(jar for _, jar in merged.values())


def _needed(own: Sequence[Jar], worker_owned: Mapping[str, Jar], workers: Sequence[Worker]) -> list[str]:
    """Jars of ``worker_owned`` that ``own`` needs: a worker does not have their classes, and Connect would load them.

    For example jakarta.ws.rs: Connect 3.7's worker has javax.ws.rs only.
    """
    missing: set[str] = set()
    for worker in workers:
        classes = {name for jar in worker_owned.values() for name in jar.entries(worker.java)}
        missing |= {found.owner for found in unresolved(ClassPath(own, worker.java), worker, left_out=classes)}
    loaded = {name for name in missing if not shared(name)}
    return [name for name, jar in worker_owned.items() if loaded & jar.entries(EVERY_JAVA).keys()]


def _by_name(jars: Iterable[Jar]) -> tuple[Jar, ...]:
    """In Connect's order, which is by path."""
    return tuple(sorted(jars, key=lambda jar: jar.name))


def _files(assembly: Assembly, manifest: Manifest) -> dict[str, bytes]:
    contents = assembly.contents
    files = {
        FILE: manifest.dump(),
        **{jar.name: jar.data for jar in contents.jars},
        **{f"licences/{path}": text for path, text in contents.texts.items()},
    }
    return {f"{assembly.plugin}/{name}": data for name, data in files.items()}


def _plain(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATE)
    entry.create_system = UNIX
    entry.external_attr = MODE << 16
    return entry
