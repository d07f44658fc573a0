"""Why the pipeline's roles hold each of their permissions, and what one that is missing looks like.

"Seen" are runs on brokers that enforce IAM (Kafka 3.9.1, Connect 3.7.2, Debezium 3.6.1) with that one taken away.
"""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["connector", "consumer"]

_SEEN: Final = "seen"
_EXECUTION: Final = "MSK developer guide, Understand service execution role"
_ACTIONS: Final = "MSK developer guide, Semantics of IAM authorization policy actions and resources"
_USES: Final = "MSK developer guide, Common use cases for client authorization policy"
_PROTOCOL: Final = "Kafka documentation, Authorization: protocol operations and resources"
_SIGNALS: Final = "Debezium sources, KafkaSignalChannel"
_PROVIDER: Final = "msk-config-providers sources, SecretsManagerConfigProvider"
_DECRYPTION: Final = "Secrets Manager user guide, Secret encryption and decryption"

_NO_QUESTION: Final = "Kafka asks for it in none of the runs; {} and live MSK may check it where Kafka does not"
_NO_SIGNALS: Final = "only a connector whose signals come from a topic uses it"


@dataclass(frozen=True)
class Reason:
    """Of one action in the statement ``sid``; ``unseen`` says why it stays where no rehearsal sees it used."""

    role: Role
    sid: str
    action: str
    needed_for: str
    without: str
    source: str
    unseen: str = ""


def _connector(sid: str, action: str, needed_for: str, without: str, source: str, unseen: str = "") -> Reason:
    return Reason("connector", sid, action, needed_for, without, source, unseen)


def _consumer(sid: str, action: str, needed_for: str, without: str, source: str, unseen: str = "") -> Reason:
    return Reason("consumer", sid, action, needed_for, without, source, unseen)


_CLUSTER: Final = (
    _connector(
        "Cluster",
        "kafka-cluster:Connect",
        "every client of the worker signs in with it: Connect's own, and those of Debezium's schema history",
        "the worker ends after some 7 s with Access denied, as it does with a wrong secret",
        _SEEN,
    ),
    _connector(
        "Cluster",
        "kafka-cluster:DescribeCluster",
        "AWS lists it for every connector on a cluster with IAM",
        "nothing changed",
        _EXECUTION,
        _NO_QUESTION.format("AWS documents it for execution roles,"),
    ),
)

_CONNECT: Final = (
    _connector(
        "InternalTopics",
        "kafka-cluster:CreateTopic",
        "at its first start the worker makes the topics of its configuration, its status and its offsets",
        "the worker never gets ready: its herder ends, and a process is left whose REST API does not answer",
        _SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:DescribeTopic",
        "at each start the worker looks whether those topics are there and how far they reach",
        "as without CreateTopic: the herder ends and the process stays",
        _SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:ReadData",
        "at each start the worker reads back its configuration and how far the source was read",
        "the worker is alive and never ready, and logs over 100 MB a minute; of the offsets alone: at the next restart",
        _SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:WriteData",
        "the worker keeps its configuration, the state of its tasks, and every few seconds the offset in the source",
        "never ready, under the same flood of logs; of the offsets alone: silence, and a new snapshot at the restart",
        _SEEN,
    ),
    _connector(
        "InternalGroups",
        "kafka-cluster:AlterGroup",
        "the worker joins the group in which Connect's workers share out their tasks",
        "the herder ends, and a process is left whose REST API does not answer",
        _SEEN,
    ),
    _connector(
        "InternalGroups",
        "kafka-cluster:DescribeGroup",
        "before it joins, the worker asks which broker coordinates its group",
        "as without AlterGroup: the herder ends and the process stays",
        _SEEN,
    ),
)

