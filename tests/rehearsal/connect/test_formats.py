"""Events in Avro by each registry's own converter, on a real worker: what is in the registry, and what is read back.

Glue is the embedded AWS's, whose IAM is enforced; the other registries are Apicurio's server with both of its APIs,
behind TLS and a login. Applications decode with the ordinary client libraries.
"""

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
import requests
from aws_schema_registry.exception import SchemaRegistryException

from modules.debezium import configuration
from modules.debezium.formats import Registry
from modules.environment.models.consumers import ApplicationConsumer
from modules.iam import registry_policies
from rehearsal.aws.backends import ServerError
from rehearsal.connect.connector import RunningConnector
from tests.rehearsal.connect import registry_clients
from tests.rehearsal.connect.format_pipelines import (
    ACCOUNT,
    LOGIN_SECRET,
    NAME,
    SECONDS,
    URL,
    Pipeline,
    World,
    archive,
    worlds,
)
from tests.rehearsal.connect.lab import REGION


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with worlds(tmp_path_factory.mktemp("formats")) as started:
        yield started


def by_url(kind: Any, *, password: str = "password") -> Registry:
    """``password`` is the key of the secret with it."""
    login = {"user": configuration.placeholder(LOGIN_SECRET, "user")}
    login["password"] = configuration.placeholder(LOGIN_SECRET, password)
    return Registry(kind, url=URL, **login)


ROWS: Final = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace", "city": "New York"}]


def test_values_are_avro_by_glue_and_a_new_column_is_a_new_version(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry("glue", region=REGION, name=NAME, compatibility="BACKWARD")
    pipeline = Pipeline(world, registry, archive("glue", world.folder), notifications=True)
    connector = pipeline.start()
    try:
        events = pipeline.changed_table(connector)
        assert [event["value"]["after"] for event in events] == ROWS
        assert [event["key"] for event in events] == [{"id": 1}, {"id": 2}]
        keys, values = zip(*pipeline.messages(), strict=True)
        assert keys[0] == b'{"id":1}'
        assert values[0][:1] == b"\x03"  # the version of Glue's header
        allowed = registry_policies.reader(
            ApplicationConsumer(topics=(pipeline.topic,), groups=("billing",)), [pipeline.config], registry
        )
        application = registry_clients.glue_as(world.iam, REGION, *allowed)
        decoded = registry_clients.by_glue(application, NAME, pipeline.topic, values)
        assert [event["after"] for event in decoded] == ROWS
        refused_to = registry_clients.glue_as(world.iam, REGION, {**allowed[0], "Action": ["glue:ListRegistries"]})
        with pytest.raises(SchemaRegistryException) as refused:
            registry_clients.by_glue(refused_to, NAME, pipeline.topic, values)
        assert "not authorized to perform: glue:GetSchemaVersion" in str(refused.value.__cause__)
        schema = {"RegistryName": NAME, "SchemaName": pipeline.topic}
        found = world.glue().get_schema(SchemaId=schema)
        assert (found["LatestSchemaVersion"], found["Compatibility"]) == (2, "BACKWARD")
        assert world.iam.enforcement.authorizer.log.denials(pipeline.role) == []
        assert pipeline.shown("glue", monkeypatch) == events
        notified = pipeline.shown("glue", monkeypatch, f"{pipeline.name}.notifications")
        assert {one["value"]["aggregate_type"] for one in notified} == {"Initial Snapshot"}
        assert "COMPLETED" in {one["value"]["type"] for one in notified}
    finally:
        connector.stop()


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_keys_and_values_are_avro_by_url(world: World, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline(world, by_url(kind), archive(kind, world.folder))
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
        keys, values = zip(*pipeline.messages(), strict=True)
        decode = partial(registry_clients.by_url, world.server.url("confluent"), pipeline.topic)
        assert decode(keys, field="key") == [{"id": 1}, {"id": 2}]
        assert [event["after"] for event in decode(values)] == ROWS
        # An application with the newest schema reads the older event as well.
        [older, _] = decode(values, schema=newest["schema"])
        assert older["after"] == {**ROWS[0], "city": None}
        pipeline.compare_versions()
        world.lab.sql(
            f"ALTER TABLE shop.{pipeline.name} ADD COLUMN age INT NOT NULL",
            f"INSERT INTO shop.{pipeline.name} (name, age) VALUES ('Mary', 42)",
        )
        said = failure(connector)
        assert "as the schema registry refuses another version of a schema: " in said
        assert "let the new column be NULL or have a default" in said
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


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_a_wrong_login_is_named(world: World, kind: Any) -> None:
    pipeline = Pipeline(world, by_url(kind, password="user"), archive(kind, world.folder))
    assert "as the schema registry refuses the login: " in why_it_does_not_start(pipeline)


def why_it_does_not_start(pipeline: Pipeline) -> str:
    try:
        connector = pipeline.start()
    except ServerError as error:
        return str(error)
    try:  # it was healthy for a moment
        return failure(connector)
    finally:
        connector.stop()


def failure(connector: RunningConnector) -> str:
    deadline = time.monotonic() + SECONDS
    while not (found := connector.failure()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return str(found)


def json_schema(*columns: str) -> str:
    return json.dumps({"title": "Row", "type": "object", "properties": {name: {} for name in columns}})


def test_the_registry_here_keeps_json_schema_and_its_versions(world: World) -> None:
    """Of a plugin that has Confluent's converter for it, which no package registry has."""
    url, topic = world.server.url("confluent"), "json.shop.rows"
    written = [registry_clients.written_in_json(url, topic, json_schema(*row), row) for row in ROWS]
    assert len({one[:5] for one in written}) == 2
    assert registry_clients.read_from_json(url, topic, written) == ROWS


def test_the_registry_here_keeps_protobuf_and_its_versions(world: World) -> None:
    url = world.server.url("confluent")
    for column in ("", "optional string city = 2; "):
        schema = f'syntax = "proto3"; message Row {{ string name = 1; {column}}}'
        found = registry_clients.registered(url, "protobuf.shop.rows-value", schema, "PROTOBUF")
        assert found.schema_type == "PROTOBUF"
        assert ("city" in (found.schema_str or "")) == bool(column)
