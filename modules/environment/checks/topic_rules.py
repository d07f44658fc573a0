"""Rules about the topics that consumers name; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from modules.debezium import topics
from modules.debezium.checks import routing
from modules.debezium.checks.subject import Subject
from modules.debezium.configuration import table_expression
from modules.debezium.internal import overlap
from modules.debezium.regex.matching import matches
from modules.debezium.regex.syntax import JavaRegexError
from modules.environment.checks.consumer_rules import topics_of
from modules.environment.checks.property_rules import subject
from modules.environment.checks.rulebook import advice
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer
from modules.environment.models.plugins import Plugin
from modules.messages.problems import Problem, either, nearest

_SHOWN = 6


@advice
def consumers_read_what_is_written(
    consumers: dict[str, Consumer], connectors: dict[str, Connector], plugins: dict[str, Plugin]
) -> Iterator[Problem]:
    """A consumer of a topic that never comes hears nothing, and no error either."""
    written = [_written(subject(one, plugins[one.plugin])) for one in connectors.values()]
    for name, consumer in consumers.items():
        for path, pattern in topics_of(name, consumer):
            if not any(one.reaches(pattern) for one in written):
                yield Problem(path, f"no connector writes there{_instead(pattern, written)}", pattern)


@dataclass(frozen=True, slots=True)
class _Written:
    """Topics that a connector writes to, in which * stands for any characters, and the expressions of those among
    them that it leaves out. With transforms, ``moved`` is all below its prefix: a consumer's pattern there stays a
    permission, wherever they move the topics."""

    topics: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()

    def reaches(self, pattern: str) -> bool:
        """Whether ``pattern`` matches one of them. Debezium selects tables whatever their case."""
        if any(matches(expression, pattern, caseless=True) for expression in self.left_out):
            return False
        known = (*self.topics, *(self.moved if "*" in pattern else ()))
        return any(overlap(pattern.lower(), topic.lower()) for topic in known)


def _written(subject: Subject) -> _Written:
    """All that the role may write to, where only a run shows what transforms make of topics."""
    whatever = _Written(topics.event_topics(subject.connector))
    try:
        # Debezium captures the signal table, too.
        at = [routing.routed(subject), *(routing.routed_table(subject, one) for one in (subject.signal_table,) if one)]
    except JavaRegexError:  # said of its value
        return whatever
    if any(each.anything for each in at) or any(routing.by_content(subject)):
        return whatever
    names = dict.fromkeys(topic.name for each in at for topic in each.all)
    names.pop(topics.heartbeat_topic(subject.prefix), None)
    if any(map(routing.named_by_rows, names)):
        names |= dict.fromkeys(subject.connector.topics.others)
    found = tuple(name for name in names if not routing.named_by_rows(name))
    return _Written(found, _left_out(subject), whatever.topics if subject.listed("transforms") else ())


def _left_out(subject: Subject) -> tuple[str, ...]:
    """Of the tables with ! the topics; transforms may bring others to the same."""
    if subject.listed("transforms"):
        return ()
    return tuple(table_expression(f"{subject.prefix}.{table}") for table in subject.connector.source.excluded)


def _instead(pattern: str, written: list[_Written]) -> str:
    names = list(dict.fromkeys(name for one in written for name in one.topics))
    if near := nearest(pattern, names):
        return f"; did you mean {near}?"
    return f": they write to {either([*names[:_SHOWN], *(['others'] if len(names) > _SHOWN else [])])}"