_DEBEZIUM: Final = (
    _connector(
        "Events",
        "kafka-cluster:CreateTopic",
        "Connect makes a topic for each captured table, one for schema changes and one for heartbeats: brokers do not",
        "the task fails 6 to 9 s after RUNNING, and the connector goes on calling itself RUNNING",
        _SEEN,
    ),
    _connector(
        "Events",
        "kafka-cluster:DescribeTopic",
        "a producer asks for a topic's partitions before it sends, and Connect whether the topic is there",
        "as without CreateTopic: the task fails behind a connector that is RUNNING",
        _SEEN,
    ),
    _connector(
        "Events",
        "kafka-cluster:WriteData",
        "the change events themselves, the schema changes and the heartbeats",
        "as without CreateTopic: the task fails behind a connector that is RUNNING",
        _SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:CreateTopic",
        "at its first start Debezium makes the topic that keeps every table's definition",
        "the task fails within 2 to 4 s",
        _SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:DescribeTopic",
        "Debezium looks whether its history is there, and where it ends",
        "silence, for ever: nothing fails and nothing is told",
        _SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:ReadData",
        "a task that starts again reads what the tables were like at its place in the binary log",
        "all is well until the first restart",
        _SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:WriteData",
        "every definition that the snapshot finds and every later change of one",
        "the task fails within 2 to 4 s",
        _SEEN,
    ),
    _connector(
        "Signals",
        "kafka-cluster:DescribeTopic",
        "the consumer of signals asks where the topic's only partition is",
        "by Kafka's rules the consumer's poll is refused, so no signal arrives; not tried",
        f"{_SIGNALS}; {_PROTOCOL}",
        _NO_SIGNALS,
    ),
    _connector(
        "Signals",
        "kafka-cluster:ReadData",
        "the consumer of signals reads which ad-hoc snapshots are asked for",
        "as without DescribeTopic: the poll is refused; not tried",
        f"{_SIGNALS}; {_PROTOCOL}",
        _NO_SIGNALS,
    ),
    _connector(
        "Groups",
        "kafka-cluster:AlterGroup",
        "signals: to commit how far they were read; history: Debezium up to 3.5 subscribes to it in a group",
        "Debezium up to 3.5 fails at its first restart, 3.6.1 does not; read signals are not marked so (not tried)",
        f"{_SEEN}, for the history; {_SIGNALS}",
        "Debezium 3.6.1 reads its history without the group, and signals need a topic; older plugins may be deployed",
    ),
    _connector(
        "Groups",
        "kafka-cluster:DescribeGroup",
        "the same groups: which broker coordinates them, and what they have committed",
        "as without AlterGroup; and the consumer of signals does not find where to begin (not tried)",
        f"{_SEEN}, for the history; {_SIGNALS}; {_PROTOCOL}",
        "Debezium 3.6.1 reads its history without the group, and signals need a topic; older plugins may be deployed",
    ),
)

_SECRET: Final = (
    _connector(
        "Secret",
        "secretsmanager:GetSecretValue",
        "the worker puts the database's user and password in the place of their placeholders",
        "the provider is refused and the connector does not start; only a missing secret could be overlooked",
        _PROVIDER,
    ),
    _connector(
        "SecretKey",
        "kms:Decrypt",
        "Secrets Manager decrypts a secret under a customer key in the name of whoever reads it",
        "GetSecretValue is refused wherever the secret has a key of its own",
        _DECRYPTION,
        "secrets under AWS's own key never need it; one may be given a customer key at any time",
    ),
)

_APPLICATION: Final = (
    _consumer(
        "Cluster",
        "kafka-cluster:Connect",
        "the application signs in to every broker with it",
        "Access denied on every connection, as with a wrong secret",
        _SEEN,
    ),
    _consumer(
        "Topics",
        "kafka-cluster:DescribeTopic",
        "which partitions the topics have, who leads them and where they end",
        "a topic that is named is refused; one that only a pattern finds is passed over in silence",
        f"{_USES}; {_PROTOCOL}",
    ),
    _consumer(
        "Topics",
        "kafka-cluster:ReadData",
        "the change events themselves",
        "the group is joined, and the first poll is refused",
        f"{_USES}; {_PROTOCOL}",
    ),
    _consumer(
        "Groups",
        "kafka-cluster:AlterGroup",
        "the application joins its group, stays in it and commits how far it has read",
        "the group is refused, before any event",
        f"{_USES}; {_PROTOCOL}",
    ),
    _consumer(
        "Groups",
        "kafka-cluster:DescribeGroup",
        "which broker coordinates the group, and how far it had read",
        "the group is refused, before any event",
        f"{_USES}; {_PROTOCOL}",
    ),
)

REASONS: Final = (*_CLUSTER, *_CONNECT, *_DEBEZIUM, *_SECRET, *_APPLICATION)
_BY_PERMISSION: Final = {(reason.role, reason.sid, reason.action): reason for reason in REASONS}


def lookup(role: Role, sid: str, action: str) -> Reason:
    """The reason of ``action``, like ``kafka-cluster:ReadData``, in a statement; raises LookupError."""
    try:
        return _BY_PERMISSION[role, sid, action]
    except KeyError:
        raise LookupError(f"a permission of the {role} must have a reason, got {sid} {action}") from None
