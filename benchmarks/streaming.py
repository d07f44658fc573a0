"""Measures rows per second from a table to the brokers: these defaults, plain text, Debezium's defaults, schemas.

    python -m benchmarks.streaming [--rows N] [--runs N]

Each variant runs on a new worker of one MCU, with three brokers and MySQL on this machine, with IAM over TLS unless
said otherwise. First a snapshot of N rows; then the connector is stopped, N rows are written in transactions of 100,
and it is resumed. Rows per second count from the first to the last row on the brokers; bytes are those of the log
segments on all brokers.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import requests
from kafka import KafkaConsumer, TopicPartition

from benchmarks.lab import Lab, running
from modules.debezium import configuration, topics
from rehearsal.connect.connector import RunningConnector
from rehearsal.processes.background import Background

ENVIRONMENT: Final = "rehearsal"
TABLE: Final = "shop.orders"
ROWS_OF_A_TRANSACTION: Final = 100
_POLL_SECONDS: Final = 0.02
_TIMEOUT_SECONDS: Final = 120
_CREATE: Final = f"""
    CREATE TABLE {TABLE} (
        id BIGINT PRIMARY KEY AUTO_INCREMENT, customer_id INT NOT NULL, status VARCHAR(20) NOT NULL,
        total DECIMAL(10, 2) NOT NULL, address VARCHAR(120) NOT NULL, note VARCHAR(200),
        created_at DATETIME(3) NOT NULL, updated_at TIMESTAMP(3) NOT NULL)"""
_ROW: Final = """
    FLOOR(RAND() * 100000), ELT(1 + FLOOR(RAND() * 4), 'placed', 'paid', 'shipped', 'returned'), RAND() * 1000,
    CONCAT(FLOOR(RAND() * 900), ' ', MD5(RAND()), ' Street'), CONCAT('Leave it at the door, code ', MD5(RAND())),
    NOW(3), NOW(3)"""
_NAMES: Final = "customer_id, status, total, address, note, created_at, updated_at"
# The properties that Debezium requires; the others keep its defaults.
_REQUIRED: Final = (
    "connector.class",
    "tasks.max",
    "database.hostname",
    "database.port",
    "database.user",
    "database.password",
    "database.server.id",
    "database.ssl.mode",
    "database.include.list",
    "table.include.list",
    "topic.prefix",
    "topic.creation.default.replication.factor",
    "topic.creation.default.partitions",
    "schema.history.internal.kafka.topic",
    "schema.history.internal.kafka.bootstrap.servers",
    *(
        f"schema.history.internal.{client}.{key}"
        for client in ("producer", "consumer")
        for key in configuration.IAM_CLIENT
    ),
)


@dataclass(frozen=True)
class Variant:
    """``connector`` and ``worker`` return properties, given those of a deployment.

    ``iam``: clients use IAM over TLS. ``observed``: a rehearsal's observers log each record.
    """

    name: str
    connector: Callable[[Mapping[str, str]], dict[str, str]]
    worker: Callable[[Mapping[str, str]], dict[str, str]]
    iam: bool = True
    observed: bool = False


def _required(deployed: Mapping[str, str]) -> dict[str, str]:
    return {key: deployed[key] for key in _REQUIRED}


def _untuned(deployed: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in deployed.items() if not key.startswith("producer.")}


def _with_schemas(deployed: Mapping[str, str]) -> dict[str, str]:
    return _untuned(deployed) | dict.fromkeys(
        ("key.converter.schemas.enable", "value.converter.schemas.enable"), "true"
    )


DEFAULTS: Final = Variant("Debezium's and Connect's defaults", _required, _untuned)
VARIANTS: Final = (
    Variant("this project's defaults", dict, dict),
    Variant("… without IAM and TLS", dict, dict, iam=False),
    Variant("… with a rehearsal's observers", dict, dict, observed=True),
    DEFAULTS,
    Variant("… and JSON with schemas", _required, _with_schemas),
)


@dataclass(frozen=True)
class Speed:
    """Rows per second, and bytes per row on all brokers together."""

    rows: float
    bytes: float


class Topic:
    """The topic of the measured table, as the brokers have it."""

    def __init__(self, lab: Lab, prefix: str) -> None:
        self.name = f"{prefix}.{TABLE}"
        self._lab = lab
        self._partitions = [TopicPartition(self.name, number) for number in range(lab.connector.topics.partitions)]

    def speed(self, rows: int) -> Speed:
        """Waits for ``rows`` more rows."""
        with KafkaConsumer(bootstrap_servers=self._lab.cluster.plain_bootstrap.split(",")) as client:
            before, weight = self._count(client), self._bytes()
            seen, first = self._until(client, before + 1)
            _, last = self._until(client, before + rows)
        time.sleep(1)  # until the followers have it too
        return Speed((before + rows - seen) / (last - first), (self._bytes() - weight) / rows)

    def _until(self, client: KafkaConsumer, count: int) -> tuple[int, float]:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while (seen := self._count(client)) < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"{self.name} has {seen} of {count} rows after {_TIMEOUT_SECONDS} s")
            time.sleep(_POLL_SECONDS)
        return seen, time.monotonic()

    def _count(self, client: KafkaConsumer) -> int:
        if self.name not in client.topics():
            return 0
        return sum(client.end_offsets(self._partitions).values())

    def _bytes(self) -> int:
        return sum(segment.stat().st_size for segment in self._lab.folder.glob(f"kafka/**/{self.name}-*/*.log"))


def measured(lab: Lab, variant: Variant, prefix: str, rows: int) -> tuple[Speed, Speed]:
    """The speed of the snapshot, and of streaming."""
    fill(lab, rows)
    there = lab.connector.topics.model_copy(update={"prefix": prefix})
    deployed = lab.deployed(lab.connector.model_copy(update={"topics": there}))
    worker = configuration.worker_properties(region=lab.environment.region, offset_topic=topics.offset_topic(prefix))
    topic = Topic(lab, prefix)
    snapshot = Background(partial(topic.speed, rows))
    connector = lab.start(
        prefix, variant.connector(deployed), variant.worker(worker), signed=variant.iam, observed=variant.observed
    )
    try:
        read = snapshot.result()
        ask(connector, "stop")
        insert(lab, rows)
        streaming = Background(partial(topic.speed, rows))
        ask(connector, "resume")
        return read, streaming.result()
    finally:
        connector.stop()


def ask(connector: RunningConnector, what: str) -> None:
    """Kafka Connect's ``stop`` ends the task; ``resume`` starts it from the committed offset."""
    requests.put(f"{connector.rest.url}/connectors/{connector.name}/{what}", timeout=10).raise_for_status()
    if what == "stop":
        while (status := connector.rest.status(connector.name)) is None or status.tasks:
            time.sleep(_POLL_SECONDS)


