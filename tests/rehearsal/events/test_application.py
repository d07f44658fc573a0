"""An application reads Debezium's events from a real broker, and compares them with the committed transactions."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from kafka import KafkaProducer

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from rehearsal.aws.backends import ClusterSpec
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.database.table_name import TableName
from rehearsal.events.application import Application, ApplicationError, Reader, group_name
from rehearsal.events.event import Event
from rehearsal.events.received import DeliveryResult, ReceivedEvents
from rehearsal.iam.permissions.topic_pattern import topic_pattern
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import Addresses
from tests.needs import missing

ORDERS = TableName("shop", "orders")
TOPIC = "shop.shop.orders"
SPEC = ClusterSpec(
    name="shop",
    arn="arn:aws:kafka:eu-west-1:123456789012:cluster/shop/6f1c2f4e-0000-4000-8000-000000000000-2",
    region="eu-west-1",
    kafka_version="3.9.x.kraft",
    brokers=1,
    server_properties={"auto.create.topics.enable": "true"},
)


def change(op: str, gtid: str | None, row: int = 0, *, table: str = "orders") -> dict[str, Any]:
    """The value of a change event as Debezium writes it."""
    source = {"db": "shop", "table": table, "gtid": gtid, "file": "binlog.000002", "pos": 4711, "row": row}
    return {"before": None, "after": {"id": row}, "source": source, "op": op, "ts_ms": 1}


def event(value: object, *, topic: str = TOPIC, offset: int = 0) -> Event:
    return Event.read(topic, 0, offset, b'{"id":1}', None if value is None else json.dumps(value).encode())


def arrivals(values: Sequence[object]) -> ReceivedEvents:
    seen = ReceivedEvents()
    for offset, value in enumerate(values):
        seen.add(event(value, offset=offset))
    return seen


@pytest.mark.parametrize(
    ("value", "topic", "kind"),
    [
        (change("r", None), TOPIC, EventKind.SNAPSHOT),
        (change("c", "u:1"), TOPIC, EventKind.CREATE),
        (change("u", "u:1"), TOPIC, EventKind.UPDATE),
        (change("d", "u:1"), TOPIC, EventKind.DELETE),
        (change("t", "u:1"), TOPIC, EventKind.OTHER),
        (None, TOPIC, EventKind.TOMBSTONE),
        ({"source": {}, "ddl": "ALTER TABLE orders", "databaseName": "shop"}, "shop", EventKind.SCHEMA_CHANGE),
        ({"ts_ms": 1}, "__debezium-heartbeat.shop", EventKind.HEARTBEAT),
        (["no", "object"], TOPIC, EventKind.OTHER),
        ({"id": 1, "source": "a column of that name"}, TOPIC, EventKind.OTHER),
    ],
)
def test_an_event_is_of_a_kind(value: object, topic: str, kind: EventKind) -> None:
    assert event(value, topic=topic).kind is kind


def test_a_value_that_is_not_json_is_kept() -> None:
    assert Event.read(TOPIC, 0, 0, None, b"\xff{").value == {"": b"\xff{"}


@pytest.mark.parametrize(
    ("patterns", "topic", "subscribed"),
    [
        (["shop.*"], "shop.shop.orders", True),
        (["shop.*"], "shop", False),
        (["shop.*"], "workshop.orders", False),
        (["shop", "__debezium-heartbeat.shop"], "__debezium-heartbeat.shop", True),
        (["shop", "__debezium-heartbeat.shop"], "__debezium-heartbeat.shop2", False),
        (["shop.s*.orders"], "shop.shop.orders", True),
        (["shop.orders"], "shopXorders", False),
    ],
)
def test_a_pattern_matches_as_in_iam(patterns: list[str], topic: str, subscribed: bool) -> None:
    assert bool(topic_pattern(patterns).fullmatch(topic)) is subscribed


@pytest.mark.parametrize(("pattern", "name"), [("search", "search"), ("billing-*", "billing-rehearsal")])
def test_a_group_name_matches_its_pattern(pattern: str, name: str) -> None:
    assert group_name(pattern) == name


def ledger(*transactions: tuple[str, int]) -> Ledger:
    """Transactions by GTID and number of rows."""
    ours = Ledger()
    for gtid, rows in transactions:
        ours.record(Transaction(gtid, ORDERS, EventKind.CREATE, tuple((row,) for row in range(rows))))
    return ours


@pytest.mark.parametrize(
    ("came", "lost", "duplicates"),
    [
        ([("u:1", 0), ("u:2", 0), ("u:2", 1)], 0, 0),
        ([("u:2", 1), ("u:1", 0), ("u:2", 0)], 0, 0),
        ([("u:1", 0), ("u:2", 0)], 1, 0),
        ([("u:2", 0), ("u:2", 0)], 2, 1),
        ([("u:1", 0), ("u:2", 0), ("u:2", 1), ("u:2", 0), ("u:2", 1)], 0, 2),
        ([("u:1", 0), ("u:2", 0), ("u:2", 1), ("another:9", 0)], 0, 0),
        ([], 3, 0),
    ],
    ids=["all", "in any order", "one lost", "lost and twice", "twice", "somebody else's", "nothing"],
)
def test_lost_changes_and_duplicates_are_counted(came: list[tuple[str, int]], lost: int, duplicates: int) -> None:
    committed = ledger(("u:1", 1), ("u:2", 2))
    seen = arrivals([change("c", gtid, row) for gtid, row in came])
    result = seen.compare(committed)
    assert (result.committed, result.lost, result.duplicates) == (3, lost, duplicates)
    assert bool(result.missing) is bool(lost)


def test_another_table_of_the_same_transaction_is_not_counted() -> None:
    seen = arrivals([change("c", "u:1", 0, table="audit"), change("c", "u:1", 1, table="audit")])
    assert seen.compare(ledger(("u:1", 1))).lost == 1


def test_a_schema_change_is_not_a_row() -> None:
    ours = Ledger()
    ours.record(Transaction("u:1", ORDERS, EventKind.SCHEMA_CHANGE))
    assert arrivals([]).compare(ours) == DeliveryResult(committed=0, lost=0, duplicates=0)


def test_a_record_that_is_fetched_again_is_ignored() -> None:
    seen = arrivals([change("c", "u:1")])
    seen.add(event(change("c", "u:1"), offset=0))
    assert seen.counts == {EventKind.CREATE: 1}
    assert seen.compare(ledger(("u:1", 1))).duplicates == 0


def test_a_sample_of_each_kind_is_kept() -> None:
    seen = arrivals([change("c", "u:1", 1), change("c", "u:2", 2), None])
    assert seen.samples[EventKind.CREATE] == event(change("c", "u:1", 1), offset=0)
    assert seen.samples[EventKind.TOMBSTONE].key == b'{"id":1}'


def test_snapshot_rows_are_counted_by_table() -> None:
    seen = arrivals([change("r", None, 1), change("r", None, 2), change("r", None, 1, table="customers")])
    assert seen.snapshot_rows == {"shop.orders": 2, "shop.customers": 1}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    lock = load()
    try:
        where = sources(os.environ.get("CDC_SOURCES", "").split())
        paths = fetch(pinned_files.files(lock, pinned_files.KAFKA), sources=where, cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    addresses = Addresses()
    jars = pinned_files.jars(lock, pinned_files.KAFKA, paths)
    clusters = Clusters(addresses=addresses, folder=tmp_path_factory.mktemp("kafka"), jars=jars)
    try:
        yield clusters(SPEC)
    finally:
        clusters.stop()
        addresses.listener.close()


def send(cluster: KafkaCluster, topic: str, values: Sequence[object], *, compression: str | None = None) -> None:
    producer = KafkaProducer(
        bootstrap_servers=cluster.plain_bootstrap.split(","), acks="all", compression_type=compression
    )
    for value in values:
        producer.send(topic, key=b"1", value=None if value is None else json.dumps(value).encode())
    producer.flush()
    producer.close()


def test_an_application_reads_its_topics(cluster: KafkaCluster) -> None:
    send(cluster, "reads.shop.orders", [change("r", None), change("c", "u:1")])
    send(cluster, "unread.shop.orders", [change("c", "u:2")])
    with Application(Reader(cluster.plain_bootstrap, "reads", ["reads.*"])) as application:
        assert application.wait_for(lambda seen: seen.counts[EventKind.CREATE] == 1, seconds=60)
        send(cluster, "reads.shop.orders", [change("d", "u:3"), None])
        assert application.wait_for(lambda seen: seen.counts[EventKind.TOMBSTONE] == 1, seconds=60)
        send(cluster, "reads.shop.late", [change("c", "u:4", table="late")])  # a new topic
        assert application.wait_for(lambda seen: seen.counts[EventKind.CREATE] == 2, seconds=60)
        assert application.compare(ledger(("u:1", 1), ("u:3", 1), ("u:5", 1))).lost == 1
        assert application.read(lambda seen: seen.counts.total()) == 5
        assert not application.wait_for(lambda seen: seen.counts[EventKind.UPDATE] > 0, seconds=0)


def test_an_application_survives_a_broker_restart(cluster: KafkaCluster) -> None:
    topics = ["outlives.shop.orders"]
    send(cluster, topics[0], [change("c", "u:1")])
    with Application(Reader(cluster.plain_bootstrap, "outlives", topics)) as application:
        assert application.wait_for(lambda seen: seen.counts[EventKind.CREATE] == 1, seconds=60)
        cluster.kill_node("b-1")
        cluster.start_node("b-1")
        send(cluster, topics[0], [change("c", "u:2")])
        assert application.wait_for(lambda seen: seen.counts[EventKind.CREATE] == 2, seconds=60)


def test_the_error_of_an_application_is_raised() -> None:
    with (
        Application(Reader("127.0.0.1:no-port", "fails", ["fails.*"])) as application,
        pytest.raises(ApplicationError, match="the application fails failed: ValueError"),
    ):
        application.wait_for(lambda seen: seen.counts.total() > 0, seconds=60)
