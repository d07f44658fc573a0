"""What a rehearsal requires on this machine, checked before anything starts."""

from collections.abc import Iterable

from rehearsal.database import mysql_server
from rehearsal.processes import pinned_files
from rehearsal.processes.errors import RehearsalError


class MissingRequirementsError(RehearsalError):
    """Missing programs or libraries that the user has to install, each with the command."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("\n".join(["missing requirements of a rehearsal:", *(f"  {line}" for line in lines)]))


def check(others: Iterable[str] = ()) -> None:
    """Raises MissingRequirementsError for all at once; ``others`` are further missing ones, a line each."""
    if lines := [*others, *mysql_server.missing()]:
        raise MissingRequirementsError(lines)


def pinned_sets() -> tuple[str, ...]:
    """The sets of ``artifacts.lock.toml`` that a rehearsal on this machine runs."""
    mysql = () if mysql_server.installed() else (pinned_files.MYSQL,)
    return (pinned_files.KAFKA, pinned_files.CONNECT, pinned_files.COMPILER, *mysql)
