"""What a format makes of a connector's properties."""

from typing import Any, Final

import pytest

from modules.debezium import formats
from modules.debezium.configuration import connector_properties, secrets
from modules.debezium.formats import JSON, Registry
from modules.environment.models.connectors import Connector
from tests.unit.debezium.checks.connectors import ORDERS

GLUE: Final = Registry("glue", region="eu-west-1", name="cdc", compatibility="FULL")
CONFLUENT: Final = Registry("confluent", url="https://registry.example.com")
APICURIO: Final = Registry("apicurio", url="https://registry.example.com/apis/registry/v2")
LOGIN: Final = {"user": "${secretsmanager:cdc/registry:u}", "password": "${secretsmanager:cdc/registry:p}"}
NAMES: Final = dict.fromkeys(("schema.name.adjustment.mode", "field.name.adjustment.mode"), "avro")


def of_format(format_: str, registry: Registry | None = None, **properties: Any) -> dict[str, str]:
    """The properties that a connector with another format has more."""
    connector = Connector.model_validate({**ORDERS, "properties": properties})
    plain = connector_properties(connector)
    other = connector.model_copy(update={"format": format_})
    found = connector_properties(other, registry=registry)
    return {key: value for key, value in found.items() if plain.get(key) != value}


def test_plain_json_is_the_workers() -> None:
    assert of_format("json", GLUE) == {}


def test_json_has_schemas_where_it_shall() -> None:
    assert of_format("json-with-schemas") == {
        "key.converter": JSON,
        "key.converter.schemas.enable": "true",
        "value.converter": JSON,
        "value.converter.schemas.enable": "true",
    }


def test_with_glue_values_are_avro_and_keys_stay_json() -> None:
    assert of_format("avro", GLUE) == {
        "key.converter": JSON,
        "key.converter.schemas.enable": "false",
        "value.converter": "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter",
        "value.converter.region": "eu-west-1",
        "value.converter.registry.name": "cdc",
        "value.converter.compatibility": "FULL",
        "value.converter.schemaAutoRegistrationEnabled": "true",
        "value.converter.avroRecordType": "GENERIC_RECORD",
        **NAMES,
    }


@pytest.mark.parametrize(
    ("format_", "class_"),
    [
        ("avro", "io.confluent.connect.avro.AvroConverter"),
        ("json-schema", "io.confluent.connect.json.JsonSchemaConverter"),
        ("protobuf", "io.confluent.connect.protobuf.ProtobufConverter"),
    ],
)
def test_with_confluents_keys_and_values_have_a_schema(format_: str, class_: str) -> None:
    url = "https://registry.example.com"
    assert of_format(format_, CONFLUENT) == {
        "key.converter": class_,
        "key.converter.schema.registry.url": url,
        "value.converter": class_,
        "value.converter.schema.registry.url": url,
        **(NAMES if format_ != "json-schema" else {}),
    }


def test_apicurios_writes_the_header_that_confluents_clients_read() -> None:
    found = of_format("avro", APICURIO)
    for alias in ("key.converter", "value.converter"):
        assert found[alias] == "io.apicurio.registry.utils.converter.AvroConverter"
        assert found[f"{alias}.apicurio.registry.url"] == APICURIO.url
        assert found[f"{alias}.apicurio.registry.as-confluent"] == "true"
        assert found[f"{alias}.apicurio.registry.headers.enabled"] == "false"
    assert not any("auth" in key for key in found)


def test_a_login_is_two_placeholders_and_its_secret_is_read() -> None:
    registry = Registry("confluent", url="https://registry.example.com", **LOGIN)
    found = of_format("avro", registry)
    assert found["value.converter.basic.auth.credentials.source"] == "USER_INFO"
    assert found["value.converter.basic.auth.user.info"] == f"{LOGIN['user']}:{LOGIN['password']}"
    connector = Connector.model_validate({**ORDERS, "format": "avro"})
    assert secrets(connector, registry)["cdc/registry"] == ("u", "p")
    assert "cdc/registry" not in secrets(connector)
    apicurio = of_format("avro", Registry("apicurio", url=APICURIO.url, **LOGIN))
    assert apicurio["key.converter.apicurio.auth.password"] == LOGIN["password"]


def test_the_users_converter_of_keys_replaces_all_of_ours() -> None:
    string = "org.apache.kafka.connect.storage.StringConverter"
    found = of_format("avro", CONFLUENT, **{"key.converter": string})
    assert not any(key.startswith("key.converter") for key in found)
    assert "value.converter" in found


def test_the_users_own_names_win() -> None:
    assert "schema.name.adjustment.mode" not in of_format("avro", GLUE, **{"schema.name.adjustment.mode": "none"})


@pytest.mark.parametrize("format_", ["avro", "json-schema", "protobuf"])
@pytest.mark.parametrize("registry", [None, GLUE, APICURIO], ids=["none", "glue", "apicurio"])
def test_a_format_without_a_converter_sets_nothing(format_: str, registry: Registry | None) -> None:
    expected = bool(registry and format_ == "avro")
    assert bool(of_format(format_, registry)) is expected
    assert (formats.converter(format_, registry) is not None) is expected
