"""Which topics events end in, once every transform has had its turn."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from modules.debezium import internal, topics
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import resolved
from modules.debezium.regex.automaton import common
from modules.debezium.regex.matching import expanded, matches, replaced
from modules.debezium.regex.parsing import parse
from modules.debezium.regex.syntax import JavaRegexError, Regex

_KAFKA: Final = "org.apache.kafka.connect.transforms."
_DEBEZIUM: Final = "io.debezium.transforms."
REGEX_ROUTER: Final = f"{_KAFKA}RegexRouter"
TIMESTAMP_ROUTER: Final = f"{_KAFKA}TimestampRouter"
LOGICAL_ROUTER: Final = f"{_DEBEZIUM}ByLogicalTableRouter"
EVENT_ROUTER: Final = f"{_DEBEZIUM}outbox.EventRouter"
EXTRACT_NEW_STATE: Final = f"{_DEBEZIUM}ExtractNewRecordState"
# Each takes the topic out of the event itself, wherever its jar comes from.
_BY_CONTENT: Final = re.compile(r"(?:.*\.)?(?:ContentBasedRouter|ExtractTopic\w*(?:\$\w+)?)")
_REPLACING: Final = {
    REGEX_ROUTER: ("regex", "replacement"),
    LOGICAL_ROUTER: ("topic.regex", "topic.replacement"),
    EVENT_ROUTER: ("route.topic.regex", "route.topic.replacement"),
}
_BY_VALUE: Final = "(?<routedByValue>.*)"
_STAR: Final = "\ue000"
_WITNESSES: Final = 8


@dataclass(frozen=True, slots=True)
class Topic:
    """``name`` may hold * for any characters. ``was`` is its name before transform ``alias`` made it what it is.

    ``by`` is the property that decides the name.
    """

    name: str
    was: str = ""
    alias: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Topics:
    """``anything`` where only a run would show what else there is."""

    all: tuple[Topic, ...]
    anything: bool = False


def sources(subject: Subject) -> Topics:
    """Topics of events before any transform."""
    tables = (table_topic(subject, table) for table in subject.tables)
    return Topics(tuple(map(Topic, (*tables, *subject.other_topics))))


def table_topic(subject: Subject, table: str) -> str:
    """The topic of a table, or a pattern of tables, before any transform."""
    return _sanitized(f"{subject.prefix}.{table}")


def _sanitized(topic: str) -> str:
    return "*".join(topics.sanitized(part) for part in topic.split("*"))


def pattern(topic: str) -> str:
    """A topic with * as a regular expression."""
    return "[A-Za-z0-9._-]+".join(re.escape(part) for part in topic.split("*"))


def writable(subject: Subject, topic: str) -> bool:
    """Whether the connector's role may write there, whatever stands for *."""
    reached = (*topics.event_topics(subject.connector), topics.heartbeat_topic(subject.prefix))
    return any(internal.covers(pattern, topic) for pattern in reached)


def named_by_rows(topic: str) -> bool:
    """Whether only the rows say what the topic's name is."""
    return topic == "*"


def routed(subject: Subject) -> Topics:
    """Where events end."""
    return _through(subject, sources(subject))


def routed_table(subject: Subject, table: str) -> Topics:
    """Where the events of one table end."""
    return _through(subject, Topics((Topic(table_topic(subject, table)),)))


def _through(subject: Subject, at: Topics) -> Topics:
    for alias in subject.listed("transforms"):
        at = after(subject, alias, at)
    return at


def strays(subject: Subject) -> Iterator[Topic]:
    """Of each transform the first topic that the role may not write.

    Where rows name the topics, any of ``topics.others`` may be what they name.
    """
    found: dict[str, Topic] = {}
    for topic in outside(subject):
        if not (named_by_rows(topic.name) and subject.connector.topics.others):
            found.setdefault(topic.alias, topic)
    yield from found.values()


def outside(subject: Subject) -> Iterator[Topic]:
    """Topics to which transforms route events and that the role may not write."""
    for topic in routed(subject).all:
        if topic.alias and not writable(subject, topic.name):
            yield topic


def references(subject: Subject) -> Iterator[tuple[str, str]]:
    """Replacements that name a group which their expression does not have, each with Java's reason."""
    for alias in subject.listed("transforms"):
        start = f"transforms.{alias}."
        of = resolved(subject.effective.get(f"{start}type", ""), subject.release.transforms)
        names = _REPLACING.get(of or "")
        regex, replacement = (subject.effective.get(start + name) for name in names) if names else (None, None)
        if regex is None and of == EVENT_ROUTER:
            regex = _BY_VALUE
        if names and replacement is not None and (parsed := _parsed(regex)):
            try:
                expanded(replacement, parsed, lambda _: "")
            except JavaRegexError as wrong:
                yield start + names[1], str(wrong)


def _parsed(regex: str | None) -> Regex | None:
    try:
        return None if regex is None else parse(regex)
    except JavaRegexError:  # said of its value
        return None


def by_content(subject: Subject) -> Iterator[str]:
    """Transforms that take the topic out of the event, by alias."""
    for alias in subject.listed("transforms"):
        if _BY_CONTENT.fullmatch(subject.effective.get(f"transforms.{alias}.type", "")):
            yield alias


def after(subject: Subject, alias: str, at: Topics) -> Topics:
    """Where a transform leaves events that come to it from ``at``: anywhere, if its expression does not compile."""
    of = resolved(subject.effective.get(f"transforms.{alias}.type", ""), subject.release.transforms)
    if of is None:
        return Topics(at.all, anything=True)
    route = _ROUTES.get(of)
    try:
        return at if route is None else Topics(tuple(_moved(subject, alias, route, at)), at.anything)
    except JavaRegexError:  # said of its value
        return Topics(at.all, anything=True)


