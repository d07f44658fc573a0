"""Topics and consumer groups that a connector uses: by its topic prefix, or those of the connector that it adopts."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from modules.debezium.settings import Connector

LONGEST: Final = 249
_NOT_IN_TOPICS: Final = re.compile(r"[^A-Za-z0-9._-]")
HEARTBEAT_PREFIX: Final = "__debezium-heartbeat"
HISTORY_PREFIX: Final = "schema-history."


def schema_history_topic(connector: Connector) -> str:
    """Outside ``<prefix>.*``, so that no consumer's pattern ever covers it."""
    return connector.adopt.schema_history_topic if connector.adopt else f"{HISTORY_PREFIX}{connector.topics.prefix}"


def heartbeat_topic(prefix: str) -> str:
    return f"{HEARTBEAT_PREFIX}.{prefix}"


def event_topics(connector: Connector) -> tuple[str, ...]:
    """Topics of the connector's events, where * stands for any characters."""
    prefix = connector.topics.prefix
    return (prefix, f"{prefix}.*", *connector.topics.others)


def schema_history_group(prefix: str) -> str:
    """The group that Debezium reads its schema history with."""
    return f"{prefix}-schemahistory"


def signal_topics(connectors: Mapping[str, Connector], keys: Iterable[str]) -> list[str]:
    """The signal topics of the connectors ``keys``."""
    signals = [connectors[key].signals for key in keys]
    return [one.topic for one in signals if one and one.topic]


def signal_group(connector: Connector) -> str:
    """Its committed offset says which signals are done: another group reads all of them again."""
    adopted = connector.adopt.signal_group if connector.adopt else None
    return adopted or f"{connector.topics.prefix}-signal"


def offset_topic(connector_name: str) -> str:
    """Fixed by the connector's name: with both kept, a replaced connector resumes from the committed offset."""
    return f"{connector_name}-offsets"


def offsets_of(connector: Connector, *, name: str) -> str:
    """The offset topic of the connector called ``name``."""
    return connector.adopt.offset_topic if connector.adopt else offset_topic(name)


def sanitized(name: str) -> str:
    """``name`` as Debezium makes a topic's name of it."""
    return _NOT_IN_TOPICS.sub("_", name)[:LONGEST]


def table_topic(prefix: str, table: str) -> str:
    """The topic of ``database.table``."""
    return sanitized(f"{prefix}.{table}")


def as_kafka_compares(topic: str) -> str:
    """Equal for topics of which Kafka refuses the second."""
    return topic.replace(".", "_")
