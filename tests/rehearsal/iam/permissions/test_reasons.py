"""Every permission of the pipeline's roles has a reason, and every reason a permission."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

import pytest

from modules.debezium.formats import Registry
from modules.deployment import Deployment
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import ApplicationConsumer, LambdaConsumer
from modules.iam import client_policies, lambda_policies, registry_policies
from modules.iam.client_policies import ClusterArns
from rehearsal.iam.permissions.reason import Reason, Role
from rehearsal.iam.permissions.reasons import REASONS, lookup
from tests.rehearsal.iam.policies.documents import TRUSTED

CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/orders/6f1c2f4e-0000-4000-8000-000000000000-2"
ARNS = ClusterArns(CLUSTER, CLUSTER.replace(":cluster/", ":topic/"), CLUSTER.replace(":cluster/", ":group/"))
CONNECTOR = {
    "plugin": "debezium-mysql",
    "source": {"cluster": "orders", "secret": "cdc/orders", "server_id": 5401, "tables": ["orders.customers"]},
    "topics": {"prefix": "orders"},
}
DOCUMENTED = {
    ("connector", "kafka-cluster:DescribeCluster"),
}

Permission = tuple[str, str, str]


DEPLOYMENT = Deployment("prod", "eu-west-1", "aws", "123456789012")
GLUE = Registry("glue", region="eu-west-1", name="cdc", compatibility="FULL")


def execution_role(**more: object) -> str:
    connector = Connector.model_validate({**CONNECTOR, **more})
    return client_policies.connector_execution(
        DEPLOYMENT,
        connector,
        name="cdc-prod-orders",
        arns=ARNS,
        offsets="cdc-prod-orders-offsets",
        secret_arns=["arn:aws:secretsmanager:eu-west-1:123456789012:secret:cdc/orders-AbCdEf"],
        schemas=registry_policies.writer(DEPLOYMENT, connector, GLUE),
        trusted=TRUSTED,
    )


def consumers_role() -> str:
    consumer = ApplicationConsumer(topics=("orders.*",), groups=("billing",))
    written = Connector.model_validate({**CONNECTOR, "format": "avro"})
    schemas = registry_policies.reader(consumer, [written], GLUE)
    function = LambdaConsumer(kind="lambda", topics={"orders.items": "billing"})
    mappings = lambda_policies.mappings(DEPLOYMENT, function, ARNS)
    return client_policies.consumer(consumer, arns=ARNS, signals=["orders-signals"], schemas=schemas, mappings=mappings)


def permissions(role: Role, document: str) -> list[Permission]:
    statements = json.loads(document)["Statement"]
    return [(role, statement["Sid"], action) for statement in statements for action in statement["Action"]]


GRANTED = [
    *permissions(
        "connector",
        execution_role(
            signals={"topic": "orders-signals"}, topics={"prefix": "orders", "others": ["outbox.*"]}, format="avro"
        ),
    ),
    *permissions("consumer", consumers_role()),
]


def differences(reasons: Sequence[Reason], granted: Sequence[Permission]) -> list[str]:
    """Permissions without a reason, reasons without a permission, and duplicates."""
    explained: Counter[Permission] = Counter((reason.role, reason.sid, reason.action) for reason in reasons)
    held = Counter(granted)
    return [f"more: {' '.join(item)}" for item in explained - held] + [
        f"missing: {' '.join(item)}" for item in held - explained
    ]


def test_each_permission_has_one_reason_and_each_reason_a_permission() -> None:
    assert differences(REASONS, GRANTED) == []


def test_a_difference_is_reported() -> None:
    assert differences(REASONS[1:], GRANTED) == ["missing: connector Cluster kafka-cluster:Connect"]
    assert differences([*REASONS, REASONS[0]], GRANTED) == ["more: connector Cluster kafka-cluster:Connect"]
    plain = execution_role(topics={"prefix": "orders", "others": ["outbox.*"]}, format="avro")
    without_signals = [*permissions("connector", plain), *permissions("consumer", consumers_role())]
    assert differences(REASONS, without_signals) == [
        "more: connector Signals kafka-cluster:DescribeTopic",
        "more: connector Signals kafka-cluster:ReadData",
    ]


@pytest.mark.parametrize(("role", "sid", "action"), GRANTED)
def test_a_reason_is_found(role: Role, sid: str, action: str) -> None:
    found = lookup(role, sid, action)
    assert (found.role, found.sid, found.action) == (role, sid, action)


@pytest.mark.parametrize(
    ("role", "sid", "action"),
    [
        ("consumer", "Events", "kafka-cluster:WriteData"),
        ("connector", "Topics", "kafka-cluster:ReadData"),
        ("connector", "Events", "WriteData"),
    ],
)
def test_a_permission_that_no_role_has_has_no_reason(role: Role, sid: str, action: str) -> None:
    with pytest.raises(LookupError, match=f"no reason for the {role}'s permission {sid} {action}"):
        lookup(role, sid, action)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: "-".join((reason.role, reason.sid, reason.action)))
def test_each_text_of_a_reason_is_one_short_line(reason: Reason) -> None:
    for field in fields(reason):
        text = getattr(reason, field.name)
        assert text or field.name == "unseen"
        assert len(text) <= 200
        assert text == text.strip().rstrip(".")
        assert "\n" not in text


def test_an_unused_permission_has_a_reason_to_stay() -> None:
    assert {(reason.role, reason.action) for reason in REASONS if reason.without == "no difference"} >= DOCUMENTED
    assert {(reason.role, reason.action) for reason in REASONS if reason.unseen} >= DOCUMENTED
