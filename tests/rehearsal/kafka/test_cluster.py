"""Real brokers of the embedded MSK: they start as deployed, are updated, crash, restart, and are removed."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError
from tenacity import Retrying, stop_after_delay, wait_fixed

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from rehearsal.aws.backends import ClusterSpec, ServerError
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes import disk, pinned_files
from rehearsal.processes.addresses import Address, Addresses, listens
from rehearsal.processes.logs import Line, LogShipper
from rehearsal.processes.programs import ProgramError
from tests.disks import fill, small_disk
from tests.needs import missing

DEPLOYED = {
    "auto.create.topics.enable": "false",
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "unclean.leader.election.enable": "false",
    "zookeeper.session.timeout.ms": "6000",  # how long a killed broker stays registered
}
SPEC = ClusterSpec(
    name="Orders-Dev",
    arn="arn:aws:kafka:eu-west-1:123456789012:cluster/Orders-Dev/6f1c2f4e-0000-4000-8000-000000000000-2",
    region="eu-west-1",
    kafka_version="3.9.x",
    brokers=3,
    server_properties=DEPLOYED,
    log_group="/msk/orders-dev/brokers",
)
KRAFT = replace(SPEC, kafka_version="3.9.x.kraft")
ALONE = replace(SPEC, brokers=1, server_properties={})


class Delivered:
    """The lines that were shipped, by log group and stream."""

    def __init__(self) -> None:
        self.streams: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()

    def put(self, group: str, stream: str, lines: Sequence[Line]) -> None:
        with self._lock:
            self.streams.setdefault((group, stream), []).extend(text for _, text in lines)


@pytest.fixture(scope="module")
def jars() -> list[Path]:
    lock = load()
    try:
        files = pinned_files.files(lock, pinned_files.KAFKA)
        paths = fetch(files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    return pinned_files.jars(lock, pinned_files.KAFKA, paths)


@pytest.fixture(scope="module")
def addresses() -> Iterator[Addresses]:
    ours = Addresses()
    yield ours
    ours.listener.close()


@pytest.fixture(scope="module")
def delivered() -> Delivered:
    return Delivered()


@pytest.fixture(scope="module")
def cluster(
    jars: list[Path], addresses: Addresses, delivered: Delivered, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KafkaCluster]:
    """Three brokers and three ZooKeeper nodes."""
    logs = LogShipper(delivered.put)
    folder = tmp_path_factory.mktemp("cluster")
    clusters = Clusters(addresses=addresses, folder=folder, jars=jars, logs=logs)
    try:
        yield clusters(SPEC)
    finally:
        clusters.stop()
        logs.close()


@pytest.fixture
def separate() -> Iterator[Addresses]:
    """For clusters whose brokers are named like the shared one's."""
    ours = Addresses()
    yield ours
    ours.listener.close()


@pytest.fixture
def clusters(jars: list[Path], separate: Addresses, tmp_path: Path) -> Iterator[Clusters]:
    """At most one broker each."""
    ours = Clusters(addresses=separate, folder=tmp_path, jars=jars, max_brokers=1)
    yield ours
    ours.stop()


def admin(cluster: KafkaCluster) -> KafkaAdminClient:
    return KafkaAdminClient(bootstrap_servers=cluster.plain_bootstrap.split(","))


def create_topic(cluster: KafkaCluster, topic: str, *, copies: int = 3) -> None:
    with admin(cluster) as client:
        client.create_topics({topic: {"num_partitions": 2, "replication_factor": copies}})


def produce(cluster: KafkaCluster, topic: str, *values: str) -> None:
    """Produces with acks=all."""
    producer = KafkaProducer(bootstrap_servers=cluster.plain_bootstrap.split(","), acks="all")
    for answer in [producer.send(topic, value.encode()) for value in values]:
        answer.get(timeout=60)
    producer.close()


def consume(cluster: KafkaCluster, topic: str, count: int) -> set[str]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=cluster.plain_bootstrap.split(","),
        group_id=f"{topic}-readers",
        auto_offset_reset="earliest",
        consumer_timeout_ms=30_000,
    )
    values = {record.value.decode() for _, record in zip(range(count), consumer, strict=False)}
    consumer.close()
    return values


def property_of(cluster: KafkaCluster, broker: int, name: str) -> str:
    with admin(cluster) as client:
        asked = ConfigResource(ConfigResourceType.BROKER, str(broker), {name: None})
        found: Mapping[str, Mapping[str, str]] = client.describe_configs([asked], config_filter="all")["broker"][
            str(broker)
        ]
        return found[name]["value"]


def test_events_on_every_replica(cluster: KafkaCluster) -> None:
    create_topic(cluster, "events")
    produce(cluster, "events", "a", "b", "c")
    assert consume(cluster, "events", 3) == {"a", "b", "c"}


