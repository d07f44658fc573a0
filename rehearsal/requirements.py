"""What a rehearsal requires on this machine, checked before anything starts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from modules.environment.environment import Environment
from rehearsal.connect.registries import by_url
from rehearsal.database import mysql_server
from rehearsal.processes import pinned_files, runs
from rehearsal.processes.disk import FileSystem
from rehearsal.processes.errors import RehearsalError
from rehearsal.registry.server import SET

# Bytes. environments/rehearsal.yaml took 130 MB at most: MySQL 90, the stacks 12, the embedded AWS 12, the worker 12,
# the brokers 3. Logs are truncated, and binary logs and topics hold what a rehearsal writes: twice that is enough.
_ROOM: Final = 80_000_000
_ROOM_OF_A_DATABASE: Final = 180_000_000
_ROOM_OF_THE_PROVIDER: Final = 800_000_000


class MissingRequirementsError(RehearsalError):
    """Missing programs or libraries that the user has to install, each with the command."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("\n".join(["missing requirements of a rehearsal:", *(f"  {line}" for line in lines)]))


def check(others: Iterable[str] = (), *, mysqld: Path | None = None) -> None:
    """Raises MissingRequirementsError for all at once; ``others`` are further missing ones, a line each."""
    if lines := [*others, *mysql_server.missing(mysqld)]:
        raise MissingRequirementsError(lines)


def missing_room(databases: int, *, provider_copies: int = 0) -> list[str]:
    """A line where the file system of the rehearsals' folders is too full for one more.

    It has ``databases``; Terraform copies its AWS provider to ``provider_copies`` stacks.
    """
    needed = _ROOM + databases * _ROOM_OF_A_DATABASE + provider_copies * _ROOM_OF_THE_PROVIDER
    system = FileSystem.of(runs.runs_folder())
    if system.free >= needed and system.has_inodes:
        return []
    return [f"{needed // 10**6:,} MB of room; free some, or set XDG_CACHE_HOME to another folder; {system}"]


def pinned_sets(mysqld: Path | None = None, environment: Environment | None = None) -> tuple[str, ...]:
    """The sets of ``artifacts.lock.toml`` that a rehearsal on this machine runs, with ``mysqld`` if that is given.

    Where a connector of ``environment`` writes to a schema registry by URL, also that of a registry.
    """
    mysql = None if mysql_server.installed(mysqld) else mysql_server.pinned_set()
    registry = SET if environment and by_url(environment) else None
    return (pinned_files.KAFKA, pinned_files.CONNECT, pinned_files.COMPILER, *filter(None, [mysql, registry]))
