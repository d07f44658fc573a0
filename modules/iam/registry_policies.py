"""IAM statements for Glue's schema registry.

Source: Glue developer guide, "IAM examples for serializers" and "for deserializers".
"""

from collections.abc import Sequence

from modules.debezium import topics
from modules.debezium.formats import OF_REGISTRIES, Registry
from modules.debezium.internal import overlap
from modules.deployment import Deployment
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer
from modules.iam.documents import Statement, allow


def writer(deployment: Deployment, connector: Connector, registry: Registry | None) -> list[Statement]:
    """A connector registers schemas that are named after its topics, and no others; none without a format of Glue's."""
    if registry is None or registry.kind != "glue" or connector.format not in OF_REGISTRIES:
        return []
    names = [*topics.event_topics(connector), topics.heartbeat_topic(connector.topics.prefix)]
    schemas = [deployment.arn("glue", f"schema/{registry.name}/{name}") for name in names]
    actions = ("GetSchemaByDefinition", "CreateSchema", "RegisterSchemaVersion", "PutSchemaVersionMetadata")
    of_registry = deployment.arn("glue", f"registry/{registry.name}")
    return [
        allow("RegisterSchemas", [f"glue:{action}" for action in actions], [of_registry, *schemas]),
        *_versions(),
    ]


def reader(consumer: Consumer, connectors: Sequence[Connector], registry: Registry | None) -> list[Statement]:
    """A consumer reads schemas if it reads events of a connector whose format needs them."""
    if registry is None or registry.kind != "glue":
        return []
    written = [topic for one in connectors if one.format in OF_REGISTRIES for topic in topics.event_topics(one)]
    reads = any(overlap(pattern, topic) for pattern in consumer.topics for topic in written)
    return _versions() if reads else []


def _versions() -> list[Statement]:
    """A version is asked for by its number alone, which belongs to no registry that IAM could compare."""
    return [allow("ReadSchemas", ["glue:GetSchemaVersion"], ["*"])]
