"""Connectors whose events have a format of a registry: Glue's with IAM enforced, Apicurio's behind TLS and a login."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from kafka import KafkaConsumer, TopicPartition

from cdc.aws import Aws
from cdc.operate.connectors import Place
from cdc.operate.events.decoding import Formats
from cdc.plugin import building
from modules.artifacts import zip_parts
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import File, load
from modules.artifacts.sources import sources
from modules.debezium import configuration, topics
from modules.debezium.formats import PARTS, Registry
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.iam import client_policies, registry_policies
from modules.iam.client_policies import ClusterArns
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.decoder import Decoded
from rehearsal.connect.registries import Registries
from rehearsal.lab import Iam
from rehearsal.processes import pinned_files
from rehearsal.registry.gateway import Gateway, Login
from rehearsal.registry.server import PORT, SET, RegistryServer
from tests.needs import missing
from tests.rehearsal.connect.lab import HOST, PASSWORD, REGION, SECRET, Lab, running
from tests.synthesized import document

ACCOUNT: Final = "123456789012"
DEPLOYMENT: Final = Deployment("dev", REGION, "aws", ACCOUNT)
NAME: Final = "cdc"
NUMBERS: Final = count(1)
URL: Final = "https://registry.example.internal:8081"
RANGE: Final = "10.9.8.0/24"
LOGIN: Final = Login("registry", "p a:s=s#!")
LOGIN_SECRET: Final = "cdc/registry"
SECONDS: Final = 60
EXTRA: Final = Path(__file__).parents[1] / "plugin" / "extra.lock.toml"


@dataclass(frozen=True)
class World:
    """A cluster, a database and both registries."""

    lab: Lab
    iam: Iam
    server: RegistryServer
    gateway: Gateway
    folder: Path

    def glue(self) -> Any:
        return self.iam.client("glue", REGION)


@contextmanager
def worlds(folder: Path) -> Iterator[World]:
    """``folder`` gets all files."""
    lock = load()
    try:
        paths = fetch(lock.sets[SET].files, sources=sources([]), cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    (own := folder / "lab").mkdir()
    with running(own, enforced=True) as lab:
        assert lab.servers.iam
        [archive] = pinned_files.fetched(lock, SET, paths)
        addresses, authority = lab.servers.addresses, lab.servers.iam.enforcement.authority
        server = RegistryServer(archive, folder=folder / "registry", address=addresses.allocate(PORT))
        certificate = authority.write_keystore(folder / "registry.pem", (address := addresses.allocate(PORT)).host)
        gateway = Gateway(server, address, login=lambda: LOGIN, certificate=certificate)
        try:
            server.start()
            gateway.start()
            world = World(lab, lab.servers.iam, server, gateway, folder)
            manager = lab.servers.iam.client("secretsmanager", REGION)
            manager.create_secret(Name=SECRET, SecretString=json.dumps({"username": "cdc", "password": PASSWORD}))
            manager.create_secret(Name=LOGIN_SECRET, SecretString=json.dumps(LOGIN._asdict()))
            lab.secrets[LOGIN_SECRET] = LOGIN._asdict()
            world.glue().create_registry(RegistryName=NAME)
            yield world
        finally:
            gateway.stop()
            server.kill()


def archive(kind: str, folder: Path) -> Path:
    """The plugin with the converter of a registry's kind; Confluent's jars from where Maven Central has them."""
    if (target := folder / f"{kind}.zip").exists():
        return target
    order = building.Order(load(), "debezium-mysql", extras=[PARTS[kind]], without=["msk-config-providers"])
    places = sources([str(_confluent(folder)), "public"] if kind == "confluent" else [])
    try:
        paths = fetch(order.files, sources=places, cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    return building.built(order, paths, target).path


def _confluent(folder: Path) -> Path:
    jars = load(EXTRA).sets["confluent-jars"].files
    paths: Mapping[File, Path] = fetch(jars, sources=sources([]), cache=Cache())
    (place := folder / "confluent").mkdir()
    for path in paths.values():
        zip_parts.unpack(path, place)
    return place / "META-INF" / "bundled-dependencies"


class Pipeline:
    """A connector of its own names and table, whose events have a format of a registry; ``left_out`` is no right.

    ``more`` are keys of the connector.
    """

    def __init__(self, world: World, registry: Registry, zip_: Path, *, left_out: str = "", **more: Any) -> None:
        self.world = world
        self.name = f"f{(number := next(NUMBERS))}"
        self.topic = f"{self.name}.shop.{self.name}"
        content = document("dev")["connectors"]["shop"]
        source = {**content["source"], "server_id": 6500 + number, "tables": [f"shop.{self.name}"]}
        self.config = Connector.model_validate(
            {**content, "source": source, "topics": {"prefix": self.name}, "signals": None, "format": "avro", **more}
        )
        self.role = f"{self.name}-worker"
        world.iam.role(self.role, self._policy(registry, left_out))
        bootstrap = world.lab.cluster.bootstrap
        connection = configuration.connection_properties(self.config, hostname=HOST, port="3306", bootstrap=bootstrap)
        self.spec: ConnectorSpec = replace(
            world.lab.spec,
            name=self.name,
            archive=zip_,
            arn=world.lab.spec.arn.replace(world.lab.spec.name, self.name),
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/{self.role}",
            configuration=configuration.connector_properties(self.config, registry=registry) | connection,
            worker_configuration={
                **configuration.worker_properties(region=REGION, offset_topic=topics.offset_topic(self.name)),
            },
        )
        world.lab.sql(
            f"CREATE TABLE shop.{self.name} (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50) NOT NULL)",
            f"INSERT INTO shop.{self.name} (name) VALUES ('Ada')",
        )

    def _policy(self, registry: Registry, left_out: str) -> str:
        cluster = self.world.lab.cluster.arn
        stems = (cluster.replace(":cluster/", f":{kind}/") for kind in ("topic", "group"))
        schemas = registry_policies.writer(DEPLOYMENT, self.config, registry)
        for statement in schemas:
            statement["Action"] = [action for action in statement["Action"] if action != left_out]
        return client_policies.connector_execution(
            DEPLOYMENT,
            self.config,
            name=self.name,
            arns=ClusterArns(cluster, *stems),
            offsets=topics.offset_topic(self.name),
            secret_arns=[DEPLOYMENT.arn("secretsmanager", f"secret:{name}-*") for name in (SECRET, LOGIN_SECRET)],
            schemas=[statement for statement in schemas if statement["Action"]],
        )

    def start(self) -> RunningConnector:
        world = self.world
        registries = Registries(world.iam.aws.url, world.gateway.url, world.server.url)
        connectors = world.lab.servers.connectors(
            world.lab.secrets.__getitem__, name=self.name, observed=True, registries=registries
        )
        return connectors(self.spec)

    def messages(self, topic: str = "") -> list[tuple[bytes | None, bytes | None]]:
        """All of its table's so far, or of another topic."""
        brokers = self.world.lab.cluster.plain_bootstrap.split(",")
        with KafkaConsumer(bootstrap_servers=brokers, auto_offset_reset="earliest") as reader:
            reader.assign([place := TopicPartition(topic or self.topic, 0)])
            found, end = [], reader.end_offsets([place])[place]
            while reader.position(place) < end:
                found += [(one.key, one.value) for some in reader.poll(timeout_ms=1000).values() for one in some]
        return found

    def wait_for(self, number: int) -> list[tuple[bytes | None, bytes | None]]:
        deadline = time.monotonic() + SECONDS
        while len(found := self.messages()) < number:
            assert time.monotonic() < deadline, f"{len(found)} of {number} messages"
            time.sleep(0.2)
        return found

    def compare_versions(self) -> None:
        """From here on the registry by URL refuses versions of its values' schema that older readers could not read."""
        url = f"{self.world.server.url('confluent')}/config/{self.topic}-value"
        requests.put(url, json={"compatibility": "BACKWARD"}, timeout=10).raise_for_status()

    def decoded(self, connector: RunningConnector) -> list[Decoded]:
        variables = self.world.iam.enforcement.reader_variables(self.role, REGION)
        found = connector.decode([(self.topic, key, value) for key, value in self.messages()], variables)
        assert [one for one in found if "error" in one] == []
        return found

    def shown(self, kind: str, patch: pytest.MonkeyPatch, topic: str = "") -> list[Decoded]:
        """Its events, or those of another topic, as a person reads them who has the file and is signed in."""
        for variable, value in self.world.iam.aws.variables.items():
            patch.setenv(variable, value)
        registry = {"kind": "glue", "name": NAME} if kind == "glue" else {"kind": kind, "url": URL, "cidr_block": RANGE}
        content = {**document("dev"), "schema_registry": registry, "connectors": {"shop": self.config}}
        environment = Environment(name="dev", **content)
        url = None if kind == "glue" else self.world.server.url(kind)
        formats = Formats(Place(environment, Aws(REGION)), {"debezium-mysql": self.spec.archive}, url)
        messages = [(topic or self.topic, *pair) for pair in self.messages(topic)]
        found: list[Decoded] = list(formats.decoder("shop")(messages))
        return found

    def changed_table(self, connector: RunningConnector) -> list[Decoded]:
        """Its events, with one before and one after a column came."""
        self.wait_for(1)
        self.world.lab.sql(
            f"ALTER TABLE shop.{self.name} ADD COLUMN city VARCHAR(50)",
            f"INSERT INTO shop.{self.name} (name, city) VALUES ('Grace', 'New York')",
        )
        self.wait_for(2)
        return self.decoded(connector)
