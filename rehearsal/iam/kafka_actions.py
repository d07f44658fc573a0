"""MSK's IAM actions and resources for the operations of Kafka's protocol.

Source: MSK developer guide, "Semantics of IAM authorization policy actions and resources"; the operations are
Kafka's AclOperation and ResourceType.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict

SERVICE: Final = "kafka-cluster"
_CLUSTER: Final = "CLUSTER"
_ACTIONS: Final = {
    (_CLUSTER, "DESCRIBE"): "DescribeCluster",
    (_CLUSTER, "ALTER"): "AlterCluster",
    (_CLUSTER, "DESCRIBE_CONFIGS"): "DescribeClusterDynamicConfiguration",
    (_CLUSTER, "ALTER_CONFIGS"): "AlterClusterDynamicConfiguration",
    (_CLUSTER, "IDEMPOTENT_WRITE"): "WriteDataIdempotently",
    ("TOPIC", "CREATE"): "CreateTopic",
    ("TOPIC", "DESCRIBE"): "DescribeTopic",
    ("TOPIC", "ALTER"): "AlterTopic",
    ("TOPIC", "DELETE"): "DeleteTopic",
    ("TOPIC", "READ"): "ReadData",
    ("TOPIC", "WRITE"): "WriteData",
    ("TOPIC", "DESCRIBE_CONFIGS"): "DescribeTopicDynamicConfiguration",
    ("TOPIC", "ALTER_CONFIGS"): "AlterTopicDynamicConfiguration",
    ("GROUP", "READ"): "AlterGroup",
    ("GROUP", "DESCRIBE"): "DescribeGroup",
    ("GROUP", "DELETE"): "DeleteGroup",
    ("TRANSACTIONAL_ID", "WRITE"): "AlterTransactionalId",
    ("TRANSACTIONAL_ID", "DESCRIBE"): "DescribeTransactionalId",
}
_RESOURCES: Final = {"TOPIC": "topic", "GROUP": "group", "TRANSACTIONAL_ID": "transactional-id"}


class Operation(BaseModel):
    """A requested operation; ``speculative`` where Kafka only filters what the client may see."""

    model_config = ConfigDict(frozen=True)

    operation: str
    type: str
    name: str
    pattern: str = "LITERAL"
    speculative: bool = False


def action(operation: Operation) -> str | None:
    """The action, like ``kafka-cluster:WriteData``; None for operations that IAM cannot allow on MSK."""
    name = _ACTIONS.get((operation.type, operation.operation))
    return f"{SERVICE}:{name}" if name else None


def resource(operation: Operation, cluster: str) -> str:
    """The ARN of the operation's resource; ``cluster`` is the cluster's ARN."""
    if operation.type == _CLUSTER:
        return cluster
    return f"{cluster.replace(':cluster/', f':{_RESOURCES[operation.type]}/', 1)}/{operation.name}"


CONNECT: Final = f"{SERVICE}:Connect"
