"""An adopted connector: the name, topics and group of the one that ran before, and everything else as always."""

import json
from pathlib import Path

import pytest

from modules.deployment import Deployment
from modules.properties_file import parse
from tests.synthesized import Stack, synthesize, with_connector

ADOPT = {
    "name": "Orders_CDC.v2",
    "offset_topic": "connect-offsets",
    "schema_history_topic": "dbhistory.orders",
    "signal_group": "kafka-signal",
}


@pytest.fixture(scope="module")
def adopting(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    content = with_connector(adopt=ADOPT, signals={"topic": "orders-signals"})
    return synthesize(tmp_path_factory.mktemp("adopting"), content)["connect"]


def test_it_has_the_name_and_the_topics_of_the_one_before(adopting: Stack) -> None:
    connector = adopting.one("aws_mskconnect_connector")
    assert connector["name"] == "Orders_CDC.v2"
    assert connector["connector_configuration"]["schema.history.internal.kafka.topic"] == "dbhistory.orders"
    assert connector["connector_configuration"]["signal.kafka.groupId"] == "kafka-signal"
    worker = adopting.one("aws_mskconnect_worker_configuration")
    assert parse(worker["properties_file_content"])["offset.storage.topic"] == "connect-offsets"


def test_its_role_may_use_these_and_not_those_that_it_would_have_made(adopting: Stack) -> None:
    policy = json.loads(adopting.one("aws_iam_role_policy", "connectors/orders/permissions")["policy"])
    resources = {statement["Sid"]: statement["Resource"] for statement in policy["Statement"]}
    names = {sid: [arn.rsplit("/", 1)[-1] for arn in arns] for sid, arns in resources.items()}
    assert names["InternalTopics"] == [
        "__amazon_msk_connect_configs_Orders_CDC.v2_*",
        "__amazon_msk_connect_status_Orders_CDC.v2_*",
        "connect-offsets",
    ]
    assert names["SchemaHistory"] == ["dbhistory.orders"]
    assert names["Groups"] == ["orders-schemahistory", "kafka-signal"]
    assert "schema-history.orders" not in json.dumps(policy)
    assert "cdc-prod-orders-offsets" not in json.dumps(policy)
    trust = json.loads(adopting.one("aws_iam_role", "connectors/orders/role")["assume_role_policy"])["Statement"][0]
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":connector/Orders_CDC.v2/*")


def test_its_alarms_watch_the_name_that_it_has(adopting: Stack) -> None:
    watched = {
        query["metric"].get("dimensions", {}).get("ConnectorName", query["metric"]["namespace"])
        for path, alarm in adopting.all("aws_cloudwatch_metric_alarm").items()
        if path.startswith("alarms/connectors/")
        for query in alarm["metric_query"]
    }
    assert watched == {"Orders_CDC.v2", "msk-cdc/Orders_CDC.v2"}


def test_what_else_is_its_own_keeps_the_keys_name(adopting: Stack, connect: Stack) -> None:
    """Role, security group, log group and worker configuration are new: AWS may hold older ones of that name."""
    for type_ in ("aws_iam_role", "aws_security_group", "aws_cloudwatch_log_group"):
        named = {path: body["name"] for path, body in connect.all(type_).items() if path.startswith("connectors/")}
        assert named
        assert named == {path: adopting.one(type_, path)["name"] for path in named}
    assert adopting.one("aws_mskconnect_worker_configuration")["name"].startswith("cdc-prod-orders-")


def test_addresses_do_not_move(adopting: Stack, connect: Stack) -> None:
    addresses = [{path for _, path, _ in stack.resources()} for stack in (adopting, connect)]
    assert addresses[0] == addresses[1]


def test_without_a_group_the_signals_are_read_as_always(tmp_path: Path) -> None:
    adopt = {key: value for key, value in ADOPT.items() if key != "signal_group"}
    stack = synthesize(tmp_path, with_connector(adopt=adopt, signals={"topic": "orders-signals"}))["connect"]
    configuration = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert configuration["signal.kafka.groupId"] == "orders-signal"


def test_a_role_that_is_explained_is_the_role_that_is_deployed(adopting: Stack) -> None:
    """`cdc rehearse --explain-permissions` lists what the synthesized policy allows."""
    from cdc.rehearse.permissions import permissions
    from modules.environment.environment import Environment

    content = with_connector(adopt=ADOPT, signals={"topic": "orders-signals"})
    environment = Environment.model_validate({"name": "prod", **content})
    explained = {
        (one.statement, resource)
        for one in permissions(environment)
        if one.holder.kind == "connector"
        for resource in one.resources
    }
    assert ("InternalTopics", "topic/connect-offsets") in explained
    assert ("SchemaHistory", "topic/dbhistory.orders") in explained
    assert ("Groups", "group/kafka-signal") in explained
    assert (
        Deployment("prod", "us-east-1", "aws", "1").connector_name("orders", environment.connectors["orders"])
        == (adopting.one("aws_mskconnect_connector")["name"])
    )
