"""The IAM actions and ARNs of operations in Kafka's protocol."""

import json
from typing import Final

import pytest
from pydantic import ValidationError

from rehearsal.iam.kafka_actions import CONNECT, Operation, action, resource
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION
from tests.rehearsal.iam.policies import documents
from tests.rehearsal.iam.policies.documents import group, topic

# MSK developer guide, "Semantics of IAM authorization policy actions and resources", beside Kafka's "Protocols":
# the action, Kafka's resource and its operation.
TABLE: Final = """
    DescribeCluster                       CLUSTER           DESCRIBE
    AlterCluster                          CLUSTER           ALTER
    DescribeClusterDynamicConfiguration   CLUSTER           DESCRIBE_CONFIGS
    AlterClusterDynamicConfiguration      CLUSTER           ALTER_CONFIGS
    WriteDataIdempotently                 CLUSTER           IDEMPOTENT_WRITE
    CreateTopic                           TOPIC             CREATE
    DescribeTopic                         TOPIC             DESCRIBE
    AlterTopic                            TOPIC             ALTER
    DeleteTopic                           TOPIC             DELETE
    DescribeTopicDynamicConfiguration     TOPIC             DESCRIBE_CONFIGS
    AlterTopicDynamicConfiguration        TOPIC             ALTER_CONFIGS
    ReadData                              TOPIC             READ
    WriteData                             TOPIC             WRITE
    DescribeGroup                         GROUP             DESCRIBE
    AlterGroup                            GROUP             READ
    DeleteGroup                           GROUP             DELETE
    DescribeTransactionalId               TRANSACTIONAL_ID  DESCRIBE
    AlterTransactionalId                  TRANSACTIONAL_ID  WRITE
"""
ROWS: Final = [tuple(line.split()) for line in TABLE.strip().splitlines()]
OPERATIONS: Final = sorted({row[2] for row in ROWS} | {"CLUSTER_ACTION", "CREATE_TOKENS", "DESCRIBE_TOKENS"})
TYPES: Final = sorted({row[1] for row in ROWS} | {"DELEGATION_TOKEN", "USER"})


@pytest.mark.parametrize(("name", "kind", "operation"), ROWS)
def test_an_operation_has_an_action(name: str, kind: str, operation: str) -> None:
    assert action(Operation(operation=operation, type=kind, name="a")) == f"kafka-cluster:{name}"


def test_no_other_operation_has_an_action() -> None:
    asked = [Operation(operation=operation, type=kind, name="a") for kind in TYPES for operation in OPERATIONS]
    named = {(one.type, one.operation) for one in asked if action(one)}
    assert named == {(kind, operation) for _, kind, operation in ROWS} < {(one.type, one.operation) for one in asked}
    assert action(Operation(operation="CREATE", type="CLUSTER", name="kafka-cluster")) is None


def test_every_action_of_our_policies_has_an_operation() -> None:
    held = {
        action
        for parsed in (documents.EXECUTION, documents.BILLING)
        for statement in json.loads(parsed)["Statement"]
        for action in statement["Action"]
        if action.startswith("kafka-cluster:")
    }
    assert len(held) > 5
    assert held - {f"kafka-cluster:{name}" for name, _, _ in ROWS} == {CONNECT}


@pytest.mark.parametrize(
    ("kind", "name", "arn"),
    [
        ("CLUSTER", "kafka-cluster", CLUSTER_ARN),
        ("TOPIC", "orders.orders.customers", topic("orders.orders.customers")),
        ("GROUP", "billing-1", group("billing-1")),
        ("GROUP", "a/b:c", group("a/b:c")),
        ("TRANSACTIONAL_ID", "t", CLUSTER_ARN.replace(":cluster/", ":transactional-id/") + "/t"),
    ],
)
def test_a_resource_has_an_arn(kind: str, name: str, arn: str) -> None:
    assert resource(Operation(operation="DESCRIBE", type=kind, name=name), CLUSTER_ARN) == arn
    assert arn.split(":")[:5] == ["arn", "aws", "kafka", REGION, ACCOUNT]


def test_a_cluster_may_be_called_anything() -> None:
    cluster = CLUSTER_ARN.replace("cdc-prod", "cluster").replace("arn:aws:", "arn:aws-cn:")
    found = resource(Operation(operation="READ", type="TOPIC", name="x:cluster/y"), cluster)
    assert found == f"arn:aws-cn:kafka:{REGION}:{ACCOUNT}:topic/cluster/{cluster.split('/')[2]}/x:cluster/y"


def test_an_operation_is_parsed_from_json() -> None:
    parsed = {"operation": "READ", "type": "TOPIC", "name": "a", "pattern": "LITERAL", "speculative": True}
    assert Operation.model_validate(parsed) == Operation(operation="READ", type="TOPIC", name="a", speculative=True)
    assert not Operation(operation="READ", type="TOPIC", name="a").speculative
    with pytest.raises(ValidationError, match="name"):
        Operation.model_validate({"operation": "READ", "type": "TOPIC"})
