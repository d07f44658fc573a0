"""Inspection of any plugin archive, built here or not."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from modules.archive import conflicts
from modules.archive.classpath import ClassPath, required_java
from modules.archive.contents import Contents
from modules.archive.jar import Jar
from modules.archive.libraries import Library
from modules.archive.manifest import Manifest, Model, PluginNames
from modules.archive.plugins import names_by_kind, plugins
from modules.archive.refusals import Refusal, refusals
from modules.archive.worker import Worker
from modules.archive.zips import open_archive


class LibraryReport(Model):
    """``coordinates`` as far as the jar has them; ``licences`` are SPDX identifiers where known."""

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
    """Whether the plugin runs on one Kafka Connect version; if not, why."""

    kafkaconnect_version: str
    java: int
    runs: bool
    refusals: tuple[Refusal, ...]


class Inspection(PluginNames):
    """``versions`` are those of the plugins where known.

    ``worker_owned`` are jars in the archive that every worker has; ``repeated`` are jars with the same library.
    """

    name: str
    size: int
    sha256: str
    java: int
    manifest: Manifest | None
    jars: tuple[JarReport, ...]
    worker_owned: tuple[str, ...]
    repeated: Mapping[str, tuple[str, ...]]
    versions: Mapping[str, str]
    verdicts: tuple[Verdict, ...]


def inspect(path: Path, workers: Sequence[Worker] = ()) -> Inspection:
    """The archive at ``path``, checked against each of ``workers``; raises OSError and BadArchiveError.

    Without workers, plugins are found only by the names of their superclasses.
    """
    archive = open_archive(path)
    contents = Contents.of(archive)
    java = required_java(contents.jars)
    newest = max(workers, key=lambda worker: worker.java, default=None)
    found = plugins(ClassPath(contents.jars, newest.java if newest else java), newest)
    return Inspection(
        name=archive.name,
        size=len(archive.data),
        sha256=archive.sha256,
        java=java,
        manifest=contents.manifest,
        jars=tuple(map(_jar, contents.jars)),
        worker_owned=tuple(jar.name for jar in contents.worker_owned),
        repeated=conflicts.repeated(contents.jars),
        **names_by_kind(found),
        versions={plugin.class_name: plugin.version for plugin in found if plugin.version},
        verdicts=tuple(_verdict(contents, worker) for worker in workers),
    )


def _verdict(contents: Contents, worker: Worker) -> Verdict:
    connector = contents.manifest.connector if contents.manifest else None
    found = refusals(contents, connector=connector, worker=worker)
    return Verdict(kafkaconnect_version=worker.version, java=worker.java, runs=not found, refusals=found)


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
