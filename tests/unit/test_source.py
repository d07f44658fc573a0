"""The databases that connectors read, in the synthesized JSON: instances of RDS, and other servers."""

import pytest

from tests.synthesized import Document, Stack, changed, document, with_another, with_connector
from tests.unit.conftest import Synthesize

GROUP = "sg-0abc1234def567890"


def source(**database: object) -> Document:
    kept = {key: value for key, value in document("prod")["connectors"]["orders"]["source"].items() if key != "cluster"}
    return {**kept, **database}


@pytest.fixture
def instance(synth: Synthesize) -> Stack:
    return synth(with_connector(source=source(instance="orders-prod")))["connect"]


def host(synth: Synthesize, **reached: object) -> Stack:
    return synth(with_connector(source=source(host={"address": "db.internal", **reached})))["connect"]


def rules(stack: Stack, kind: str) -> dict[str, Document]:
    """The connector's own rules towards its database, and those of the database's group."""
    found = stack.all(f"aws_vpc_security_group_{kind}_rule").items()
    others = ("kafka-", "brokers-", "dns-", "https", "endpoints")
    return {
        path: rule
        for path, rule in found
        if path.startswith("connectors/") and not path.split("/")[2].startswith(others)
    }


def test_an_instance_is_looked_up_and_read_at_its_endpoint(instance: Stack) -> None:
    assert instance.lookup("aws_db_instance", "source-instances/orders-prod/instance") == instance.lookup(
        "aws_db_instance"
    )
    assert instance.lookup("aws_db_instance")["db_instance_identifier"] == "orders-prod"
    assert "aws_rds_cluster" not in instance.json["data"]
    configuration = instance.one("aws_mskconnect_connector")["connector_configuration"]
    assert configuration["database.hostname"].endswith(".address}")
    assert configuration["database.port"].endswith(".port}")


def test_an_instances_group_allows_the_workers_and_they_may_reach_it(instance: Stack) -> None:
    workers = f"${{{instance.address('aws_security_group', 'connectors/orders/workers')}.id}}"
    [out], [into] = (rules(instance, kind).values() for kind in ("egress", "ingress"))
    assert out["security_group_id"] == into["referenced_security_group_id"] == workers
    assert "vpc_security_groups" in out["referenced_security_group_id"]
    assert into["security_group_id"] == out["referenced_security_group_id"]
    assert out["from_port"] == into["to_port"]
    assert out["from_port"].endswith(".port}")


def test_an_instance_is_checked_at_plan_time(instance: Stack) -> None:
    preconditions = instance.one("aws_mskconnect_connector")["lifecycle"]["precondition"]
    conditions = "\n".join(one["condition"] for one in preconditions)
    assert all(one["error_message"].startswith("RDS instance orders-prod ") for one in preconditions)
    for part in ('.engine == "mysql"', ".backup_retention_period >= 1", '"default.mysql8.0"', "vpc-0abc1234def567890"):
        assert part in conditions


def test_a_cluster_and_an_instance_may_have_one_name(synth: Synthesize) -> None:
    stack = synth(with_another(document("prod"), "again", source__cluster=None, source__instance="orders-prod"))[
        "connect"
    ]
    assert stack.lookup("aws_rds_cluster")["cluster_identifier"] == "orders-prod"
    assert stack.lookup("aws_db_instance")["db_instance_identifier"] == "orders-prod"


def test_an_instance_through_external_routing_allows_ranges(synth: Synthesize) -> None:
    content = with_connector(source=source(instance="orders-prod"))
    stack = synth(changed(content, network__peerings=None, network__externally_routed=True))["connect"]
    into = [
        rule["cidr_ipv4"]
        for path, rule in stack.all("aws_vpc_security_group_ingress_rule").items()
        if path.startswith("source-instances/orders-prod/in-")
    ]
    assert into == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]


@pytest.mark.parametrize(
    ("reached", "peer"),
    [
        ({"security_group_id": GROUP}, {"referenced_security_group_id": GROUP}),
        ({"cidr_block": "10.8.4.0/24", "port": 3307}, {"cidr_ipv4": "10.8.4.0/24"}),
    ],
)
def test_a_server_gets_an_egress_rule_of_the_workers_and_nothing_else(
    synth: Synthesize, connect: Stack, reached: Document, peer: Document
) -> None:
    stack = host(synth, **reached)
    [out] = rules(stack, "egress").values()
    port = reached.get("port", 3306)
    assert {key: value for key, value in out.items() if key.endswith(("_ipv4", "referenced_security_group_id"))} == peer
    assert (out["from_port"], out["to_port"], out["ip_protocol"]) == (port, port, "tcp")
    assert rules(stack, "ingress") == {}
    for type_ in ("aws_rds_cluster", "aws_db_instance", "aws_db_subnet_group"):
        assert type_ not in stack.json["data"]
    before = {(type_, path) for type_, path, _ in connect.resources()}
    after = {(type_, path) for type_, path, _ in stack.resources()}
    assert before - after == {("aws_vpc_security_group_ingress_rule", "connectors/orders/aurora")}
    assert after - before == set()


def test_a_server_is_read_at_its_address_and_its_owner_gets_the_workers_group(synth: Synthesize) -> None:
    stack = host(synth, security_group_id=GROUP)
    connector = stack.one("aws_mskconnect_connector")
    assert connector["connector_configuration"]["database.hostname"] == "db.internal"
    assert connector["connector_configuration"]["database.port"] == "3306"
    workers = f"${{{stack.address('aws_security_group', 'connectors/orders/workers')}.id}}"
    assert stack.json["output"]["connector_orders_security_group_id"]["value"] == workers
    assert "precondition" not in connector["lifecycle"]


def test_the_owner_of_an_instance_needs_no_output(instance: Stack) -> None:
    assert "connector_orders_security_group_id" not in instance.json["output"]


def test_connectors_of_one_server_share_its_lookups(synth: Synthesize) -> None:
    stack = synth(with_another(with_connector(source=source(instance="orders-prod")), "again"))["connect"]
    assert stack.lookup("aws_db_instance")["db_instance_identifier"] == "orders-prod"
    assert {"connectors/orders/instance", "connectors/again/instance"} <= rules(stack, "ingress").keys()


def test_the_state_has_what_identifies_each_database_of_rds(synth: Synthesize, connect: Stack, instance: Stack) -> None:
    [cluster] = connect.json["output"]["databases"]["value"].items()
    assert cluster[0] == "orders-prod"
    assert cluster[1]["resource_id"].endswith(".cluster_resource_id}")
    [of_instance] = instance.json["output"]["databases"]["value"].items()
    assert of_instance[0] == "instance:orders-prod"
    assert of_instance[1]["resource_id"].endswith(".resource_id}")
    for identity in (cluster[1], of_instance[1]):
        assert identity["mysql"].startswith('${regex("^[0-9]*[.]?[0-9]*", data.')
        assert identity["mysql"].endswith(".engine_version)}")
    assert "databases" not in host(synth, security_group_id=GROUP).json["output"]
