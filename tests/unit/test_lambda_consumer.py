"""Lambda functions as consumers: role, policy, event source mappings, and the pollers' way to the brokers."""

import json
from typing import Any, Final

from tests.synthesized import Document, Stack, changed, document
from tests.terraform.variants import EXISTING_KAFKA
from tests.unit.conftest import Synthesize

MAPPING: Final = "aws_lambda_event_source_mapping"
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
CUSTOMERS, ITEMS = "orders.orders.customers", "orders.orders.order_items"
FUNCTION: Final = "arn:aws:lambda:us-east-1:123456789012:function:receipts:live"


def consuming(**more: Any) -> Document:
    """The production example with a function as a further consumer."""
    receipts = {"kind": "lambda", "topics": {CUSTOMERS: "receipts-customers", ITEMS: "receipts-items"}, **more}
    return changed(document("prod"), consumers__receipts=receipts)


def statements(stack: Stack) -> Document:
    policy = stack.one("aws_iam_policy", "consumers/receipts/policy")["policy"]
    return {item["Sid"]: item for item in json.loads(policy)["Statement"]}


def names(statement: Document) -> list[str]:
    return [arn.rsplit("/", 1)[1] for arn in statement["Resource"]]


def test_each_topic_has_a_mapping_with_a_group_of_its_own(synth: Synthesize) -> None:
    stack = synth(consuming(function=FUNCTION, starting_position="LATEST", batch_size=500))["connect"]
    mappings = stack.all(MAPPING)
    assert {path: body["topics"] for path, body in mappings.items()} == {
        f"consumers/receipts/mappings/{topic}": [topic] for topic in (CUSTOMERS, ITEMS)
    }
    groups = [one["amazon_managed_kafka_event_source_config"]["consumer_group_id"] for one in mappings.values()]
    assert groups == ["receipts-customers", "receipts-items"]
    for body in mappings.values():
        assert (body["function_name"], body["starting_position"], body["batch_size"]) == (FUNCTION, "LATEST", 500)
        assert "aws_msk_cluster" in body["event_source_arn"]


def test_a_mapping_reads_from_the_beginning_in_hundreds(synth: Synthesize) -> None:
    for body in synth(consuming(function=FUNCTION))["connect"].all(MAPPING).values():
        assert (body["starting_position"], body["batch_size"]) == ("TRIM_HORIZON", 100)


def test_a_mapping_waits_for_permissions_and_for_the_way_to_the_brokers(synth: Synthesize) -> None:
    stack = synth(consuming(function=FUNCTION, role_names=["receipts"]))["connect"]
    needed = {
        stack.address("aws_iam_role_policy_attachment", "consumers/receipts/attach-receipts"),
        stack.address(INGRESS, "pollers/brokers-9098"),
        stack.address(EGRESS, "pollers/kafka-9098"),
        stack.address(EGRESS, "pollers/https"),
    }
    assert all(set(body["depends_on"]) == needed for body in stack.all(MAPPING).values())


def test_the_policy_reads_its_topics_in_its_groups(synth: Synthesize) -> None:
    found = statements(synth(consuming())["connect"])
    assert (names(found["Topics"]), names(found["Groups"])) == (
        [CUSTOMERS, ITEMS],
        ["receipts-customers", "receipts-items"],
    )
    others = {"Cluster", "BrokerSettings", "Brokers", "BrokerAddresses", "NetworkInterfaces", "Networks", "Logs"}
    assert set(found) == {"Topics", "Groups"} | others
    assert not [one for one in found.values() for action in one["Action"] if action.endswith(("*", "WriteData"))]


def test_the_function_writes_to_its_own_log_group(synth: Synthesize) -> None:
    logs = statements(synth(consuming(function=FUNCTION))["connect"])["Logs"]["Resource"]
    assert [arn.partition("log-group:")[2] for arn in logs] == ["/aws/lambda/receipts", "/aws/lambda/receipts:*"]


