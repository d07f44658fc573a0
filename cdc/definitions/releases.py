"""The generated files of modules/debezium/releases: their pinned jars, and the classes whose properties they have."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

KAFKA_CONNECT: Final = "org.apache.kafka.connect.runtime"

# The connector also reads the fields of these classes, its superclasses and components; ALL_FIELDS leaves them out.
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
# Names with a pattern, such as column.mask.with.(d+).chars; modules/debezium/finding.py has the patterns.
_PATTERN: Final = re.compile(r"[()]")
# Properties of the connector that a class also reads behind its alias, without declaring them.
UNDECLARED: Final = {
    "io.debezium.transforms.ExtractSchemaToNewRecord": "schema.name.adjustment.mode",
    "io.debezium.transforms.outbox.EventRouter": "field.name.adjustment.mode",
}
# Properties whose values are names of the jars' services.
CHANNELS: Final = {
    "signal.enabled.channels": "signal_channels",
    "notification.enabled.channels": "notification_channels",
}
# The fields of these classes are not properties of a source connector.
NEITHER: Final = (
    "io.debezium.jdbc.JdbcConfiguration",  # of a JDBC connection; the connector sets them from its properties
    "io.debezium.serde.json.JsonSerdeConfig",  # for applications that read events
)

# Sections from Kafka's jars: a kind of plugin, or the class and member with a definition.
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
    """A release has classes with properties that are neither in PARTS nor in NEITHER."""

    def __init__(self, classes: Iterable[str]) -> None:
        super().__init__(
            "cdc/definitions/releases.py must place the properties of these classes in PARTS or NEITHER: "
            + ", ".join(classes)
        )


@dataclass(frozen=True)
class Source:
    """A generated file. ``sets`` of artifacts.lock.toml are the class path: the worker's jars first.

    ``plugin`` is the set of Debezium's archive; without it the file has ``sections`` from Kafka's jars.
    ``undocumented`` sections have no documentation: only their names, types and ranges are used.
    """

    file: str
    sets: tuple[str, ...]
    plugin: str | None = None
    sections: Mapping[str, str] | None = None
    undocumented: tuple[str, ...] = ()


UNDOCUMENTED: Final = ("sink", "worker", "producer", "consumer", "admin")
SOURCES: Final = (
    Source("3.6.1.Final", ("connect-3.7",), plugin="debezium-connector-mysql"),
    Source("2.7.4.Final", ("connect-3.7",), plugin="debezium-2.7"),
    Source("connect-3.7.x", ("connect-3.7",), sections=CONNECT, undocumented=UNDOCUMENTED),
    Source("connect-2.7.1", ("connect-2.7",), sections=CONNECT, undocumented=UNDOCUMENTED),
    Source("kafka-3.9", ("kafka-3.9", "connect-3.7"), sections=BROKER, undocumented=("broker",)),
)


def connector(found: Mapping[str, Any]) -> dict[str, Any]:
    """A release's sections as they are stored, from its jars' definitions; raises UnknownClassError."""
    sections = {name: section for name, section in found.items() if name != "fields"}
    placed = {
        name for kind in ("transforms", "converters", "custom_converters", "post_processors") for name in sections[kind]
    }
    fields = dict(sections["connector"])
    unknown = []
    for name, properties in found["fields"].items():
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
