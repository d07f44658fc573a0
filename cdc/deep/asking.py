"""One JVM for many configurations: it takes their plugins' jars and a worker's, and connects to nothing."""

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
_SECONDS: Final = 120  # the last resort: many configurations take a few


class DeepError(RehearsalError):
    """The JVM gave no answer, in its own words."""


@dataclass(frozen=True, slots=True)
class Question:
    """A connector's whole configuration, and the ZIP of the plugin that it runs from."""

    plugin: Path
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``by`` says of ``property``: Debezium, Kafka Connect, a class behind an alias, or the plugin's loader."""

    by: str
    property: str
    message: str


def pinned(lock: Lock, *workers: str) -> tuple[File, ...]:
    """The files that ``ask`` needs for these versions of Kafka Connect."""
    sets = sorted({lock.workers[worker].jars for worker in workers} | {*_COMPILED, pinned_files.COMPILER})
    return pinned_files.files(lock, *sets)


def ask(
    questions: Sequence[Question], lock: Lock, paths: Mapping[File, Path], *, worker: str
) -> list[tuple[Finding, ...]]:
    """What is wrong with each configuration on Kafka Connect ``worker``, in a JVM; ``paths`` are of ``pinned``.

    Raises DeepError, CompileError, JavaError, and OSError or BadArchiveError for a plugin.
    """
    if not questions:
        return []
    plugins = {str(question.plugin): list(map(str, unpacked(question.plugin))) for question in questions}
    cases = [{"plugin": str(question.plugin), "properties": dict(question.properties)} for question in questions]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        order = folder / "order.json"
        order.write_text(json.dumps({"plugins": plugins, "cases": cases}), encoding="utf-8")
        jars = [_program(lock, paths), *pinned_files.jars(lock, lock.workers[worker].jars, paths)]
        answers: list[list[dict[str, Any]]] = json.loads(_answer(jars, order, folder))
    return [tuple(Finding(**each) for each in answer) for answer in answers]


def _program(lock: Lock, paths: Mapping[File, Path]) -> Path:
    worker, debezium = _COMPILED
    [ecj] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
    [archive] = pinned_files.jars(lock, debezium, paths)
    libraries = [*pinned_files.jars(lock, worker, paths), *unpacked(archive)]
    return compiler.jar("deep", JAVA, compiler=ecj, libraries=libraries)


def _answer(jars: Sequence[Path], order: Path, folder: Path) -> str:
    command = Jvm("Deep", jars, heap=_HEAP).command(str(order), folder=folder)
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DeepError(f"the plugin's own check must end within {_SECONDS} s, and did not") from error
    if ended.returncode:
        # Logs may hold values of properties; an exception and where it came from do not.
        trace = [line for line in ended.stderr.splitlines() if line.startswith(("Exception", "\tat ", "Caused by"))]
        raise DeepError("\n".join(["the plugin's own check ended without an answer:", *trace[:20]]))
    return ended.stdout
