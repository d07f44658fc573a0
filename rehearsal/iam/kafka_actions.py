"""What MSK calls the operations of Kafka's protocol, and the resources that they are about.

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


class Asked(BaseModel):
    """An operation that a broker was asked for; ``speculative`` where Kafka only wants to know what it may show."""

    model_config = ConfigDict(frozen=True)

    operation: str
    type: str
    name: str
    pattern: str = "LITERAL"
    speculative: bool = False


def action(asked: Asked) -> str | None:
    """``kafka-cluster:WriteData`` and the like; None for what MSK grants to nobody by IAM."""
    name = _ACTIONS.get((asked.type, asked.operation))
    return f"{SERVICE}:{name}" if name else None


def resource(asked: Asked, cluster: str) -> str:
    """The ARN of what ``asked`` is about; ``cluster`` is the cluster's."""
    if asked.type == _CLUSTER:
        return cluster
    return f"{cluster.replace(':cluster/', f':{_RESOURCES[asked.type]}/', 1)}/{asked.name}"


CONNECT: Final = f"{SERVICE}:Connect"
