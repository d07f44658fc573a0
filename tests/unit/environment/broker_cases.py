"""Rules about the brokers' own properties: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import PROPERTY, Cases, Edits, Refused
from tests.unit.environment.kafka_cases import EXPRESS

KRAFT = {"coordination: zookeeper": "coordination: kraft"}


def setting(properties: str, *, mark: str = "") -> Edits:
    """``server_properties`` in one line."""
    return {"volume_gib: 100": f"server_properties: {{{properties}}}{mark}"}


def refused(name: str, value: str, message: str, *, beside: str = "", **edits: str) -> Refused:
    properties = f"{name}: {value}{f', {beside}' if beside else ''}"
    return Refused(setting(properties, mark="  # <-") | edits, f"kafka.server_properties.{name}", message)


def on_express(name: str, value: str, message: str) -> Refused:
    edits = EXPRESS | {"volume_gib: 100": f"server_properties: {{{name}: {value}}}  # <-"}
    return Refused(edits, f"kafka.server_properties.{name}", message)


def topics(*settings: str) -> Edits:
    """Settings of the topics that a connector makes, of a group of its own too."""
    group = ("topic.creation.groups: hot", "topic.creation.hot.include: orders.*")
    return {PROPERTY: "\n      ".join((*group, *settings))}


def on_topics(name: str, value: str, message: str, *, beside: str | None = None) -> Refused:
    edits = topics(f"{name}: {value}  # <-", *([beside] if beside else []))
    return Refused(edits, f"connectors.orders.properties.{name}", message)


LARGE: Edits = {"{prefix: orders, partitions: 6}": "{prefix: orders, max_message_bytes: 8388608}"}

CASES: Cases = {
    "brokers_take_the_largest_messages": (
        LARGE | setting("message.max.bytes: 16777216, replica.fetch.max.bytes: 8388608"),
        [
            refused("message.max.bytes", "1048588", "must be at least 8388608, topics.max_message_bytes of", **LARGE),
            refused("replica.fetch.max.bytes", "8388607", "of connector orders, or left out, got 8388607", **LARGE),
        ],
    ),
    "msk_takes_the_property": (
        setting("log.retention.ms: -1, num.partitions: 6, zookeeper.session.timeout.ms: 18000"),
        [
            refused("auto.create.topic.enable", "true", "that MSK takes (did you mean auto.create.topics.enable?)"),
            refused("Num.Partitions", "3", "must be written num.partitions, got 3"),
            refused("retention.ms", "1", "must be log.retention.ms: that is what brokers call this setting of topics"),
            refused("authorizer.class.name", "x", "must be left out: MSK sets its authorizer itself"),
            refused("listeners", "x", "must be left out: MSK sets its listeners itself"),
            refused("sasl.enabled.mechanisms", "x", "must be left out: the logins follow from"),
            refused("frobnicate", "1", "is not among the properties that MSK takes, got 1"),
            refused("auto.leader.rebalance.enable", "true", "is not among the properties that MSK takes"),
            refused("max.connections.per.ip", "9", "MSK takes it for Express brokers only"),
            refused(
                "zookeeper.session.timeout.ms",
                "9000",
                "must be left out with coordination: kraft, which has no",
                **KRAFT,
            ),
            on_express("min.insync.replicas", "2", "must be left out for express.m7g.large: MSK sets it for Express"),
        ],
    ),
    "broker_values_fit": (
        setting(
            'delete.topic.enable: "TRUE", log.cleaner.min.cleanable.ratio: 0.3, log.cleanup.policy: "delete,compact"'
        ),
        [
            refused("num.partitions", "many", "must be a whole number, got 'many'"),
            refused("num.partitions", "1.5", "must be a whole number, got 1.5"),
            refused("num.partitions", "0", "must be 1 or more, up to 2147483647, got 0"),
            refused("message.max.bytes", "3000000000", "up to 2147483647, got 3000000000"),
            refused("delete.topic.enable", "1", "must be true or false, got 1"),
            refused(
                "compression.type", "brotli", "must be producer, uncompressed, gzip, snappy, lz4 or zstd, got 'brotli'"
            ),
            refused("log.cleanup.policy", "purge", "must be compact or delete, or both with a comma, got 'purge'"),
            refused("log.cleaner.min.cleanable.ratio", "2", "must be at least 0, and at most 1, got 2"),
            refused("log.cleaner.min.cleanable.ratio", "half", "must be a number, got 'half'"),
            refused("replica.lag.time.max.ms", "500", "must be at least 10000, and at most 30000, got 500"),
            refused("zookeeper.session.timeout.ms", "1000", "must be at least 6000, and at most 18000, got 1000"),
            refused("log.message.timestamp.type", "create", "must be CreateTime or LogAppendTime, got 'create'"),
        ],
    ),
    "replicas_fit_the_cluster": (
        setting("default.replication.factor: 3, offsets.topic.replication.factor: 3"),
        [
            refused("default.replication.factor", "4", "must be at most 3, as many as there are brokers, got 4"),
            refused("offsets.topic.replication.factor", "5", "must be at most 3"),
            refused("transaction.state.log.replication.factor", "6", "must be at most 3"),
        ],
    ),
    "writes_go_on_while_a_broker_restarts": (
        setting("default.replication.factor: 2, min.insync.replicas: 1"),
        [
            refused("min.insync.replicas", "3", "must be less than 3, the number of replicas, or no write succeeds"),
            refused("min.insync.replicas", "3", "must be less than 3, the number", **{"brokers: 3": "brokers: 6"}),
            refused(
                "min.insync.replicas",
                "2",
                "less than 2, default.replication.factor,",
                beside="default.replication.factor: 2",
            ),
            refused("default.replication.factor", "2", "must be more than 2, min.insync.replicas (set that too)"),
            refused(
                "transaction.state.log.min.isr",
                "2",
                "must be less than 2, transaction.state.log.replication.factor",
                beside="transaction.state.log.replication.factor: 2",
            ),
        ],
    ),
    "new_topics_fit_the_cluster": (
        topics("topic.creation.hot.replication.factor: 3", "topic.creation.hot.min.insync.replicas: 2"),
        [
            on_topics("topic.creation.default.min.insync.replicas", "3", "must be less than 3, the number of replicas"),
            on_topics("topic.creation.hot.replication.factor", "4", "must be at most 3, as many as there are brokers"),
            on_topics(
                "topic.creation.hot.min.insync.replicas",
                "2",
                "must be less than 2, the number of replicas, or no write succeeds",
                beside="topic.creation.hot.replication.factor: 2",
            ),
        ],
    ),
    "sessions_have_a_range": (
        setting("group.min.session.timeout.ms: 5000, group.max.session.timeout.ms: 5000"),
        [
            refused(
                "group.min.session.timeout.ms",
                "9000",
                "must be at most group.max.session.timeout.ms, 8000, got 9000",
                beside="group.max.session.timeout.ms: 8000",
            ),
            refused("group.max.session.timeout.ms", "5000", "must be at least group.min.session.timeout.ms, 6000"),
        ],
    ),
}
