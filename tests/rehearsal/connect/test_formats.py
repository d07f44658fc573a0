"""Events in Avro by each registry's own converter, on a real worker: what is in the registry, and what is read back.

Glue is the embedded AWS's, whose IAM is enforced; the other registries are Apicurio's server with both of its APIs.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
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
from modules import policies, registry_policies
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
from modules.policies import ClusterArns
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.decoder import Decoded
from rehearsal.lab import Iam
from rehearsal.processes import pinned_files
from rehearsal.registry.server import PORT, SET, RegistryServer
from tests.needs import missing
from tests.rehearsal.connect.lab import HOST, PASSWORD, REGION, SECRET, Lab, running
from tests.synthesized import document

ACCOUNT: Final = "123456789012"
DEPLOYMENT: Final = Deployment("dev", REGION, "aws", ACCOUNT)
NAME: Final = "cdc"
NUMBERS: Final = count(1)
SECONDS: Final = 60
URL: Final = "https://registry.example.internal:8081"
RANGE: Final = "10.9.8.0/24"
EXTRA: Final = Path(__file__).parents[1] / "plugin" / "extra.lock.toml"


@dataclass(frozen=True)
class World:
    """A cluster, a database and both registries."""

    lab: Lab
    iam: Iam
    server: RegistryServer
    folder: Path

    def glue(self) -> Any:
        return self.iam.client("glue", REGION)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("formats")
    lock = load()
    try:
        paths = fetch(lock.sets[SET].files, sources=sources([]), cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    with running(tmp_path_factory.mktemp("lab"), enforced=True) as lab:
        assert lab.servers.iam
        [archive] = pinned_files.fetched(lock, SET, paths)
        server = RegistryServer(archive, folder=folder / "registry", address=lab.servers.addresses.allocate(PORT))
        try:
            server.start()
            world = World(lab, lab.servers.iam, server, folder)
            manager = lab.servers.iam.client("secretsmanager", REGION)
            manager.create_secret(Name=SECRET, SecretString=json.dumps({"username": "cdc", "password": PASSWORD}))
            world.glue().create_registry(RegistryName=NAME)
            yield world
        finally:
            server.kill()


def archive(kind: str, folder: Path) -> Path:
    """The plugin with the converter of a registry's kind; Confluent's jars from where Maven Central has them."""
    order = building.Order(load(), "debezium-mysql", extras=[PARTS[kind]], without=["msk-config-providers"])
    places = sources([str(_confluent(folder)), "public"] if kind == "confluent" else [])
    try:
        paths = fetch(order.files, sources=places, cache=Cache())
    except FetchErrors as error:
        missing(str(error))
    target = folder / f"{kind}.zip"
    return target if target.exists() else building.built(order, paths, target).path


def _confluent(folder: Path) -> Path:
    jars = load(EXTRA).sets["confluent-jars"].files
    paths: Mapping[File, Path] = fetch(jars, sources=sources([]), cache=Cache())
    (place := folder / "confluent").mkdir()
    for path in paths.values():
        zip_parts.unpack(path, place)
    return place / "META-INF" / "bundled-dependencies"


class Pipeline:
    """A connector of its own names and table, whose events have a format of a registry; ``left_out`` is no right."""

    def __init__(self, world: World, registry: Registry, zip_: Path, *, left_out: str = "") -> None:
        self.world = world
        self.name = f"f{(number := next(NUMBERS))}"
        self.topic = f"{self.name}.shop.{self.name}"
        content = document("dev")["connectors"]["shop"]
        source = {**content["source"], "server_id": 6500 + number, "tables": [f"shop.{self.name}"]}
        self.config = Connector.model_validate(
            {**content, "source": source, "topics": {"prefix": self.name}, "signals": None, "format": "avro"}
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
        return policies.connector_execution(
            DEPLOYMENT,
            self.config,
            name=self.name,
            arns=ClusterArns(cluster, *stems),
            offsets=topics.offset_topic(self.name),
            secret_arns=[DEPLOYMENT.arn("secretsmanager", f"secret:{SECRET}-*")],
            schemas=[statement for statement in schemas if statement["Action"]],
        )

    def start(self) -> RunningConnector:
        connectors = self.world.lab.servers.connectors(
            self.world.lab.secrets.__getitem__, name=self.name, observed=True, registry_url=self.world.server.url
        )
        return connectors(self.spec)

    def messages(self) -> list[tuple[bytes | None, bytes | None]]:
        """All of its table's so far."""
        brokers = self.world.lab.cluster.plain_bootstrap.split(",")
        with KafkaConsumer(bootstrap_servers=brokers, auto_offset_reset="earliest") as reader:
            reader.assign([place := TopicPartition(self.topic, 0)])
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

    def decoded(self, connector: RunningConnector) -> list[Decoded]:
        variables = self.world.iam.enforcement.reader_variables(self.topic, self.spec)
        found = connector.decode([(self.topic, key, value) for key, value in self.messages()], variables)
        assert [one for one in found if "error" in one] == []
        return found

    def shown(self, kind: str, patch: pytest.MonkeyPatch) -> list[Decoded]:
        """Its events, as a person reads them who has the environment file and is signed in."""
        for variable, value in self.world.iam.aws.variables.items():
            patch.setenv(variable, value)
        registry = {"kind": "glue", "name": NAME} if kind == "glue" else {"kind": kind, "url": URL, "cidr_block": RANGE}
        content = {**document("dev"), "schema_registry": registry, "connectors": {"shop": self.config}}
        environment = Environment(name="dev", **content)
        url = None if kind == "glue" else self.world.server.url(kind)
        formats = Formats(Place(environment, Aws(REGION)), {"debezium-mysql": self.spec.archive}, url)
        found: list[Decoded] = list(formats.decoder("shop")([(self.topic, *pair) for pair in self.messages()]))
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


