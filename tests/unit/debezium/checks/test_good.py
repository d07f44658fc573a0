"""What is right is not refused: every property of the definitions, configurations drawn from them, and odd ones."""

import re
from collections.abc import Iterator
from random import Random
from typing import Final

import pytest

from modules.debezium import reserved
from modules.debezium.checks import names
from modules.debezium.definitions import Property, Release, release
from tests.cdc.deep.valid_configurations import drawn
from tests.unit.debezium.checks.connectors import (
    DEBEZIUM,
    JSON,
    KAFKA,
    OLD,
    RELEASE,
    UNWRAP,
    Properties,
    errors,
    found,
    router,
)
from tests.unit.debezium.checks.wrong_names import BOOL
from tests.unit.debezium.checks.wrong_values import PARTITIONED, PREDICATE, transform

RELEASES: Final = {RELEASE: "3.7.x", OLD: "2.7.1"}
COLUMNS: Final = r"orders\.customers\.(email|ssn)"
# Each with a value of its own kind, and with what it needs beside it.
VALUES: Final[dict[str, str]] = {
    "column.include.list": r"orders\..*",
    "converters": "",
    "exactly.once.support": "requested",
    "post.processors": "",
    "predicates": "",
    "snapshot.include.collection.list": r"orders\.customers",
    "topic.creation.groups": "",
    "transforms": "",
    "message.key.columns": "orders.customers:id",
    "snapshot.select.statement.overrides": "",
    "notification.enabled.channels": "log",
    "notification.sink.topic.name": "orders.notifications",
    "custom.metric.tags": "team=data",
    "database.ssl.mode": "verify_ca",
    "key.converter": JSON,
    "value.converter": JSON,
    "header.converter": JSON,
    "snapshot.query.mode": "select_all",
    "max.batch.size": "1024",
    "max.queue.size": "4096",
}


def value(known: Property) -> str:
    if known.name in VALUES:
        return VALUES[known.name]
    if known.allowed:
        return known.allowed[0]
    if known.type == "boolean":
        return "true"
    if known.type in ("int", "long", "short", "integer", "double"):
        return known.default or str(int(known.minimum if known.minimum is not None else 1))
    if known.type == "class":
        return known.default or "com.example.Own"
    return COLUMNS if known.format == "regex list" else known.default or "x=y" if known.format == "pairs" else "orders"


def properties(of: Release) -> Iterator[tuple[str, str]]:
    for section in (of.connector, of.connect):
        for name, known in section.items():
            if not reserved.refusal(name) and name not in names._UNREAD:
                yield name, value(known)
    for name, known in of.driver.items():
        yield f"driver.{name}", known.default or value(known)
    for name, known in of.topic_creation.items():
        key = f"topic.creation.default.{name}"
        if not reserved.refusal(key) and name not in ("include", "exclude"):
            yield key, known.default or value(known)


@pytest.mark.parametrize("version", RELEASES)
def test_every_property_of_a_release_is_taken_with_a_valid_value(version: str) -> None:
    taken = dict(properties(release(version, RELEASES[version])))
    assert len(taken) > 300
    refused = {key: errors({key: text}, version) for key, text in taken.items() if errors({key: text}, version)}
    assert refused == {}


# What is right to Debezium and refused for what it does here: it would leave the role, the signals or the tables.
EXPECTED: Final = re.compile(
    "must come with (.* in )?topics.others|must match|must keep the columns|must be requested|must be left out beside"
    "|is not read since Debezium 2.7.0"
)


@pytest.mark.parametrize("version", RELEASES)
def test_configurations_drawn_from_the_definitions_are_taken(version: str) -> None:
    known = release(version, RELEASES[version])
    refused = [
        (seed, one)
        for seed in range(250)
        for one in found(drawn(known, Random(seed)), version)
        if one.level == "error" and not EXPECTED.match(one.message)
    ]
    assert refused == []


