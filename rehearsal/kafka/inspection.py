"""Queries brokers through their listener without IAM."""

from collections.abc import Sequence
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from rehearsal.processes.addresses import Address

_TIMEOUT_MS: Final = 5000
_BACKOFF_MS: Final = 200


def registered_brokers(broker: Address) -> frozenset[int]:
    """The ids of the brokers that ``broker`` knows; empty where it does not answer or has no controller."""
    try:
        with _client([broker]) as client:
            cluster = client.describe_cluster()
    except (KafkaError, OSError):
        return frozenset()
    if cluster["controller_id"] < 0:
        return frozenset()
    return frozenset(node["broker_id"] for node in cluster["brokers"] if not node.get("is_fenced"))


def under_replicated(brokers: Sequence[Address]) -> list[str]:
    """The partitions, ``topic-number``, with a replica that is not in sync."""
    try:
        with _client(brokers) as client:
            topics = client.describe_topics()
    except (KafkaError, OSError) as error:
        return [f"all, as no broker answers: {error}"]
    return [
        f"{topic['name']}-{partition['partition_index']}"
        for topic in topics
        for partition in topic["partitions"]
        if set(partition["isr_nodes"]) != set(partition["replica_nodes"])
    ]


def _client(brokers: Sequence[Address]) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=[str(broker) for broker in brokers],
        bootstrap_timeout_ms=_TIMEOUT_MS,
        request_timeout_ms=_TIMEOUT_MS,
        reconnect_backoff_max_ms=_BACKOFF_MS,  # notice a starting broker soon
        client_id="rehearsal",
    )
