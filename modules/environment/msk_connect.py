"""What MSK Connect takes in a worker configuration. Data only.

Source: MSK developer guide, "Supported worker configuration properties", as of 2026-10.
"""

from typing import Final

_PRODUCER: Final = (
    *("acks", "batch.size", "buffer.memory", "compression.type", "enable.idempotence", "key.serializer", "linger.ms"),
    *("max.request.size", "metadata.max.age.ms", "metadata.max.idle.ms", "partitioner.class", "request.timeout.ms"),
    *("reconnect.backoff.max.ms", "reconnect.backoff.ms", "retry.backoff.ms", "value.serializer"),
)
_CONSUMER: Final = (
    *("allow.auto.create.topics", "auto.offset.reset", "check.crcs", "fetch.max.bytes", "fetch.max.wait.ms"),
    *("fetch.min.bytes", "heartbeat.interval.ms", "key.deserializer", "max.partition.fetch.bytes"),
    *("max.poll.interval.ms", "max.poll.records", "metadata.max.age.ms", "partition.assignment.strategy"),
    *("reconnect.backoff.max.ms", "reconnect.backoff.ms", "request.timeout.ms", "retry.backoff.ms"),
    *("session.timeout.ms", "value.deserializer"),
)
_REFUSED: Final = (
    *("bootstrap.servers", "config.storage.topic", "connections.max.idle.ms", "group.id", "listeners"),
    *("connector.client.config.override.policy", "metric.reporters", "plugin.path", "receive.buffer.bytes"),
    *("response.http.headers.config", "scheduled.rebalance.max.delay.ms", "send.buffer.bytes", "status.storage.topic"),
)
_REFUSED_PREFIXES: Final = (
    *("access.control.", "admin.", "client.", "connect.", "inter.worker.", "internal.", "listeners.https."),
    *("metrics.", "rest.", "sasl.", "security.", "socket.", "ssl.", "topic.tracking.", "worker."),
)


def takes(key: str) -> bool:
    """Whether a worker configuration of MSK Connect may have ``key``."""
    client, _, name = key.partition(".")
    if client in ("producer", "consumer"):
        return name in (_PRODUCER if client == "producer" else _CONSUMER)
    return key not in _REFUSED and not key.startswith(_REFUSED_PREFIXES)
