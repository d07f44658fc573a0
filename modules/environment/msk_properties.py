"""Broker properties that an MSK configuration may set, with their types and ranges. Data only, with its sources.

Sources: AWS MSK developer guide, custom configurations of standard brokers and static configurations of Express
brokers, as of 2026-10; types and ranges are those of Kafka 3.9's own definitions, narrowed where MSK narrows them.
"""

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """What a value may be: ``words`` of a list, or a number from ``least`` to ``most``."""

    type: str
    least: int | float | None = None
    most: int | float | None = None
    words: tuple[str, ...] = ()


_INT: Final = 2**31 - 1
_LONG: Final = 2**63 - 1
_BOOLEAN: Final = Kind("boolean")
_COUNT: Final = Kind("int", 1, _INT)
_SIZE: Final = Kind("int", 0, _INT)
_BUFFER: Final = Kind("int", -1, _INT)
_UNLIMITED: Final = Kind("long", -1, _LONG)
_TIME: Final = Kind("long", 0, _LONG)
_FACTOR: Final = Kind("short", 1, 2**15 - 1)
_ZOOKEEPER: Final = Kind("int", 6000, 18000)
_SELECTORS: Final = ("org.apache.kafka.common.replica.RackAwareReplicaSelector",)

_BOTH: Final = {
    "allow.everyone.if.no.acl.found": _BOOLEAN,
    "auto.create.topics.enable": _BOOLEAN,
    "compression.type": Kind("word", words=("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")),
    "connections.max.idle.ms": _UNLIMITED,
    "delete.topic.enable": _BOOLEAN,
    "group.initial.rebalance.delay.ms": Kind("int", 0, _INT),
    "group.max.session.timeout.ms": Kind("int", 0, _INT),
    "leader.imbalance.per.broker.percentage": Kind("int", 0, _INT),
    "log.cleanup.policy": Kind("words", words=("compact", "delete")),
    "log.message.timestamp.after.max.ms": _TIME,
    "log.message.timestamp.before.max.ms": _TIME,
    "log.message.timestamp.type": Kind("word", words=("CreateTime", "LogAppendTime")),
    "log.retention.bytes": _UNLIMITED,
    "log.retention.ms": _UNLIMITED,
    "max.incremental.fetch.session.cache.slots": _SIZE,
    "message.max.bytes": _SIZE,
    "num.partitions": _COUNT,
    "offsets.retention.minutes": _COUNT,
    "replica.fetch.max.bytes": _SIZE,
    "replica.selector.class": Kind("word", words=_SELECTORS),
    "socket.receive.buffer.bytes": _BUFFER,
    "socket.request.max.bytes": _COUNT,
    "socket.send.buffer.bytes": _BUFFER,
    "transaction.max.timeout.ms": _COUNT,
    "transactional.id.expiration.ms": _COUNT,
}
STANDARD: Final = _BOTH | {
    "default.replication.factor": _FACTOR,
    "group.min.session.timeout.ms": Kind("int", 0, _INT),
    "log.cleaner.delete.retention.ms": _TIME,
    "log.cleaner.min.cleanable.ratio": Kind("double", 0, 1),
    "log.flush.interval.messages": Kind("long", 1, _LONG),
    "log.flush.interval.ms": _TIME,
    "log.message.timestamp.difference.max.ms": _TIME,
    "log.preallocate": _BOOLEAN,
    "log.retention.hours": Kind("int", -1, _INT),
    "log.retention.minutes": Kind("int", -1, _INT),
    "log.roll.ms": Kind("long", 1, _LONG),
    "log.segment.bytes": Kind("int", 14, _INT),
    "min.insync.replicas": _COUNT,
    "num.io.threads": _COUNT,
    "num.network.threads": _COUNT,
    "num.recovery.threads.per.data.dir": _COUNT,
    "num.replica.fetchers": _COUNT,
    "offsets.topic.replication.factor": _FACTOR,
    "replica.fetch.response.max.bytes": _SIZE,
    "replica.lag.time.max.ms": Kind("long", 10000, 30000),
    "replica.socket.receive.buffer.bytes": _BUFFER,
    "transaction.state.log.min.isr": _COUNT,
    "transaction.state.log.replication.factor": _FACTOR,
    "unclean.leader.election.enable": _BOOLEAN,
    "zookeeper.connection.timeout.ms": _ZOOKEEPER,
    "zookeeper.session.timeout.ms": _ZOOKEEPER,
}
EXPRESS: Final = _BOTH | {"max.connections.per.ip": _SIZE}

# Settings of topics, as brokers call their defaults.
TOPIC_SETTINGS: Final = {
    "cleanup.policy": "log.cleanup.policy",
    "delete.retention.ms": "log.cleaner.delete.retention.ms",
    "flush.messages": "log.flush.interval.messages",
    "flush.ms": "log.flush.interval.ms",
    "max.message.bytes": "message.max.bytes",
    "message.timestamp.type": "log.message.timestamp.type",
    "min.cleanable.dirty.ratio": "log.cleaner.min.cleanable.ratio",
    "replication.factor": "default.replication.factor",
    "retention.bytes": "log.retention.bytes",
    "retention.ms": "log.retention.ms",
    "segment.bytes": "log.segment.bytes",
    "segment.ms": "log.roll.ms",
    "partitions": "num.partitions",
}
# What MSK decides itself, by the start of the name.
OWNED: Final = {
    "advertised.listeners": "MSK sets its listeners itself",
    "authorizer.": "MSK sets its authorizer itself",
    "broker.": "MSK numbers and places its brokers itself",
    "controller.": "MSK runs the controllers itself",
    "inter.broker.": "MSK sets what brokers use among themselves",
    "listener.": "MSK sets its listeners itself",
    "listeners": "MSK sets its listeners itself",
    "log.dir": "MSK places its volumes itself",
    "node.id": "MSK numbers and places its brokers itself",
    "process.roles": "coordination says it",
    "sasl.": "the logins follow from the cluster's authentication",
    "security.": "the logins follow from the cluster's authentication",
    "ssl.": "the logins follow from the cluster's authentication",
    "super.users": "MSK sets its authorizer itself",
    "zookeeper.connect": "MSK runs ZooKeeper itself",
}
