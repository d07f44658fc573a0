"""Queries brokers through their listener without IAM."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rehearsal.processes.addresses import Address

_TIMEOUT_MS: Final = 5000
_BACKOFF_MS: Final = 200
_LAST: Final = 20  # records of a partition
_MAX_VALUE: Final = 4096  # bytes of a key or value
_INTERNAL: Final = ("__amazon_msk_connect_", "__consumer_offsets", "__transaction_state")


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


def last_records(bootstraps: Collection[str]) -> Iterator[dict[str, Any]]:
    """The last records of each partition of the clusters, as text, without Kafka's and Connect's own topics.

    Raises KafkaError where no broker answers within 5 s.
    """
    for bootstrap in bootstraps:
        with KafkaConsumer(
            bootstrap_servers=bootstrap.split(","),
            bootstrap_timeout_ms=_TIMEOUT_MS,
            reconnect_backoff_max_ms=_BACKOFF_MS,
            enable_auto_commit=False,
            group_id=None,
        ) as consumer:
            yield from _last(consumer)


def delete_groups(bootstraps: Collection[str], groups: Sequence[str]) -> None:
    """Deletes consumer groups without members, with their committed offsets; ignores missing ones."""
    for bootstrap in bootstraps:
        with KafkaAdminClient(bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=_TIMEOUT_MS) as admin:
            admin.delete_groups(list(groups))


def _last(consumer: KafkaConsumer) -> Iterator[dict[str, Any]]:
    partitions = [
        TopicPartition(topic, number)
        for topic in sorted(consumer.topics())
        if not topic.startswith(_INTERNAL)
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]
    consumer.assign(partitions)
    starts, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    left = {partition for partition in partitions if ends[partition] > starts[partition]}
    for partition in partitions:
        consumer.seek(partition, max(starts[partition], ends[partition] - _LAST))
    while left and (polled := consumer.poll(timeout_ms=_TIMEOUT_MS)):
        for records in polled.values():
            yield from map(_shown, records)
        left = {partition for partition in left if consumer.position(partition) < ends[partition]}


def _shown(record: Any) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": _text(record.key),
        "value": _text(record.value),
    }


def _text(content: bytes | None) -> str | None:
    return None if content is None else content[:_MAX_VALUE].decode(errors="replace")


def _client(brokers: Sequence[Address]) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=[str(broker) for broker in brokers],
        bootstrap_timeout_ms=_TIMEOUT_MS,
        request_timeout_ms=_TIMEOUT_MS,
        reconnect_backoff_max_ms=_BACKOFF_MS,  # notice a starting broker soon
        client_id="rehearsal",
    )
