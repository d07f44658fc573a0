"""Rules about connectors that are adopted; ``checks.rulebook`` says how one is written."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from modules.debezium import topics
from modules.debezium.internal import CONNECT
from modules.environment.checks.rulebook import advice, known, repeated, rule
from modules.environment.models.connectors import Adoption, Connector
from modules.messages.problems import Path, Problem

# Beside the offsets, which an adopted connector may have kept where MSK Connect keeps them.
_NOT_TO_ADOPT: Final = ("__consumer_offsets", "__transaction_state", "__cluster_metadata", "__share_group_state")
_OF_WORKERS: Final = tuple(f"{CONNECT}{kind}_" for kind in ("configs", "status"))


@rule
def adopted_names_are_unique(connectors: dict[str, Connector]) -> Iterator[Problem]:
    for key, first in repeated(_adopting(connectors), lambda adopt: adopt.name):
        adopt = _adopting(connectors)[key]
        yield Problem(_path(key, "name"), f"must differ from connector {first}: offsets belong to a name", adopt.name)


@rule
def adopted_names_are_not_our_own(name: str, connectors: dict[str, Connector]) -> Iterator[Problem]:
    """``cdc-prod-orders`` is what connector orders of prod is called, and ``cdc-prod-orders-offsets`` its offset topic.

    So a connector keeps its place when its key changes: under the new key, adopted under the old one's name.
    """
    ours = {f"cdc-{name}-{key}": key for key, connector in connectors.items() if not connector.adopt}
    for key, adopt in _adopting(connectors).items():
        if owner := ours.get(adopt.name):
            yield Problem(_path(key, "name"), f"must differ from connector {owner}, which is called that", adopt.name)
        offsets = {topics.offset_topic(called): owner for called, owner in ours.items()}
        if owner := offsets.get(adopt.offset_topic):
            wanted = f"must differ from connector {owner}, whose offsets are there"
            yield Problem(_path(key, "offset_topic"), wanted, adopt.offset_topic)


@rule
def schema_histories_are_unique(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """Each reads its whole history at a start; where two write there, both stop at the other's tables."""
    for key, first in repeated(connectors, topics.schema_history_topic):
        adopting, other = (key, first) if connectors[key].adopt else (first, key)
        if adopt := connectors[adopting].adopt:
            wanted = f"must differ from connector {other}: a schema history is one connector's"
            yield Problem(_path(adopting, "schema_history_topic"), wanted, adopt.schema_history_topic)


@rule
def adopted_topics_have_one_use(connectors: dict[str, Connector]) -> Iterator[Problem]:
    for key, adopt in _adopting(connectors).items():
        if adopt.offset_topic == adopt.schema_history_topic:
            wanted = "must differ from offset_topic: each of the two is a topic of its own"
            yield Problem(_path(key, "schema_history_topic"), wanted, adopt.schema_history_topic)
        for other, connector in connectors.items():
            for part in ("offset_topic", "schema_history_topic"):
                if use := _use(connector, topic := getattr(adopt, part), own=other == key):
                    yield Problem(_path(key, part), f"must not be {use} of connector {other}", topic)
            if other != key and adopt.offset_topic == topics.schema_history_topic(connector):
                wanted = f"must not be the schema history of connector {other}"
                yield Problem(_path(key, "offset_topic"), wanted, adopt.offset_topic)


@rule
def adopted_topics_are_not_kafkas(connector: Connector) -> Iterator[Problem]:
    for part in ("offset_topic", "schema_history_topic"):
        if connector.adopt and (topic := getattr(connector.adopt, part)) in _NOT_TO_ADOPT:
            yield Problem(("adopt", part), "must be a topic of Kafka Connect or Debezium, not Kafka's own", topic)
        elif connector.adopt and topic.startswith((*_OF_WORKERS, "__amazon_msk_canary")):
            yield Problem(("adopt", part), "must be a topic of the connector, not MSK Connect's or MSK's own", topic)


@rule
def an_adopted_signal_group_reads_a_topic(connector: Connector) -> Iterator[Problem]:
    if connector.adopt and connector.adopt.signal_group and not (connector.signals and connector.signals.topic):
        wanted = "must be left out: signals has no topic that a group would read"
        yield Problem(("adopt", "signal_group"), wanted, connector.adopt.signal_group)


@advice
def adopted_topics_are_no_consumers(connectors: dict[str, Connector]) -> Iterator[Problem]:
    for key, adopt in _adopting(connectors).items():
        for part in ("offset_topic", "schema_history_topic"):
            topic = getattr(adopt, part)
            if topic.startswith(f"{connectors[key].topics.prefix}."):
                reported = f"consumers of {connectors[key].topics.prefix}.* read it as if it held events"
                yield Problem(_path(key, part), reported, topic)


@advice
def adopted_offsets_are_one_connectors(connectors: dict[str, Connector]) -> Iterator[Problem]:
    """Allowed: offsets are kept under a connector's name, and workers of one Connect cluster share a topic."""
    for key, first in repeated(_adopting(connectors), lambda adopt: adopt.offset_topic):
        reported = f"connector {first} has it too: the role of each may overwrite the other's offsets"
        yield Problem(_path(key, "offset_topic"), reported, _adopting(connectors)[key].offset_topic)


def _adopting(connectors: Mapping[str, Connector]) -> dict[str, Adoption]:
    return {key: adopt for key, adopt in known(connectors, lambda connector: connector.adopt) if adopt}


def _path(key: str, part: str) -> Path:
    return ("connectors", key, "adopt", part)


def _use(connector: Connector, topic: str, *, own: bool) -> str | None:
    """What ``connector`` writes to or reads from ``topic``, other than offsets and history; all under its prefix if it
    is another one's.
    """
    prefix = connector.topics.prefix
    if topic == prefix:
        return "the topic of schema changes"
    if topic == topics.heartbeat_topic(prefix):
        return "the heartbeat topic"
    if connector.signals and topic == connector.signals.topic:
        return "the signal topic"
    if not own and topic.startswith(f"{prefix}."):
        return "within reach of the role"
    events = (f"{prefix}.{table}" for table in connector.source.captured)
    return "a topic of events" if any(_matches(pattern, topic) for pattern in events) else None


def _matches(pattern: str, topic: str) -> bool:
    return re.fullmatch("[^.]*".join(map(re.escape, pattern.split("*"))), topic) is not None
