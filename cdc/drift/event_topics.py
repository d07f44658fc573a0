"""Topics of events, compared with those that Kafka Connect would create today."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cdc.drift.creation import PARTITIONS, creation
from cdc.findings import Finding, error, warning
from cdc.kafka.listing import Topic
from modules.debezium import internal
from modules.debezium.configuration import connector_properties
from modules.debezium.topics import event_topics
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector

_LARGEST: Final = "max.message.bytes"
_SHOWN: Final = 4


@dataclass(frozen=True)
class _Difference:
    key: str
    value: str
    wanted: str


def compared(environment: Environment, connector: Connector, existing: Collection[str]) -> list[str]:
    """Those of ``existing`` to which this connector alone writes events."""
    every = environment.connectors.values()
    signals = [one.signals.topic for one in every if one.signals and one.signals.topic]
    others = [pattern for one in every if one is not connector for pattern in event_topics(one)]
    elsewhere = (*internal.TOPICS, *signals, *others)
    return [name for name in sorted(existing) if _any(event_topics(connector), name) and not _any(elsewhere, name)]


def differences(environment: Environment, connector: Connector, listed: Mapping[str, Topic]) -> Iterator[Finding]:
    """One for each setting that differs, with all topics where it does in the same way."""
    found: dict[_Difference, list[str]] = {}
    properties = connector_properties(connector)
    for name in compared(environment, connector, listed):
        for one in _of_topic(connector, properties, name, listed[name]):
            found.setdefault(one, []).append(name)
    for difference, names in found.items():
        yield _finding(environment.name, difference, names)


def _of_topic(connector: Connector, properties: Mapping[str, str], name: str, topic: Topic) -> Iterator[_Difference]:
    """The partitions only where the file says how many: the default is no request."""
    asked, settings = creation(properties, name), topic.settings or {}
    said = asked.own_partitions or PARTITIONS in connector.topics.model_fields_set
    if said and topic.partitions != asked.partitions:
        yield _Difference(PARTITIONS, str(topic.partitions), str(asked.partitions))
    for key, wanted in asked.settings.items():
        if key in settings and _members(settings[key]) != _members(wanted):
            yield _Difference(key, settings[key], wanted)


def _finding(environment: str, one: _Difference, names: Sequence[str]) -> Finding:
    has = "has" if len(names) == 1 else "have"
    message = f"{_shown(names)} {has} {one.key}={one.value}, {environment}.yaml asks for {one.wanted}"
    if one.key == PARTITIONS:
        return warning(message, _partitions_fix(one))
    change = f"kafka-configs.sh --alter --entity-type topics --entity-name TOPIC --add-config {one.key}={one.wanted}"
    if one.key == _LARGEST and int(one.value) < int(one.wanted):
        return error(f"{message}: the task fails at a larger event", change)
    return warning(message, f"{change}; or ask for {one.value} in the file")


def _partitions_fix(one: _Difference) -> str:
    if int(one.value) > int(one.wanted):
        return f"topics cannot lose partitions: ask for {one.value} in the file"
    return (
        f"kafka-topics.sh --alter --topic TOPIC --partitions {one.wanted}, after which events of a key may go to "
        f"another partition than before; or ask for {one.value} in the file"
    )


def _shown(names: Sequence[str]) -> str:
    first, others = names[:_SHOWN], len(names) - _SHOWN
    return f"{', '.join(first)}{f' and {others} more' if others > 0 else ''}"


def _members(value: str) -> frozenset[str]:
    """Of a list, such as a cleanup policy, in which the order does not count."""
    return frozenset(each.strip() for each in value.split(","))


def _any(patterns: Collection[str], topic: str) -> bool:
    return any(internal.covers(pattern, topic) for pattern in patterns)
