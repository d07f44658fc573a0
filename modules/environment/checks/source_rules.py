"""Rules about what connectors read, and the releases that read it; ``checks.rulebook`` says how one is written."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from modules.debezium import topics
from modules.debezium.configuration import table_expression
from modules.debezium.internal import covers, overlap
from modules.debezium.regex.automaton import common
from modules.environment.checks.rulebook import advice, known, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import Plugin
from modules.messages.problems import Path, Problem

_AT: Final[Path] = ("source", "tables")
_OLDEST: Final = 2
# In a name of MySQL's each of these needs quoting, and in a regular expression each means something.
_SIGNS: Final = re.compile(r"[\\()|\[\]{}+?^%]|\$$")
_BUILT_IN: Final = ("information_schema", "mysql", "performance_schema", "sys")
_QUOTES: Final = re.compile(r"[`\"']")


@rule
def debezium_is_new_enough(plugins: dict[str, Plugin]) -> Iterator[Problem]:
    for name, plugin in known(plugins, lambda plugin: plugin.debezium_version):
        if int(plugin.split(".")[0]) < _OLDEST:
            wanted = "must be 2.0 or later: topic.prefix and schema.history.internal.* came with it"
            yield Problem(("plugins", name, "debezium_version"), wanted, plugin)


@rule
def tables_are_names(connector: Connector) -> Iterator[Problem]:
    """Names are escaped before Debezium reads them as regular expressions: such a pattern would match nothing."""
    wrong = [table for table in _names(connector) if _SIGNS.search(table)]
    quoted = [table for table in _names(connector) if _QUOTES.search(table)]
    excluded = [table for table in connector.source.tables if table.startswith("-")]
    if wrong:
        wanted = (
            "must be names, database.table, with * for any characters but a dot: regular expressions are not read"
            " here, and names need no backslash to escape them"
        )
        yield Problem(_AT, wanted, ", ".join(wrong))
    elif quoted:
        yield Problem(_AT, "must be names without quotes: database.table", ", ".join(quoted))
    elif excluded:
        yield Problem(_AT, "must have ! before a table that is left out, in quotes", ", ".join(excluded))


def _names(connector: Connector) -> tuple[str, ...]:
    return (*connector.source.captured, *connector.source.excluded)


@rule
def tables_are_left_out_of_captured_ones(connector: Connector) -> Iterator[Problem]:
    captured, excluded = connector.source.captured, connector.source.excluded
    if not captured:
        yield Problem(_AT, "must have a table that is captured, without !", ", ".join(connector.source.tables))
        return
    for index, table in enumerate(connector.source.tables):
        if table.startswith("!") and not any(overlap(table[1:], other) for other in captured):
            yield Problem((*_AT, index), "must be left out: no captured table has such a name", table)
        elif any(covers(other, table) for other in excluded):
            yield Problem((*_AT, index), "must be left out: an entry with ! leaves all of these tables out", table)


@rule
def databases_hold_the_users_tables(connector: Connector) -> Iterator[Problem]:
    if str(connector.properties.get("table.ignore.builtin", "true")).strip().lower() != "false":
        built_in = [table for table in connector.source.captured if table.split(".")[0].lower() in _BUILT_IN]
        if built_in:
            wanted = "must be in databases of your own: Debezium never captures MySQL's"
            yield Problem(_AT, wanted, ", ".join(built_in))


@rule
def tables_have_topics_of_their_own(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """What Kafka takes in no topic's name becomes _, and of names that differ in . and _ it refuses the second."""
    first: dict[str, tuple[str, str, str]] = {}
    for name, connector in known(connectors, lambda connector: (connector.topics.prefix, connector.source.captured)):
        prefix, tables = connector
        for table in tables:
            if "*" in table:
                continue
            topic = topics.table_topic(prefix, table)
            key = topics.as_kafka_compares(topic)
            holder, other, theirs = first.setdefault(key, (name, table, topic))
            if (holder, other) != (name, table):
                yield Problem(("connectors", name, *_AT), _collision(name, table, topic, holder, other, theirs))


@advice
def tables_cannot_come_to_share_a_topic(connector: Connector) -> Iterator[Problem]:
    """Of names with * nobody can say which tables there are: two may become one topic all the same."""
    for one, other in combinations(connector.source.captured, 2):
        if "*" in one + other and _meet(one, other):
            message = (
                f"tables of {one} and of {other} can become the same topic: what no topic's name may hold becomes _"
            )
            yield Problem(_AT, message)
            return


def _meet(one: str, other: str) -> bool:
    """Where the names themselves are apart, and what topics make of them is not."""
    apart = not common(table_expression(one), table_expression(other))
    return apart and bool(common(*(table_expression(_sanitized(table)) for table in (one, other))))


def _sanitized(table: str) -> str:
    return "*".join(topics.sanitized(part) for part in table.split("*"))


def _collision(name: str, table: str, topic: str, holder: str, other: str, theirs: str) -> str:
    of = "" if holder == name else f" of connector {holder}"
    if topic == theirs:
        return f"must lead to different topics: {table} and {other}{of} both become {topic}, and their events mix"
    return (
        f"must lead to topics that Kafka can tell apart: {table} becomes {topic}, and {other}{of} {theirs};"
        " it refuses the second, for . and _ are the same in its metrics"
    )
