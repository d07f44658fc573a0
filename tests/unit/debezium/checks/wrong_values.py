"""Wrong values, lists, combinations, patterns and topics: what is written, where it is refused, with what answer."""

from typing import Final

from tests.unit.debezium.checks.connectors import DEBEZIUM, JSON, KAFKA, UNWRAP, router
from tests.unit.debezium.checks.wrong_names import BOOL, Wrong, one

ROUTED: Final = "transforms.r.replacement"
CLOUD: Final = "io.debezium.converters.CloudEventsConverter"
PREDICATE: Final = "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"
MASK: Final = "column.mask.with.12.chars"
OVERRIDES: Final = "snapshot.select.statement.overrides"


def transform(name: str, alias: str = "t", **properties: str | int | bool) -> dict[str, str | int | bool]:
    """A transform of that class; ``__`` in a name stands for a dot."""
    start = f"transforms.{alias}."
    own = {f"{start}{key.replace('__', '.')}": value for key, value in properties.items()}
    return {"transforms": alias, f"{start}type": name, **own}


PARTITIONED: Final = transform(f"{DEBEZIUM}partitions.PartitionRouting", partition__payload__fields="change.id")
TYPES: Final = [
    one("max.batch.size", "must be a whole number", "many"),
    one("max.batch.size", "must be a whole number (no unit, no point, no separators)", "4k"),
    one("max.batch.size", "must be a whole number (no unit", "1_000"),
    one("max.batch.size", "must be a whole number (no unit", "2048.0"),
    one("max.batch.size", "must be 1 or more", 0),
    one("max.batch.size", "must be at most 2147483647", 3000000000),
    one("snapshot.fetch.size", "must be at least 0", -5),
    one("poll.interval.ms", "must be 1 or more", 0),
    one("tombstones.on.delete", "must be true or false", "yes"),
    one("include.schema.changes", "must be true or false", 1),
    one("errors.retry.timeout", "must be a whole number", "never"),
    one("decimal.handling.mode", "must be double, precise or string", "strng"),
    one("binary.handling.mode", "must be base64, base64-url-safe, bytes or hex", "utf8"),
    one("time.precision.mode", "it is called adaptive_time_microseconds", "adaptive"),
    one("event.processing.failure.handling.mode", "must be", "stop"),
    one("errors.tolerance", "must be all or none", "ALL"),
    one("database.ssl.mode", "must be", "on"),
    one("skipped.operations", "must be of c (create), u (update), d (delete)", "delete"),
    one("skipped.operations", "must be of c (create)", "D"),
    one("skipped.operations", "must not hold none beside other operations", "none,d"),
    one("custom.metric.tags", "must be pairs such as k1=v1,k2=v2", "team"),
    one("topic.transaction", "must be letters, digits, . _ and -", "trans action"),
    one("sourceinfo.struct.maker", "must be the name of a Java class", "no class!"),
    one("transaction.metadata.factory", "must be the name of a Java class with its package", "yes"),
    one("driver.connectTimeout", "must be a whole number", "30s"),
    one("driver.useCompression", "must be true or false", "maybe"),
    one("topic.creation.default.cleanup.policy", "must hold only compact or delete", "compress"),
    one("topic.creation.default.retention.ms", "must be a whole number", "7d"),
    one("topic.creation.default.compression.type", "must be", "brotli"),
    one("column.mask.hash.SHA256.with.salt.x", "must name an algorithm that Java has", "orders.customers.ssn"),
    Wrong(
        UNWRAP | {"transforms.u.delete.tombstone.handling.mode": "keep"},
        "transforms.u.delete.tombstone.handling.mode",
        "must be delete-to-tombstone, drop, rewrite",
    ),
    Wrong(
        transform(f"{KAFKA}Flatten$Value", delimiter="_") | {"transforms.t.negate": "no"}, "transforms.t.negate", "true"
    ),
]
EXPRESSIONS: Final = [
    one("column.exclude.list", "dangling meta character '*' (any characters are .* and a dot is \\.", "*.ssn"),
    one("column.include.list", "of orders.(a Java says: unclosed group", "orders.(a"),
    one("column.exclude.list", "unclosed character class", "orders.customers.[ab"),
    one("column.exclude.list", "illegal/unsupported escape sequence: \\y", r"orders\.customers\.\y"),
    one("column.exclude.list", "must not end in a backslash", "orders.customers.ssn\\"),
    one("snapshot.include.collection.list", "illegal repetition", "orders.{a}"),
    Wrong(router("(", "orders.x"), "transforms.r.regex", "unclosed group"),
    Wrong(router("orders(.*", "orders.x"), "transforms.r.regex", "must be a regular expression"),
]
LISTS: Final = [
    Wrong({"transforms": "u"}, "transforms", "must come with transforms.u.type, the class of u"),
    Wrong({"transforms": "u,"} | dict(list(UNWRAP.items())[1:]), "transforms", "none of them empty"),
    Wrong({"transforms": "u,u"} | dict(list(UNWRAP.items())[1:]), "transforms", "must name u once"),
    Wrong(dict(list(UNWRAP.items())[1:]), "transforms.u.type", "u is not in transforms; write transforms: u"),
    Wrong(
        UNWRAP | {"transforms.v.type": f"{KAFKA}Flatten$Value", "transforms.v.delimiter": "_"},
        "transforms.v.type",
        "write transforms: u,v",
    ),
    Wrong({"predicates": "p"}, "predicates", "must come with predicates.p.type"),
    Wrong(
        {"predicates.p.type": PREDICATE, "predicates.p.pattern": ".*"}, "predicates.p.type", "p is not in predicates"
    ),
    Wrong(UNWRAP | {"transforms.u.predicate": "p"}, "transforms.u.predicate", "must be a name that predicates lists"),
    Wrong(
        UNWRAP
        | {
            "predicates": "q",
            "predicates.q.type": PREDICATE,
            "predicates.q.pattern": ".*",
            "transforms.u.predicate": "p",
        },
        "transforms.u.predicate",
        "must be q, as in predicates",
    ),
    Wrong(UNWRAP | {"transforms.u.negate": True}, "transforms.u.negate", "there is nothing to negate"),
    Wrong({"converters": "bool"}, "converters", "must come with bool.type"),
    Wrong({"post.processors": "r"}, "post.processors", "must come with r.type"),
    Wrong(
        transform(f"{KAFKA}RegexRouter", regex="(.*)"), "transforms.t.type", "must come with transforms.t.replacement"
    ),
    Wrong(transform(f"{KAFKA}HoistField$Value"), "transforms.t.type", "must come with transforms.t.field"),
    Wrong(PARTITIONED, "transforms.t.type", "must come with transforms.t.partition.topic.num"),
    one("topic.creation.groups", "must come with topic.creation.hot.include", "hot"),
    one("topic.creation.hot.partitions", "hot is not in topic.creation.groups; write topic.creation.groups: hot", 3),
    one("topic.creation.default.include", "the default group takes every topic that no other group takes", ".*"),
    Wrong(
        {"topic.creation.groups": "hot", "topic.creation.hot.include": "nothing"},
        "topic.creation.hot.include",
        "must match a topic of this connector",
    ),
    one(OVERRIDES, f"must come with {OVERRIDES}.orders.customers, the SELECT statement", "orders.customers"),
    one(f"{OVERRIDES}.orders.customers", f"write {OVERRIDES}: orders.customers", "SELECT 1"),
    Wrong(
        {OVERRIDES: "orders.customers", f"{OVERRIDES}.orders.customers": "id > 10"},
        f"{OVERRIDES}.orders.customers",
        "must be a SELECT statement",
    ),
    Wrong({OVERRIDES: "shop.x", f"{OVERRIDES}.shop.x": "SELECT 1"}, OVERRIDES, "must name captured tables"),
    one("notification.enabled.channels", "must come with notification.sink.topic.name", "log,sink"),
    one("notification.enabled.channels", "must hold only jmx, log or sink, but has 'mail'", "mail"),
    one("value.converter.schemas.enable", "has no effect without value.converter on the connector", True),
    one("key.converter.schemas.enable", "has no effect without key.converter on the connector", False),
]
TOGETHER: Final = [
    one("max.batch.size", "must be less than max.queue.size, 8192", 20000),
    one("max.queue.size", "must be more than max.batch.size, 2048", 2048),
    Wrong({"max.batch.size": 9000, "max.queue.size": 9000}, "max.queue.size", "must be more than max.batch.size, 9000"),
    Wrong(
        {"column.include.list": "orders\\..*\\..*", "column.exclude.list": "orders\\.customers\\.ssn"},
        "column.exclude.list",
        "must be left out beside column.include.list",
    ),
    Wrong(
        {"gtid.source.includes": "a", "gtid.source.excludes": "b"},
        "gtid.source.excludes",
        "must be left out beside gtid.source.includes",
    ),
    one("snapshot.query.mode", "must come with snapshot.query.mode.custom.name", "custom"),
    one("exactly.once.support", "workers of MSK Connect deliver at least once", "required"),
    one("exactly.once.support", "must be requested", "REQUIRED"),
    Wrong(
        {"notification.enabled.channels": "sink", "notification.sink.topic.name": "alerts"},
        "notification.sink.topic.name",
        "must be under the prefix, such as orders.notifications",
    ),
    one("message.key.columns", "with ; between tables", "orders.customers:id,orders.order_items:id"),
    one("message.key.columns", "must be TABLE:COLUMN,COLUMN", "orders.customers"),
    one("message.key.columns", "must be TABLE:COLUMN,COLUMN", ""),
    one("gtid.source.includes", "must be UUIDs or regular expressions", "("),
    one("key.converter", "must be the name of a Java class", ""),
]
PATTERNS: Final = [
    one("column.exclude.list", "customers.ssn matches none", "customers.ssn"),
    one("column.exclude.list", "ssn matches none", "ssn"),
    one("column.exclude.list", "matches none", "orders.customers.ssn;orders.customers.email"),
    one("column.exclude.list", "orders.customers matches none", "orders.customers"),
    one("column.exclude.list", r"shop\.customers\.ssn matches none", r"orders\.customers\.ssn,shop\.customers\.ssn"),
    one("column.exclude.list", "matches none", r"^customers\.ssn$"),
    one(MASK, "crm.people.name matches none", "crm.people.name"),
    one("column.truncate.to.5.chars", "matches none", "customers.name"),
    one("column.mask.hash.v2.SHA-256.with.salt.x", "matches none", "customers.name"),
    one("column.propagate.source.type", "matches none", "customers.name"),
    one("datatype.propagate.source.type", "must match database.table.type of a captured table", "VARCHAR"),
    one("message.key.columns", "must match database.table of a captured table", "customers:id"),
    one("snapshot.include.collection.list", "must match database.table of a captured table", "customers"),
    one(
        "column.include.list",
        "must keep the columns of the signal table orders.debezium_signal",
        r"orders\.customers\.(id|email)",
    ),
    one("column.include.list", "must keep the columns", r"orders\.customers\..*,orders\.debezium_signal\.(id|type)"),
    one("column.exclude.list", "it matches orders.debezium_signal.data", r".*\.data"),
    one("column.exclude.list", "it matches orders.debezium_signal.id", r"orders\..*"),
    one(MASK, "it matches orders.debezium_signal.type", r"orders\.[^.]*\.type"),
    Wrong(BOOL | {"bool.selector": r"customers\.active"}, "bool.selector", "must match database.table.column"),
]
PLACEHOLDERS: Final = [
    one("driver.sessionVariables", "with the dollar sign and both braces", "${secretsmanager:cdc/orders:x"),
    one("driver.sessionVariables", "with the dollar sign and both braces", "$secretsmanager:cdc/orders:x"),
    one("heartbeat.action.query", "the worker declares no provider env", "${env:QUERY}"),
    one("driver.sessionVariables", "the worker declares no provider file", "${file:/etc/x:y}"),
    one("driver.sessionVariables", "the secret's name and the key in it", "${secretsmanager:cdc/orders}"),
    one("driver.sessionVariables", "not its ARN", "${secretsmanager:arn:aws:secretsmanager:eu:1:secret:x}"),
    one("driver.sessionVariables", "nothing replaces it", "${var.variables}"),
    Wrong(
        {
            "value.converter": "io.confluent.connect.avro.AvroConverter",
            "value.converter.schema.registry.url": "${ssm:/x}",
        },
        "value.converter.schema.registry.url",
        "must be ${secretsmanager:NAME:KEY}: the worker declares no provider ssm",
    ),
]
TOPICS: Final = [
    Wrong(
        transform(f"{DEBEZIUM}outbox.EventRouter", route__topic__replacement="orders.${routedByVal}"),
        "transforms.t.route.topic.replacement",
        "no group with name {routedByVal}",
    ),
    Wrong(router("(.*)", "cdc.$1"), ROUTED, "the role may write to orders and orders.* only"),
    Wrong(router(r"orders\.orders\.(.*)", "$1"), ROUTED, "orders.orders.customers becomes customers"),
    Wrong(router(r".*\.customers", "customers"), ROUTED, "orders.orders.customers becomes customers"),
    Wrong(router(r"orders\.(.*)", "orders2.$1"), ROUTED, "orders.orders.customers becomes orders2.orders.customers"),
    Wrong(router(r"(.*)\.(.*)", "orders.$3"), ROUTED, "must name groups that the regular expression has"),
    Wrong(router(r"(?<a>.*)", "orders.${b}"), ROUTED, "no group with name {b}"),
    Wrong(router(r"nothing\.(.*)", "orders.$1"), "transforms.r.regex", "must match a topic of this connector"),
    Wrong(transform(f"{KAFKA}TimestampRouter"), "transforms.t.type", "becomes"),
    Wrong(
        transform(f"{KAFKA}TimestampRouter", topic__format="day-${topic}"), "transforms.t.topic.format", "becomes day-"
    ),
    Wrong(transform(f"{DEBEZIUM}outbox.EventRouter"), "transforms.t.type", "becomes outbox.event.*"),
    Wrong(
        transform(f"{DEBEZIUM}outbox.EventRouter", route__topic__replacement="events.${routedByValue}"),
        "transforms.t.route.topic.replacement",
        "becomes events.*",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ByLogicalTableRouter", topic__regex="orders.orders.(.*)", topic__replacement="all"),
        "transforms.t.topic.replacement",
        "becomes all",
    ),
    Wrong(UNWRAP | {"transforms.u.route.by.field": "kind"}, "transforms.u.route.by.field", "becomes *"),
    Wrong(
        transform("io.confluent.connect.transforms.ExtractTopic$Value", field="x"),
        "transforms.t.type",
        "must come with topics.others",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ContentBasedRouter", language="jsr223.groovy", topic__expression="'x'"),
        "transforms.t.type",
        "the role may write to orders and orders.* only",
    ),
    Wrong(
        PARTITIONED | {"transforms.t.partition.topic.num": 12},
        "transforms.t.partition.topic.num",
        "must be at most 6, as many partitions as the topics get",
    ),
    Wrong(
        PARTITIONED
        | {"transforms.t.partition.topic.num": 4, "topic.creation.groups": "hot", "topic.creation.hot.partitions": 2}
        | {"topic.creation.hot.include": r"orders\.orders\.customers"},
        "transforms.t.partition.topic.num",
        "must be at most 2",
    ),
    Wrong(
        UNWRAP
        | {"transforms.u.predicate": "p", "predicates": "p", "predicates.p.type": PREDICATE}
        | {"predicates.p.pattern": "customers"},
        "predicates.p.pattern",
        "must match a topic of this connector",
    ),
]
DEMANDS: Final = [
    Wrong(transform(f"{KAFKA}Cast$Value", spec="a:int99"), "transforms.t.spec", "types are int8, int16"),
    Wrong(transform(f"{KAFKA}Cast$Value", spec="a"), "transforms.t.spec", "must be FIELD:TYPE"),
    Wrong(transform(f"{KAFKA}Cast$Key", spec="int8,a:int8"), "transforms.t.spec", "or be one type for the whole value"),
    Wrong(transform(f"{KAFKA}InsertField$Value"), "transforms.t.type", "must come with a field to insert"),
    Wrong(transform(f"{KAFKA}InsertField$Value", static__field="a"), "transforms.t.static.field", "t.static.value"),
    Wrong(
        transform(f"{KAFKA}TimestampConverter$Value", field="at", target__type="string"),
        "transforms.t.target.type",
        "must come with transforms.t.format",
    ),
    Wrong(
        transform(f"{KAFKA}HeaderFrom$Value", fields="a,b", headers="a", operation="copy"),
        "transforms.t.headers",
        "must be as many as transforms.t.fields, 2",
    ),
    Wrong(transform(f"{KAFKA}Filter"), "transforms.t.type", "without one it drops every event"),
    Wrong(
        transform(f"{DEBEZIUM}TimezoneConverter", converted__timezone="8 hours", include__list="source:a:b"),
        "transforms.t.converted.timezone",
        "must be a time zone such as",
    ),
    Wrong(
        transform(f"{DEBEZIUM}TimezoneConverter", converted__timezone="UTC", include__list="a:b", exclude__list="a:b"),
        "transforms.t.exclude.list",
        "must be left out beside transforms.t.include.list",
    ),
    Wrong(
        transform(f"{KAFKA}TimestampRouter")
        | {"transforms.t.predicate": "p", "predicates": "p", "predicates.p.type": PREDICATE}
        | {"predicates.p.pattern": r"orders\.orders\..*"},
        "transforms.t.type",
        "Debezium's records have none, and the task fails",
    ),
    Wrong(transform(f"{DEBEZIUM}TimezoneConverter", include__list="a:b"), "transforms.t.type", "converted.timezone"),
    Wrong(
        transform(f"{DEBEZIUM}TimezoneConverter", converted__timezone="Europe/Berlinn"),
        "transforms.t.converted.timezone",
        "must be a time zone such as Europe/Berlin",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ExtractNewRecordState", add__fields="op,tabel"),
        "transforms.t.add.fields",
        "tabel is none, and would be left out (did you mean table?)",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ExtractNewRecordState", add__headers="op,source.tx"),
        "transforms.t.add.headers",
        "must name fields of an event: source.tx is none",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ExtractNewRecordState", add__fields="sourc.table"),
        "transforms.t.add.fields",
        "must take fields of source, transaction, before or after, and sourc in sourc.table is none",
    ),
    Wrong(
        transform(f"{DEBEZIUM}ExtractNewRecordState", add__fields="op:a:b"),
        "transforms.t.add.fields",
        "must be FIELD or FIELD:NEW_NAME with commas between them, and op:a:b is neither",
    ),
    Wrong(
        transform(
            f"{DEBEZIUM}partitions.PartitionRouting",
            partition__payload__fields="change.id",
            partition__topic__num=3,
            partition__hash__function="sha",
        ),
        "transforms.t.partition.hash.function",
        "must be java or murmur",
    ),
    Wrong(
        transform(f"{DEBEZIUM}TimezoneConverter", converted__timezone="UTC", include__list="source:a:b:c"),
        "transforms.t.include.list",
        "must be rules source:TABLE:FIELD",
    ),
    Wrong(
        {"internal.schema.history.internal.ddl.filter": "*"},
        "internal.schema.history.internal.ddl.filter",
        "must be regular expressions",
    ),
    Wrong({"converters": " "}, "converters", "none of them empty"),
    Wrong({"driver.connectionTimeZone": "Europe/Berlinn"}, "driver.connectionTimeZone", "must be LOCAL, SERVER"),
    Wrong({"incremental.snapshot.chunk.size": 0}, "incremental.snapshot.chunk.size", "a chunk of 0 rows reads none"),
    Wrong(
        transform(f"{DEBEZIUM}TimezoneConverter", converted__timezone="+18:30"),
        "transforms.t.converted.timezone",
        "an offset such as +08:00",
    ),
    Wrong(
        transform(f"{DEBEZIUM}SchemaChangeEventFilter", schema__change__event__exclude__list="ALTER, drop"),
        "transforms.t.schema.change.event.exclude.list",
        "must hold only CREATE, ALTER, DROP, TRUNCATE or DATABASE, with commas, but has 'drop'",
    ),
    Wrong(transform(f"{KAFKA}RegexRouter", regex="", replacement="x"), "transforms.t.regex", "it cannot do without"),
    Wrong(
        transform(f"{DEBEZIUM}EnforceRecordSize", max__bytes=0),
        "transforms.t.max.bytes",
        "must be 1 or more",
    ),
    Wrong(
        {"value.converter": CLOUD, "value.converter.serializer.type": "protobuf"},
        "value.converter.serializer.type",
        "must be json or avro",
    ),
    Wrong(
        {"value.converter": CLOUD, "value.converter.metadata.source": "value,id:value"},
        "value.converter.metadata.source",
        "then FIELD:generate or FIELD:header",
    ),
    Wrong(transform("RegexRouterr", regex="a", replacement="b"), "transforms.t.type", "must be a class of the plugin"),
]
CLASSES: Final = [
    Wrong(transform(f"{DEBEZIUM}UnwrapFromEnvelope"), "transforms.t.type", f"must be {DEBEZIUM}ExtractNewRecordState"),
    Wrong(transform(f"{KAFKA}ReplaceField"), "transforms.t.type", f"must be {KAFKA}ReplaceField$Value or"),
    Wrong(transform(f"{DEBEZIUM}Filter", language="x", condition="y"), "transforms.t.type", "in debezium-scripting"),
    Wrong(transform(f"{DEBEZIUM}ExtractNewRecordStat"), "transforms.t.type", f"did you mean {DEBEZIUM}ExtractNew"),
    Wrong(transform(PREDICATE, pattern=".*"), "transforms.t.type", "must be a transform, and this is a predicate"),
    Wrong({"value.converter": f"{JSON}s"}, "value.converter", "must be a class of the plugin or of the worker"),
    Wrong(
        {"value.converter": BOOL["bool.type"]},
        "value.converter",
        "this is one of Debezium's converters, which converters lists",
    ),
    Wrong({"converters": "x", "x.type": JSON}, "x.type", "this is a converter of keys and values"),
]
VALUES: Final = [
    *TYPES,
    *EXPRESSIONS,
    *LISTS,
    *TOGETHER,
    *PATTERNS,
    *PLACEHOLDERS,
    *TOPICS,
    *DEMANDS,
    *CLASSES,
]
