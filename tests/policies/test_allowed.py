"""What every role and policy allows: the requests that it needs, and none of the requests next to them.

A statement that no request needs is an error, too.
"""

from typing import Final

import pytest

from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION, SECRET_ARN
from tests.policies.simulator import Document, Request, problems, simulate

CONNECTOR: Final = "connect/connectors/orders/permissions"
SIGNALLED: Final = "connect/connectors/stock/permissions"
CONSUMER: Final = "connect/consumers/billing/policy"
LAMBDA: Final = "connect/consumers/receipts/policy"
FLOW_LOGS: Final = "platform/network/flow-logs/policy"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/some-role"
SECRET_KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"
SECRET_READ: Final = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
FLOW_LOG_GROUP: Final = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/cdc/prod/flow-logs"

HEALING: Final = "connect/self-healing/permissions"
SCHEDULER: Final = "connect/self-healing/scheduler/permissions"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


WORKER_LOGS: Final = arn("logs", "log-group:/aws/vendedlogs/cdc/prod/connectors/orders")
HEALING_LOGS: Final = arn("logs", "log-group:/aws/vendedlogs/cdc/prod/self-healing")
HEALED: Final = arn("kafkaconnect", "connector/cdc-prod-orders/12345678-09e7-4abc-8be8-c657f7e4ff32-2")
TOPIC: Final = arn("sns", "oncall")
TOPIC_KEY: Final = {"kms:ViaService": f"sns.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:sns:topicArn": TOPIC}
PASSED: Final = {"iam:PassedToService": "scheduler.amazonaws.com"}
SCHEDULER_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-self-healing-scheduler"
FUNCTION: Final = arn("lambda", "function:cdc-prod-self-healing")

FUNCTION_LOGS: Final = arn("logs", "log-group:/aws/lambda/receipts")
INTERFACES: Final = [arn("ec2", f"{kind}/x-0a1b2c3d") for kind in ("network-interface", "security-group", "subnet")]

# An action, a resource and, where it matters, the context.
Call = tuple[str, str] | tuple[str, str, dict[str, str]]


def kafka(actions: str, kind: str, *names: str, cluster: str = CLUSTER_ARN) -> list[Call]:
    """Each action on each topic or group of a cluster, or on the cluster itself."""
    stem = cluster.replace(":cluster/", f":{kind}/")
    arns = [f"{stem}/{name}" for name in names] or [stem]
    return [(f"kafka-cluster:{action}", arn) for action in actions.split() for arn in arns]


ID: Final = "12345678-09e7-4abc-8be8-c657f7e4ff32-2"
INTERNAL: Final = (
    f"__amazon_msk_connect_configs_cdc-prod-orders_{ID}",
    f"__amazon_msk_connect_status_cdc-prod-orders_{ID}",
    "cdc-prod-orders-offsets",
)
EVENTS: Final = ("orders", "orders.orders.customers", "__debezium-heartbeat.orders")
HISTORY: Final = "schema-history.orders"
ANOTHER: Final = CLUSTER_ARN.replace("cdc-prod", "payments")


def connector(name: str) -> list[Call]:
    """The requests of the connector whose key and prefix are ``name``."""
    here = [[text.replace("orders", name) for text in texts] for texts in (INTERNAL, EVENTS, (HISTORY,))]
    internal, events, history = here
    return [
        *kafka("Connect DescribeCluster", "cluster"),
        *kafka("CreateTopic DescribeTopic ReadData WriteData", "topic", *internal, *history),
        *kafka("CreateTopic DescribeTopic WriteData", "topic", *events),
        *kafka("AlterGroup DescribeGroup", "group", f"__amazon_msk_connect_cdc-prod-{name}_1", f"{name}-schemahistory"),
        ("secretsmanager:GetSecretValue", SECRET_ARN),
        ("kms:Decrypt", SECRET_KEY, SECRET_READ | {"kms:EncryptionContext:SecretARN": SECRET_ARN}),
    ]


