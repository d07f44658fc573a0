"""A broker, a database and the plugin for connectors to run on, and what happens there."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from cdc.plugin import building
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, Lock, load
from modules.artifacts.sources import sources
from modules.debezium import configuration
from modules.environment.environment import Environment
from rehearsal.aws.backends import ClusterSpec, ConnectorSpec
from rehearsal.connect.connectors import Connectors
from rehearsal.connect.metrics import Datum, Metrics
from rehearsal.database.mysql import Database
from rehearsal.kafka.cluster import Clusters, KafkaCluster
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import Addresses
from tests.needs import missing
from tests.rehearsal.database.databases import server
from tests.rehearsal.iam.enforcing import Iam, enforcing
from tests.synthesized import document

REGION = "eu-west-1"
HOST = f"shop.cluster-abc.{REGION}.rds.amazonaws.com"
SECRET = "cdc/shop"
# All that a properties file would read as something else.
PASSWORD = " p\\a=s: s#!é"
CUSTOMERS = TopicPartition("shop.shop.customers", 0)


@dataclass
class Lab:
    """Servers, and the ``spec`` of a connector that runs on them; ``published`` are its metrics."""

    addresses: Addresses
    cluster: KafkaCluster
    database: Database
    connectors: Connectors
    spec: ConnectorSpec
    folder: Path
    secrets: dict[str, dict[str, str]]
    published: list[Datum] = field(default_factory=list)
    iam: Iam | None = None

    def sql(self, *statements: str) -> None:
        with self.database.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def configured(self, **properties: str) -> ConnectorSpec:
        """``spec`` with other properties; ``__`` stands for a dot."""
        changed = {key.replace("__", "."): value for key, value in properties.items()}
        return replace(self.spec, configuration={**self.spec.configuration, **changed})

    def events(self) -> list[tuple[str, str]]:
        """Operation and name of every event about customers so far."""
        found: list[Mapping[str, Any]] = []
        with KafkaConsumer(
            bootstrap_servers=self.cluster.inspection.split(","), auto_offset_reset="earliest"
        ) as reader:
            reader.assign([CUSTOMERS])
            end = reader.end_offsets([CUSTOMERS])[CUSTOMERS]
            while reader.position(CUSTOMERS) < end:
                for records in reader.poll(timeout_ms=1000).values():
                    found += [json.loads(record.value) for record in records]
        return [(event["op"], event["after"]["name"]) for event in found]

    @retry(retry=retry_if_exception_type(AssertionError), stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
    def wait_for(self, operation: str, name: str) -> None:
        """Until there is an event of this kind about this customer."""
        assert (operation, name) in self.events()


@contextmanager
def running(folder: Path, *, enforced: bool = False) -> Iterator[Lab]:
    """With IAM ``enforced`` the role of every connector is to be made first: see iam_lab."""
    lock = load()
    order = building.Order(lock, "debezium-mysql", without=["msk-config-providers"])
    paths = _fetched(lock, order)
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        jars = pinned_files.jars(lock, pinned_files.KAFKA, paths)
        iam = ending.enter_context(enforcing(folder, addresses, jars, paths[_compiler(lock)])) if enforced else None
        access = iam.enforcement.access if iam else None
        clusters = Clusters(addresses=addresses, folder=_made(folder / "kafka"), jars=jars, limit=1, access=access)
        ending.callback(clusters.stop)
        cluster = clusters(_cluster())
        if iam:
            iam.hosts += cluster.hosts
        address = addresses.allocate(3306, name=HOST)
        database = ending.enter_context(Database(folder=_made(folder / "mysql"), address=address, server=server()))
        database.create_user("cdc", PASSWORD)
        published: list[Datum] = []
        metrics = Metrics(lambda _, data: published.extend(data), seconds=0.5)
        ending.callback(metrics.close)
        secrets = {SECRET: {"username": "cdc", "password": PASSWORD}}
        connectors = Connectors(
            addresses=addresses,
            folder=_made(folder / "connect"),
            jars=pinned_files.jars(lock, pinned_files.CONNECT, paths),
            secrets=secrets.__getitem__,
            metrics=metrics,
            signing=iam.enforcement.signing if iam else None,
        )
        archive = building.built(order, paths, folder / "debezium-mysql.zip").path
        spec = _spec(cluster.bootstrap, archive)
        lab = Lab(addresses, cluster, database, connectors, spec, folder / "connect", secrets, published, iam)
        lab.sql(
            "CREATE DATABASE shop",
            "CREATE TABLE shop.customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50))",
            "INSERT INTO shop.customers (name) VALUES ('Ada')",
        )
        yield lab


def _fetched(lock: Lock, order: building.Order) -> dict[File, Path]:
    files = (*pinned_files.files(lock, pinned_files.KAFKA, pinned_files.CONNECT, pinned_files.COMPILER), *order.files)
    try:
        return fetch(files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache())
    except FetchErrors as error:
        missing(str(error))


def _compiler(lock: Lock) -> File:
    return lock.sets[pinned_files.COMPILER].files[0]


def _cluster() -> ClusterSpec:
    return ClusterSpec(
        name="lab",
        arn=f"arn:aws:kafka:{REGION}:123456789012:cluster/lab/6f1c2f4e-0000-4000-8000-000000000000-2",
        region=REGION,
        kafka_version="3.9.x.kraft",
        brokers=1,
        server_properties={},
    )


def _spec(bootstrap: str, archive: Path) -> ConnectorSpec:
    """As the development example's connector is deployed."""
    content = document("dev")
    content["connectors"]["shop"]["signals"] = {"topic": "shop-signals"}
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
        worker_configuration=configuration.worker_properties(region=REGION, offset_topic="dev-shop-offsets"),
        mcu=1,
        workers=1,
        role_arn="arn:aws:iam::123456789012:role/dev-shop-worker",
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
