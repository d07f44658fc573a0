"""One plugin archive from parts, the same to the byte wherever it is built."""

import os
import stat
import tempfile
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
from modules.archive.plugins import CONNECTORS, Kind, names, plugins
from modules.archive.worker import Worker, shared
from modules.archive.zips import Archive

# The earliest that a ZIP can say.
DATE: Final = (1980, 1, 1, 0, 0, 0)
UNIX: Final = 3
MODE: Final = stat.S_IFREG | 0o644


class AssemblyError(Exception):
    """Parts that do not go together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A plugin's ZIP or a single jar at ``path``; ``file_name`` is its publisher's, whatever a cache calls it."""

    name: str
    coordinates: str
    version: str
    licence: str
    file_name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Assembly:
    """What goes into the archive of ``plugin``; ``left_out`` are parts that its builder went without."""

    plugin: str
    parts: tuple[PartEntry, ...]
    left_out: tuple[str, ...]
    contents: Contents


def assemble(
    plugin: str, parts: Sequence[Part], *, workers: Sequence[Worker], left_out: Sequence[str] = ()
) -> Assembly:
    """All jars of ``parts`` but those that ``workers`` have, and the licence texts that lie beside them.

    Raises AssemblyError where parts do not go together, BadArchiveError for one that cannot be read, OSError.
    """
    archives = [(part, Archive(part.path.read_bytes(), part.file_name, unpacked=_is_zip(part))) for part in parts]
    held = [(part.name, Contents.of(archive)) for part, archive in archives]
    own = _merged((name, jar) for name, contents in held for jar in contents.jars)
    theirs = {jar.name: jar for _, contents in held for jar in contents.workers_own}
    lacking = [theirs.pop(name) for name in _lacking(own, theirs, workers)]
    contents = Contents(
        name=f"{plugin}.zip",
        jars=_by_name([*own, *lacking]),
        workers_own=_by_name(theirs.values()),
        texts={f"{name}/{path}": text for name, contents in held for path, text in contents.texts.items()},
    )
    entries = tuple(_entry(part, archive) for part, archive in archives)
    return Assembly(plugin, entries, tuple(sorted(left_out)), contents)


def describe(assembly: Assembly, *, connector: str, workers: Sequence[Worker]) -> Manifest:
    """The manifest of a plugin that was found to suit ``workers``, one or more."""
    jars = assembly.contents.jars
    newest = max(workers, key=lambda worker: worker.java)
    held = plugins(ClassPath(jars, newest.java), newest)
    return Manifest(
        plugin=assembly.plugin,
        connector=connector,
        parts=assembly.parts,
        left_out=assembly.left_out,
        worker_owned=tuple(jar.name for jar in assembly.contents.workers_own),
        jars=tuple(
            JarEntry(name=jar.name, sha256=jar.sha256, coordinates=tuple(map(str, jar.libraries))) for jar in jars
        ),
        connectors=names(held, *CONNECTORS),
        transforms=names(held, Kind.TRANSFORM),
        converters=names(held, Kind.CONVERTER),
        header_converters=names(held, Kind.HEADER_CONVERTER),
        predicates=names(held, Kind.PREDICATE),
        config_providers=names(held, Kind.CONFIG_PROVIDER),
        java=required_java(jars),
        kafkaconnect_versions=tuple(sorted(worker.version for worker in workers)),
    )


def write(assembly: Assembly, manifest: Manifest, target: Path) -> None:
    """Puts the archive at ``target``, whole or not at all; its bytes follow from the arguments alone.

    Nothing is deflated: jars are already, and what zlib makes of the rest differs between its builds.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for entry, data in sorted(_files(assembly, manifest).items()):
                archive.writestr(_plain(entry), data)
        unfinished.chmod(0o644)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink()
        raise


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
    """Each jar once; a file system may not tell ``A.jar`` from ``a.jar``."""
    merged: dict[str, tuple[str, Jar]] = {}
    for part, jar in jars:
        other, first = merged.setdefault(jar.name.casefold(), (part, jar))
        if first.sha256 != jar.sha256:
            raise AssemblyError(
                f"{jar.name} must be one jar, got sha256 {first.sha256[:12]}… from {other} and {jar.sha256[:12]}… from"
                f" {part}; take releases of both that agree"
            )
    return tuple(jar for _, jar in merged.values())


def _lacking(own: Sequence[Jar], theirs: Mapping[str, Jar], workers: Sequence[Worker]) -> list[str]:
    """Jars of a worker's libraries that have what ``own`` needs and some worker does not, where Connect would load it.

    Connect 3.7's worker has javax.ws.rs, say, and no jakarta.ws.rs.
    """
    missing: set[str] = set()
    for worker in workers:
        classes = {name for jar in theirs.values() for name in jar.entries(worker.java)}
        missing |= {found.owner for found in unresolved(ClassPath(own, worker.java), worker, left_out=classes)}
    loaded = {name for name in missing if not shared(name)}
    return [name for name, jar in theirs.items() if loaded & jar.entries(EVERY_JAVA).keys()]


def _by_name(jars: Iterable[Jar]) -> tuple[Jar, ...]:
    """As Connect orders them, which goes by the path."""
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
