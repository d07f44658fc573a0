"""Converters of schema registries become a format, and the registry of the file."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cdc.imports.importing import Imported, given

BASE: Final = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.user": "${secretsmanager:cdc/shop:username}",
    "database.password": "${secretsmanager:cdc/shop:password}",
    "database.server.id": "5401",
    "topic.prefix": "shop",
    "table.include.list": "shop.orders",
}
CONFLUENT: Final = "io.confluent.connect.avro.AvroConverter"
APICURIO: Final = "io.apicurio.registry.utils.converter.AvroConverter"
GLUE: Final = "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter"
STRING: Final = "org.apache.kafka.connect.storage.StringConverter"


def imported(folder: Path, **properties: str) -> Imported:
    """``__`` in a name stands for a dot."""
    own = {key.replace("__", "."): value for key, value in properties.items()}
    return given(folder, json.dumps({"name": "shop", "config": {**BASE, **own}}))


def both(class_: str, **settings: str) -> dict[str, str]:
    aliases = ("key__converter", "value__converter")
    return dict.fromkeys(aliases, class_) | {
        f"{alias}__{key}": value for alias in aliases for key, value in settings.items()
    }


@pytest.mark.parametrize(
    ("properties", "registry"),
    [
        (
            both(CONFLUENT, schema__registry__url="http://registry:8081,http://other:8081"),
            {"kind": "confluent", "url": "http://registry:8081", "security_group_id": "FILL_IN"},
        ),
        (
            both(
                CONFLUENT,
                schema__registry__url="https://registry.example.com",
                basic__auth__credentials__source="USER_INFO",
                basic__auth__user__info="${secretsmanager:cdc/registry:user}:${secretsmanager:cdc/registry:password}",
            ),
            {
                "kind": "confluent",
                "url": "https://registry.example.com",
                "secret": "cdc/registry",
                "username_field": "user",
            },
        ),
        (
            both(APICURIO, apicurio__registry__url="https://registry.example.com/apis/registry/v2"),
            {"kind": "apicurio", "url": "https://registry.example.com/apis/registry/v2"},
        ),
        (
            {
                "key__converter": STRING,
                "value__converter": GLUE,
                "value__converter__registry__name": "events",
                "value__converter__region": "us-east-1",
                "value__converter__compatibility": "full",
                "value__converter__schemaAutoRegistrationEnabled": "true",
                "value__converter__avroRecordType": "GENERIC_RECORD",
            },
            {"kind": "glue", "name": "events", "create": False, "compatibility": "FULL"},
        ),
    ],
    ids=["confluent", "a login", "apicurio", "glue"],
)
def test_a_registrys_converter_becomes_a_format(
    tmp_path: Path, properties: dict[str, str], registry: dict[str, Any]
) -> None:
    found = imported(tmp_path, **properties)
    assert found.document["schema_registry"] == registry
    entry = found.connectors["shop"]
    assert entry["format"] == "avro"
    assert not any("registry" in key or "auth" in key for key in entry.get("properties", {}))
    assert "value.converter" not in entry.get("properties", {})
    assert found.notes("not expressed") == []
    open_ = [note.partition(" ")[0] for note in found.notes("to do") if note.startswith("schema_registry.")]
    assert open_ == [f"schema_registry.{key}" for key, value in registry.items() if value == "FILL_IN"]


def test_the_users_converter_of_keys_stays(tmp_path: Path) -> None:
    found = imported(tmp_path, key__converter=STRING, value__converter=GLUE)
    assert found.document["schema_registry"]["name"] == "default-registry"
    assert found.connectors["shop"]["properties"]["key.converter"] == STRING


def test_keys_by_glue_are_reported(tmp_path: Path) -> None:
    found = imported(tmp_path, **both(GLUE, registry__name="events"))
    assert any(note.startswith("key.converter") for note in found.notes("not expressed"))


def test_json_needs_no_registry(tmp_path: Path) -> None:
    found = imported(tmp_path, value__converter="org.apache.kafka.connect.json.JsonConverter")
    assert "schema_registry" not in found.document
    assert "format" not in found.connectors["shop"]
