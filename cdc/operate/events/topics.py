"""The topics of a table's events, through the transforms of the connectors that capture it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from modules.debezium import topics
from modules.debezium.checks import routing
from modules.debezium.checks.subject import Subject
from modules.debezium.internal import covers, overlap
from modules.environment.checks.property_rules import subject
from modules.environment.environment import Environment
from rehearsal.database.captures import Capture
from rehearsal.database.table_name import TableName


class NotCapturedError(Exception):
    """No connector captures the table."""


@dataclass(frozen=True)
class Routed:
    """Where the events of ``connector`` end: ``patterns``, in which * stands for any characters.

    ``sure`` is false where only the rows or a transform of the user's own say what else there is. ``shared`` is whether
    events of other tables may end there as well.
    """

    connector: str
    patterns: tuple[str, ...]
    sure: bool = True
    shared: bool = False

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
    own = routing.Topic(routing.table_topic(seen, table))
    routed, by_rows = _through(seen, own)
    names = {topic.name for topic in routed.all}
    patterns = {name for name in names if "*" in name}
    # What a transform makes of names that rows decide is known by examples, unless a pattern covers these.
    examples = {name for name in names - patterns if by_rows and not any(covers(one, name) for one in patterns)}
    if examples or any(map(routing.named_by_rows, names)) or routed.anything or any(routing.by_content(seen)):
        return Routed(key, topics.event_topics(seen.connector), sure=False, shared=True)
    found = tuple(sorted(patterns if by_rows else names))
    return Routed(key, found, shared=any(_shares(seen, own, one, found) for one in routing.sources(seen).all))


def _shares(seen: Subject, own: routing.Topic, other: routing.Topic, found: Collection[str]) -> bool:
    """Whether events of ``other``, a topic before any transform, may end in one of ``found``, as those of ``own`` do.

    Where ``other`` is a pattern of tables, what no transform moves stays in each table's own topic.
    """
    if other.name == own.name:
        return False
    ends = [topic for topic in _through(seen, other)[0].all if topic.alias or not covers(other.name, own.name)]
    examples = {topic.name for topic in ends if topic.alias and "*" in other.name and "*" not in topic.name}
    return len(examples) > 1 or any(overlap(pattern, topic.name) for topic in ends for pattern in found)


def _through(seen: Subject, source: routing.Topic) -> tuple[routing.Topics, bool]:
    """Where the transforms leave events of ``source``, and whether rows, or the time, decide the topic on the way."""
    at = routing.Topics((source,))
    by_rows = False
    for alias in seen.listed("transforms"):
        at = routing.after(seen, alias, at)
        by_rows = by_rows or any("*" in topic.name for topic in at.all)
    return at, by_rows


def of_all(environment: Environment) -> list[Routed]:
    """The topics of all events of each connector."""
    return [Routed(key, topics.event_topics(one)) for key, one in environment.connectors.items()]
