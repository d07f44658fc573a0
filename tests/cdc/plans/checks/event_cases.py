"""Properties that skip events, in every spelling, and those that only look like them."""

from typing import Any, Final

from tests.cdc.plans.connector import UNKNOWN, changed, connector, created, set_to, worker
from tests.cdc.plans.small import Case, plan
from tests.synthesized import Document

_FILTER: Final = "org.apache.kafka.connect.transforms.Filter"
_UNWRAP: Final = "io.debezium.transforms.ExtractNewRecordState"
_OPERATIONS: Final = "skipped.operations"
_EXCLUDING: Final = r"(?!(?:a\.x|a\.y)$)"
_TABLES: Final = "table.include.list"
_MODE: Final = "delete.tombstone.handling.mode"
_ACKS: Final = "offset.storage.topic=o\nproducer.acks={}\n"


def one(key: str, new: Any, old: Any = None, **others: Any) -> Document:
    return plan(set_to(key, new, old, **others))


def transform(of: str, *, alias: str = "t", **properties: str) -> Document:
    named = {f"transforms.{alias}.{key.replace('_', '.')}": value for key, value in properties.items()}
    return {"transforms": alias, f"transforms.{alias}.type": of, **named}


def transformed(old: Document, new: Document) -> Document:
    return plan(changed(connector(old), connector(new)))


def acks(old: str | None, new: str) -> Document:
    return plan(worker(None if old is None else _ACKS.format(old), _ACKS.format(new)))