def test_without_a_role_one_is_created_that_lambda_assumes(synth: Synthesize) -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    stack = synth({**consuming(), "permissions_boundary": boundary, "iam_path": "/data/cdc/"})["connect"]
    role = stack.one("aws_iam_role", "consumers/receipts/role")
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")
    assert (role["name"], role["path"], role["permissions_boundary"]) == (
        "cdc-prod-receipts-lambda",
        "/data/cdc/",
        boundary,
    )
    assert stack.one("aws_iam_policy", "consumers/receipts/policy")["path"] == "/data/cdc/"
    address = stack.address("aws_iam_role", "consumers/receipts/role")
    assert stack.one("aws_iam_role_policy_attachment", "consumers/receipts/attach")["role"] == f"${{{address}.name}}"
    assert stack.json["output"]["consumer_receipts_role_arn"]["value"] == f"${{{address}.arn}}"


def test_a_named_role_gets_the_policy(synth: Synthesize) -> None:
    stack = synth(consuming(role_names=["receipts"]))["connect"]
    assert "consumers/receipts/role" not in stack.all("aws_iam_role")
    assert stack.one("aws_iam_role_policy_attachment", "consumers/receipts/attach-receipts")["role"] == "receipts"
    assert "consumer_receipts_role_arn" not in stack.json["output"]


def test_without_a_function_an_output_has_what_its_own_mapping_needs(synth: Synthesize) -> None:
    stack = synth(consuming())["connect"]
    assert stack.all(MAPPING) == {}
    output = stack.json["output"]["consumer_receipts_mappings"]["value"]
    assert output["groups"] == {CUSTOMERS: "receipts-customers", ITEMS: "receipts-items"}
    assert "aws_msk_cluster" in output["cluster_arn"]


def test_with_a_function_there_is_no_such_output(synth: Synthesize) -> None:
    assert "consumer_receipts_mappings" not in synth(consuming(function=FUNCTION))["connect"].json["output"]


def test_the_pollers_have_the_brokers_group_which_reaches_itself(synth: Synthesize) -> None:
    stack = synth(changed(consuming(), consumers__labels={"kind": "lambda", "topics": {CUSTOMERS: "labels"}}))[
        "connect"
    ]
    inward, outward = stack.one(INGRESS, "pollers/brokers-9098"), stack.one(EGRESS, "pollers/kafka-9098")
    for rule in (inward, outward):
        assert "kafka_brokers" in rule["security_group_id"]
        assert rule["referenced_security_group_id"] == rule["security_group_id"]
        assert (rule["from_port"], rule["to_port"]) == (9098, 9098)
    https = stack.one(EGRESS, "pollers/https")
    assert (https["cidr_ipv4"], https["from_port"], https["to_port"]) == ("0.0.0.0/0", 443, 443)
    assert not [path for path in stack.all("aws_security_group") if path.startswith("consumers/")]


def test_without_nat_the_pollers_reach_lambda_by_an_endpoint(synth: Synthesize) -> None:
    stacks = synth(changed(consuming(), network__nat="none"))
    services = {one["service_name"].rsplit(".", 1)[1] for one in stacks["platform"].all("aws_vpc_endpoint").values()}
    assert {"lambda", "sts"} <= services
    https = stacks["connect"].one(EGRESS, "pollers/https")
    assert "endpoints" in https["referenced_security_group_id"]
    assert "cidr_ipv4" not in https
    assert "kafka_brokers" in stacks["connect"].one(INGRESS, "pollers/endpoints")["referenced_security_group_id"]


def test_without_a_function_there_is_no_endpoint_and_no_rule(synth: Synthesize) -> None:
    stacks = synth(changed(document("prod"), network__nat="none"))
    services = {one["service_name"].rsplit(".", 1)[1] for one in stacks["platform"].all("aws_vpc_endpoint").values()}
    assert "lambda" not in services
    assert not [path for path in stacks["connect"].all(INGRESS) if path.startswith("pollers/")]


def test_an_existing_clusters_group_keeps_its_own_way_out(synth: Synthesize) -> None:
    stack = synth(changed(consuming(), kafka=EXISTING_KAFKA))["connect"]
    rule = stack.one(INGRESS, "pollers/brokers-9098")
    assert rule["referenced_security_group_id"] == rule["security_group_id"] == EXISTING_KAFKA["security_group_id"]
    assert not [path for path in stack.all(EGRESS) if path.startswith("pollers/")]
