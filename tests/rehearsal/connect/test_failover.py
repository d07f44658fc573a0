"""The database goes away while a connector streams: what means "not now" is retried, what is final stays final."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from tenacity import retry, stop_after_delay, wait_fixed

from modules.self_healing import causes
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect.connector import RunningConnector
from tests.rehearsal.connect.lab import Lab, running
from tests.rehearsal.connect.proxy import Proxy

WAIT_SECONDS = 15
# As deployed, but for the waits.
SOONER = {
    "retriable__restart__connector__wait__ms": str(WAIT_SECONDS * 1000),
    "connect__keep__alive__interval__ms": "4000",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("failover")) as servers:
        yield servers


@pytest.fixture(scope="module")
def proxy(lab: Lab) -> Iterator[Proxy]:
    with Proxy(lab.servers.addresses.same_host(lab.database.address, 3307), lab.database.address) as started:
        yield started


@pytest.fixture(scope="module")
def connector(lab: Lab, proxy: Proxy) -> Iterator[RunningConnector]:
    started = lab.connectors(lab.configured(database__port=str(proxy.address.port), **SOONER))
    lab.settle()
    yield started
    started.stop()


def failed(connector: RunningConnector) -> str:
    status = connector.rest.status(connector.name)
    return status.failed.trace if status and status.failed else ""


def insert(lab: Lab, name: str) -> None:
    lab.sql(f"INSERT INTO shop.customers (name) VALUES ('{name}')")


def test_an_orderly_shutdown_is_survived(lab: Lab, connector: RunningConnector) -> None:
    """As in a failover or a patch; the server is away for as long as Debezium's default wait."""
    offsets = connector.workers.log_offsets()
    insert(lab, "before")
    lab.wait_for("c", "before")
    lab.database.stop()
    wait_for_line(connector, offsets, "Going to restart connector after")
    lab.database.start()
    insert(lab, "after")
    lab.wait_for("c", "after")
    log = connector.workers.log_since(offsets)
    assert "Failed to read next byte" in log
    assert log.count("Retry 1 of unlimited retries") == 1, log
    assert not failed(connector)


def test_a_reset_connection_is_opened_again(lab: Lab, connector: RunningConnector, proxy: Proxy) -> None:
    proxy.reset()
    insert(lab, "reset")
    lab.wait_for("c", "reset")
    assert not failed(connector)


def test_a_network_that_loses_every_packet_is_survived(lab: Lab, connector: RunningConnector, proxy: Proxy) -> None:
    offsets = connector.workers.log_offsets()
    proxy.hold()
    insert(lab, "held")
    wait_for_line(connector, offsets, "Keepalive: Trying to restore lost connection")
    assert ("c", "held") not in lab.events()
    proxy.forward()
    lab.wait_for("c", "held")
    assert not failed(connector)


def test_a_purged_binlog_stays_final(lab: Lab) -> None:
    """Until a snapshot when it is needed reads what is there; with the mode before it goes on."""
    target, topic = lab.database.address, TopicPartition("late.shop.customers", 0)
    with Proxy(lab.servers.addresses.same_host(target, 3308), target) as proxy:
        port = {"database.port": str(proxy.address.port)}
        late = lab.another("late")
        spec = replace(late, configuration={**late.configuration, **port})
        with streaming(lab, spec, topic) as connector:
            offsets = connector.workers.log_offsets()
            proxy.refuse()
            proxy.end()
            purge(lab)
            proxy.listen()
            wait_for_failure(connector)
            assert "Error code: 1236" in failed(connector)
            assert "Retry" not in connector.workers.log_since(offsets)
            assert "binlog position" in final_cause(connector, offsets)
            connector.change(with_mode(spec, "when_needed"))
            lab.wait_for("r", "lost", topic)
            connector.change(spec)
            insert(lab, "after the purge")
            lab.wait_for("c", "after the purge", topic)


@contextmanager
def streaming(lab: Lab, spec: ConnectorSpec, topic: TopicPartition) -> Iterator[RunningConnector]:
    """A connector of one test, as other tests end what it needs."""
    started = lab.connectors(spec)
    try:
        lab.settle(topic)
        yield started
    finally:
        started.stop()


def test_a_lost_schema_history_is_final_until_it_is_recovered(lab: Lab) -> None:
    spec, topic = lab.another("history"), TopicPartition("history.shop.customers", 0)
    with streaming(lab, spec, topic) as connector:
        offsets = connector.workers.log_offsets()
        delete_topic(lab, "schema-history.history")
        with pytest.raises(ServerError):
            connector.restart()
        assert "schema history topic" in final_cause(connector, offsets)
        insert(lab, "while its history was lost")
        for mode in ("recovery", "initial"):
            connector.change(with_mode(spec, mode))
        lab.wait_for("c", "while its history was lost", topic)


def test_lost_offsets_end_in_a_new_snapshot(lab: Lab) -> None:
    """Of a row that was written and changed before it, the last state arrives."""
    spec, topic = lab.another("offsets"), TopicPartition("offsets.shop.customers", 0)
    with streaming(lab, spec, topic) as connector:
        insert(lab, "kept")
        lab.wait_for("c", "kept", topic)
        connector.workers.stop()
        delete_topic(lab, "dev-offsets-offsets")
        insert(lab, "first")
        lab.sql("UPDATE shop.customers SET name = 'last' WHERE name = 'first'")
        connector.workers.start(workers=1, mcu=1)
        for name in ("kept", "last"):
            lab.wait_for("r", name, topic)
        insert(lab, "after the snapshot")
        lab.wait_for("c", "after the snapshot", topic)
        assert "first" not in [name for _, name in lab.events(topic)]


def final_cause(connector: RunningConnector, offsets: Mapping[Path, int]) -> str:
    """As the function that restarts failed tasks finds it in the worker's log."""
    return causes.final_cause((0, line) for line in connector.workers.log_since(offsets).splitlines())


def with_mode(spec: ConnectorSpec, mode: str) -> ConnectorSpec:
    return replace(spec, configuration={**spec.configuration, "snapshot.mode": mode})


def delete_topic(lab: Lab, name: str) -> None:
    with KafkaAdminClient(bootstrap_servers=lab.cluster.plain_bootstrap.split(",")) as admin:
        admin.delete_topics([name])


def purge(lab: Lab) -> None:
    """All logs but the last; the server keeps what another connector still reads."""
    lab.sql("FLUSH BINARY LOGS")
    insert(lab, "lost")
    lab.sql("FLUSH BINARY LOGS")
    with lab.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW BINARY LOGS")
        last = str(cursor.fetchall()[-1][0])
        cursor.execute("PURGE BINARY LOGS TO %s", (last,))


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
def wait_for_failure(connector: RunningConnector) -> None:
    assert failed(connector)


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
def wait_for_line(connector: RunningConnector, offsets: Mapping[Path, int], line: str) -> None:
    assert line in connector.workers.log_since(offsets)