def test_host_names_are_as_on_msk(cluster: KafkaCluster, addresses: Addresses) -> None:
    names = [name for name in addresses.names if name.endswith(".c1.kafka.eu-west-1.amazonaws.com")]
    cluster_name = names[0].split(".", 1)[1]
    assert cluster_name.startswith("orders-dev.")
    assert cluster.bootstrap == ",".join(f"b-{broker}.{cluster_name}:9098" for broker in (1, 2, 3))
    assert cluster.zookeeper == ",".join(f"z-{number}.{cluster_name}:2181" for number in (1, 2, 3))
    assert set(cluster.programs) == {"b-1", "b-2", "b-3", "z-1", "z-2", "z-3"}


def test_host_names_resolve_to_the_brokers(cluster: KafkaCluster, addresses: Addresses) -> None:
    for name in cluster.bootstrap.split(","):
        host, _, port = name.partition(":")
        assert listens(Address(addresses.names[host], int(port)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min.insync.replicas", "2"),  # deployed
        ("unclean.leader.election.enable", "false"),  # deployed, over MSK's default
        ("offsets.topic.replication.factor", "3"),  # MSK's default
        ("offsets.topic.num.partitions", "3"),  # for a small cluster
        ("inter.broker.listener.name", "REPLICATION"),  # MSK's own
    ],
)
def test_properties_of_a_running_broker(cluster: KafkaCluster, name: str, value: str) -> None:
    assert property_of(cluster, 2, name) == value


def test_nothing_is_substituted_where_all_brokers_run(cluster: KafkaCluster) -> None:
    assert cluster.substituted == {}


def test_a_killed_broker_starts_again(cluster: KafkaCluster) -> None:
    create_topic(cluster, "crash")
    cluster.kill_node("b-2")
    produce(cluster, "crash", "while one is away")
    cluster.start_node("b-2")
    assert cluster.programs["b-2"].running
    assert consume(cluster, "crash", 1) == {"while one is away"}


def test_a_broker_on_a_full_disk_says_so(jars: list[Path], separate: Addresses, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=60) as small:
        ours = Clusters(addresses=separate, folder=small, jars=jars, max_brokers=1)
        try:
            cluster = ours(ALONE)
            create_topic(cluster, "events", copies=1)
            fill(small)
            producer = KafkaProducer(bootstrap_servers=cluster.plain_bootstrap)
            producer.send("events", b"x" * 100_000)
            broker = cluster.programs["b-1"]
            with suppress(ProgramError):  # it ends; before, it answers with errors
                broker.wait_until(lambda: disk.says_full(broker.tail(400)) or None, seconds=60)
            with suppress(KafkaError):
                producer.close(timeout=0)
            found = disk.explanation("", folders=[small], logs=[broker.log])
        finally:
            ours.stop()
        assert found
        assert "b-1.log: " in found.evidence


def test_a_killed_zookeeper_node_starts_again(cluster: KafkaCluster) -> None:
    cluster.kill_node("z-1")
    create_topic(cluster, "two-zookeepers")
    cluster.start_node("z-1")
    assert cluster.programs["z-1"].running


@pytest.mark.parametrize("node", ["b-0", "b-4", "c-1"])
def test_an_unknown_node_is_refused(cluster: KafkaCluster, node: str) -> None:
    with pytest.raises(ServerError, match=f"node must be one of .*, got {node}"):
        cluster.kill_node(node)


def test_changed_properties_reach_every_broker(cluster: KafkaCluster) -> None:
    create_topic(cluster, "before-the-change")
    produce(cluster, "before-the-change", "kept")
    cluster.change(replace(SPEC, server_properties={**DEPLOYED, "num.partitions": "6"}))
    assert [property_of(cluster, broker, "num.partitions") for broker in (1, 2, 3)] == ["6"] * 3
    assert consume(cluster, "before-the-change", 1) == {"kept"}


def test_invalid_properties_are_rolled_back(cluster: KafkaCluster) -> None:
    before = property_of(cluster, 1, "num.partitions")
    with pytest.raises(ServerError, match=r"b-1 of Orders-Dev exited: .*num\.io\.threads"):
        cluster.change(replace(SPEC, server_properties={**DEPLOYED, "num.io.threads": "0"}))
    assert property_of(cluster, 1, "num.partitions") == before
    assert all(program.running for program in cluster.programs.values())


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (replace(SPEC, brokers=2), "brokers of Orders-Dev must be 3 or more, got 2"),
        (KRAFT, r"kafka_version of Orders-Dev must keep its coordination, got 3\.9\.x\.kraft after 3\.9\.x"),
    ],
)
def test_changes_that_msk_refuses(cluster: KafkaCluster, spec: ClusterSpec, error: str) -> None:
    with pytest.raises(ServerError, match=error):
        cluster.change(spec)


