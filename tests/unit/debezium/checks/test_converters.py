"""Converters of keys, values and headers: what each needs beside its class, and where it may not stand."""

from typing import Final

import pytest

from tests.unit.debezium.checks.connectors import JSON, Properties, errors

VALUE: Final = "value.converter"
CONFLUENT: Final = "io.confluent.connect.avro.AvroConverter"
APICURIO: Final = "io.apicurio.registry.utils.converter.AvroConverter"
GLUE: Final = "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter"
CLOUD: Final = "io.debezium.converters.CloudEventsConverter"
HEADERS: Final = "org.apache.kafka.connect.storage.SimpleHeaderConverter"
STRING: Final = "org.apache.kafka.connect.storage.StringConverter"
URL: Final = "https://registry.example.com"


def of(class_: str, alias: str = VALUE, **settings: str) -> dict[str, str]:
    """A converter with its settings; ``__`` stands for a dot."""
    return {alias: class_, **{f"{alias}.{key.replace('__', '.')}": value for key, value in settings.items()}}


TAKEN: Final[dict[str, Properties]] = {
    "confluent": of(CONFLUENT, schema__registry__url=URL),
    "confluent, another port by a placeholder": of(
        CONFLUENT, schema__registry__url="${secretsmanager:cdc/registry:url}"
    ),
    "confluent's keys": of(CONFLUENT, alias="key.converter", schema__registry__url=f"{URL}:443/x"),
    "two addresses": of(CONFLUENT, schema__registry__url=f"{URL},https://other.example.com"),
    "apicurio": of(APICURIO, apicurio__registry__url=f"{URL}/apis/registry/v2"),
    "cloud events in json": of(CLOUD),
    "cloud events in avro": of(
        CLOUD, serializer__type="avro", data__serializer__type="avro", schema__registry__url=URL
    ),
    "avro in cloud events": of(CLOUD, data__serializer__type="avro", apicurio__registry__url=URL),
    "headers": of(HEADERS, alias="header.converter"),
    "strings as headers": of(STRING, alias="header.converter"),
    "the plugin's own": of("com.example.AvroConverter"),
}
REFUSED: Final[dict[str, tuple[Properties, str, str]]] = {
    "confluent without a url": (of(CONFLUENT), VALUE, f"must come with {VALUE}.schema.registry.url, the registry's"),
    "json schema without a url": (of("io.confluent.connect.json.JsonSchemaConverter"), VALUE, "schema.registry.url"),
    "an empty url": (of(CONFLUENT, schema__registry__url=" "), VALUE, "must come with value.converter.schema"),
    "keys without a url": (
        of(CONFLUENT, alias="key.converter"),
        "key.converter",
        "must come with key.converter.schema.registry.url",
    ),
    "a url that no rule allows": (
        of(CONFLUENT, schema__registry__url="http://registry:8081"),
        f"{VALUE}.schema.registry.url",
        "must be at port 443, for no rule lets workers reach another; set format and schema_registry instead",
    ),
    "one of two urls that no rule allows": (
        of(CONFLUENT, schema__registry__url=f"{URL},http://registry"),
        f"{VALUE}.schema.registry.url",
        "must be at port 443",
    ),
    "apicurio without a url": (of(APICURIO), VALUE, f"must come with {VALUE}.apicurio.registry.url"),
    "glue without rights": (
        of(GLUE, region="us-east-1"),
        VALUE,
        "the role has no rights to Glue: set format: avro",
    ),
    "avro events without a url": (
        of(CLOUD, serializer__type="avro", data__serializer__type="avro"),
        f"{VALUE}.serializer.type",
        f"must come with {VALUE}.schema.registry.url or {VALUE}.apicurio.registry.url",
    ),
    "avro data without a url": (of(CLOUD, data__serializer__type="Avro"), f"{VALUE}.data.serializer.type", "come with"),
    "json data in avro events": (
        of(CLOUD, serializer__type="avro", schema__registry__url=URL),
        f"{VALUE}.serializer.type",
        "for Avro events take no data in JSON",
    ),
    "a converter of headers for values": (of(HEADERS), VALUE, "this is one of headers: write header.converter"),
    "a converter of headers for keys": (of("SimpleHeaderConverter", alias="key.converter"), "key.converter", "headers"),
    "cloud events as headers": (of(CLOUD, alias="header.converter"), "header.converter", "one of keys and values"),
    "a short name": (of("AvroConverter"), VALUE, f"set format and schema_registry, or {CONFLUENT}"),
    "another short name": (of("ProtobufConverter"), VALUE, "or io.confluent.connect.protobuf.ProtobufConverter"),
    "a short name of json's": (of("JsonConvertor"), VALUE, f"did you mean {JSON}?"),
}


@pytest.mark.parametrize("properties", TAKEN.values(), ids=TAKEN)
def test_a_converter_with_what_it_needs_is_taken(properties: Properties) -> None:
    assert errors(properties) == {}


@pytest.mark.parametrize(("properties", "key", "text"), REFUSED.values(), ids=REFUSED)
def test_a_converter_without_what_it_needs_is_refused(properties: Properties, key: str, text: str) -> None:
    found = errors(properties)
    assert text in found.pop(key)
    assert found == {}