HOT: Final = {"topic.creation.groups": "hot", "topic.creation.hot.include": r"orders\.orders\.customers"}
GOOD: Final[dict[str, Properties]] = {
    "driver's names with database": {"database.connectionTimeZone": "UTC", "database.sessionVariables": "a=1"},
    "driver's names with driver": {"driver.connectTimeout": 30000, "driver.useCompression": True},
    "driver's names in another case": {"driver.CONNECTTIMEOUT": 30000},
    "keys with a separator at the end": {"message.key.columns": "orders.customers:id;"},
    "times as Connect spells them": transform(f"{KAFKA}TimestampConverter$Value", field="at", target__type="Timestamp"),
    "a format with quoted text": transform(
        f"{KAFKA}TimestampConverter$Value", field="at", target__type="string", format="yyyy-MM-dd'T'HH:mm 'o''clock'XXX"
    ),
    "fields with new names": transform(f"{KAFKA}ReplaceField$Value", exclude="c", renames="a:b, d:e"),
    "a mask of its own": transform(f"{KAFKA}MaskField$Value", fields="a", replacement="***"),
    "a schema's name": transform(f"{KAFKA}SetSchemaMetadata$Value", schema__name="n"),
    "a group with the brokers' partitions": {
        "topic.creation.groups": "hot",
        "topic.creation.hot.include": "orders.orders.*",
        "topic.creation.hot.partitions": -1,
    },
    "a converter of columns": {**BOOL, "bool.selector": r".*\.active"},
    "a predicate turned round": {
        **UNWRAP,
        "transforms.u.predicate": "p",
        "transforms.u.negate": True,
        "predicates": "p",
        "predicates.p.type": PREDICATE,
        "predicates.p.pattern": r"orders\.orders\..*",
    },
    "a group of topics": HOT | {"topic.creation.hot.partitions": 3, "topic.creation.hot.cleanup.policy": "delete"},
    "the default group": {
        "topic.creation.default.max.message.bytes": 1048576,
        "topic.creation.default.retention.ms": -1,
    },
    "masked columns": {"column.mask.with.12.chars": COLUMNS, "column.truncate.to.5.chars": COLUMNS},
    "hashed columns": {"column.mask.hash.v2.SHA-256.with.salt.CzQ MWo": COLUMNS},
    "columns without dots escaped": {"column.exclude.list": "orders.customers.ssn"},
    "columns of any table": {"column.exclude.list": r".*\.ssn"},
    "columns in another case": {"column.exclude.list": r"ORDERS\.Customers\.SSN"},
    "columns with an anchor": {"column.exclude.list": r"^orders\.customers\.(ssn|email)$"},
    "columns with a look ahead": {"column.exclude.list": r"orders\.customers\.(?!id$).*"},
    "a comma within an expression": {"column.exclude.list": r"orders\.customers\.x{1\,3}"},
    "columns kept with the signals": {"column.include.list": rf"{COLUMNS},orders\.debezium_signal\..*"},
    "types": {"datatype.propagate.source.type": r".+\.VARCHAR,orders\.customers\.INT"},
    "keys of two tables": {"message.key.columns": "orders.customers:id; orders.order_items:id,no"},
    "keys by an expression": {"message.key.columns": r"(.*)\.order_items:id"},
    "internal names": {"internal.custom.retriable.exception": ".*", "internal.log.position.check.enable": True},
    "words in another case": {"decimal.handling.mode": " String "},
    "operations": {"skipped.operations": "none"},
    "topics that stay": router(r"orders\.orders\.(.*)", "orders.$1"),
    "topics below": router("(.*)", "orders.$1"),
    "topics by name": router(r"(?<all>.*)", "orders.copy.${all}"),
    "a topic that another transform brings home": {
        **router(r"orders\.orders\.(.*)", "tmp.$1", "a"),
        **router(r"tmp\.(.*)", "orders.$1", "b"),
        "transforms": "a,b",
    },
    "an outbox under the prefix": {
        **transform(f"{DEBEZIUM}outbox.EventRouter", route__topic__replacement="orders.outbox.${routedByValue}"),
        "transforms.t.predicate": "p",
        "predicates": "p",
        "predicates.p.type": PREDICATE,
        "predicates.p.pattern": r"orders\.orders\.customers",
    },
    "logical tables": transform(
        f"{DEBEZIUM}ByLogicalTableRouter", topic__regex=r"orders\.orders\.(.*)", topic__replacement="orders.all"
    ),
    "a router of tables only": {
        **router("(.*)", "orders.tables.$1"),
        "transforms.r.predicate": "p",
        "predicates": "p",
        "predicates.p.type": PREDICATE,
        "predicates.p.pattern": r"orders\.orders\..*",
    },
    "partitions as many as there are": PARTITIONED | {"transforms.t.partition.topic.num": 6},
    "notifications under the prefix": {
        "notification.enabled.channels": "sink,log",
        "notification.sink.topic.name": "orders.notifications",
    },
    "a statement for a snapshot": {
        "snapshot.select.statement.overrides": "orders.customers",
        "snapshot.select.statement.overrides.orders.customers": "SELECT * FROM orders.customers WHERE id > 10",
    },
    "a secret": {"database.ssl.truststore.password": "${secretsmanager:cdc/orders:truststore}"},
    "two secrets in one value": {"driver.sessionVariables": "a=${secretsmanager:x:a},b=${secretsmanager:x:b}"},
    "a class of one's own": {"transforms": "x", "transforms.x.type": "com.example.Tokenize$Value", "transforms.x.k": 1},
    "a converter of one's own": {"value.converter": "com.example.Avro", "value.converter.any.thing": "x"},
    "a short class name": {"value.converter": "JsonConverter", "value.converter.schemas.enable": False},
    "larger batches": {"max.batch.size": 20000, "max.queue.size": 80000},
    "unusual, all of them real": {
        "binary.handling.mode": "base64",
        "snapshot.isolation.mode": "repeatable_read",
        "topic.cache.size": 5000,
        "event.converting.failure.handling.mode": "fail",
    },
    "names with dots behind an alias": {
        "transforms": "with.dots",
        "transforms.with.dots.type": f"{DEBEZIUM}ExtractNewRecordState",
        "transforms.with.dots.add.fields": "op",
    },
    "fields of an event, of its transaction, and with another name": {
        "transforms": "t",
        "transforms.t.type": f"{DEBEZIUM}ExtractNewRecordState",
        "transforms.t.add.fields": "op:operation,source.ts_us,table,transaction.id,after.id",
        "transforms.t.add.headers": "db,total_order",
    },
    "a field that an earlier transform adds": {
        "transforms": "made,t",
        "transforms.made.type": "org.apache.kafka.connect.transforms.InsertField$Value",
        "transforms.made.static.field": "origin",
        "transforms.made.static.value": "shop",
        "transforms.t.type": f"{DEBEZIUM}ExtractNewRecordState",
        "transforms.t.add.fields": "origin",
    },
    "a session's time zone": {"driver.connectionTimeZone": "SERVER"},
    "a session's time zone by its place": {"driver.connectionTimeZone": "Europe/Berlin"},
    "a processor": {
        "post.processors": "again",
        "again.type": "io.debezium.processors.reselect.ReselectColumnsPostProcessor",
    },
    "a processor with its prefix": {
        "post.processors": "again",
        "post.processors.again.type": "io.debezium.processors.reselect.ReselectColumnsPostProcessor",
    },
}


@pytest.mark.parametrize("right", GOOD.values(), ids=GOOD)
def test_what_looks_odd_and_is_right_says_nothing(right: Properties) -> None:
    assert found(right) == ()


def test_a_class_in_an_archive_at_hand_is_not_judged_here() -> None:
    properties = transform(f"{DEBEZIUM}Filter", language="jsr223.groovy", condition="true")
    assert errors(properties, plugin_at_hand=True) == {}
    assert list(errors(properties)) == ["transforms.t.type"]


def test_what_the_file_itself_sets_counts() -> None:
    routed = PARTITIONED | {"transforms.t.partition.topic.num": 12}
    assert list(errors(routed)) == ["transforms.t.partition.topic.num"]
    assert errors(routed, topics={"prefix": "orders", "partitions": 12}) == {}
