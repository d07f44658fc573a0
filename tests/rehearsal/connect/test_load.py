"""Under load: a snapshot of a database that is written to, and wide rows that the brokers do not take."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kafka import KafkaConsumer, TopicPartition
from tenacity import retry, stop_after_delay, wait_fixed

from rehearsal.connect.substitutions import HEAP_PER_MCU
from rehearsal.processes.programs import Program
from tests.rehearsal.connect.lab import Lab, running
from tests.rehearsal.database.databases import answers

WRITERS = 4
TOPIC = TopicPartition("busy.shop.orders", 0)
WIDE_ROWS, UPDATES = 52, 2
BINLOG_MIB = WIDE_ROWS * (1 + 2 * UPDATES)
# One letter that is not of Latin-1, so that the heap has two bytes for each other letter.
WIDE = "CONCAT('€', REPEAT('x', 1048573))"
MOST_BYTES = 4 << 20
BLOCKED = "Sending to client"


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


@contextmanager
def paused(program: Program) -> Iterator[None]:
    assert program.pid
    os.kill(program.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(program.pid, signal.SIGCONT)


def test_wide_rows_do_not_take_all_memory_of_a_worker(lab: Lab) -> None:
    """Brokers take nothing, and there is more to read than the heap holds: without the limit the worker ends."""
    assert 2 * BINLOG_MIB > HEAP_PER_MCU
    lab.sql("CREATE DATABASE wide", "CREATE TABLE wide.documents (id INT PRIMARY KEY, n INT, body LONGTEXT)")
    sizes = {"connectors__shop__topics__max_message_bytes": MOST_BYTES}
    connector = lab.connectors(lab.another("wide", connectors__shop__source__tables=["wide.*"], **sizes))
    try:
        [worker] = connector.workers.programs
        pid = worker.pid
        with paused(lab.cluster.programs["b-1"]):
            before = bytes_sent(lab)
            write_wide_rows(lab)
            wait_until_blocked(lab)
            assert bytes_sent(lab) - before < BINLOG_MIB << 20
        wait_for_wide_rows(lab)
        assert (worker.pid, worker.running) == (pid, True)
    finally:
        connector.stop(at_once=True)


def write_wide_rows(lab: Lab) -> None:
    """An update has the row before and after it."""
    values = ", ".join(f"({number}, 0, {WIDE})" for number in range(WIDE_ROWS))
    lab.sql(f"INSERT INTO wide.documents VALUES {values}", *["UPDATE wide.documents SET n = n + 1"] * UPDATES)


@retry(stop=stop_after_delay(90), wait=wait_fixed(0.2), reraise=True)
def wait_until_blocked(lab: Lab) -> None:
    """The reader has read no more for a second, and the server has more for it."""
    before = bytes_sent(lab)
    time.sleep(1)
    assert bytes_sent(lab) - before < 1 << 16
    readers = [row for row in answers(lab.database, "SHOW PROCESSLIST") if str(row[4]).startswith("Binlog Dump")]
    assert [row[6] for row in readers] == [BLOCKED]


def bytes_sent(lab: Lab) -> int:
    [(_, value)] = answers(lab.database, "SHOW GLOBAL STATUS LIKE 'Bytes_sent'")
    return int(str(value))


def wait_for_wide_rows(lab: Lab) -> None:
    """Of each row its insert and every update."""
    received: Counter[int] = Counter()
    deadline = time.monotonic() + 90
    bootstrap = lab.cluster.plain_bootstrap.split(",")
    with KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("wide.wide.documents", 0)])
        while received.total() < WIDE_ROWS * (1 + UPDATES) and time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=500).values():
                received.update(json.loads(record.key)["id"] for record in records)
    assert received == dict.fromkeys(range(WIDE_ROWS), 1 + UPDATES)
