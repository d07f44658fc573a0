"""The committed JSON Schema is the generated one; it takes what cdc check takes, and refuses what editors can see."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator, ValidationError

from cdc.schema.generating import FILE, generated
from modules.debezium import reserved
from modules.debezium.definitions import RELEASES, release
from tests.places import ENVIRONMENTS
from tests.synthesized import Document, changed, document, with_connector
from tests.terraform.variants import VARIANTS

SCHEMA: Final[dict[str, Any]] = json.loads(FILE.read_text())
VALIDATOR: Final = Draft7Validator(SCHEMA)
EXAMPLES: Final = sorted(ENVIRONMENTS.glob("*.yaml"))
PROPERTIES: Final = SCHEMA["definitions"]["Properties"]


def errors(content: Document) -> list[ValidationError]:
    # JSON has no other way to say a list; YAML's own types otherwise.
    return list(VALIDATOR.iter_errors(json.loads(json.dumps(content))))


def places(content: Document) -> set[str]:
    return {".".join(map(str, error.absolute_path)) for error in errors(content)}


def test_the_committed_schema_is_the_generated_one() -> None:
    assert FILE.read_text() == generated(), "write it anew with: make schema"


def test_it_is_a_schema_of_draft_7() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert "$defs" not in json.dumps(SCHEMA)


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_the_examples_name_it_and_keep_it(file: Any) -> None:
    first, *_ = file.read_text().splitlines()
    assert first == "# yaml-language-server: $schema=schema.json"
    assert (file.parent / "schema.json") == FILE
    assert errors(yaml.safe_load(file.read_text())) == []


@pytest.mark.parametrize("name", VARIANTS)
def test_what_else_an_environment_may_be_is_taken(name: str) -> None:
    assert errors(VARIANTS[name]) == []


PLACE: Final = "connectors.orders"
REFUSED: Final = {
    "region": (changed(document("prod"), region="eu-wset-1"), "region"),
    "a key at the top": (changed(document("prod"), regions="x"), ""),
    "a name in the file": (changed(document("prod"), name="prod"), ""),
    "a key of a connector": (with_connector(mcu=2), PLACE),
    "a key of its source": (with_connector(source__sever_id=1), f"{PLACE}.source"),
    "a missing key": (with_connector(source__secret=None), f"{PLACE}.source"),
    "a connector's name": (changed(document("prod"), connectors={"Orders": {}}), "connectors"),
    "no connector": (changed(document("prod"), connectors={}), "connectors"),
    "a number as text": (with_connector(source__server_id="x"), f"{PLACE}.source.server_id"),
    "a number out of range": (with_connector(heartbeat_seconds=301), f"{PLACE}.heartbeat_seconds"),
    "another word": (with_connector(snapshot__mode="schema_only"), f"{PLACE}.snapshot.mode"),
    "no list": (with_connector(source__tables="a.b"), f"{PLACE}.source.tables"),
    "an empty list": (with_connector(source__tables=[]), f"{PLACE}.source.tables"),
    "an item twice": (with_connector(source__tables=["a.b", "a.b"]), f"{PLACE}.source.tables"),
    "text that does not fit": (with_connector(source__tables=["orders"]), f"{PLACE}.source.tables.0"),
    "what is to be filled in": (with_connector(source__server_id="FILL_IN"), f"{PLACE}.source.server_id"),
    "another kind": (changed(document("prod"), network__kind="knew"), "network"),
    "a plugin of two kinds": (
        changed(document("prod"), **{"plugins__debezium-mysql__archive": "a.zip"}),
        "plugins.debezium-mysql",
    ),
    "an unknown broker setting": (
        changed(document("prod"), kafka__server_properties={"auto.create.topic.enable": True}),
        "kafka",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_where_it_is(name: str) -> None:
    content, place = REFUSED[name]
    assert places(content) == {place}


@pytest.mark.parametrize(
    "properties",
    [
        {"max.batch.size": 4096},
        {"max.batch.size": "4096"},
        {"decimal.handling.mode": "String"},
        {"tombstones.on.delete": False},
        {"tombstones.on.delete": "false"},
        {"skipped.operations": "c,u"},
        {"database.connectionTimeZone": "UTC", "driver.connectTimeout": 1000, "database.serverTimezone": "UTC"},
        {"column.mask.hash.v2.SHA-256.with.salt.x": "a.b.c", "column.truncate.to.9.chars": "a.b.c"},
        {"snapshot.select.statement.overrides.a.b": "SELECT 1"},
        {"transforms": "t", "transforms.t.type": "com.example.Mine", "transforms.t.any.thing": 1},
        {"predicates.p.type": "x", "value.converter": "y", "value.converter.schemas.enable": True},
        {"topic.creation.groups": "hot", "topic.creation.hot.partitions": 3, "topic.creation.default.retention.ms": 1},
        {"converters": "dates", "dates.type": "com.example.Dates", "dates.format": "x"},
        {"post.processors": "reselector", "reselector.type": "x", "reselector.null.key": 1},
        {"max.queue.size": "${secretsmanager:a:b}"},
        {"binary.handling.mode": "base64", "query.fetch.size": 1},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_properties_of_debezium_are_taken(properties: dict[str, Any]) -> None:
    assert errors(with_connector(properties=properties)) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"decimal.handlin.mode": "string"},
        {"decimal.handling.mode": "strng"},
        {"max.batch.size": "many"},
        {"max.batch.size": 0},
        {"tombstones.on.delete": "maybe"},
        {"topic.prefix": "x"},
        {"database.hostname": "x"},
        {"database.hostnme": "x"},
        {"topic.creation.default.partitions": 3},
        {"dates.type": "com.example.Dates"},
        {"column.blacklist": "a.b.c"},
        {"max.batch.size": [1]},
        {"acks": "all"},
    ],
    ids=lambda properties: next(iter(properties)),
)
def test_other_properties_and_values_are_refused(properties: dict[str, Any]) -> None:
    found = places(with_connector(properties=properties))
    assert found
    assert all(path.startswith(f"{PLACE}.properties") for path in found)


def test_every_property_of_the_connector_is_completed_with_its_documentation() -> None:
    names = {
        name
        for version in RELEASES
        for section in (release(version).connector, release(version).connect)
        for name in section
        if "(" not in name and reserved.refusal(name) is None
    }
    assert names <= set(PROPERTIES["properties"])
    known = release(RELEASES[-1])
    documented = {name for name in names if name in known.connector and known.connector[name].documentation}
    assert len(documented) > 100
    for name in documented:
        assert known.connector[name].documentation in PROPERTIES["properties"][name]["description"]


def described(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of the file, by the definition that has it."""
    for name, body in node.get("properties", {}).items():
        yield f"{path}.{name}", body
    for name, definition in node.get("definitions", {}).items():
        if name not in ("Properties", "ServerProperties"):
            yield from described(definition, name)


def test_every_key_of_the_file_is_described() -> None:
    keys = dict(described(SCHEMA))
    assert len(keys) > 70
    for path, body in keys.items():
        assert len(body["description"]) > 5, path
        assert "](" not in body["description"], path
        assert "`" not in body["description"], path
    assert keys["Topics.partitions"]["description"] == "Of topics that do not exist yet."
    assert keys["ProvisionedKafka.coordination"]["description"] == "zookeeper or kraft."


def patterns(node: object) -> Iterator[str]:
    """Every regular expression of a schema."""
    if isinstance(node, dict):
        yield from node.get("patternProperties", {}) if isinstance(node.get("patternProperties"), dict) else ()
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from patterns(child)


def test_regular_expressions_escape_only_what_editors_allow() -> None:
    """In ECMA-262 with Unicode, as editors read patterns, another escape is a syntax error."""
    allowed = re.compile(r"\\[\^$\\.*+?()\[\]{}|/sdwSDWbB]|\\x[0-9a-f]{2}")
    found = list(patterns(SCHEMA))
    assert found
    assert [one for one in found if "\\" in allowed.sub("", one)] == []
    assert "\\" in allowed.sub("", r"a\-b")
