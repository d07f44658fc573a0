"""What brokers say of themselves, to a client on this machine."""

from collections.abc import Sequence
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from rehearsal.processes.addresses import Address

_TIMEOUT_MS: Final = 5000
_BACKOFF_MS: Final = 200


def registered(broker: Address) -> frozenset[int]:
    """The ids of the brokers that ``broker`` knows; empty where it does not answer or knows no controller."""
    try:
        with _client([broker]) as client:
            told = client.describe_cluster()
    except (KafkaError, OSError):
        return frozenset()
    if told["controller_id"] < 0:
        return frozenset()
    return frozenset(node["broker_id"] for node in told["brokers"] if not node.get("is_fenced"))


def lagging(brokers: Sequence[Address]) -> list[str]:
    """The partitions, ``topic-number``, of which not every replica is in sync."""
    try:
        with _client(brokers) as client:
            topics = client.describe_topics()
    except (KafkaError, OSError) as error:
        return [f"all, for none answers: {error}"]
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
        reconnect_backoff_max_ms=_BACKOFF_MS,  # a broker that starts is seen when it is there
        client_id="rehearsal",
    )
