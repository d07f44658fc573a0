"""What a rehearsal needs of the machine, told all at once before anything starts."""

from collections.abc import Iterable

from rehearsal.database import mysql_server
from rehearsal.processes import parts
from rehearsal.processes.errors import RehearsalError


class MissingError(RehearsalError):
    """Programs or libraries that nobody can fetch for the user, with what installs each."""

    def __init__(self, lines: Iterable[str]) -> None:
        super().__init__("\n".join(["a rehearsal needs, and this machine lacks:", *(f"  {line}" for line in lines)]))


def check(others: Iterable[str] = ()) -> None:
    """Raises MissingError; ``others`` is what else was found missing, a line each."""
    if lines := [*others, *mysql_server.missing()]:
        raise MissingError(lines)


def sets() -> tuple[str, ...]:
    """The sets of pinned files that a rehearsal here runs from."""
    return (parts.KAFKA, parts.CONNECT, parts.COMPILER, *(() if mysql_server.installed() else (parts.MYSQL,)))
