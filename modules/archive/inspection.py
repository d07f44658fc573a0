"""Everything that can be told of a plugin archive, made here or not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from modules.archive import conflicts
from modules.archive.classpath import ClassPath, required_java
from modules.archive.contents import Contents
from modules.archive.jar import Jar
from modules.archive.libraries import Library
from modules.archive.manifest import Manifest, Model
from modules.archive.plugins import CONNECTORS, Kind, names, plugins
from modules.archive.refusals import Refusal, refusals
from modules.archive.worker import Worker
from modules.archive.zips import open_archive


class LibraryReport(Model):
    """``coordinates`` as far as the jar tells them; ``licences`` are SPDX identifiers where they are well known."""

    coordinates: str
    version: str
    licences: tuple[str, ...]


class JarReport(Model):
    """``size`` in bytes; ``java`` is the oldest that loads every class."""

    name: str
    sha256: str
    size: int
    java: int
    libraries: tuple[LibraryReport, ...]


class Verdict(Model):
    """Whether the plugin suits one Kafka Connect; if not, why."""

    kafkaconnect_version: str
    java: int
    suits: bool
    refusals: tuple[Refusal, ...]


class Inspection(Model):
    """Plugins are class names, and ``versions`` are theirs where known.

    ``worker_owned`` are jars that the archive holds and every worker has; ``repeated`` names the jars that hold the
    same library.
    """

    name: str
    size: int
    sha256: str
    java: int
    manifest: Manifest | None
    jars: tuple[JarReport, ...]
    worker_owned: tuple[str, ...]
    repeated: Mapping[str, tuple[str, ...]]
    connectors: tuple[str, ...]
    transforms: tuple[str, ...]
    converters: tuple[str, ...]
    header_converters: tuple[str, ...]
    predicates: tuple[str, ...]
    config_providers: tuple[str, ...]
    versions: Mapping[str, str]
    verdicts: tuple[Verdict, ...]


def inspect(path: Path, workers: Sequence[Worker] = ()) -> Inspection:
    """The archive at ``path``, judged against each of ``workers``; raises OSError and BadArchiveError.

    Without workers, plugins are found as far as the names of their superclasses tell.
    """
    archive = open_archive(path)
    contents = Contents.of(archive)
    java = required_java(contents.jars)
    newest = max(workers, key=lambda worker: worker.java, default=None)
    held = plugins(ClassPath(contents.jars, newest.java if newest else java), newest)
    return Inspection(
        name=archive.name,
        size=len(archive.data),
        sha256=archive.sha256,
        java=java,
        manifest=contents.manifest,
        jars=tuple(map(_jar, contents.jars)),
        worker_owned=tuple(jar.name for jar in contents.workers_own),
        repeated=conflicts.repeated(contents.jars),
        connectors=names(held, *CONNECTORS),
        transforms=names(held, Kind.TRANSFORM),
        converters=names(held, Kind.CONVERTER),
        header_converters=names(held, Kind.HEADER_CONVERTER),
        predicates=names(held, Kind.PREDICATE),
        config_providers=names(held, Kind.CONFIG_PROVIDER),
        versions={plugin.class_name: plugin.version for plugin in held if plugin.version},
        verdicts=tuple(_verdict(contents, worker) for worker in workers),
    )


def _verdict(contents: Contents, worker: Worker) -> Verdict:
    connector = contents.manifest.connector if contents.manifest else None
    found = refusals(contents, connector=connector, worker=worker)
    return Verdict(kafkaconnect_version=worker.version, java=worker.java, suits=not found, refusals=found)


def _jar(jar: Jar) -> JarReport:
    return JarReport(
        name=jar.name,
        sha256=jar.sha256,
        size=len(jar.data),
        java=required_java((jar,)),
        libraries=tuple(map(_library, jar.libraries)),
    )


def _library(library: Library) -> LibraryReport:
    return LibraryReport(coordinates=str(library), version=library.version, licences=library.licences)
