"""Privileges of the connector's user, read as Debezium reads them: from SHOW GRANTS FOR CURRENT_USER."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cdc.findings import Finding, error, ok, warning
from cdc.preflight.database.subject import Subject
from rehearsal.database.table_name import TableName

_GRANT: Final = re.compile(r"(?P<verb>GRANT|REVOKE) (?P<what>.+?) ON (?P<on>\S.*?) (?:TO|FROM) ", re.DOTALL)
_ROLE: Final = re.compile(r"GRANT (?P<roles>`.+`@`[^`]*`) TO ")
_COLUMNS: Final = re.compile(r"[A-Z][A-Z ]* \([^)]*\)")
_NAME: Final = re.compile(r"`((?:[^`]|``)+)`|(\*)")
_ALL: Final = "ALL PRIVILEGES"
# What the first snapshot does without locks is possible without these.
_FOR_LOCKS: Final = ("RELOAD", "LOCK TABLES")
_ALWAYS: Final = ("REPLICATION SLAVE", "REPLICATION CLIENT")
_SIGNALS: Final = ("SELECT", "INSERT", "DELETE")


@dataclass(frozen=True)
class Grant:
    """Privileges on an object: on all databases, a pattern of databases, or a table. ``revoked`` takes them away."""

    privileges: frozenset[str]
    database: str
    table: str
    revoked: bool = False

    @property
    def everywhere(self) -> bool:
        return (self.database, self.table) == ("*", "*")

    def covers(self, name: TableName) -> bool:
        """Whether it is about this table; a database's name is a LIKE pattern unless a table follows."""
        if self.table != "*":
            return (self.database, self.table) == (name.database, name.table)
        return self.database == "*" or _like(self.database).fullmatch(name.database) is not None

    def has(self, privilege: str) -> bool:
        return privilege in self.privileges or _ALL in self.privileges


def parse(lines: Iterable[str]) -> list[Grant]:
    """The grants on databases and tables; those on columns, procedures and roles are left out."""
    found = []
    for line in lines:
        match = _GRANT.match(line)
        names = [quoted or star for quoted, star in _NAME.findall(match["on"])] if match else []
        if match and len(names) == 2 and not match["on"].startswith(("PROCEDURE", "FUNCTION")):
            what = _COLUMNS.sub("", match["what"]).split(",")
            privileges = frozenset(filter(None, (part.strip() for part in what)))
            database, table = (name.replace("``", "`") for name in names)
            found.append(Grant(privileges, database, table, revoked=match["verb"] == "REVOKE"))
    return found


def roles(lines: Iterable[str]) -> list[str]:
    """The roles of the user."""
    return [match["roles"] for line in lines if (match := _ROLE.match(line))]


def _like(pattern: str) -> re.Pattern[str]:
    r"""As MySQL's LIKE: _ is any character, % any number, and \ takes that away."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    made = {"_": ".", "%": ".*"}
    return re.compile("".join(made.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


def privileges(subject: Subject) -> Iterator[Finding]:
    """What the connector needs, and for what."""
    lines = subject.facts.grants
    grants = parse(lines)
    user = lines[0].rpartition(" TO ")[2].split(" ")[0] if lines else "the user"
    hint = (
        f"; of the role {', '.join(roles(lines))}, Debezium sees only what a default role has" if roles(lines) else ""
    )
    wanted = list(_missing(subject, grants))
    for privilege, on, why, needed in wanted:
        made = error if needed else warning
        yield made(f"the user must have {privilege} on {on}: {why}{hint}", f"GRANT {privilege} ON {on} TO {user};")
    if not wanted:
        yield ok(f"{user} has what the connector needs")


def _missing(subject: Subject, grants: list[Grant]) -> Iterator[tuple[str, str, str, bool]]:
    """Each missing privilege, what it is needed on, why, and whether the connector fails without it."""
    locks = subject.connector.snapshot.locking != "none"
    for privilege in _ALWAYS:
        if not _globally(grants, privilege):
            yield privilege, "*.*", "to read the binary log", True
    for privilege in _FOR_LOCKS:
        if not _globally(grants, privilege) and not (privilege == "LOCK TABLES" and _on_all(subject, grants)):
            yield privilege, "*.*", "to lock tables during a snapshot", locks
    if not _globally(grants, "SHOW DATABASES"):
        yield "SHOW DATABASES", "*.*", "to see every database", False
    for table in subject.captured:
        if not _allowed(grants, "SELECT", table.name):
            yield "SELECT", table.name.sql, "to read its rows in a snapshot", True
    yield from _for_signals(subject, grants)


def _for_signals(subject: Subject, grants: list[Grant]) -> Iterator[tuple[str, str, str, bool]]:
    signals = subject.connector.signals
    if signals and signals.table:
        name = TableName.parse(signals.table)
        for privilege in _SIGNALS:
            if not _allowed(grants, privilege, name):
                yield privilege, name.sql, "signals write to this table", True


def _globally(grants: Iterable[Grant], privilege: str) -> bool:
    return any(grant.everywhere and grant.has(privilege) and not grant.revoked for grant in grants)


def _on_all(subject: Subject, grants: list[Grant]) -> bool:
    """LOCK TABLES may be granted by database."""
    captured = subject.captured
    return bool(captured) and all(_allowed(grants, "LOCK TABLES", table.name) for table in captured)


def _allowed(grants: Iterable[Grant], privilege: str, name: TableName) -> bool:
    """A partial revoke takes away what is granted globally, and nothing else."""
    about = [grant for grant in grants if grant.has(privilege) and grant.covers(name)]
    narrow = any(not grant.everywhere and not grant.revoked for grant in about)
    revoked = any(grant.revoked for grant in about)
    return narrow or (any(grant.everywhere for grant in about) and not revoked)
