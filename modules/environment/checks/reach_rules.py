"""Rules about which topics and groups a role reaches; ``checks.rulebook`` says how one is written.

A connector's role reaches its topic prefix and all that starts with the prefix and a dot.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modules.debezium import internal, topics
from modules.environment.checks.consumer_rules import topics_of
from modules.environment.checks.group_rules import memberships
from modules.environment.checks.rulebook import known, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer
from modules.messages.problems import Problem


@rule
def prefixes_reach_no_internal_topics(
    name: str, connector: Connector, connectors: dict[str, Connector]
) -> Iterator[Problem]:
    """Kafka takes . and _ for the same in topics' names, so schema-history_orders is refused, too."""
    prefix = connector.topics.prefix
    at = ("topics", "prefix")
    if prefix in (".", ".."):
        yield Problem(at, "must be another name: Kafka refuses topics that are called . or ..", prefix)
        return
    # Rules about those of adopted connectors are in adoption_rules.
    for pattern, what in {**internal.TOPICS, **_topics(name, connectors, adopted=False)}.items():
        if any(internal.overlap(_compared(reached), _compared(pattern)) for reached in (prefix, f"{prefix}.*")):
            yield Problem(at, f"must not reach {pattern}, {_of_topics(what)}", prefix)
            return


@rule
def prefixes_reach_no_other_connector(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """``orders`` beside ``orders.eu``: the first one's role could write the other's events."""
    prefixes = list(known(connectors, lambda connector: connector.topics.prefix))
    for name, prefix in prefixes:
        for other, shorter in prefixes:
            if prefix.startswith(f"{shorter}."):
                wanted = f"must not start with {shorter}., under which connector {other} writes its events"
                yield Problem(("connectors", name, "topics", "prefix"), wanted, prefix)
                break


@rule
def other_topics_hold_events_only(
    name: str, connector: Connector, connectors: dict[str, Connector]
) -> Iterator[Problem]:
    """Two connectors may route events to one topic; the topics under a prefix are one connector's."""
    prefix = connector.topics.prefix
    kept = _topics(name, connectors, adopted=True)
    for index, pattern in enumerate(connector.topics.others):
        at = ("topics", "others", index)
        if internal.covers(f"{prefix}.*", pattern) or pattern == prefix:
            yield Problem(at, f"must be left out: the role may write under {prefix}. anyway", pattern)
        elif what := _kept(pattern, kept) or _of_another(pattern, connector, connectors):
            yield Problem(at, f"must match topics of events only, not {what}", pattern)


@rule
def signals_come_by_a_topic_of_their_own(name: str, connectors: dict[str, Connector]) -> Iterator[Problem]:
    others = _topics(name, connectors, adopted=False)
    for key, topic in known(connectors, lambda connector: connector.signals and connector.signals.topic):
        if topic and (what := _kept(topic, others) or _written(topic, key, connectors)):
            yield Problem(("connectors", key, "signals", "topic"), f"must be a topic of its own, not {what}", topic)


@rule
def consumers_read_events_only(
    name: str, consumers: dict[str, Consumer], connectors: dict[str, Connector]
) -> Iterator[Problem]:
    others = _topics(name, connectors, adopted=True)
    for key, consumer in consumers.items():
        for path, pattern in topics_of(key, consumer):
            if what := _kept(pattern, others):
                yield Problem(path, f"must match topics of events only, not {what}", pattern)


@rule
def consumers_have_groups_of_their_own(
    consumers: dict[str, Consumer], connectors: dict[str, Connector]
) -> Iterator[Problem]:
    taken = {
        group: f"{what} of connector {key}"
        for key, connector in _whole(connectors)
        for group, what in internal.internal_groups(connector).items()
    }
    for key, consumer in consumers.items():
        for _, path, pattern, _ in memberships(key, consumer):
            for other, what in {**internal.GROUPS, **taken}.items():
                if internal.overlap(pattern, other):
                    wanted = f"must match groups of the application only, not {other}, {_of_groups(what)}"
                    yield Problem(path, wanted, pattern)
                    break


def _of_topics(what: str) -> str:
    return f"topics {what}" if what.startswith(("whose", "that")) else what


def _of_groups(what: str) -> str:
    return f"groups {what}" if what.startswith(("whose", "of")) else what


def _compared(pattern: str) -> str:
    return topics.as_kafka_compares(pattern)


def _kept(pattern: str, others: Mapping[str, str]) -> str | None:
    """What else than events ``pattern`` matches: one of ``others``, or an internal topic."""
    for topic, what in {**others, **internal.TOPICS}.items():
        if internal.overlap(pattern, topic):
            return f"{topic}, {_of_topics(what)}"
    return None


def _written(topic: str, reader: str, connectors: Mapping[str, Connector]) -> str | None:
    """Whose events ``topic`` has; under its own prefix a connector may keep its signals."""
    for key, prefix in known(connectors, lambda connector: connector.topics.prefix):
        if topic == prefix or (key != reader and topic.startswith(f"{prefix}.")):
            return f"one that connector {key} writes to"
    for key, others in known(connectors, lambda connector: connector.topics.others):
        if any(internal.covers(pattern, topic) for pattern in others):
            return f"one that connector {key} writes to"
    return None


def _of_another(pattern: str, connector: Connector, connectors: Mapping[str, Connector]) -> str | None:
    """Which topic under another connector's prefix ``pattern`` matches."""
    for key, prefix in known(connectors, lambda other: other.topics.prefix):
        if connectors[key] is not connector:
            for topic in (prefix, f"{prefix}.*"):
                if internal.overlap(pattern, topic):
                    return f"{topic}, the topics of connector {key}"
    return None


def _topics(name: str, connectors: Mapping[str, Connector], *, adopted: bool) -> dict[str, str]:
    """The internal topics of all connectors; an adopted one may have kept its own anywhere."""
    return {
        topic: f"{what} of connector {key}"
        for key, connector in _whole(connectors)
        if adopted or not connector.adopt
        for topic, what in internal.internal_topics(connector, name=connector_name(name, key, connector)).items()
    }


def _whole(connectors: Mapping[str, Connector]) -> Iterable[tuple[str, Connector]]:
    """The connectors whose topics are known, in a file with errors."""
    needed = known(connectors, _read)
    return [(key, connectors[key]) for key, _ in needed]


def _read(connector: Connector) -> Any:
    return connector.topics.prefix, connector.adopt, connector.signals


def connector_name(name: str, key: str, connector: Connector) -> str:
    """As ``modules.deployment`` calls a connector."""
    return connector.adopt.name if connector.adopt else f"cdc-{name}-{key}"
