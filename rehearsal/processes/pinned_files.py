"""The sets of artifacts.lock.toml that a rehearsal runs: which files, and the jars for a class path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from modules.artifacts.lock import File, Lock

KAFKA: Final = "kafka-3.9"
CONNECT: Final = "connect-3.7"
COMPILER: Final = "ecj"  # not every Java brings one


def files(lock: Lock, *sets: str) -> tuple[File, ...]:
    """The files of these sets, without duplicates."""
    return tuple(dict.fromkeys(file for name in sets for file in lock.sets[name].files))


def fetched(lock: Lock, name: str | None, paths: Mapping[File, Path]) -> list[Path]:
    """Those files of a set that were fetched, in the order of the lock file."""
    return [paths[file] for file in lock.sets[name].files if file in paths] if name else []


def jars(lock: Lock, name: str, paths: Mapping[File, Path]) -> list[Path]:
    """The jars of a set, sorted: class data archives depend on their order."""
    return sorted(paths[file] for file in lock.sets[name].files)
