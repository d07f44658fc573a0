"""A broker, a database and the plugin, for tests that run connectors."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from cdc.plugin import building
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, load
from modules.artifacts.sources import sources
from modules.debezium import configuration
from modules.environment.environment import Environment
from rehearsal import lab
from rehearsal.aws.backends import ClusterSpec, ConnectorSpec
from rehearsal.connect.connectors import Connectors
from rehearsal.connect.metrics import Datum, Metrics
from rehearsal.database.mysql import Database
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.kafka.cluster import KafkaCluster
from tests.needs import missing
from tests.rehearsal.database.databases import server
from tests.rehearsal.iam.lab import jars
from tests.synthesized import Document, changed, document

REGION = "eu-west-1"
HOST = f"shop.cluster-abc.{REGION}.rds.amazonaws.com"
SECRET = "cdc/shop"
# All that a properties file would read as something else.
PASSWORD = " p\\a=s: s#!é"
FLUSH_SECONDS = 0.5
CUSTOMERS = TopicPartition("shop.shop.customers", 0)
CLUSTER = ClusterSpec(
    name="lab",
    arn=f"arn:aws:kafka:{REGION}:123456789012:cluster/lab/6f1c2f4e-0000-4000-8000-000000000000-2",
    region=REGION,
    kafka_version="3.9.x.kraft",
    brokers=1,
    server_properties={},
)


@dataclass(frozen=True)
class Lab:
    """``connectors`` of ``servers``, and the ``spec`` of one; ``published`` are its metrics."""

    servers: lab.LabServers
    connectors: Connectors
    spec: ConnectorSpec
    secrets: dict[str, dict[str, str]]
    published: list[Datum]

    @property
    def folder(self) -> Path:
        """Where connectors keep their files."""
        return self.servers.folder / "connect"

    @property
    def cluster(self) -> KafkaCluster:
        return self.servers.cluster

    @property
    def database(self) -> Database:
        return self.servers.database

    def sql(self, *statements: str) -> None:
        with self.database.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def configured(self, **properties: str) -> ConnectorSpec:
        """``spec`` with other properties; ``__`` stands for a dot."""
        other = {key.replace("__", "."): value for key, value in properties.items()}
        return replace(self.spec, configuration={**self.spec.configuration, **other})

    def another(self, name: str, **changes: Any) -> ConnectorSpec:
        """A connector of its own name, topics and server id; ``changes`` are those of its environment."""
        content = changed(
            document("dev"),
            connectors__shop__topics__prefix=name,
            connectors__shop__source__server_id=7000 + sum(map(ord, name)),
            connectors__shop__signals=None,
            **changes,
        )
        made = spec(self.cluster.bootstrap, self.spec.archive, content)
        worker = {**made.worker_configuration, "offset.storage.topic": f"dev-{name}-offsets"}
        arn = made.arn.replace("dev-shop", f"dev-{name}")
        return replace(made, name=f"dev-{name}", arn=arn, worker_configuration=worker)

    def records(self, topic: str) -> list[Any]:
        """What the one partition of ``topic`` has so far; none where it is missing."""
        found: list[Any] = []
        partition = TopicPartition(topic, 0)
        bootstrap = self.cluster.plain_bootstrap.split(",")
        with KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as reader:
            if not reader.partitions_for_topic(topic):
                return []
            reader.assign([partition])
            end = reader.end_offsets([partition])[partition]
            while reader.position(partition) < end:
                for records in reader.poll(timeout_ms=1000).values():
                    found += records
        return found

    def messages(self, topic: str) -> list[Any]:
        """The content of ``records`` but tombstones."""
        return [json.loads(record.value) for record in self.records(topic) if record.value]

    def rows(self, topic: str) -> list[tuple[str, Any]]:
        """Operation and row of each event in ``topic`` so far."""
        return [(event["op"], event["after"]) for event in self.messages(topic)]

    def events(self, topic: TopicPartition = CUSTOMERS) -> list[tuple[str, str]]:
        """Operation and name of every event about customers so far."""
        return [(operation, row["name"]) for operation, row in self.rows(topic.topic)]

    @retry(retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
    def wait_for(self, operation: str, name: str, topic: TopicPartition = CUSTOMERS) -> None:
        """Waits for an event of this operation about this customer."""
        assert (operation, name) in self.events(topic)

    def settle(self, topic: TopicPartition = CUSTOMERS) -> None:
        """Waits until the connector streams, and has committed an offset after its snapshot.

        It is healthy sooner, and what is inserted then may still be in the snapshot.
        """
        self.wait_for("r", "Ada", topic)
        self.sql("INSERT INTO shop.customers (name) VALUES ('Settled')")
        self.wait_for("c", "Settled", topic)
        time.sleep(2 * FLUSH_SECONDS)


@contextmanager
def running(
    folder: Path,
    *,
    enforced: bool = False,
    observed: bool = False,
    authority: CertificateAuthority | None = None,
    objects: Mapping[tuple[str, str], bytes] = MappingProxyType({}),
) -> Iterator[Lab]:
    """With IAM ``enforced`` the role of every connector must be created first: see ``lab.Iam``.

    If ``observed``, workers log each source record. ``authority`` signs the database's certificate, else it does so
    itself; ``objects`` are those of S3, by bucket and key.
    """
    order = building.Order(load(), "debezium-mysql", without=["msk-config-providers"])
    published: list[Datum] = []
    secrets = {SECRET: {"username": "cdc", "password": PASSWORD}}
    with ExitStack() as ending:
        metrics = Metrics(lambda _, data: published.extend(data), seconds=0.5)
        certificate = authority.write_keystore(folder / "database.pem", HOST) if authority else None
        running = lab.running(
            folder,
            jars(),
            cluster=CLUSTER,
            mysql=server(),
            host=HOST,
            enforced=enforced,
            certificate=certificate,
        )
        servers = ending.enter_context(running)
        ending.callback(metrics.close)
        servers.database.create_user("cdc", PASSWORD)
        archive = building.built(order, _fetched(order), folder / "debezium-mysql.zip").path
        connectors = servers.connectors(
            secrets.__getitem__, metrics=metrics, observed=observed, objects=lambda *path: objects[path]
        )
        started = Lab(servers, connectors, _spec(servers.cluster.bootstrap, archive), secrets, published)
        started.sql(
            "CREATE DATABASE shop",
            "CREATE TABLE shop.customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50))",
            "INSERT INTO shop.customers (name) VALUES ('Ada')",
        )
        yield started


def _fetched(order: building.Order) -> dict[File, Path]:
    try:
        return fetch(order.files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache())
    except FetchErrors as error:
        missing(str(error))


def _spec(bootstrap: str, archive: Path) -> ConnectorSpec:
    """As the development example's connector is deployed."""
    content = document("dev")
    content["connectors"]["shop"]["signals"] = {"topic": "shop-signals"}
    return spec(bootstrap, archive, content)


def spec(bootstrap: str, archive: Path, content: Document) -> ConnectorSpec:
    """As the connector shop of a development environment is deployed."""
    config = Environment(name="dev", **content).connectors["shop"]
    connection = configuration.connection_properties(config, hostname=HOST, port="3306", bootstrap=bootstrap)
    return ConnectorSpec(
        name="dev-shop",
        arn=f"arn:aws:kafkaconnect:{REGION}:123456789012:connector/dev-shop/3f9a1c00-0000-4000-8000-000000000000-4",
        region=REGION,
        kafkaconnect_version="3.7.x",
        bootstrap=bootstrap,
        archive=archive,
        configuration=configuration.connector_properties(config) | connection,
        worker_configuration={
            **configuration.worker_properties(config, region=REGION, offset_topic="dev-shop-offsets"),
            "offset.flush.interval.ms": f"{FLUSH_SECONDS * 1000:.0f}",
        },
        mcu=1,
        workers=1,
        role_arn="arn:aws:iam::123456789012:role/dev-shop-worker",
    )
