"""The deployed policies: what each is for is allowed, and what is next to it is not."""

from typing import Final

import pytest

from rehearsal.iam.policies.policy import Principal, Request, decide, parse, trusts
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION, SECRET_ARN
from tests.rehearsal.iam.policies import documents
from tests.rehearsal.iam.policies.documents import DECRYPT, DEPLOYMENT, KEY, KNOWN, NAME, group, topic

EXECUTION: Final = parse(f"{NAME}-worker", documents.EXECUTION)
BILLING: Final = parse("billing", documents.BILLING)
TRUST: Final = parse(f"{NAME}-worker", documents.TRUST)


@pytest.mark.parametrize(
    ("action", "resource", "sid", "pattern"),
    [
        ("kafka-cluster:Connect", CLUSTER_ARN, "Cluster", CLUSTER_ARN),
        ("kafka-cluster:DescribeCluster", CLUSTER_ARN, "Cluster", CLUSTER_ARN),
        (
            "kafka-cluster:ReadData",
            topic(f"__amazon_msk_connect_configs_{NAME}_12345678-09e7-4abc-8be8-c657f7e4ff32-2"),
            "InternalTopics",
            topic(f"__amazon_msk_connect_configs_{NAME}_*"),
        ),
        ("kafka-cluster:WriteData", topic(f"{NAME}-offsets"), "InternalTopics", topic(f"{NAME}-offsets")),
        (
            "kafka-cluster:AlterGroup",
            group("__amazon_msk_connect_x"),
            "InternalGroups",
            group("__amazon_msk_connect_*"),
        ),
        ("kafka-cluster:CreateTopic", topic("orders"), "Events", topic("orders")),
        ("kafka-cluster:WriteData", topic("orders.orders.customers"), "Events", topic("orders.*")),
        (
            "kafka-cluster:WriteData",
            topic("__debezium-heartbeat.orders"),
            "Events",
            topic("__debezium-heartbeat.orders"),
        ),
        ("kafka-cluster:ReadData", topic("schema-history.orders"), "SchemaHistory", topic("schema-history.orders")),
        ("kafka-cluster:DescribeGroup", group("orders-schemahistory"), "Groups", group("orders-schemahistory")),
        ("secretsmanager:GetSecretValue", SECRET_ARN, "Secret", SECRET_ARN),
        ("kms:Decrypt", KEY, "SecretKey", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"),
    ],
)
def test_the_connector_is_allowed(action: str, resource: str, sid: str, pattern: str) -> None:
    decision = decide(Request(action, resource, DECRYPT), identity=[EXECUTION], known=KNOWN)
    assert decision.reason == "allowed"
    assert decision.statement
    assert (decision.statement.sid, decision.matched_action, decision.matched_resource) == (sid, action, pattern)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("kafka-cluster:AlterCluster", CLUSTER_ARN, {}),
        ("kafka-cluster:Connect", CLUSTER_ARN.replace("cdc-prod", "payments"), {}),
        ("kafka-cluster:ReadData", topic("orders.orders.customers"), {}),
        ("kafka-cluster:WriteData", topic("ordersx"), {}),
        ("kafka-cluster:DeleteTopic", topic("orders.orders.customers"), {}),
        ("kafka-cluster:WriteData", topic("__consumer_offsets"), {}),
        ("kafka-cluster:ReadData", topic("__amazon_msk_connect_configs_cdc-prod-stock_12345678-2"), {}),
        ("kafka-cluster:WriteData", topic("__amazon_msk_connect_status_cdc-prod-orders-eu_12345678-2"), {}),
        ("kafka-cluster:AlterGroup", group("billing-nightly"), {}),
        ("kafka-cluster:DescribeGroup", topic("orders-schemahistory"), {}),
        ("secretsmanager:GetSecretValue", SECRET_ARN.replace("cdc/orders-", "cdc/stock-"), {}),
        ("kms:Decrypt", KEY, {}),
        ("kms:Decrypt", KEY, DECRYPT | {"kms:EncryptionContext:SecretARN": f"{SECRET_ARN}x"}),
        ("kms:Decrypt", KEY, DECRYPT | {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
        ("kms:GenerateDataKey", KEY, DECRYPT),
    ],
)
def test_the_connector_is_not_allowed(action: str, resource: str, context: dict[str, str]) -> None:
    decision = decide(Request(action, resource, context), identity=[EXECUTION], known=KNOWN)
    assert decision.reason == "no statement allows it"


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("kafka-cluster:Connect", CLUSTER_ARN, True),
        ("kafka-cluster:ReadData", topic("orders.orders.customers"), True),
        ("kafka-cluster:AlterGroup", group("billing-nightly"), True),
        ("kafka-cluster:WriteData", topic("orders.orders.customers"), False),
        ("kafka-cluster:ReadData", topic("orders.payments.cards"), False),
        ("kafka-cluster:AlterGroup", group("billing"), False),
        ("kafka-cluster:DeleteGroup", group("billing-nightly"), False),
    ],
)
def test_the_consumer_reads_its_topics_in_its_groups(action: str, resource: str, allowed: bool) -> None:
    # Of this policy nothing is asked but action and resource.
    assert decide(Request(action, resource), identity=[BILLING], known=()).allowed is allowed


@pytest.mark.parametrize(
    ("service", "account", "source", "allowed"),
    [
        ("kafkaconnect", ACCOUNT, f"connector/{NAME}/1-2-3", True),
        ("kafka", ACCOUNT, f"connector/{NAME}/1-2-3", False),
        ("kafkaconnect", "999999999999", f"connector/{NAME}/1-2-3", False),
        ("kafkaconnect", ACCOUNT, f"connector/{NAME}", False),
        ("kafkaconnect", ACCOUNT, "connector/cdc-prod-o/1-2-3", False),
        ("kafkaconnect", ACCOUNT, f"custom-plugin/{NAME}/1-2-3", False),
    ],
)
def test_msk_connect_assumes_the_role_for_its_connector(service: str, account: str, source: str, allowed: bool) -> None:
    context = {"aws:SourceAccount": account, "aws:SourceArn": DEPLOYMENT.arn("kafkaconnect", source)}
    principal = Principal("Service", f"{service}.amazonaws.com")
    role = DEPLOYMENT.root_arn.replace("root", f"role/{NAME}-worker")
    asked = Request("sts:AssumeRole", role, context, principal)
    assert trusts(asked, TRUST, ["aws:SourceAccount", "aws:SourceArn"]).allowed is allowed
    assert not trusts(Request("sts:AssumeRole", role, {}, principal), TRUST, ["aws:Source*"]).allowed
