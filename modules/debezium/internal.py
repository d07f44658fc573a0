"""Topics and groups that belong to Kafka, MSK, Kafka Connect and Debezium: * stands for any characters.

No event is written there and no application reads there: what a role may do with them breaks more than its own work.
"""

import re
from typing import Final

from modules.debezium import topics
from modules.debezium.settings import Connector

CONNECT: Final = "__amazon_msk_connect_"
TOPICS: Final = {
    "__*": "whose names start with __: Kafka's, MSK's and Debezium's own",
    "schema-history.*": "that keep the schema histories",
    **dict.fromkeys(
        ("connect-configs", "connect-offsets", "connect-status"), "that workers of Kafka Connect keep for themselves"
    ),
}
GROUPS: Final = {
    "__*": "whose names start with __: those of MSK Connect's workers",
    "connect-*": "of Kafka Connect's workers and sinks",
}


def internal_topics(connector: Connector, *, name: str) -> dict[str, str]:
    """Topics of the connector called ``name`` that hold no events, and what each is."""
    return {
        topics.schema_history_topic(connector): "the schema history",
        topics.offsets_of(connector, name=name): "the topic of offsets",
    }


def internal_groups(connector: Connector) -> dict[str, str]:
    """Groups in which the connector reads, and what each is."""
    found = {topics.schema_history_group(connector.topics.prefix): "the group of the schema history"}
    if connector.signals and connector.signals.topic:
        found[topics.signal_group(connector)] = "the group of signals"
    return found


def covers(pattern: str, topic: str) -> bool:
    """Whether ``pattern`` matches every name that ``topic`` may be, in which * stands for any characters, too."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), topic))


def overlap(one: str, other: str) -> bool:
    """Whether some name matches both patterns, in which * stands for any characters."""
    ends, places, seen = (len(one), len(other)), [(0, 0)], {(0, 0)}
    while places:
        a, b = places.pop()
        if (a, b) == ends:
            return True
        first, second = one[a : a + 1], other[b : b + 1]
        onward = {(a + 1, b)} if first == "*" else set()
        if second == "*":
            onward.add((a, b + 1))
        if first and second and ("*" in (first, second) or first == second):
            onward.add((a + (first != "*"), b + (second != "*")))
        fresh = onward - seen
        seen |= fresh
        places += fresh
    return False