def test_brokers_log_to_their_streams(cluster: KafkaCluster, delivered: Delivered) -> None:
    uuid = SPEC.arn.rpartition("/")[2]
    wanted = {("/msk/orders-dev/brokers", f"Orders-Dev-{uuid}-Broker-{broker}") for broker in (1, 2, 3)}
    assert cluster.programs
    for attempt in Retrying(stop=stop_after_delay(30), wait=wait_fixed(0.1), reraise=True):
        with attempt:
            assert set(delivered.streams) == wanted, "ZooKeeper's logs are MSK's own"


def test_a_stopped_cluster_is_removed(jars: list[Path], separate: Addresses, tmp_path: Path) -> None:
    clusters = Clusters(addresses=separate, folder=tmp_path, jars=jars)
    cluster = clusters(KRAFT)
    pids = [program.pid for program in cluster.programs.values()]
    assert set(cluster.programs) == {"c-10001", "c-10002", "c-10003", "b-1", "b-2", "b-3"}
    assert cluster.zookeeper is None
    create_topic(cluster, "kraft")
    produce(cluster, "kraft", "a")
    assert consume(cluster, "kraft", 1) == {"a"}
    cluster.stop()
    assert not [pid for pid in pids if pid and psutil.pid_exists(pid)]
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


def test_one_broker_instead_of_three(clusters: Clusters) -> None:
    cluster = clusters(replace(SPEC, kafka_version="3.7.x"))
    assert set(cluster.programs) == {"b-1", "z-1"}
    assert cluster.substituted["brokers"] == ("3", "1")
    assert cluster.substituted["min.insync.replicas"] == ("2", "1")
    assert cluster.substituted["kafka_version"] == ("3.7.x", "3.9.2")
    create_topic(cluster, "alone", copies=-1)
    produce(cluster, "alone", "a")
    assert consume(cluster, "alone", 1) == {"a"}


def test_a_prepared_cluster_is_used_if_it_is_created_as_expected(clusters: Clusters, tmp_path: Path) -> None:
    delivered = Delivered()
    logs = LogShipper(delivered.put)
    prepared = Clusters(addresses=clusters._addresses, folder=tmp_path / "own", jars=clusters._jars, logs=logs)
    try:
        prepared.prepare(replace(ALONE, log_group=None))
        _, starting = prepared._prepared[ALONE.arn]
        pids = [program.pid for program in starting.result().programs.values()]
        cluster = prepared(replace(ALONE, log_group="/msk/prepared"))
        assert [program.pid for program in cluster.programs.values()] == pids
    finally:
        prepared.stop()
        logs.close()
    [lines] = [lines for (group, _), lines in delivered.streams.items() if group == "/msk/prepared"]
    assert any("KafkaServer id=1] started" in line for line in lines), "as MSK delivers them: from the start on"


@pytest.mark.parametrize("expected", [{"log.retention.hours": "5"}, {"log.retention.hours": "a week"}])
def test_a_cluster_that_is_created_otherwise_starts_again(clusters: Clusters, expected: dict[str, str]) -> None:
    clusters.prepare(replace(ALONE, server_properties=expected, log_group=None))
    cluster = clusters(replace(ALONE, server_properties={"log.retention.hours": "7"}))
    assert property_of(cluster, 1, "log.retention.hours") == "7"
    assert len(cluster.programs) == 2


def test_a_prepared_cluster_that_does_not_start_fails_its_creation(clusters: Clusters, tmp_path: Path) -> None:
    wrong = replace(ALONE, server_properties={"log.retention.hours": "a week"})
    clusters.prepare(replace(wrong, log_group=None))
    with pytest.raises(ServerError, match=r"b-1 of Orders-Dev exited: .*log\.retention\.hours"):
        clusters(wrong)
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


def test_an_invalid_property_fails_the_start(clusters: Clusters, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"b-1 of Orders-Dev exited: .*log\.retention\.hours"):
        clusters(replace(ALONE, server_properties={"log.retention.hours": "a week"}))
    assert [path.name for path in tmp_path.iterdir()] == ["hosts"]


def test_new_brokers_join(jars: list[Path], separate: Addresses, tmp_path: Path) -> None:
    clusters = Clusters(addresses=separate, folder=tmp_path, jars=jars)
    try:
        cluster = clusters(ALONE)
        cluster.change(replace(ALONE, brokers=2))
        assert cluster.bootstrap.count("b-2.") == 1
        create_topic(cluster, "both", copies=2)
        assert property_of(cluster, 1, "default.replication.factor") == "2"
    finally:
        clusters.stop()


def test_two_rehearsals_are_isolated(clusters: Clusters, jars: list[Path], tmp_path: Path) -> None:
    others = Addresses()
    neighbours = Clusters(addresses=others, folder=tmp_path / "neighbours", jars=jars)
    try:
        ours, theirs = clusters(ALONE), neighbours(ALONE)
        assert ours.bootstrap == theirs.bootstrap, "the same names resolve to other servers"
        create_topic(ours, "ours", copies=1)
        with admin(theirs) as client:
            assert "ours" not in client.list_topics()
    finally:
        neighbours.stop()
        others.listener.close()