ROWS: Final = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace", "city": "New York"}]


def test_values_are_avro_by_glue_and_a_new_column_is_a_new_version(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry("glue", region=REGION, name=NAME, compatibility="BACKWARD")
    pipeline = Pipeline(world, registry, archive("glue", world.folder))
    connector = pipeline.start()
    try:
        events = pipeline.changed_table(connector)
        assert [event["value"]["after"] for event in events] == ROWS
        assert [event["key"] for event in events] == [{"id": 1}, {"id": 2}]
        keys, values = zip(*pipeline.messages(), strict=True)
        assert keys[0] == b'{"id":1}'
        assert values[0][:1] == b"\x03"  # the version of Glue's header
        schema = {"RegistryName": NAME, "SchemaName": pipeline.topic}
        found = world.glue().get_schema(SchemaId=schema)
        assert (found["LatestSchemaVersion"], found["Compatibility"]) == (2, "BACKWARD")
        assert world.iam.enforcement.authorizer.log.denials(pipeline.role) == []
        assert pipeline.shown("glue", monkeypatch) == events
    finally:
        connector.stop()


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_keys_and_values_are_avro_by_url(world: World, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(kind, url=URL)
    pipeline = Pipeline(world, registry, archive(kind, world.folder))
    connector = pipeline.start()
    try:
        events = pipeline.changed_table(connector)
        assert [event["value"]["after"] for event in events] == ROWS
        assert pipeline.shown(kind, monkeypatch) == events
        ids = [int.from_bytes(value[1:5], "big") for _, value in pipeline.messages() if value]
        assert all(value[:1] == b"\0" for pair in pipeline.messages() for value in pair if value)
        assert len(set(ids)) == 2
        newest = requests.get(f"{world.server.url('confluent')}/schemas/ids/{ids[-1]}", timeout=10).json()
        assert '"city"' in newest["schema"]
    finally:
        connector.stop()


def test_a_missing_right_to_glue_is_named(world: World) -> None:
    registry = Registry("glue", region=REGION, name=NAME, compatibility="BACKWARD")
    pipeline = Pipeline(world, registry, archive("glue", world.folder), left_out="glue:CreateSchema")
    began = time.monotonic()
    said = partial(world.iam.enforcement.signing.missing_permissions, pipeline.spec, since=began)
    try:
        connector = pipeline.start()
    except ServerError:  # it failed at once
        connector = None
    try:
        while not said():
            assert time.monotonic() < began + SECONDS
            time.sleep(0.2)
    finally:
        if connector:
            connector.stop()
    assert f"{pipeline.role} may not glue:CreateSchema on arn:aws:glue:{REGION}:{ACCOUNT}:" in said()
    assert "configured by: value.converter=com.amazonaws." in said()
