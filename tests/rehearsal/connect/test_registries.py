"""Converters of a rehearsal reach no registry but those here."""

from typing import Any

import pytest

from modules.debezium import configuration
from modules.environment.environment import Environment
from rehearsal import requirements
from rehearsal.connect.registries import Registries, by_url
from rehearsal.registry.server import SET
from tests.synthesized import changed, document

URL = "https://registry.example.internal"
HERE = Registries("http://aws", lambda kind: f"http://gateway/{kind}", lambda kind: f"http://server/{kind}")
CLOUD_EVENTS = {
    "value.converter": "io.debezium.converters.CloudEventsConverter",
    "value.converter.serializer.type": "avro",
    "value.converter.data.serializer.type": "avro",
    "value.converter.schema.registry.url": URL,
}
OWN = {
    "key.converter": "io.confluent.connect.avro.AvroConverter",
    "key.converter.schema.registry.url": f"{URL},{URL}:443",
}


def environment(**changes: Any) -> Environment:
    return Environment(name="dev", **changed(document("dev"), **changes))


def registry(kind: str, **keys: str) -> dict[str, Any]:
    return {"schema_registry": {"kind": kind, **keys}, "connectors__shop__format": "avro"}


def deployed(found: Environment) -> dict[str, str]:
    return configuration.connector_properties(found.connectors["shop"], registry=found.registry)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        (registry("confluent", url=URL), True),
        (registry("apicurio", url=URL), True),
        ({**registry("apicurio", url=URL), "connectors__shop__format": "json"}, False),
        (registry("glue", name="cdc"), False),
        ({}, False),
        ({"connectors__shop__properties": OWN}, True),
        ({"connectors__shop__properties": CLOUD_EVENTS}, True),
    ],
    ids=["confluent", "apicurio", "unused", "glue", "none", "own converter", "CloudEvents"],
)
def test_whether_a_registry_by_url_is_asked(changes: dict[str, Any], asked: bool) -> None:
    found = environment(**changes)
    assert by_url(found) is asked
    assert (SET in requirements.pinned_sets(environment=found)) is asked
    assert (URL in str(HERE.for_worker(deployed(found)))) is False
    assert (URL in str(HERE.for_reader(deployed(found)))) is False
    assert (URL in str(deployed(found))) is asked


@pytest.mark.parametrize("kind", ["confluent", "apicurio"])
def test_a_worker_signs_in_and_a_reader_does_not(kind: str) -> None:
    properties = deployed(environment(**registry(kind, url=URL)))
    [key] = [key for key in properties if key.startswith("value.") and key.endswith("registry.url")]
    assert HERE.for_worker(properties)[key] == f"http://gateway/{kind}"
    assert HERE.for_reader(properties)[key] == f"http://server/{kind}"


def test_glue_is_the_embedded_one() -> None:
    properties = deployed(environment(**registry("glue", name="cdc")))
    assert HERE.for_worker(properties) == {**properties, "value.converter.endpoint": "http://aws"}


def test_other_properties_are_unchanged() -> None:
    properties = {**deployed(environment()), "transforms.route.schema.registry.url": URL}
    assert HERE.for_worker(properties) == properties
