"""Consumers: their IAM policies and security groups."""

import json

from tests.synthesized import Stack, changed, document
from tests.unit.conftest import Synthesize


def test_the_policy_allows_its_topics_and_groups_only(connect: Stack) -> None:
    policy = connect.one("aws_iam_policy", "consumers/billing/policy")
    assert policy["name"] == "cdc-prod-billing-consumer"
    statements = {item["Sid"]: item for item in json.loads(policy["policy"])["Statement"]}
    assert set(statements) == {"Cluster", "Topics", "Groups"}
    assert statements["Topics"]["Action"] == ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
    assert [arn.rsplit("/", 1)[1] for arn in statements["Topics"]["Resource"]] == ["orders.orders.*"]
    assert [arn.rsplit("/", 1)[1] for arn in statements["Groups"]["Resource"]] == ["billing-*"]
    assert "*" not in [resource for item in statements.values() for resource in item["Resource"]]


def test_the_policy_is_attached_to_the_named_roles(connect: Stack) -> None:
    attachment = connect.one("aws_iam_role_policy_attachment")
    address = connect.address("aws_iam_policy", "consumers/billing/policy")
    assert attachment["role"] == "billing-app"
    assert attachment["policy_arn"] == f"${{{address}.arn}}"


def test_its_own_security_group_is_allowed_and_not_changed(connect: Stack) -> None:
    rule = connect.one("aws_vpc_security_group_ingress_rule", "consumer-groups/sg-0abc1234def567890/brokers-9098")
    assert rule["referenced_security_group_id"] == "sg-0abc1234def567890"
    assert "kafka_brokers" in rule["security_group_id"]
    out = connect.all("aws_vpc_security_group_egress_rule").values()
    assert "sg-0abc1234def567890" not in [item["security_group_id"] for item in out]


def test_without_one_a_security_group_is_created_and_output(dev: dict[str, Stack]) -> None:
    stack = dev["connect"]
    group = f"${{{stack.address('aws_security_group', 'consumers/search/group')}.id}}"
    assert stack.json["output"]["consumer_search_security_group_id"]["value"] == group
    rule = stack.one("aws_vpc_security_group_ingress_rule", "consumers/search/brokers-9098")
    assert rule["referenced_security_group_id"] == group
    out = stack.one("aws_vpc_security_group_egress_rule", "consumers/search/kafka-9098")
    assert out["security_group_id"] == group
    assert "kafka_brokers" in out["referenced_security_group_id"]


def test_a_shared_security_group_is_allowed_once(synth: Synthesize) -> None:
    content = document("prod")
    content["consumers"]["shipping"] = changed(content["consumers"]["billing"], groups=["shipping"])
    stack = synth(content)["connect"]
    assert len(stack.all("aws_iam_policy")) == 2
    rules = stack.all("aws_vpc_security_group_ingress_rule")
    assert [path for path in rules if path.startswith("consumer-groups/")] == [
        "consumer-groups/sg-0abc1234def567890/brokers-9098"
    ]


def test_an_application_may_write_signals(synth: Synthesize) -> None:
    content = changed(
        document("prod"),
        connectors__orders__signals={"topic": "orders-signals"},
        consumers__billing__signals=["orders"],
    )
    policy = synth(content)["connect"].one("aws_iam_policy", "consumers/billing/policy")
    statements = {item["Sid"]: item for item in json.loads(policy["policy"])["Statement"]}
    assert set(statements) == {"Cluster", "Topics", "Groups", "Signals", "SignalProducer"}
    actions = [f"kafka-cluster:{action}" for action in ("CreateTopic", "DescribeTopic", "WriteData")]
    assert statements["Signals"]["Action"] == actions
    assert [arn.rsplit("/", 1)[1] for arn in statements["Signals"]["Resource"]] == ["orders-signals"]
    assert statements["SignalProducer"]["Action"] == ["kafka-cluster:WriteDataIdempotently"]
    assert statements["SignalProducer"]["Resource"] == statements["Cluster"]["Resource"]
