"""Formats of events: the converters that write them, and the properties that go with each.

Names and defaults of the converters' properties are those of their own sources: Glue's 1.1.9, Confluent's 7.9,
Apicurio's 2.6.
"""

from dataclasses import dataclass
from typing import Final, Literal

Format = Literal["json", "json-with-schemas", "avro", "json-schema", "protobuf"]
Kind = Literal["glue", "confluent", "apicurio"]

KEY: Final = "key.converter"
VALUE: Final = "value.converter"
JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
GLUE: Final = "com.amazonaws.services.schemaregistry.kafkaconnect."
CONFLUENT: Final = "io.confluent.connect."
APICURIO: Final = "io.apicurio.registry.utils.converter."
# By the registry's kind and the format.
CLASSES: Final[dict[tuple[str, str], str]] = {
    ("glue", "avro"): f"{GLUE}AWSKafkaAvroConverter",
    ("confluent", "avro"): f"{CONFLUENT}avro.AvroConverter",
    ("confluent", "json-schema"): f"{CONFLUENT}json.JsonSchemaConverter",
    ("confluent", "protobuf"): f"{CONFLUENT}protobuf.ProtobufConverter",
    ("apicurio", "avro"): f"{APICURIO}AvroConverter",
}
# The optional part of a plugin that has the converter.
PARTS: Final = {"glue": "glue-schema-registry", "apicurio": "apicurio-converter", "confluent": "confluent-converter"}
# Those that the public Maven repository does not have.
ELSEWHERE: Final = (PARTS["confluent"],)
OF_REGISTRIES: Final = ("avro", "json-schema", "protobuf")
# The names of their schemas and fields have letters, digits and _ only.
_NARROW_NAMES: Final = ("avro", "protobuf")


@dataclass(frozen=True)
class Registry:
    """A schema registry: Glue's by ``region``, ``name`` and ``compatibility`` of new schemas, others by ``url``.

    ``user`` and ``password`` are placeholders; empty where the registry asks for none.
    """

    kind: Kind
    region: str = ""
    name: str = ""
    compatibility: str = ""
    url: str = ""
    user: str = ""
    password: str = ""


def formats_of(kind: str) -> tuple[str, ...]:
    """The formats that a registry of this kind has a converter for."""
    return tuple(format_ for of, format_ in CLASSES if of == kind)


def converter(format_: str, registry: Registry | None) -> str | None:
    """The class that writes values in a registry's format; None where there is none."""
    return CLASSES.get((registry.kind, format_)) if registry else None


def properties(format_: str, registry: Registry | None) -> dict[str, str]:
    """The properties of a connector for a format; none for JSON without schemas, which its worker has."""
    if format_ == "json-with-schemas":
        return _json(KEY, schemas=True) | _json(VALUE, schemas=True)
    class_ = converter(format_, registry)
    if class_ is None or registry is None:
        return {}
    names = dict.fromkeys(("schema.name.adjustment.mode", "field.name.adjustment.mode"), "avro")
    return _converters(class_, registry) | (names if format_ in _NARROW_NAMES else {})


def fixed(format_: str, registry: Registry | None) -> dict[str, str]:
    """Those of ``properties`` that only the file's own keys set, each with the key."""
    if format_ not in OF_REGISTRIES:
        return dict.fromkeys((KEY, VALUE), "format") if format_ != "json" else {}
    of_registry = {*_settings(registry)} - {"schemaAutoRegistrationEnabled", "avroRecordType"} if registry else set()
    return {VALUE: "format", **{f"{VALUE}.{name}": "schema_registry" for name in sorted(of_registry)}}


def _json(alias: str, *, schemas: bool) -> dict[str, str]:
    return {alias: JSON, f"{alias}.schemas.enable": str(schemas).lower()}


def _converters(class_: str, registry: Registry) -> dict[str, str]:
    values = _converter(VALUE, class_, registry)
    # Glue's names both schemas of a topic after the topic: the second is refused as a version of the first.
    keys = _json(KEY, schemas=False) if registry.kind == "glue" else _converter(KEY, class_, registry)
    return keys | values


def _converter(alias: str, class_: str, registry: Registry) -> dict[str, str]:
    return {alias: class_, **{f"{alias}.{name}": value for name, value in _settings(registry).items()}}


def _settings(registry: Registry) -> dict[str, str]:
    if registry.kind == "glue":
        return {
            "region": registry.region,
            "registry.name": registry.name,
            "compatibility": registry.compatibility,
            "schemaAutoRegistrationEnabled": "true",
            # Without it the converter cannot read what it wrote.
            "avroRecordType": "GENERIC_RECORD",
        }
    if registry.kind == "confluent":
        login = {
            "basic.auth.credentials.source": "USER_INFO",
            "basic.auth.user.info": f"{registry.user}:{registry.password}",
        }
        return {"schema.registry.url": registry.url} | (login if registry.user else {})
    login = {"apicurio.auth.username": registry.user, "apicurio.auth.password": registry.password}
    return {
        "apicurio.registry.url": registry.url,
        "apicurio.registry.auto-register": "true",
        # Five bytes with the schema's number before the event, as Confluent's clients read it; no headers.
        "apicurio.registry.headers.enabled": "false",
        "apicurio.registry.as-confluent": "true",
        "apicurio.registry.use-id": "contentId",
    } | (login if registry.user else {})