NEEDED: Final[dict[str, list[Call]]] = {
    CONNECTOR: connector("orders"),
    SIGNALLED: [
        *connector("stock"),
        *kafka("DescribeTopic ReadData", "topic", "stock-signals"),
        *kafka("AlterGroup DescribeGroup", "group", "stock-signal"),
    ],
    CONSUMER: [
        *kafka("Connect", "cluster"),
        *kafka("DescribeTopic ReadData", "topic", "orders.orders.customers"),
        *kafka("AlterGroup DescribeGroup", "group", "billing-nightly"),
    ],
    LAMBDA: [
        *kafka("Connect DescribeClusterDynamicConfiguration", "cluster"),
        *kafka("DescribeTopic ReadData", "topic", "orders.orders.customers", "orders.orders.order_items"),
        *kafka("AlterGroup DescribeGroup", "group", "receipts-customers", "receipts-items"),
        ("kafka:DescribeClusterV2", CLUSTER_ARN),
        ("kafka:GetBootstrapBrokers", "*"),
        *(("ec2:CreateNetworkInterface", one) for one in INTERFACES),
        ("ec2:DeleteNetworkInterface", INTERFACES[0]),
        *((f"ec2:Describe{what}", "*") for what in ("NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")),
        ("logs:CreateLogGroup", FUNCTION_LOGS),
        ("logs:CreateLogStream", f"{FUNCTION_LOGS}:log-stream:x"),
        ("logs:PutLogEvents", f"{FUNCTION_LOGS}:log-stream:x"),
    ],
    HEALING: [
        ("kafkaconnect:DescribeConnector", HEALED),
        ("kafkaconnect:RestartConnector", HEALED),
        ("kafkaconnect:ListConnectors", "*"),
        ("cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:cdc-prod-orders-ErroredTaskCount")),
        ("logs:FilterLogEvents", WORKER_LOGS),
        ("logs:CreateLogStream", f"{HEALING_LOGS}:log-stream:x"),
        ("logs:PutLogEvents", f"{HEALING_LOGS}:log-stream:x"),
        *(
            (f"scheduler:{verb}Schedule", arn("scheduler", "schedule/cdc-prod-self-healing/cdc-prod-orders"))
            for verb in ("Create", "Update", "Delete")
        ),
        ("iam:PassRole", SCHEDULER_ROLE, PASSED),
        ("sns:Publish", TOPIC),
        ("kms:GenerateDataKey", SECRET_KEY, TOPIC_KEY),
        ("kms:Decrypt", SECRET_KEY, TOPIC_KEY),
    ],
    SCHEDULER: [("lambda:InvokeFunction", FUNCTION)],
    FLOW_LOGS: [
        ("logs:CreateLogStream", f"{FLOW_LOG_GROUP}:log-stream:eni-1"),
        ("logs:DescribeLogStreams", f"{FLOW_LOG_GROUP}"),
        ("logs:PutLogEvents", f"{FLOW_LOG_GROUP}:log-stream:eni-1"),
    ],
}

REFUSED: Final[dict[str, list[Call]]] = {
    CONNECTOR: [
        *kafka("Connect", "cluster", cluster=ANOTHER),
        *kafka("WriteData", "topic", *EVENTS, cluster=ANOTHER),
        *kafka("AlterCluster AlterClusterDynamicConfiguration WriteDataIdempotently", "cluster"),
        *kafka("AlterTopic DeleteTopic AlterTopicDynamicConfiguration", "topic", *INTERNAL, *EVENTS, HISTORY),
        *kafka("ReadData", "topic", *EVENTS),
        *kafka("ReadData WriteData", "topic", "ordersx", "stock.orders.customers", "schema-history.stock"),
        *kafka("WriteData", "topic", "__debezium-heartbeat.stock", "cdc-prod-stock-offsets", "__consumer_offsets"),
        *kafka("ReadData WriteData", "topic", *(name.replace("-orders", "-stock") for name in INTERNAL)),
        *kafka("ReadData WriteData", "topic", *(name.replace("-orders", "-orders-eu") for name in INTERNAL)),
        *kafka("CreateTopic ReadData", "topic", "__amazon_msk_connect_configs_x", "__amazon_msk_canary"),
        *kafka("AlterGroup", "group", "billing-nightly", "stock-schemahistory"),
        *kafka("DeleteGroup", "group", "orders-schemahistory"),
        ("secretsmanager:GetSecretValue", SECRET_ARN.replace("cdc/orders-", "cdc/stock-")),
        ("secretsmanager:PutSecretValue", SECRET_ARN),
        ("kms:Decrypt", SECRET_KEY),
        ("kms:Decrypt", SECRET_KEY, {"kms:EncryptionContext:SecretARN": SECRET_ARN}),
        ("kms:Decrypt", SECRET_KEY, SECRET_READ | {"kms:EncryptionContext:SecretARN": f"{SECRET_ARN}x"}),
        ("kms:GenerateDataKey", SECRET_KEY, SECRET_READ | {"kms:EncryptionContext:SecretARN": SECRET_ARN}),
        ("s3:GetObject", "arn:aws:s3:::acme-artifacts/msk-connect/debezium-mysql-3.6.1.Final.zip"),
    ],
    SIGNALLED: [
        *kafka("WriteData CreateTopic DeleteTopic", "topic", "stock-signals"),
        *kafka("ReadData", "topic", "stock.stock.items"),
        *kafka("ReadData WriteData", "topic", *EVENTS, HISTORY, "cdc-prod-orders-offsets"),
        *kafka("AlterGroup", "group", "orders-schemahistory", "orders-signal"),
    ],
    CONSUMER: [
        *kafka("Connect", "cluster", cluster=ANOTHER),
        *kafka("WriteData CreateTopic DeleteTopic AlterTopic", "topic", "orders.orders.customers"),
        *kafka("ReadData", "topic", "orders", "orders.payments.cards", HISTORY, *INTERNAL),
        *kafka("AlterGroup", "group", "billing", "orders-schemahistory", "__amazon_msk_connect_cdc-prod-orders_1"),
        *kafka("DeleteGroup", "group", "billing-nightly"),
        ("secretsmanager:GetSecretValue", SECRET_ARN),
    ],
    LAMBDA: [
        *kafka("Connect DescribeClusterDynamicConfiguration", "cluster", cluster=ANOTHER),
        *kafka("AlterClusterDynamicConfiguration WriteDataIdempotently", "cluster"),
        *kafka("WriteData CreateTopic DeleteTopic", "topic", "orders.orders.customers"),
        *kafka("ReadData", "topic", "orders", "orders.orders.customersx", HISTORY, *INTERNAL),
        *kafka("AlterGroup", "group", "receipts", "billing-nightly", "orders-schemahistory"),
        ("kafka:DescribeClusterV2", ANOTHER),
        ("kafka:DeleteCluster", CLUSTER_ARN),
        ("ec2:DeleteNetworkInterface", INTERFACES[0].replace(ACCOUNT, "999999999999")),
        ("ec2:CreateNetworkInterface", INTERFACES[0].replace(REGION, "eu-west-3")),
        ("ec2:AuthorizeSecurityGroupIngress", INTERFACES[1]),
        ("logs:PutLogEvents", f"{FUNCTION_LOGS}x:log-stream:x"),
        ("lambda:UpdateFunctionCode", arn("lambda", "function:receipts")),
        ("secretsmanager:GetSecretValue", SECRET_ARN),
    ],
    HEALING: [
        ("kafkaconnect:RestartConnector", HEALED.replace("cdc-prod-orders", "payments")),
        ("kafkaconnect:DeleteConnector", HEALED),
        ("cloudwatch:SetAlarmState", arn("cloudwatch", "alarm:cdc-prod-orders-ErroredTaskCount")),
        ("logs:FilterLogEvents", FLOW_LOG_GROUP),
        ("logs:PutLogEvents", f"{WORKER_LOGS}:log-stream:x"),
        ("scheduler:CreateSchedule", arn("scheduler", "schedule/default/cdc-prod-orders")),
        ("iam:PassRole", SCHEDULER_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
        ("iam:PassRole", ROLE, PASSED),
        ("sns:Publish", f"{TOPIC}x"),
        ("kms:Decrypt", SECRET_KEY, SECRET_READ | {"kms:EncryptionContext:aws:sns:topicArn": TOPIC}),
        ("secretsmanager:GetSecretValue", SECRET_ARN),
    ],
    SCHEDULER: [("lambda:InvokeFunction", f"{FUNCTION}x"), ("lambda:UpdateFunctionCode", FUNCTION)],
    FLOW_LOGS: [
        ("logs:PutLogEvents", f"{FLOW_LOG_GROUP.replace('flow-logs', 'connectors/orders')}:log-stream:x"),
        ("logs:DeleteLogStream", f"{FLOW_LOG_GROUP}:log-stream:eni-1"),
        ("logs:CreateLogGroup", FLOW_LOG_GROUP),
    ],
}


# The policy of a key that delegates to the IAM policies of its account.
DELEGATING: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    ],
}