def fill(lab: Lab, rows: int) -> None:
    """Creates the table again, with ``rows`` rows."""
    with lab.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {TABLE.partition('.')[0]}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(_CREATE)
    insert(lab, rows)


def insert(lab: Lab, rows: int) -> None:
    """Inserts ``rows`` rows in transactions of 100."""
    values = ", ".join([f"({_ROW})"] * ROWS_OF_A_TRANSACTION)
    with lab.database.connect() as connection, connection.cursor() as cursor:
        for _ in range(rows // ROWS_OF_A_TRANSACTION):
            cursor.execute(f"INSERT INTO {TABLE} ({_NAMES}) VALUES {values}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", action="append", metavar="TEXT", help="only variants whose name has this text")
    arguments = parser.parse_args()
    variants = [one for one in VARIANTS if any(text in one.name for text in arguments.only or [""])]
    figures: dict[str, list[tuple[Speed, Speed]]] = defaultdict(list)
    with running(ENVIRONMENT) as lab:
        for run in range(arguments.runs + 1):
            for number, variant in enumerate(variants):
                speeds = measured(lab, variant, f"run{run}-{number}", arguments.rows)
                if run:  # the first warms up: class data, pages
                    figures[variant.name].append(speeds)
    show(figures)


def show(figures: Mapping[str, Sequence[tuple[Speed, Speed]]]) -> None:
    """Medians, and their ratio to Debezium's defaults, or to the first variant that ran."""
    rows = {name: [median(speeds, phase) for phase in (0, 1)] for name, speeds in figures.items()}
    base = rows.get(DEFAULTS.name) or next(iter(rows.values()))
    print(f"{'':36}{'snapshot rows/s':>22}{'streaming rows/s':>22}{'bytes a row':>14}")
    for name, (snapshot, streaming) in rows.items():
        print(
            f"{name:36}{snapshot.rows:14,.0f} {snapshot.rows / base[0].rows:6.2f}x"
            f"{streaming.rows:14,.0f} {streaming.rows / base[1].rows:6.2f}x{streaming.bytes:14,.0f}"
        )


def median(speeds: Sequence[tuple[Speed, Speed]], phase: int) -> Speed:
    return Speed(
        statistics.median(speed[phase].rows for speed in speeds),
        statistics.median(speed[phase].bytes for speed in speeds),
    )


if __name__ == "__main__":
    main()
