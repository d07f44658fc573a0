"""All IAM policy documents of the project, with least privilege.

Pure functions of names and ARNs. Kafka actions follow MSK's IAM reference; what the connector needs
was observed on brokers that enforce IAM.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from modules.debezium import topics
from modules.debezium.internal import CONNECT
from modules.deployment import Deployment
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer

Statement = dict[str, Any]

_KEY_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
_KEY_USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


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


def allow(sid: str, actions: Sequence[str], resources: Sequence[str] | str, **extra: Any) -> Statement:
    """One Allow statement; ``extra`` is Principal or Condition."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources, **extra}


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def _kafka(*actions: str) -> list[str]:
    return [f"kafka-cluster:{action}" for action in actions]


def service_trust(service: str, condition: Mapping[str, Any] | None = None) -> str:
    """The trust policy of a role that one AWS service assumes; ``condition`` limits it to this account."""
    statement = {
        "Sid": "Assume",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    return document(statement | ({"Condition": condition} if condition else {}))


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


@dataclass(frozen=True)
class EncryptedObjects:
    """The ARN of objects of S3, of their bucket, and of the key that the bucket is encrypted with."""

    arns: str
    bucket: str
    key: str


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


_ALARMS: Final = {"Service": "cloudwatch.amazonaws.com"}


def alarm_topic(deployment: Deployment, topic_arn: str) -> str:
    """The policy of a topic to which only this environment's alarms, and roles of the account, may publish."""
    condition = _of_alarms(deployment)
    return document(allow("Alarms", ["sns:Publish"], topic_arn, Principal=_ALARMS, Condition=condition))


def _of_alarms(deployment: Deployment) -> dict[str, Any]:
    return {
        "StringEquals": {"aws:SourceAccount": deployment.account_id},
        "ArnLike": {"aws:SourceArn": deployment.arn("cloudwatch", f"alarm:{deployment.name()}-*")},
    }


def key(
    deployment: Deployment,
    *,
    services: Sequence[str],
    grants: Sequence[str],
    log_groups: bool,
    alarms: bool = False,
) -> str:
    """The policy of a customer managed key: the account administers it, and uses it only through ``services``.

    ``grants`` are services that create grants, to use the key without the caller. ``alarms`` publish to a topic that
    the key encrypts.
    """
    account = {"AWS": deployment.root_arn}
    caller = {"kms:CallerAccount": deployment.account_id}

    def via(names: Sequence[str]) -> dict[str, Any]:
        return {"kms:ViaService": [deployment.via_service(name) for name in names]}

    statements = [
        allow("Administration", _KEY_ADMINISTRATION, "*", Principal=account),
        allow("Use", _KEY_USE, "*", Principal=account, Condition={"StringEquals": caller | via(services)}),
    ]
    if grants:
        condition = {
            "StringEquals": caller | via(grants),
            "Bool": {"kms:GrantIsForAWSResource": "true"},
        }
        statements.append(allow("Grants", ["kms:CreateGrant"], "*", Principal=account, Condition=condition))
    if log_groups:
        logs = {"Service": deployment.logs_principal}
        groups = deployment.arn("logs", f"log-group:{deployment.log_group('*')}")
        context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        # DescribeKey has no encryption context, so it would never match.
        actions = [action for action in _KEY_USE if action != "kms:DescribeKey"]
        statements.append(allow("Logs", actions, "*", Principal=logs, Condition=context))
    if alarms:
        actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
        condition = _of_alarms(deployment)
        statements.append(allow("Alarms", actions, "*", Principal=_ALARMS, Condition=condition))
    return document(*statements)


def flow_logs_trust(deployment: Deployment) -> str:
    return service_trust(
        "vpc-flow-logs.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": deployment.account_id},
            "ArnLike": {"aws:SourceArn": deployment.arn("ec2", "vpc-flow-log/*")},
        },
    )


def flow_logs(log_group_arn: str) -> str:
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return document(allow("Write", actions, [log_group_arn, f"{log_group_arn}:*"]))


def s3_endpoint(deployment: Deployment, *, write_accounts: Sequence[str]) -> str:
    """What the S3 endpoint of the VPC lets through: reading anywhere, writing to buckets of known accounts only.

    AWS's services and registries keep what they hand out in buckets of their own, whose names they do not document.
    """
    own = {"StringEquals": {"aws:ResourceAccount": [deployment.account_id, *write_accounts]}}
    return document(
        allow("Read", ["s3:Get*", "s3:List*"], "*", Principal="*"),
        allow("OwnBuckets", ["s3:*"], "*", Principal="*", Condition=own),
    )


def tls_only(bucket_arn: str) -> str:
    """Denies every request to the bucket without TLS 1.2 or later."""

    def deny(sid: str, condition: Statement) -> Statement:
        statement = allow(sid, ["s3:*"], [bucket_arn, f"{bucket_arn}/*"], Principal="*", Condition=condition)
        return statement | {"Effect": "Deny"}

    return document(
        deny("PlainHttp", {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OldTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    )
