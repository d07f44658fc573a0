"""Wrong names of properties: what is written, where it is refused, and with what answer."""

from typing import Final, NamedTuple

from tests.unit.debezium.checks.connectors import DEBEZIUM, JSON, KAFKA, OLD, RELEASE, UNWRAP, Properties


class Wrong(NamedTuple):
    """``properties`` with one mistake, refused at ``key`` with ``text`` in the message."""

    properties: Properties
    key: str
    text: str
    release: str = RELEASE


def one(name: str, text: str, value: str | int | bool = "x", release: str = RELEASE) -> Wrong:
    return Wrong({name: value}, name, text, release)


BOOL: Final = {"converters": "bool", "bool.type": "io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter"}
GONE: Final = [
    one("column.blacklist", "write column.exclude.list"),
    one("column.whitelist", "write column.include.list"),
    one("table.blacklist", "set source.tables"),
    one("database.whitelist", "set source.tables"),
    one("database.server.name", "topic.prefix, its successor, must be left out, too: set topics.prefix"),
    one("database.history", "schema.history.internal, its successor, must be left out"),
    one("database.history.kafka.topic", "the schema history is kept for you"),
    one("database.history.kafka.bootstrap.servers", "schema.history.internal.kafka.bootstrap.servers, its successor"),
    one("database.history.producer.security.protocol", "schema.history.internal.producer.security.protocol"),
    one("sanitize.field.names", "write field.name.adjustment.mode (true is avro, false is none)", True),
    one("snapshot.new.tables", "ask for a new table by a signal"),
    one("transaction.topic", "write topic.transaction"),
    one("ddl.parser.mode", "the ANTLR parser is the only one"),
    one("snapshot.minimal.locks", "set snapshot.locking", True),
    one("event.deserialization.failure.handling.mode", "write event.processing.failure.handling.mode", "fail"),
    Wrong(
        UNWRAP | {"transforms.u.drop.tombstones": False},
        "transforms.u.drop.tombstones",
        "write transforms.u.delete.tombstone.handling.mode",
    ),
    Wrong(
        UNWRAP | {"transforms.u.operation.header": True},
        "transforms.u.operation.header",
        "write transforms.u.add.headers (add.headers: op)",
    ),
]
SPELLING: Final = [
    one("tombstone.on.delete", "did you mean tombstones.on.delete?", False),
    one("max.batch.sise", "did you mean max.batch.size?", 1),
    one("decimal.handling.modes", "did you mean decimal.handling.mode?"),
    one("columns.exclude.list", "did you mean column.exclude.list?"),
    one("delete.on.tombstones", "did you mean tombstones.on.delete?", False),
    one("handling.decimal.mode", "did you mean decimal.handling.mode?"),
    one("Decimal.Handling.Mode", "must be written decimal.handling.mode", "string"),
    one("decimal_handling_mode", "must be written decimal.handling.mode", "string"),
    one("decimalHandlingMode", "must be written decimal.handling.mode", "string"),
    one("max-batch-size", "must be written max.batch.size", 1),
    one("TOPIC.PREFIX", "must be written topic.prefix, and be left out: set topics.prefix"),
    one("snapshotMode", "must be written snapshot.mode, and be left out: set snapshot.mode", "initial"),
    one("max.batch.size ", "must be written without a space (U+0020): max.batch.size", 1),
    one(" max.batch.size", "must be written without a space (U+0020): max.batch.size", 1),
    one("max.batch\u00a0.size", "without a no-break space (U+00A0): max.batch.size", 1),
    one("max.batch\u200b.size", "without a zero-width space (U+200B): max.batch.size", 1),
    one("\ufeffmax.batch.size", "without a byte order mark (U+FEFF): max.batch.size", 1),
    one("m\u0430x.batch.size", "without the letter \u0430 (U+0430): max.batch.size", 1),
    one("heartbeat.interval\u200b.ms", "heartbeat.interval.ms must be left out, too: set heartbeat_seconds", 1),
    one("\uff2dax.batch.size", "without the letter \uff2d (U+FF2D): max.batch.size", 1),
    one("max\tbatch.size", "without a tab (U+0009): max.batch.size", 1),
    one("column.mask.with.x.chars", "must be written column.mask.with.LENGTH.chars"),
    one("column.mask.hash.SHA-256.salt.abc", "column.mask.hash.v2.ALGORITHM.with.salt.SALT"),
    one("column.truncate.20.chars", "column.truncate.to.LENGTH.chars"),
    one("frobnicate", "is no property of Debezium's MySQL connector or of Kafka Connect"),
    Wrong(
        UNWRAP | {"transforms.u.add.feilds": "op"}, "transforms.u.add.feilds", "did you mean transforms.u.add.fields?"
    ),
    Wrong(
        UNWRAP | {"transforms.u.addFields": "op"}, "transforms.u.addFields", "must be written transforms.u.add.fields"
    ),
    Wrong(BOOL | {"bool.selecter": ".*"}, "bool.selecter", "did you mean bool.selector?"),
    Wrong(
        {"value.converter": JSON, "value.converter.schema.enable": False},
        "value.converter.schema.enable",
        "did you mean value.converter.schemas.enable?",
    ),
]
ELSEWHERE: Final = [
    one("producer.max.request.size", "of the worker, whose configuration is made here", 1),
    one("producer.compression.type", "of the worker", "lz4"),
    one("consumer.max.poll.records", "of the worker", 1),
    one("admin.retries", "of the worker", 1),
    one("acks", "of Kafka's clients, which the worker makes", "1"),
    one("linger.ms", "of Kafka's clients", 5),
    one("max.poll.records", "of Kafka's clients", 5),
    one("auto.offset.reset", "of Kafka's clients", "earliest"),
    one("bootstrap.servers", "of the worker", "b:9092"),
    one("group.id", "of the worker"),
    one("offset.flush.interval.ms", "of the worker", 1),
    one("offset.storage.topic", "of the worker"),
    one("plugin.path", "of the worker"),
    one("rest.port", "of the worker", 8083),
    one("errors.deadletterqueue.topic.name", "of sink connectors"),
    one("errors.deadletterqueue.context.headers.enable", "no dead letter queue", True),
    one("topics", "of sink connectors"),
    one("topics.regex", "of sink connectors", ".*"),
    one("insert.mode", "of sink connectors", "upsert"),
    one("connection.url", "of sink connectors"),
    one("flush.size", "of sink connectors", 3),
    one("cleanup.policy", "must be topic.creation.default.cleanup.policy", "compact"),
    one("retention.ms", "must be topic.creation.default.retention.ms", 1),
    one("replication.factor", "it is the brokers' default", 3),
    one("partitions", "set topics.partitions", 3),
    one("topic.creation.retention.ms", "must be topic.creation.default.retention.ms", 1),
    one("topic.creation.default.retention", "names no setting of topics", 1),
    one("connectionTimeZone", "must be written driver.connectionTimeZone", "UTC"),
    one("driver.connectTimeuot", "did you mean driver.connectTimeout?", 1),
    one("database.connectionTimezon", "did you mean database.connectionTimeZone?", "UTC"),
    one("auto.create.topics.enable", "set it in kafka.server_properties", True),
    one("add.fields", "belongs to the transform ExtractNewRecordState: write transforms.NAME.add.fields", "op"),
    one("unwrap.add.fields", "write transforms.NAME.add.fields", "op"),
    one("delete.handling.mode", "write transforms.NAME.delete.tombstone.handling.mode", "rewrite"),
    one("slot.name", "Debezium's connector for PostgreSQL"),
    one("schema.include.list", "PostgreSQL, SQL Server and Oracle"),
    one("mongodb.hosts", "Debezium's connector for MongoDB"),
    Wrong(UNWRAP | {"u.add.fields": "op"}, "u.add.fields", "must be written transforms.u.add.fields: u is a transform"),
    Wrong(BOOL | {"converters.bool.selector": ".*"}, "converters.bool.selector", "must be written bool.selector"),
    Wrong(
        {"isbn.type": "com.example.Isbn", "isbn.schema.name": "isbn"},
        "isbn.type",
        "has no effect: isbn is not in converters; write converters: isbn",
    ),
    Wrong(
        {
            "transforms": "f",
            "transforms.f.type": f"{KAFKA}HoistField$Value",
            "transforms.f.field": "a",
            "transforms.f.x": 1,
        },
        "transforms.f.x",
        "HoistField$Value has no property x; it has field, negate, predicate and type",
    ),
]
OWNED: Final = [
    one("offsets.storage.topic", "the worker's offset topic is the connector's own already"),
    one("topic.naming.strategy", "the connector's role names its topics"),
    one("topic.regex", "only another topic.naming.strategy reads it"),
    one("signal.kafka.bootstrap.servers", "set signals.topic"),
    one("tasks.max", "Debezium MySQL runs one task", 2),
    one("producer.override.acks", "MSK Connect blocks client overrides", "all"),
    one("config.providers", "providers are declared in the worker configuration", "env"),
]
RELEASES: Final = [
    one("guardrail.collections.max", "Debezium 2.7.4.Final does not have it: it came with 3.3.0", 9, OLD),
    one("use.nongraceful.disconnect", "2.3.4.Final does not have it: it came with 2.7.0", True, "2.3.4.Final"),
    one("notification.enabled.channels", "2.2.1.Final does not have it: it came with 2.3.0", "log", "2.2.1.Final"),
    one("streaming.delay.ms", "it came with 2.7.0", 3, "2.3.4.Final"),
    Wrong(
        {"transforms": "v", "transforms.v.type": f"{DEBEZIUM}VectorToJsonConverter"},
        "transforms.v.type",
        "this came with 3.1.0",
        OLD,
    ),
    Wrong(
        {"transforms": "p", "transforms.p.type": f"{DEBEZIUM}partitions.PartitionRouting"}
        | {"transforms.p.partition.payload.fields": "change.id", "transforms.p.partition.topic.num": 3},
        "transforms.p.type",
        "this came with 2.2.0",
        "2.1.4.Final",
    ),
]
NAMES: Final = [*GONE, *SPELLING, *ELSEWHERE, *RELEASES]
