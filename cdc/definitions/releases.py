"""What is generated: each file of modules/debezium/releases, from which pinned jars, and what of them counts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

KAFKA_CONNECT: Final = "org.apache.kafka.connect.runtime"

# Classes whose fields the connector reads although ALL_FIELDS does not hold them: it is made of them, or makes them.
PARTS: Final = (
    "io.debezium.config.CommonConnectorConfig",
    "io.debezium.connector.binlog.BinlogConnectorConfig",
    "io.debezium.connector.mysql.MySqlConnectorConfig",
    "io.debezium.heartbeat.DatabaseHeartbeatImpl",
    "io.debezium.heartbeat.Heartbeat",
    "io.debezium.openlineage.OpenLineageConfig",
    "io.debezium.pipeline.notification.channels.SinkNotificationChannel",
    "io.debezium.pipeline.signal.channels.FileSignalChannel",
    "io.debezium.pipeline.signal.channels.KafkaSignalChannel",
    "io.debezium.relational.HistorizedRelationalDatabaseConnectorConfig",
    "io.debezium.relational.RelationalDatabaseConnectorConfig",
    "io.debezium.relational.history.SchemaHistory",
    "io.debezium.schema.AbstractRegexTopicNamingStrategy",
    "io.debezium.schema.AbstractTopicNamingStrategy",
    "io.debezium.storage.file.history.FileSchemaHistory",
    "io.debezium.storage.kafka.history.KafkaSchemaHistory",
)
# Declared for relational databases, read by connectors of other databases only.
NOT_MYSQL: Final = ("database.dbname", "schema.include.list", "schema.exclude.list")
# Names of many columns' own properties, column.mask.with.(d+).chars; modules/debezium/finding.py has the patterns.
_PATTERN: Final = re.compile(r"[()]")
# What a class reads although it declares it nowhere: a property of the connector's, behind its alias.
UNDECLARED: Final = {
    "io.debezium.transforms.ExtractSchemaToNewRecord": "schema.name.adjustment.mode",
    "io.debezium.transforms.outbox.EventRouter": "field.name.adjustment.mode",
}
# Lists of names that the jars' services have.
CHANNELS: Final = {
    "signal.enabled.channels": "signal_channels",
    "notification.enabled.channels": "notification_channels",
}
# Their fields are no properties of a source connector.
NEITHER: Final = (
    "io.debezium.jdbc.JdbcConfiguration",  # a connection's own, which the connector makes of its properties
    "io.debezium.serde.json.JsonSerdeConfig",  # for applications that read events
)

# Sections of Kafka's own: a kind of plugin, or the class and the member that hold a definition.
CONNECT: Final = {
    "source": f"{KAFKA_CONNECT}.SourceConnectorConfig#configDef",
    "sink": f"{KAFKA_CONNECT}.SinkConnectorConfig#configDef",
    "worker": f"{KAFKA_CONNECT}.distributed.DistributedConfig#new",
    "topic_creation": f"{KAFKA_CONNECT}.TopicCreationConfig#defaultGroupConfigDef",
    "producer": "org.apache.kafka.clients.producer.ProducerConfig#configDef",
    "consumer": "org.apache.kafka.clients.consumer.ConsumerConfig#configDef",
    "admin": "org.apache.kafka.clients.admin.AdminClientConfig#configDef",
    "transforms": "transforms",
    "predicates": "predicates",
    "converters": "converters",
}
BROKER: Final = {
    "broker": "org.apache.kafka.server.config.AbstractKafkaConfig#CONFIG_DEF",
    "topic": "org.apache.kafka.storage.internals.log.LogConfig#configDefCopy",
}


class UnknownClassError(Exception):
    """A release has classes with properties that are in neither list."""

    def __init__(self, classes: Iterable[str]) -> None:
        super().__init__(
            "cdc/definitions/releases.py must place the properties of these classes in PARTS or NEITHER: "
            + ", ".join(classes)
        )


@dataclass(frozen=True)
class Source:
    """A file that is generated. ``sets`` of artifacts.lock.toml make the class path: the worker's jars come first.

    ``plugin`` is the set of Debezium's archive; without one the file holds ``sections`` of Kafka's own.
    ``silent`` sections go without documentation: only their names, types and ranges are of use.
    """

    file: str
    sets: tuple[str, ...]
    plugin: str | None = None
    sections: Mapping[str, str] | None = None
    silent: tuple[str, ...] = ()


SOURCES: Final = (
    Source("3.6.1.Final", ("connect-3.7",), plugin="debezium-connector-mysql"),
    Source("2.7.4.Final", ("connect-3.7",), plugin="debezium-2.7"),
    Source(
        "connect-3.7.x", ("connect-3.7",), sections=CONNECT, silent=("sink", "worker", "producer", "consumer", "admin")
    ),
    Source(
        "connect-2.7.1", ("connect-2.7",), sections=CONNECT, silent=("sink", "worker", "producer", "consumer", "admin")
    ),
    Source("kafka-3.9", ("kafka-3.9", "connect-3.7"), sections=BROKER, silent=("broker",)),
)


def connector(found: Mapping[str, Any]) -> dict[str, Any]:
    """A release's sections as they are kept, from what its jars say; raises UnknownClassError."""
    sections = {name: section for name, section in found.items() if name != "elsewhere"}
    placed = {
        name for kind in ("transforms", "converters", "custom_converters", "post_processors") for name in sections[kind]
    }
    fields = dict(sections["connector"])
    unknown = []
    for name, properties in found["elsewhere"].items():
        if name in PARTS:
            fields = properties | fields
        elif name not in NEITHER and not _belongs(name, placed):
            unknown.append(name)
    if unknown:
        raise UnknownClassError(unknown)
    kept = {name: facts for name, facts in fields.items() if name not in NOT_MYSQL and not _PATTERN.search(name)}
    for name, kind in CHANNELS.items():
        kept[name] = {**kept[name], "allowed": sections["services"][kind]}
    transforms = dict(sections["transforms"])
    for name, property_ in UNDECLARED.items():
        transforms[name] = {property_: fields[property_], **transforms[name]}
    return sections | {"connector": kept, "transforms": transforms}


def _belongs(name: str, plugins: Iterable[str]) -> bool:
    """``EventRouterConfigDefinition`` to ``EventRouter``."""
    plain = name.removesuffix("Definition").removesuffix("Config")
    return plain in plugins
