"""Reads property definitions from the pinned jars, in a JVM."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cdc.definitions.releases import Source, connector
from cdc.jars import unpacked
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import File, Lock
from modules.artifacts.sources import sources
from rehearsal.processes import compiler, pinned_files
from rehearsal.processes.errors import RehearsalError
from rehearsal.processes.java import Jvm

FOLDER: Final = Path(__file__).parents[2] / "modules" / "debezium" / "releases"
JAVA: Final = Path(__file__).parent / "java"
_HEAP: Final = 512
_COMPILED: Final = ("connect-3.7", "debezium-connector-mysql")  # what the sources are compiled against


class GeneratorError(RehearsalError):
    """The JVM failed, with its output."""


def generated(source: Source, lock: Lock, *, offline: bool = False) -> str:
    """The text of one file of ``releases``.

    Raises GeneratorError, UnknownClassError, CompileError, JavaError, or what fetching raises.
    """
    names = {*source.sets, *_COMPILED, pinned_files.COMPILER, *([source.plugin] if source.plugin else ())}
    paths = fetch(pinned_files.files(lock, *sorted(names)), sources=sources(), cache=Cache(), offline=offline)
    [ecj] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
    library = [*pinned_files.jars(lock, _COMPILED[0], paths), *_plugin(lock, paths, _COMPILED[1])]
    program = compiler.jar("definitions", JAVA, compiler=ecj, libraries=library)
    found = json.loads(_output(source, [program, *_class_path(source, lock, paths)]))
    return as_json(connector(found) if source.plugin else _without_documentation(found, source.undocumented))


def _class_path(source: Source, lock: Lock, paths: Mapping[File, Path]) -> Iterator[Path]:
    """In a worker's order: its own jars first."""
    for name in source.sets:
        yield from pinned_files.jars(lock, name, paths)
    if source.plugin:
        yield from _plugin(lock, paths, source.plugin)


def _plugin(lock: Lock, paths: Mapping[File, Path], name: str) -> list[Path]:
    [archive] = pinned_files.jars(lock, name, paths)
    return unpacked(archive)


def _output(source: Source, jars: list[Path]) -> str:
    arguments = ["debezium"]
    if source.sections is not None:
        arguments = ["kafka", *(f"{name}={place}" for name, place in source.sections.items())]
    with tempfile.TemporaryDirectory() as folder:
        command = Jvm("Definitions", jars, heap=_HEAP).command(*arguments, folder=Path(folder))
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        raise GeneratorError(f"{source.file} cannot be generated:\n{process.stderr[-4000:]}".rstrip())
    return process.stdout


def _without_documentation(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        for facts in found[name].values():
            facts.pop("documentation", None)
    return found


def as_json(sections: Mapping[str, Any]) -> str:
    """JSON with one line for each property, for readable differences between releases."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_section(sections[name])}" for name in sorted(sections)) + "\n}\n"


def _section(section: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"{json.dumps(name)}: {_entry(section[name])}" for name in sorted(section))
    return "{\n" + lines + "\n}" if lines else "{}"


def _entry(entry: Any) -> str:
    if isinstance(entry, dict) and entry and all(isinstance(value, dict) for value in entry.values()):
        return _section(entry)
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
