"""An application reads events from a real broker."""

import json
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from kafka import KafkaProducer

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from rehearsal.aws.backends import ClusterSpec
from rehearsal.database.event_kinds import EventKind
from rehearsal.events.application import Application, ApplicationError, Reader, group_name
from rehearsal.events.deliveries import Deliveries
from rehearsal.events.source_records import SourceRecordLogs, fingerprint
from rehearsal.iam.permissions.missing_permissions import matches_topic
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import Addresses
from tests.needs import missing

SPEC = ClusterSpec(
    name="shop",
    arn="arn:aws:kafka:eu-west-1:123456789012:cluster/shop/6f1c2f4e-0000-4000-8000-000000000000-2",
    region="eu-west-1",
    kafka_version="3.9.x.kraft",
    brokers=1,
    server_properties={"auto.create.topics.enable": "true"},
)


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
    assert matches_topic(patterns, topic) is subscribed


@pytest.mark.parametrize(("pattern", "name"), [("search", "search"), ("billing-*", "billing-rehearsal")])
def test_a_group_name_matches_its_pattern(pattern: str, name: str) -> None:
    assert group_name(pattern) == name


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


class Connector:
    """Sends events as a connector, and logs them as its observers do."""

    def __init__(self, cluster: KafkaCluster, folder: Path) -> None:
        self._cluster = cluster
        self._log = folder / "1.jsonl"
        self._numbers = count()
        self.logs = SourceRecordLogs(folder)

    def send(self, topic: str, *values: bytes, logged: bool = True) -> None:
        with KafkaProducer(bootstrap_servers=self._cluster.plain_bootstrap.split(","), acks="all") as producer:
            for value in values:
                if logged:
                    self._write(topic, value)
                producer.send(topic, key=b"1", value=value)
            producer.flush()

    def _write(self, topic: str, value: bytes) -> None:
        record = {"connector": "shop", "kind": "c", "id": str(next(self._numbers)), "table": "shop.orders"}
        with self._log.open("a") as log:
            log.write(json.dumps({**record, "topic": topic, "sent": fingerprint(b"1", value)}) + "\n")


@pytest.fixture
def connector(cluster: KafkaCluster, tmp_path: Path) -> Connector:
    return Connector(cluster, tmp_path)


def received(rows: int) -> Callable[[Deliveries], bool]:
    return lambda deliveries: deliveries.counts[EventKind.CREATE] == rows


def test_an_application_reads_its_topics(cluster: KafkaCluster, connector: Connector) -> None:
    connector.send("reads.shop.orders", b"1", b"2")
    connector.send("unread.shop.orders", b"3")
    with Application(connector.logs, Reader(cluster.plain_bootstrap, "reads", ["reads.*"])) as application:
        assert application.wait_for(received(2), seconds=60)
        connector.send("reads.shop.late", b"4")  # a new topic
        assert application.wait_for(received(3), seconds=60)
        assert not application.wait_for(received(4), seconds=0)
        assert not application.read(lambda deliveries: deliveries.settled)
        assert application.received("reads") == 3


def test_an_inspection_reads_the_topics_that_were_sent_to(cluster: KafkaCluster, connector: Connector) -> None:
    connector.send("routed.orders", b"1")
    connector.send("foreign.orders", b"2", logged=False)
    reader = Reader(cluster.plain_bootstrap, "inspects", ["*"], excluded=["routed.private"], sent_only=True)
    with Application(connector.logs, reader) as application:
        assert application.wait_for(received(1), seconds=60)
        connector.send("routed.private", b"3")
        connector.send("routed.items", b"4")
        assert application.wait_for(received(2), seconds=60)
        assert application.received("inspects") == 2


def test_an_application_survives_a_broker_restart(cluster: KafkaCluster, connector: Connector) -> None:
    topics = ["outlives.shop.orders"]
    connector.send(topics[0], b"1")
    with Application(connector.logs, Reader(cluster.plain_bootstrap, "outlives", topics)) as application:
        assert application.wait_for(received(1), seconds=60)
        cluster.kill_node("b-1")
        cluster.start_node("b-1")
        connector.send(topics[0], b"2")
        assert application.wait_for(received(2), seconds=60)


def test_the_error_of_an_application_is_raised(tmp_path: Path) -> None:
    reader = Reader("127.0.0.1:no-port", "fails", ["fails.*"])
    with (
        Application(SourceRecordLogs(tmp_path), reader) as application,
        pytest.raises(ApplicationError, match="the application fails failed: ValueError"),
    ):
        application.wait_for(received(1), seconds=60)


def test_a_log_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text("no JSON\n")
    with (
        Application(SourceRecordLogs(tmp_path)) as application,
        pytest.raises(ApplicationError, match="the log of source records failed: JSONDecodeError"),
    ):
        application.wait_for(received(1), seconds=60)
