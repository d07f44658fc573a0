"""What connectors and consumers may do, with least privilege.

Pure functions of names and ARNs. Kafka actions follow MSK's IAM reference; what the connector needs
was observed on brokers that enforce IAM.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.debezium import topics
from modules.debezium.internal import CONNECT
from modules.deployment import Deployment
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer
from modules.iam.documents import Statement, allow, document, service_trust


@dataclass(frozen=True)
class ClusterArns:
    """The ARNs that MSK authorizes: of the cluster, and the prefixes of its topics and groups."""

    cluster: str
    topics: str
    groups: str

    def topic(self, *names: str) -> list[str]:
        return [f"{self.topics}/{name}" for name in names]

    def group(self, *names: str) -> list[str]:
        return [f"{self.groups}/{name}" for name in names]


@dataclass(frozen=True)
class EncryptedObjects:
    """The ARN of objects of S3, of their bucket, and of the key that the bucket is encrypted with."""

    arns: str
    bucket: str
    key: str


def _kafka(*actions: str) -> list[str]:
    return [f"kafka-cluster:{action}" for action in actions]


def connector_trust(deployment: Deployment, connector_name: str) -> str:
    """MSK Connect assumes the role for this connector with any id, for a replacement gets a new one."""
    return service_trust(
        "kafkaconnect.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": deployment.account_id},
            "ArnLike": {"aws:SourceArn": deployment.arn("kafkaconnect", f"connector/{connector_name}/*")},
        },
    )


def _connect(arns: ClusterArns, *, name: str, offsets: str) -> list[Statement]:
    # MSK Connect adds the connector's id, which changes when it is replaced. Source: MSK developer guide, "Manage
    # source connector offsets". Offsets are in the topic of the worker configuration. The group's name is undocumented.
    own = [f"{CONNECT}{kind}_{name}_*" for kind in ("configs", "status")]
    return [
        # DescribeCluster: never used in a run, but documented by AWS for execution roles.
        allow("Cluster", _kafka("Connect", "DescribeCluster"), [arns.cluster]),
        allow(
            "InternalTopics",
            _kafka("CreateTopic", "DescribeTopic", "ReadData", "WriteData"),
            arns.topic(*own, offsets),
        ),
        allow("InternalGroups", _kafka("AlterGroup", "DescribeGroup"), arns.group(f"{CONNECT}*")),
    ]


def _debezium(arns: ClusterArns, connector: Connector) -> list[Statement]:
    prefix = connector.topics.prefix
    groups = [topics.schema_history_group(prefix)]
    statements = [
        allow(
            "Events",
            _kafka("CreateTopic", "DescribeTopic", "WriteData"),
            arns.topic(prefix, f"{prefix}.*", topics.heartbeat_topic(prefix)),
        ),
        allow(
            "SchemaHistory",
            _kafka("CreateTopic", "DescribeTopic", "ReadData", "WriteData"),
            arns.topic(topics.schema_history_topic(connector)),
        ),
    ]
    if connector.topics.others:
        others = arns.topic(*connector.topics.others)
        statements.append(allow("OtherTopics", _kafka("CreateTopic", "DescribeTopic", "WriteData"), others))
    if connector.signals and connector.signals.topic:
        groups.append(topics.signal_group(connector))
        statements.append(allow("Signals", _kafka("DescribeTopic", "ReadData"), arns.topic(connector.signals.topic)))
    return [*statements, allow("Groups", _kafka("AlterGroup", "DescribeGroup"), arns.group(*groups))]


def _secrets(deployment: Deployment, arns: Sequence[str]) -> list[Statement]:
    [only] = arns if len(arns) == 1 else [list(arns)]
    through = {
        "kms:ViaService": deployment.via_service("secretsmanager"),
        "kms:EncryptionContext:SecretARN": only,
    }
    return [
        allow("Secret", ["secretsmanager:GetSecretValue"], list(arns)),
        # The encryption context limits this to the data of these secrets, with any key.
        allow("SecretKey", ["kms:Decrypt"], [deployment.arn("kms", "key/*")], Condition={"StringEquals": through}),
    ]


def _trust_store(deployment: Deployment, trusted: EncryptedObjects) -> list[Statement]:
    # With a bucket key, KMS sees the bucket and no object (S3 user guide, Reducing the cost of SSE-KMS).
    through = {"kms:ViaService": deployment.via_service("s3"), "kms:EncryptionContext:aws:s3:arn": trusted.bucket}
    return [
        allow("TrustStore", ["s3:GetObject"], [trusted.arns]),
        allow("TrustStoreKey", ["kms:Decrypt"], [trusted.key], Condition={"StringEquals": through}),
    ]


def connector_execution(
    deployment: Deployment,
    connector: Connector,
    *,
    name: str,
    arns: ClusterArns,
    offsets: str,
    secret_arns: Sequence[str],
    schemas: Sequence[Statement] = (),
    trusted: EncryptedObjects | None = None,
) -> str:
    """The permissions of the worker of connector ``name``: its cluster, its topics and groups, its secrets.

    ``schemas`` are those in the schema registry, ``trusted`` are its trust stores.
    """
    return document(
        *_connect(arns, name=name, offsets=offsets),
        *_debezium(arns, connector),
        *_secrets(deployment, secret_arns),
        *schemas,
        *(_trust_store(deployment, trusted) if trusted else []),
    )


def consumer(
    consumer: Consumer,
    *,
    arns: ClusterArns,
    signals: Sequence[str] = (),
    schemas: Sequence[Statement] = (),
    mappings: Sequence[Statement] = (),
) -> str:
    """The permissions of an application: its topics and consumer groups, and the signal topics that it writes to.

    ``schemas`` are those in the registry, ``mappings`` is what event source mappings need besides.
    """
    writes = [
        allow("Signals", _kafka("CreateTopic", "DescribeTopic", "WriteData"), arns.topic(*signals)),
        # Kafka's own producers are idempotent by default since 3.0.
        allow("SignalProducer", _kafka("WriteDataIdempotently"), [arns.cluster]),
    ]
    return document(
        allow("Cluster", _kafka("Connect"), [arns.cluster]),
        allow("Topics", _kafka("DescribeTopic", "ReadData"), arns.topic(*consumer.topics)),
        allow("Groups", _kafka("AlterGroup", "DescribeGroup"), arns.group(*consumer.groups)),
        *schemas,
        *mappings,
        *(writes if signals else []),
    )
