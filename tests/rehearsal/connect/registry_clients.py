"""Applications that decode events with the ordinary client libraries: AWS's for Glue, Confluent's for the others."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

import boto3
from aws_schema_registry import KafkaDeserializer, SchemaRegistryClient as GlueClient
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from modules.iam.documents import Statement, document
from rehearsal.aws.client import client
from rehearsal.lab import Iam

FIELDS: Final = {"key": MessageField.KEY, "value": MessageField.VALUE}


def by_url(url: str, topic: str, messages: Iterable[bytes], *, field: str = "value", schema: str = "") -> list[Any]:
    """Each as the schema says that it was written with, or as ``schema`` does."""
    with SchemaRegistryClient({"url": url}) as registry:
        decode = AvroDeserializer(registry, schema or None)
        return [decode(one, SerializationContext(topic, FIELDS[field])) for one in messages]


def by_glue(glue: Any, registry: str, topic: str, messages: Iterable[bytes]) -> list[Any]:
    """``glue`` is a client that signs as the application's role."""
    decode = KafkaDeserializer(GlueClient(glue, registry_name=registry))
    return [decode.deserialize(topic, one).data for one in messages]


def glue_as(iam: Iam, region: str, *statements: Statement) -> Any:
    """A client that signs as a new role with these statements."""
    arn = iam.role(f"application-{uuid4()}", document(*statements))
    sts: Any = client(iam.aws, "sts", region)
    given = sts.assume_role(RoleArn=arn, RoleSessionName="tests")["Credentials"]
    return boto3.client(
        "glue",
        region_name=region,
        endpoint_url=iam.aws.url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def written_in_json(url: str, topic: str, schema: str, row: dict[str, Any]) -> bytes:
    """``row`` as JSON with a schema of the registry's, which it registers."""
    with SchemaRegistryClient({"url": url}) as registry:
        written = JSONSerializer(schema, registry)(row, SerializationContext(topic, MessageField.VALUE))
    assert isinstance(written, bytes)
    return written


def read_from_json(url: str, topic: str, messages: Iterable[bytes]) -> list[Any]:
    with SchemaRegistryClient({"url": url}) as registry:
        decode = JSONDeserializer(None, schema_registry_client=registry)
        return [decode(one, SerializationContext(topic, MessageField.VALUE)) for one in messages]


def registered(url: str, subject: str, schema: str, type_: str) -> Schema:
    """As the registry returns it by the number that it gave."""
    with SchemaRegistryClient({"url": url}) as registry:
        found: Schema = registry.get_schema(registry.register_schema(subject, Schema(schema, type_)))
        return found
