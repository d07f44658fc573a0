"""The sets of artifacts.lock.toml that a rehearsal runs: which files, and the jars for a class path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from modules.artifacts.lock import File, Lock

KAFKA: Final = "kafka-3.9"
CONNECT: Final = "connect-3.7"
MYSQL: Final = "mysql-8"
COMPILER: Final = "ecj"  # not every Java brings one


def files(lock: Lock, *sets: str) -> tuple[File, ...]:
    """The files of these sets, without duplicates."""
    return tuple(dict.fromkeys(file for name in sets for file in lock.sets[name].files))


def archive(lock: Lock, name: str, paths: Mapping[File, Path]) -> Path | None:
    """The file of a set that is one archive; None where it was not fetched."""
    return next((paths[file] for file in lock.sets[name].files if file in paths), None)


def jars(lock: Lock, name: str, paths: Mapping[File, Path]) -> list[Path]:
    """The jars of a set, sorted: class data archives depend on their order."""
    return sorted(paths[file] for file in lock.sets[name].files)
