"""Formats of events and schema registries, before and after; and what only looks like another one."""

from typing import Any, Final

from tests.cdc.plans.connector import UNKNOWN, changed, connector, created, set_to
from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

VALUE: Final = "value.converter"
JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
AVRO: Final = "io.confluent.connect.avro.AvroConverter"
GLUE: Final = "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter"
URL: Final = f"{VALUE}.schema.registry.url"
REGISTRY: Final = "aws_glue_registry"
PLAIN: Final = {VALUE: JSON, f"{VALUE}.schemas.enable": "false"}
FORMAT, OTHER, GONE = "event-format-changed", "schema-registry-changed", "schema-registry-destroyed"


def one(key: str, new: Any, old: Any = None, **others: Any) -> Document:
    return plan(set_to(key, new, old, **others))


def both(old: Document, new: Document) -> Document:
    return plan(changed(connector(old), connector(new)))


def with_worker(content: str, old: Document, new: Document) -> Document:
    """The worker is in the plan, and stays."""
    configuration = {"arn": "w", "name": "w", "properties_file_content": content}
    return plan(changed(connector(old), connector(new)), same("aws_mskconnect_worker_configuration", configuration))


def registry(old: str | None, new: str | None, *, replaced: bool = False) -> Document:
    before, after = (None if name is None else {"registry_name": name} for name in (old, new))
    return plan(change(REGISTRY, before, after, actions=("delete", "create") if replaced else ()))


REFUSED: Final = {
    "values become avro": Case(one(VALUE, AVRO), FORMAT),
    "keys become avro": Case(one("key.converter", AVRO), FORMAT),
    "avro of another registry's": Case(one(VALUE, GLUE, AVRO), FORMAT),
    "avro ends": Case(one(VALUE, None, AVRO), FORMAT),
    "json gets schemas": Case(both(PLAIN, {**PLAIN, f"{VALUE}.schemas.enable": "true"}), FORMAT),
    "json gets schemas by their default": Case(both(PLAIN, {VALUE: JSON}), FORMAT),
    "json with schemas after the worker's": Case(one(VALUE, JSON), FORMAT),
    "another converter than the worker's": Case(with_worker(f"{VALUE}={AVRO}\n", {}, PLAIN), FORMAT),
    "unknown until the apply": Case(one(VALUE, UNKNOWN, AVRO), "unknown-until-apply"),
    "another url": Case(one(URL, "https://b.example.com", "https://a.example.com", **{VALUE: AVRO}), OTHER),
    "another name": Case(one(f"{VALUE}.registry.name", "b", "a", **{VALUE: GLUE}), OTHER),
    "no name": Case(one(f"{VALUE}.registry.name", None, "a", **{VALUE: GLUE}), OTHER),
    "an unknown url": Case(one(URL, UNKNOWN, "https://a.example.com", **{VALUE: AVRO}), "unknown-until-apply"),
    "a registry is destroyed": Case(registry("cdc", None), GONE),
    "a registry gets another name": Case(registry("cdc", "events", replaced=True), GONE),
}
ALLOWED: Final = {
    "a new connector in avro": Case(plan(created({VALUE: AVRO})), near=FORMAT),
    "what the worker has, on the connector": Case(both({}, PLAIN), near=FORMAT),
    "what its worker has": Case(with_worker(f"{VALUE}={AVRO}\n", {}, {VALUE: AVRO}), near=FORMAT),
    "a short name": Case(both(PLAIN, {**PLAIN, VALUE: "JsonConverter"}), near=FORMAT),
    "schemas in capitals": Case(both(PLAIN, {**PLAIN, f"{VALUE}.schemas.enable": "FALSE"}), near=FORMAT),
    "schemas of avro": Case(both({VALUE: AVRO}, {VALUE: AVRO, f"{VALUE}.schemas.enable": "false"}), near=FORMAT),
    "a slash more": Case(one(URL, "https://A.example.com/", "https://a.example.com", **{VALUE: AVRO}), near=OTHER),
    "another compatibility": Case(one(f"{VALUE}.compatibility", "FULL", "NONE", **{VALUE: GLUE}), near=OTHER),
    "a registry is created": Case(registry(None, "cdc"), near=GONE),
    "a registry gets a description": Case(
        plan(change(REGISTRY, {"registry_name": "cdc"}, {"registry_name": "cdc", "description": "x"})), near=GONE
    ),
}
