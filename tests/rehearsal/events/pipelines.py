"""Pipelines as people have them: transforms, converters and properties, and what becomes of each one's events.

Every pipeline reads three rows in a snapshot, then two inserts, an update and a delete. ``{p}`` stands for its name,
which is its topic prefix and its database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_KAFKA: Final = "org.apache.kafka.connect.transforms"
_DEBEZIUM: Final = "io.debezium.transforms"
_JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
ROWS: Final = 7
MANY: Final = (-1, 0)  # of every transaction in the database, whose number depends on the other pipelines
TABLES: Final = {
    "orders": "id INT PRIMARY KEY, customer_id INT NOT NULL, status VARCHAR(20) NOT NULL,"
    " total DECIMAL(10, 2) NOT NULL, placed_at DATETIME(3) NOT NULL",
    "events": "happened_at DATETIME(3) NOT NULL, what VARCHAR(20) NOT NULL",
    "outbox": "id INT PRIMARY KEY, aggregatetype ENUM('customer', 'order') NOT NULL, aggregateid VARCHAR(40) NOT NULL,"
    " type VARCHAR(40) NOT NULL, payload JSON NOT NULL",
}

Options = Mapping[str, str]


@dataclass(frozen=True)
class Transform:
    """A transform of row events; ``predicate`` is empty for one that gets all events."""

    type: str
    options: Options = field(default_factory=dict)
    predicate: str = "rows"


@dataclass(frozen=True)
class Pipeline:
    """A connector's configuration, and the expected numbers of row events by topic, and of dropped ones by label.

    ``tombstones`` are the received ones, ``others`` the received and the dropped events of other kinds, ``lost`` and
    ``silent`` parts of reasons. Rows are ``updated`` but for an outbox that a rehearsal recognizes.
    """

    transforms: Mapping[str, Transform] = field(default_factory=dict)
    properties: Options = field(default_factory=dict)
    table: str = "orders"
    topics: Mapping[str, int] = field(default_factory=lambda: {"{p}.{p}.orders": ROWS})
    tombstones: int = 1
    dropped: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    updated: bool = True
    lost: str = ""
    silent: str = ""


def kafka(name: str, predicate: str = "rows", **options: str) -> Transform:
    return Transform(f"{_KAFKA}.{name}", _dotted(options), predicate)


def debezium(name: str, predicate: str = "rows", **options: str) -> Transform:
    return Transform(f"{_DEBEZIUM}.{name}", _dotted(options), predicate)


def _dotted(options: Options) -> Options:
    return {key.replace("__", "."): value for key, value in options.items()}


def unwrapped(then: Transform | None = None, **options: str) -> dict[str, Transform]:
    """Rows alone, without deletes and tombstones, then another transform."""
    unwrap = debezium("ExtractNewRecordState", **{"delete__tombstone__handling__mode": "drop", **options})
    return {"unwrap": unwrap, **({"then": then} if then else {})}


UNWRAP: Final = "unwrap (ExtractNewRecordState)"


def flat(then: Transform | None = None, **options: str) -> Pipeline:
    return Pipeline(unwrapped(then, **options), topics={"{p}.{p}.orders": ROWS - 1}, tombstones=0, dropped={UNWRAP: 2})


def outbox(topics: Mapping[str, int], properties: Options | None = None, **options: str) -> Pipeline:
    """An outbox, whose updates and deletes the router drops, and tombstones."""
    return Pipeline(
        {"outbox": debezium("outbox.EventRouter", **options)},
        properties or {},
        table="outbox",
        topics=topics,
        tombstones=0,
        dropped={"outbox (EventRouter)": 3},
    )


def converted(converter: str, **options: str) -> Pipeline:
    return Pipeline(
        properties={
            "value.converter": converter,
            **{f"value.converter.{k.replace('__', '.')}": v for k, v in options.items()},
        }
    )


PIPELINES: Final[Mapping[str, Pipeline]] = {
    "plain": Pipeline(),
    "flat": flat(),
    "flat-tombstones": Pipeline(
        unwrapped(delete__tombstone__handling__mode="tombstone"), tombstones=0, dropped={UNWRAP: 1}
    ),
    "flat-rewritten": Pipeline(
        unwrapped(delete__tombstone__handling__mode="rewrite"), tombstones=0, dropped={UNWRAP: 1}
    ),
    "flat-fields": flat(add__fields="op,source.ts_ms", add__headers="db"),
    "changed": Pipeline({"changed": debezium("ExtractChangedRecordState", header__changed__name="c")}),
    "logical": Pipeline(
        {"route": debezium("ByLogicalTableRouter", topic__regex="(.*)orders", topic__replacement="$1all")},
        topics={"{p}.{p}.all": ROWS},
    ),
    "shards": Pipeline(
        {
            "shards": debezium(
                "ByLogicalTableRouter",
                topic__regex=r"{p}\.{p}\.ord(.*)",
                topic__replacement="{p}.{p}.all",
                key__field__name="shard",
            )
        },
        topics={"{p}.{p}.all": ROWS},
    ),
    "partitions": Pipeline(
        {
            "route": debezium(
                "partitions.PartitionRouting", partition__payload__fields="change.id", partition__topic__num="1"
            )
        }
    ),
    "timezone": Pipeline({"zone": debezium("TimezoneConverter", converted__timezone="Europe/Berlin")}),
    "inserts": Pipeline({"reads": Transform("io.debezium.connector.mysql.transforms.ReadToInsertEvent")}),
    "schema-added": Pipeline({"schema": debezium("ExtractSchemaToNewRecord")}, {"column.propagate.source.type": ".*"}),
    "regex": Pipeline(
        {"route": kafka("RegexRouter", regex="(.*)\\.orders", replacement="$1-routed")}, topics={"{p}.{p}-routed": ROWS}
    ),
    "masked": flat(kafka("MaskField$Value", fields="status")),
    "replaced": flat(kafka("ReplaceField$Value", exclude="status", renames="total:sum")),
    "inserted": flat(kafka("InsertField$Value", topic__field="topic", static__field="by", static__value="us")),
    "cast": flat(kafka("Cast$Value", spec="customer_id:string")),
    "flattened": Pipeline({"flat": kafka("Flatten$Value", "rows", delimiter="_")}),
    "hoisted": Pipeline({"hoist": kafka("HoistField$Value", field="line")}),
    "extracted": Pipeline({"after": kafka("ExtractField$Value", field="after")}),
    "key-extracted": Pipeline({"key": kafka("ExtractField$Key", field="id")}),
    "keyed": flat(kafka("ValueToKey", fields="customer_id")),
    "header-from": flat(kafka("HeaderFrom$Value", fields="status", headers="status", operation="copy")),
    "header-inserted": Pipeline({"header": kafka("InsertHeader", header="by", value__literal="us")}),
    "timestamps": flat(
        kafka("TimestampConverter$Value", field="placed_at", target__type="string", format="yyyy-MM-dd")
    ),
    "renamed-schema": Pipeline({"schema": kafka("SetSchemaMetadata$Value", "rows", schema__name="order")}),
    "tombstones-filtered": Pipeline(
        {"filter": kafka("Filter", "tombstones")}, tombstones=0, dropped={"filter (Filter)": 1}
    ),
    "two-filters": Pipeline(
        {**unwrapped(), "filter": kafka("Filter", "rows")},
        topics={}, tombstones=0, dropped={UNWRAP: 2, "filter (Filter)": ROWS - 1},
        silent="every row event was dropped: 6 by filter (Filter), 1 by unwrap (ExtractNewRecordState)",
    ),
    "outbox": outbox({"outbox.event.customer": 3, "outbox.event.order": 2}),
    "outbox-expanded": outbox(
        {"outbox.event.customer": 3, "outbox.event.order": 2}, table__expand__json__payload="true"
    ),
    "outbox-routed": outbox(
        {"{p}.customer.events": 3, "{p}.order.events": 2}, route__topic__replacement="{p}.${routedByValue}.events"
    ),
    "outbox-strings": outbox(
        {"outbox.event.customer": 3, "outbox.event.order": 2},
        {"value.converter": "org.apache.kafka.connect.storage.StringConverter"},
    ),
    "outbox-fatal": Pipeline(
        {"outbox": debezium("outbox.EventRouter", table__op__invalid__behavior="fatal")},
        table="outbox", topics={"outbox.event.customer": 2, "outbox.event.order": 3}, tombstones=0,
        dropped={"outbox (EventRouter)": 2}, updated=False,
    ),
    "schemas": converted(_JSON, schemas__enable="true"),
    "strings": converted("org.apache.kafka.connect.storage.StringConverter"),
    "binary": converted("io.debezium.converters.BinaryDataConverter", delegate__converter__type=_JSON),
    "cloud-events": converted("io.debezium.converters.CloudEventsConverter"),
    "no-tombstones": Pipeline(
        properties={"tombstones.on.delete": "false"}, tombstones=0, dropped={"tombstones.on.delete=false": 1}
    ),
    "skipped": Pipeline(
        properties={"skipped.operations": "u,d"}, topics={"{p}.{p}.orders": ROWS - 2}, tombstones=0,
        dropped={"skipped.operations=u,d": 2},
    ),
    "keyless": Pipeline(table="events", topics={"{p}.{p}.events": ROWS}),
    "columns": Pipeline(
        properties={
            "column.exclude.list": "{p}.orders.total",
            "column.mask.with.5.chars": "{p}.orders.status",
            "message.key.columns": "{p}.orders:customer_id",
        },
        # The update changes the key: a delete with its tombstone, and a create.
        topics={"{p}.{p}.orders": ROWS + 1},
        tombstones=2,
    ),
    "no-data": Pipeline(properties={"snapshot.mode": "no_data"}, topics={"{p}.{p}.orders": ROWS - 3}),
    "transactions": Pipeline(properties={"provide.transaction.metadata": "true"}, others={"(transaction)": MANY}),
    "schema-changes": Pipeline(
        {"ddl": debezium("SchemaChangeEventFilter", "", schema__change__event__exclude__list="CREATE")},
        {"include.schema.changes": "true"},
        others={"(schema change)": (5, 1)},
    ),
    "spaces": Pipeline(
        properties={
            "transforms": " observed0 , b ",
            "transforms.observed0.type": f"{_KAFKA}.InsertHeader",
            "transforms.observed0.header": "a",
            "transforms.observed0.value.literal": "a",
            "transforms.b.type": f"{_KAFKA}.Filter",
            "transforms.b.predicate": "tombstones",
        },
        tombstones=0,
        dropped={"b (Filter)": 1},
    ),
    # Broken ones.
    "filter-all": Pipeline(
        {"none": kafka("Filter")}, topics={}, tombstones=0, dropped={"none (Filter)": ROWS + 1},
        silent="every row event was dropped: 7 by none (Filter)",
    ),
    "converter-fails": Pipeline(
        properties={
            "errors.tolerance": "all", "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter"
        },
        topics={}, tombstones=1, lost="lost 7: not sent after the transforms",
    ),
    "transform-fails": Pipeline(
        {"cast": kafka("ExtractField$Value", field="none")}, {"errors.tolerance": "all"},
        topics={}, dropped={"cast (ExtractField)": ROWS},
        silent="every row event was dropped: 7 by cast (ExtractField)",
    ),
    "task-fails": Pipeline(
        {"router": kafka("TimestampRouter")}, topics={}, tombstones=0, dropped={"router (TimestampRouter)": 1},
        lost="lost 6: no source record",
    ),
    "topic-deleted": Pipeline(
        {"route": kafka("RegexRouter", regex=".*", replacement="{p}-deleted")}, topics={}, tombstones=0,
        lost="lost 7: sent to topic-deleted-deleted, not received",
    ),
}  # fmt: skip


def configuration(name: str, pipeline: Pipeline) -> dict[str, str]:
    """The properties of the connector ``name`` that differ from others'."""
    found = {
        "predicates": "rows,tombstones",
        "predicates.rows.type": f"{_KAFKA}.predicates.TopicNameMatches",
        "predicates.rows.pattern": f"{name}\\..*",
        "predicates.tombstones.type": f"{_KAFKA}.predicates.RecordIsTombstone",
        "include.schema.changes": "false",
        "heartbeat.interval.ms": "0",
        "transforms": ",".join(pipeline.transforms),
    }
    for alias, transform in pipeline.transforms.items():
        options = {"type": transform.type, **transform.options}
        options |= {"predicate": transform.predicate} if transform.predicate else {}
        found |= {f"transforms.{alias}.{key}": value for key, value in options.items()}
    return {key: value.replace("{p}", name) for key, value in {**found, **pipeline.properties}.items()}