def _moved(subject: Subject, alias: str, route: "_Route", at: Topics) -> Iterator[Topic]:
    for topic in at.all:
        moves = applies(subject, alias, topic.name)
        if moves is not False:
            names, by = route(subject, f"transforms.{alias}.", topic.name)
            for name in names:
                yield topic if name == topic.name else Topic(name, topic.name, alias, by)
        if moves is not True:
            yield topic


def applies(subject: Subject, alias: str, topic: str) -> bool | None:
    """Whether the transform's predicate lets events of ``topic`` through; None where it may, or does not compile."""
    start = f"transforms.{alias}."
    name = subject.effective.get(f"{start}predicate", "").strip()
    if not name:
        return True
    of = resolved(subject.effective.get(f"predicates.{name}.type", ""), subject.release.predicates)
    if of is None or not of.endswith("TopicNameMatches"):
        return None
    try:
        holds = _matches_all(subject.effective.get(f"predicates.{name}.pattern", ""), topic)
    except JavaRegexError:  # said of its value
        return None
    negated = subject.enabled(f"{start}negate", default=False)
    return holds if holds is None else holds is not negated


def _matches_all(regex: str, topic: str) -> bool | None:
    """True where the expression matches every name that ``topic`` may be, False for none, None for some."""
    if "*" not in topic:
        return matches(regex, topic)
    if not common(regex, pattern(topic)):
        return False
    return True if all(matches(regex, each) for each in _samples(topic)) else None


def _samples(topic: str) -> tuple[str, ...]:
    return tuple(topic.replace("*", filler) for filler in ("zq", "orders_archive2", "A-1"))


# What each router makes of a topic, and the property that says so.
_Route = Callable[[Subject, str, str], tuple[list[str], str]]


def _by_regex(regex: str, replacement: str, topic: str) -> list[str]:
    """The results for a topic with * are those of names that the expression tells apart."""
    if "*" not in topic:
        result = replaced(regex, replacement, topic)
        return [topic if result is None else result]
    names = [topic.replace("*", _STAR), *common(regex, pattern(topic), most=_WITNESSES)]
    results = [replaced(regex, replacement, name) for name in names]
    unmoved = any(replaced(regex, replacement, name) is None for name in _samples(topic))
    found = [result.replace(_STAR, "*") for result in results if result is not None]
    return list(dict.fromkeys([*found, *([topic] if unmoved or not found else [])]))


def _regex_router(subject: Subject, start: str, topic: str) -> tuple[list[str], str]:
    regex, replacement = (subject.effective.get(start + name) for name in ("regex", "replacement"))
    if regex is None or replacement is None:
        return [topic], ""
    return _by_regex(regex, replacement, topic), f"{start}replacement"


def _logical_router(subject: Subject, start: str, topic: str) -> tuple[list[str], str]:
    regex, replacement = (subject.effective.get(start + name) for name in ("topic.regex", "topic.replacement"))
    if regex is None or replacement is None:
        return [topic], ""
    return [to or topic for to in _by_regex(regex, replacement, topic)], f"{start}topic.replacement"


def _timestamp_router(subject: Subject, start: str, topic: str) -> tuple[list[str], str]:
    key = f"{start}topic.format"
    form = subject.effective.get(key, "${topic}-${timestamp}")
    return [form.replace("${topic}", topic).replace("${timestamp}", "*")], key


def _event_router(subject: Subject, start: str, topic: str) -> tuple[list[str], str]:
    """Of an outbox's events: what they hold stands for every group."""
    if topic in subject.other_topics:
        return [topic], ""
    key = f"{start}route.topic.replacement"
    regex = parse(subject.effective.get(f"{start}route.topic.regex", _BY_VALUE))
    return [expanded(subject.effective.get(key, "outbox.event.${routedByValue}"), regex, lambda _: "*")], key


def _new_state(subject: Subject, start: str, topic: str) -> tuple[list[str], str]:
    key = f"{start}route.by.field"
    return ["*"] if subject.effective.get(key, "").strip() else [topic], key


def _filter(_: Subject, __: str, ___: str) -> tuple[list[str], str]:
    return [], ""


_ROUTES: Final[dict[str, _Route]] = {
    REGEX_ROUTER: _regex_router,
    TIMESTAMP_ROUTER: _timestamp_router,
    LOGICAL_ROUTER: _logical_router,
    EVENT_ROUTER: _event_router,
    EXTRACT_NEW_STATE: _new_state,
    f"{_KAFKA}Filter": _filter,
}


def idle(subject: Subject) -> Iterator[tuple[str, str]]:
    """Properties whose regular expression matches no topic that gets there, each with the expression."""
    at = sources(subject)
    for alias in subject.listed("transforms"):
        start = f"transforms.{alias}."
        of = resolved(subject.effective.get(f"{start}type", ""), subject.release.transforms)
        if of is None or at.anything or not at.all:
            return
        for key in _expressions(subject, start, of):
            regex = subject.effective[key]
            try:
                if not any(common(regex, pattern(topic.name)) for topic in at.all):
                    yield key, regex
            except JavaRegexError:  # said of its value
                return
        at = after(subject, alias, at)


def _expressions(subject: Subject, start: str, of: str) -> Iterator[str]:
    keys = {REGEX_ROUTER: f"{start}regex", LOGICAL_ROUTER: f"{start}topic.regex"}
    predicate = subject.effective.get(f"{start}predicate", "").strip()
    named = f"predicates.{predicate}.pattern"
    type_ = subject.effective.get(f"predicates.{predicate}.type", "")
    if predicate and type_.endswith("TopicNameMatches") and named in subject.effective:
        yield named
    elif (key := keys.get(of)) in subject.effective and key:
        yield key
