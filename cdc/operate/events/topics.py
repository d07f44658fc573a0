"""The topics of a table's events, through the transforms of the connectors that capture it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from modules.debezium import topics
from modules.debezium.checks import routing
from modules.debezium.checks.subject import Subject
from modules.debezium.internal import covers
from modules.environment.checks.property_rules import subject
from modules.environment.environment import Environment
from rehearsal.database.captures import Capture
from rehearsal.database.table_name import TableName


class NotCapturedError(Exception):
    """No connector captures the table."""


@dataclass(frozen=True)
class Routed:
    """Where the events of ``connector`` end: ``patterns``, in which * stands for any characters.

    ``sure`` is false where only the rows or a transform of the user's own say what else there is.
    """

    connector: str
    patterns: tuple[str, ...]
    sure: bool = True

    def among(self, existing: Collection[str]) -> set[str]:
        """The topics themselves, and those of ``existing`` that a pattern covers."""
        exact = {pattern for pattern in self.patterns if "*" not in pattern}
        return exact | {topic for topic in existing if any(covers(pattern, topic) for pattern in self.patterns)}

    @property
    def exact(self) -> bool:
        return not any("*" in pattern for pattern in self.patterns)


def of_table(environment: Environment, table: str) -> list[Routed]:
    """One for each connector that captures ``table``, ``database.table``. Raises NotCapturedError."""
    found = [*_of_table(environment, table)]
    if not found:
        listed = dict.fromkeys(one for connector in environment.connectors.values() for one in connector.source.tables)
        raise NotCapturedError(f"TABLE must be captured by a connector, of {', '.join(listed)}; got {table}")
    return found


def captured(key: str, environment: Environment, table: str) -> bool:
    """Whether the connector ``key`` captures ``table``."""
    database, dot, name = table.partition(".")
    if not (database and dot and name):
        return False
    return bool(Capture.of(key, environment.connectors[key]).captured([TableName(database, name)]))


def _of_table(environment: Environment, table: str) -> Iterator[Routed]:
    for key, connector in environment.connectors.items():
        if not captured(key, environment, table):
            continue
        seen = subject(connector, environment.plugins[connector.plugin], registry=environment.registry)
        yield _routed(key, seen, table)


def _routed(key: str, seen: Subject, table: str) -> Routed:
    everywhere = topics.event_topics(seen.connector)
    routed = routing.routed_table(seen, table)
    names = {topic.name for topic in routed.all}
    if any(map(routing.named_by_rows, names)) or routed.anything or any(routing.by_content(seen)):
        return Routed(key, everywhere, sure=False)
    return Routed(key, tuple(sorted(names)))


def of_all(environment: Environment) -> list[Routed]:
    """The topics of all events of each connector."""
    return [Routed(key, topics.event_topics(one)) for key, one in environment.connectors.items()]