REFUSED: Final = {
    **{
        f"{key} is {new!r}": Case(one(key, new), rule)
        for key, new, rule in (
            ("errors.tolerance", "all", "events-skipped"),
            ("errors.tolerance", "ALL", "events-skipped"),
            ("errors.tolerance", "\tAll ", "events-skipped"),
            ("event.processing.failure.handling.mode", "SKIP", "events-skipped"),
            ("event.processing.failure.handling.mode", " Ignore", "events-skipped"),
            ("event.deserialization.failure.handling.mode", "Warn", "events-skipped"),
            ("inconsistent.schema.handling.mode", "Warn", "events-skipped"),
            ("schema.history.internal.skip.unparseable.ddl", "TRUE", "events-skipped"),
            ("schema.history.internal.skip.unparseable.ddl", True, "events-skipped"),
            ("database.history.skip.unparseable.ddl", "true", "events-skipped"),
            (_OPERATIONS, "c,u,d,t", "operations-skipped"),
            (_OPERATIONS, " D , t", "operations-skipped"),
            (_OPERATIONS, "r", "operations-skipped"),
            ("gtid.source.includes", "24bc7850-2c16-11e6-a073-0242ac110002", "gtid-filter-changed"),
            ("gtid.source.excludes", "24bc7850.*", "gtid-filter-changed"),
            ("snapshot.mode", "Initial_Only", "streaming-ended"),
            ("snapshot.mode", "configuration_based", "streaming-ended"),
            ("snapshot.mode", " ALWAYS", "snapshot-repeated"),
            ("snapshot.mode", "when_needed", "snapshot-repeated"),
            ("snapshot.mode", "recovery", "history-rebuilt"),
            ("snapshot.mode", " Schema_Only_Recovery", "history-rebuilt"),
            ("producer.override.acks", "1", "acks-lowered"),
            ("producer.override.acks", 0, "acks-lowered"),
            ("table.exclude.list", "orders.audit", "tables-removed"),
            ("database.exclude.list", "orders", "tables-removed"),
            ("column.exclude.list", "orders.customers.email", "columns-removed"),
            ("errors.tolerance", UNKNOWN, "unknown-until-apply"),
            (_OPERATIONS, UNKNOWN, "unknown-until-apply"),
            (_TABLES, UNKNOWN, "unknown-until-apply"),
            ("transforms", UNKNOWN, "unknown-until-apply"),
        )
    },
    "a safe word of any case is removed": Case(
        one("event.converting.failure.handling.mode", None, " FAIL"), "values-emptied"
    ),
    "a value that does not fit is skipped": Case(
        one("event.converting.failure.handling.mode", "SKIP", "fail"), "values-emptied"
    ),
    "a filter is removed": Case(one("gtid.source.includes", None, "a"), "gtid-filter-changed"),
    "a filter drops rows again": Case(
        one("gtid.source.filter.dml.events", "true", "false", **{"gtid.source.includes": "a"}), "gtid-filter-changed"
    ),
    "another operation is skipped too": Case(one(_OPERATIONS, "t,d", "t"), "operations-skipped"),
    "a new connector skips every change": Case(plan(created({_OPERATIONS: "C,U,D"})), "operations-skipped"),
    "a new connector has an unknown word": Case(plan(created({"errors.tolerance": " aLL"})), "events-skipped"),
    "a filter without a condition": Case(transformed({}, transform(_FILTER)), "events-dropped"),
    "a filter by its short name": Case(transformed({}, transform("Filter")), "events-dropped"),
    "a filter of Debezium's": Case(
        transformed({}, transform("io.debezium.transforms.Filter", condition="false")), "events-dropped"
    ),
    "a filter of somebody else's": Case(
        transformed({}, transform("io.confluent.connect.transforms.Filter$Value")), "events-dropped"
    ),
    "a filter drops what it passed": Case(
        transformed(
            transform(_FILTER, predicate="p") | {"predicates.p.pattern": "a"},
            transform(_FILTER, predicate="p", negate="true") | {"predicates.p.pattern": "a"},
        ),
        "events-dropped",
    ),
    "the condition of a filter changes": Case(
        transformed(
            transform(_FILTER, predicate="p") | {"predicates.p.pattern": "a"},
            transform(_FILTER, predicate="p") | {"predicates.p.pattern": ".*"},
        ),
        "events-dropped",
    ),
    "deletes are dropped": Case(
        transformed(transform(_UNWRAP), transform(_UNWRAP) | {f"transforms.t.{_MODE}": "Drop"}), "events-dropped"
    ),
    "deletes are dropped, as Debezium 2 says it": Case(
        transformed({}, transform(_UNWRAP, delete_handling_mode="drop")), "events-dropped"
    ),
    "tombstones, all that was left of deletes, end": Case(
        transformed(transform(_UNWRAP), transform(_UNWRAP) | {"tombstones.on.delete": "false"}), "events-dropped"
    ),
    "an outbox": Case(transformed({}, transform("io.debezium.transforms.outbox.EventRouter")), "events-dropped"),
    "a transform of somebody's": Case(transformed({}, transform("com.example.Mine")), "unknown-transform"),
    "fields are removed": Case(
        transformed({}, transform("org.apache.kafka.connect.transforms.ReplaceField$Value", exclude="email")),
        "columns-removed",
    ),
    "fewer acks": Case(acks("all", "0"), "acks-lowered"),
    "fewer acks than Kafka Connect's default": Case(acks(None, "1"), "acks-lowered"),
    "even fewer acks": Case(acks("1", "0"), "acks-lowered"),
    "fewer acks, with a colon": Case(plan(worker("producer.acks=all\n", "producer.acks : 1\n")), "acks-lowered"),
    "fewer acks, with a space": Case(plan(worker("producer.acks all\n", "producer.acks 0\n")), "acks-lowered"),
    "fewer acks, escaped": Case(plan(worker("producer.acks=-1\n", "producer.\\u0061cks=\\u0031\n")), "acks-lowered"),
    "fewer acks, over two lines": Case(
        plan(worker("producer.acks=all\n", "producer.\\\n   acks=\\\n  1\n")), "acks-lowered"
    ),
    "idempotence ends": Case(
        plan(worker("producer.enable.idempotence=true\n", "producer.enable.idempotence=False\n")), "idempotence-ended"
    ),
    "idempotence is removed": Case(plan(worker("producer.enable.idempotence=true\n", "a=b\n")), "idempotence-ended"),
    "a table leaves": Case(one(_TABLES, "orders\\.a", "orders\\.a,orders\\.b"), "tables-removed"),
    "a table is left out": Case(one(_TABLES, f"{_EXCLUDING}a\\.[^.]*", "a\\.[^.]*"), "tables-removed"),
    "another table is left out": Case(
        one(_TABLES, f"{_EXCLUDING}a\\.[^.]*", f"{_EXCLUDING.replace('x', 'z')}a\\.[^.]*"), "tables-removed"
    ),
    "a pattern gets narrower": Case(one(_TABLES, "orders\\.a", "orders\\.[^.]*"), "tables-removed"),
    "more tables leave than can be compared with what comes": Case(
        one(_TABLES, ",".join(f"b{n}\\.[^.]*" for n in range(120)), ",".join(f"a\\.t{n}" for n in range(120))),
        "tables-removed",
    ),
    "a column leaves": Case(one("column.include.list", "a.b.c", "a.b.c,a.b.d"), "columns-removed"),
}
ALLOWED: Final = {
    **{
        f"{key} is {new!r} instead of {old!r}": Case(one(key, new, old), near=near)
        for key, new, old, near in (
            ("errors.tolerance", "ALL", "all ", "events-skipped"),
            ("errors.tolerance", "NONE", None, "events-skipped"),
            ("event.converting.failure.handling.mode", " WARN", None, "values-emptied"),
            ("event.converting.failure.handling.mode", None, "warn", "values-emptied"),
            ("event.processing.failure.handling.mode", None, "Fail", "events-skipped"),
            (_OPERATIONS, "T", None, "operations-skipped"),
            (_OPERATIONS, "d, t", "t,D", "operations-skipped"),
            (_OPERATIONS, "none", "t", "operations-skipped"),
            ("gtid.source.includes", "b, a", "a,b", "gtid-filter-changed"),
            ("snapshot.mode", "INITIAL", "initial", "streaming-ended"),
            ("snapshot.mode", "no_data", "initial", "snapshot-repeated"),
            ("snapshot.mode", "recovery", "schema_only_recovery", "history-rebuilt"),
            ("snapshot.mode", "initial", "recovery", "history-rebuilt"),
            ("snapshot.mode", "Always", "always", "snapshot-repeated"),
            ("snapshot.mode", "initial", "always", "snapshot-repeated"),
            ("producer.override.acks", " all", "-1", "acks-lowered"),
            ("producer.override.acks", "all", "1", "acks-lowered"),
            ("producer.override.enable.idempotence", "true", None, "idempotence-ended"),
            (_TABLES, "orders.B, orders\\.a", "orders\\.a,orders\\.b", "tables-removed"),
            (_TABLES, "orders\\.[^.]*", "orders\\.a,orders\\.b", "tables-removed"),
            (_TABLES, None, "orders\\.a", "tables-removed"),
            (_TABLES, "a\\.[^.]*", f"{_EXCLUDING}a\\.[^.]*", "tables-removed"),
            (_TABLES, "(?!(?:a\\.x)$)a\\.[^.]*", f"{_EXCLUDING}a\\.[^.]*", "tables-removed"),
            ("table.exclude.list", "orders.b", "orders.a,orders.b", "tables-removed"),
            ("column.exclude.list", None, "orders.a.b", "columns-removed"),
        )
    },
    "a word by its older name": Case(
        plan(
            changed(
                connector({"event.deserialization.failure.handling.mode": "warn"}),
                connector({"event.processing.failure.handling.mode": "WARN"}),
            )
        ),
        near="events-skipped",
    ),
    "a new connector skips truncates and deletes": Case(plan(created({_OPERATIONS: "t,d"})), near="operations-skipped"),
    "a new connector drops events": Case(plan(created(transform(_FILTER))), near="events-dropped"),
    "a new connector is read again and again": Case(
        plan(created({"snapshot.mode": "always"})), near="snapshot-repeated"
    ),
    "a filter gets another name": Case(
        transformed(
            transform(_FILTER, predicate="p") | {"predicates.p.pattern": "a"},
            transform(_FILTER, alias="u", predicate="q", negate="FALSE") | {"predicates.q.pattern": " a"},
        ),
        near="events-dropped",
    ),
    "a filter is removed": Case(transformed(transform(_FILTER), {}), near="events-dropped"),
    "deletes are rewritten": Case(
        transformed({}, transform(_UNWRAP) | {f"transforms.t.{_MODE}": "rewrite"}), near="events-dropped"
    ),
    "deletes become tombstones": Case(transformed({}, transform(_UNWRAP)), near="events-dropped"),
    "tombstones end, deletes stay": Case(transformed({}, {"tombstones.on.delete": "false"}), near="events-dropped"),
    "a schema gets a name": Case(
        transformed({}, transform("org.apache.kafka.connect.transforms.SetSchemaMetadata$Value", schema_name="a")),
        near="unknown-transform",
    ),
    "headers are dropped": Case(
        transformed({}, transform("org.apache.kafka.connect.transforms.DropHeaders", headers="a")),
        near="events-dropped",
    ),
    "fields are renamed": Case(
        transformed({}, transform("org.apache.kafka.connect.transforms.ReplaceField$Value", renames="a:b")),
        near="columns-removed",
    ),
    "acks are spelt otherwise": Case(
        plan(worker("producer.acks=all\n", "# producer.acks=0\n! producer.acks=0\nproducer.acks\t:  all\n")),
        near="acks-lowered",
    ),
    "acks are removed, so that Kafka Connect's default applies": Case(
        plan(worker("producer.acks=all\n", "offset.storage.topic=o\n")), near="acks-lowered"
    ),
    "the last of two lines applies": Case(
        plan(worker("producer.acks=all\n", "producer.acks=0\nproducer.acks=all\n")), near="acks-lowered"
    ),
    "idempotence was never on": Case(
        plan(worker("a=b\n", "producer.enable.idempotence=false\n")), near="idempotence-ended"
    ),
}
