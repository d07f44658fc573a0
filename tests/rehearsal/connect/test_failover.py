"""The database goes away while a connector streams: what means "not now" is retried, what is final stays final."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import TopicPartition
from tenacity import retry, stop_after_delay, wait_fixed

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


def test_a_purged_binlog_stays_final(lab: Lab) -> None:
    target = lab.database.address
    with Proxy(lab.servers.addresses.same_host(target, 3308), target) as proxy:
        port = {"database.port": str(proxy.address.port)}
        late = lab.another("late")
        connector = lab.connectors(replace(late, configuration={**late.configuration, **port}))
        try:
            lab.settle(TopicPartition("late.shop.customers", 0))
            offsets = connector.workers.log_offsets()
            proxy.refuse()
            proxy.end()
            purge(lab)
            proxy.listen()
            wait_for_failure(connector)
            assert "Error code: 1236" in failed(connector)
            assert "Retry" not in connector.workers.log_since(offsets)
        finally:
            connector.stop()


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
