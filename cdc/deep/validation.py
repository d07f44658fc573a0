"""One JVM for many configurations, with their plugins' jars and a worker's; it connects to nothing."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdc.jars import unpacked
from modules.artifacts.lock import File, Lock
from rehearsal.processes import compiler, pinned_files
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import Jvm

JAVA: Final = Path(__file__).parent / "java"
_COMPILED: Final = ("connect-3.7", "debezium-connector-mysql")  # what the sources are compiled against
_HEAP: Final = 512
_SECONDS: Final = 120  # a limit for errors only: many configurations take a few


class DeepError(RehearsalError):
    """The JVM failed, with its stack trace."""


@dataclass(frozen=True, slots=True)
class Case:
    """A connector's whole configuration, and the ZIP of the plugin that it runs from."""

    plugin: Path
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why ``property`` is refused; ``by`` is Debezium, Kafka Connect, a class behind an alias, or the plugin."""

    by: str
    property: str
    message: str


def pinned(lock: Lock, *workers: str) -> tuple[File, ...]:
    """The files that ``validate`` needs for these versions of Kafka Connect."""
    sets = sorted({lock.workers[worker].jars for worker in workers} | {*_COMPILED, pinned_files.COMPILER})
    return pinned_files.files(lock, *sets)


def validate(
    cases: Sequence[Case], lock: Lock, paths: Mapping[File, Path], *, worker: str
) -> list[tuple[Finding, ...]]:
    """The findings on each case with Kafka Connect ``worker``; ``paths`` are those of ``pinned``.

    Raises DeepError, CompileError, JavaError, and OSError or BadArchiveError for a plugin.
    """
    if not cases:
        return []
    plugins = {str(case.plugin): list(map(str, unpacked(case.plugin))) for case in cases}
    order = [{"plugin": str(case.plugin), "properties": dict(case.properties)} for case in cases]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "cases.json"
        file.write_text(json.dumps({"plugins": plugins, "cases": order}), encoding="utf-8")
        jars = [_program(lock, paths), *pinned_files.jars(lock, lock.workers[worker].jars, paths)]
        answers: list[list[dict[str, Any]]] = json.loads(_answer(jars, file, folder))
    return [tuple(Finding(**each) for each in answer) for answer in answers]


def _program(lock: Lock, paths: Mapping[File, Path]) -> Path:
    worker, debezium = _COMPILED
    [ecj] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
    [archive] = pinned_files.jars(lock, debezium, paths)
    libraries = [*pinned_files.jars(lock, worker, paths), *unpacked(archive)]
    return compiler.jar("deep", JAVA, compiler=ecj, libraries=libraries)


def _answer(jars: Sequence[Path], cases: Path, folder: Path) -> str:
    command = Jvm("Deep", jars, heap=_HEAP).command(str(cases), folder=folder)
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DeepError(f"the plugin's own validation did not end within {_SECONDS} s") from error
    if process.returncode:
        # Logs may hold values of properties; an exception and where it came from do not.
        trace = [line for line in process.stderr.splitlines() if line.startswith(("Exception", "\tat ", "Caused by"))]
        raise DeepError("\n".join(["the plugin's own validation failed:", *trace[:20]]))
    return process.stdout
