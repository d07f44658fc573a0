"""A database that is written to all the time: its first snapshot and what comes after it miss no row."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kafka import KafkaConsumer, TopicPartition
from tenacity import retry, stop_after_delay, wait_fixed

from tests.rehearsal.connect.lab import Lab, running

WRITERS = 4
TOPIC = TopicPartition("busy.shop.orders", 0)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("busy")) as servers:
        yield servers


@contextmanager
def written(lab: Lab) -> Iterator[None]:
    """Rows are inserted as fast as the server takes them, each in a transaction of its own."""
    stop = threading.Event()

    def write() -> None:
        with lab.database.connect("shop") as connection, connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("INSERT INTO orders VALUES ()")

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def ids(lab: Lab) -> set[int]:
    with lab.database.connect("shop") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orders")
        return {row[0] for row in cursor.fetchall()}


class Reader:
    """The events so far: ``seen`` are the rows, ``streamed`` of them those that changed after the snapshot."""

    def __init__(self, consumer: KafkaConsumer) -> None:
        self.seen: set[int] = set()
        self.streamed: set[int] = set()
        self._consumer = consumer
        consumer.assign([TOPIC])

    def poll(self) -> None:
        for records in self._consumer.poll(timeout_ms=500).values():
            for event in (json.loads(record.value) for record in records):
                self.seen.add(event["after"]["id"])
                if event["op"] == "c":
                    self.streamed.add(event["after"]["id"])

    @retry(stop=stop_after_delay(90), wait=wait_fixed(0), reraise=True)
    def until_streamed(self, last: int = 0) -> None:
        self.poll()
        assert max(self.streamed, default=0) >= max(last, 1)


def test_no_row_is_lost_between_the_snapshot_and_the_stream(lab: Lab) -> None:
    lab.sql("CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT)")
    with KafkaConsumer(
        bootstrap_servers=lab.cluster.plain_bootstrap.split(","), auto_offset_reset="earliest"
    ) as consumer:
        reader = Reader(consumer)
        with written(lab):
            connector = lab.connectors(lab.another("busy"))
            try:
                reader.until_streamed()
            except BaseException:
                connector.stop()
                raise
        try:
            rows = ids(lab)
            reader.until_streamed(max(rows))
        finally:
            connector.stop()
    assert rows - reader.seen == set()