def requests(found: dict[str, Document], name: str, calls: list[Call]) -> list[Request]:
    policy = found[name].policy
    return [
        Request(
            principal=ROLE,
            action=action,
            resource=resource,
            context=context[0] if context else {},
            identity=[policy],
            resource_policy=DELEGATING if action.startswith("kms:") else None,
        )
        for action, resource, *context in calls
    ]


def test_every_document_is_valid(found: dict[str, Document]) -> None:
    assert len(found) >= 8
    assert [f"{name}: {text}" for name, texts in problems(found).items() for text in texts] == []


def test_the_errors_of_a_document_are_found() -> None:
    statement = {"Sid": "S", "Effect": "Allow", "Action": ["kafka-cluster:Konnect"], "Resource": ["*"]}
    topic = statement | {"Action": ["kafka-cluster:Connect"], "Resource": [kafka("x", "topic", "orders")[0][1]]}
    condition = statement | {"Action": ["s3:GetObject"], "Condition": {"StringEquals": {"kms:ViaService": "x"}}}
    invalid = {
        text: Document("identity", {"Version": "2012-10-17", "Statement": [one]})
        for text, one in {
            "S: kafka-cluster:Konnect does not exist": statement,
            "S: kafka-cluster:Connect has no resource of its kind": topic,
            "S: s3:GetObject has no kms:ViaService": condition,
        }.items()
    }
    assert problems(invalid) == {text: [text] for text in invalid}


@pytest.mark.parametrize("name", NEEDED)
def test_needed_requests_are_allowed(found: dict[str, Document], name: str) -> None:
    verdicts = simulate(requests(found, name, NEEDED[name]))
    assert [call for call, one in zip(NEEDED[name], verdicts, strict=True) if not one.allowed] == []
    assert found[name].statements == {sid for one in verdicts for sid in one.statements}


@pytest.mark.parametrize("name", REFUSED)
def test_requests_next_to_them_are_refused(found: dict[str, Document], name: str) -> None:
    verdicts = simulate(requests(found, name, REFUSED[name]))
    assert [call for call, one in zip(REFUSED[name], verdicts, strict=True) if one.allowed] == []


def test_every_identity_policy_is_tested(found: dict[str, Document]) -> None:
    identity = {name for name, document in found.items() if document.kind == "identity"}
    assert identity == NEEDED.keys() == REFUSED.keys()
