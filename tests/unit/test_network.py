"""A managed VPC and an existing one, in the synthesized JSON."""

import json
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from modules import subnets
from tests.synthesized import Stack, changed, document
from tests.unit.conftest import Synthesize

ZONES = "abc"


def reference(stack: Stack, type_: str, path: str, attribute: str = "id") -> str:
    return f"${{{stack.address(type_, path)}.{attribute}}}"


def test_a_public_and_a_private_subnet_in_each_zone(platform: Stack) -> None:
    subnets = platform.all("aws_subnet")
    assert set(subnets) == {f"network/{kind}-{zone}" for kind in ("public", "private") for zone in ZONES}
    for path, subnet in subnets.items():
        assert subnet["availability_zone"] == f"us-east-1{path[-1]}"
        assert subnet["vpc_id"] == reference(platform, "aws_vpc", "network/vpc")
        assert not subnet.get("map_public_ip_on_launch")


def test_subnets_are_in_the_vpc_and_never_overlap() -> None:
    for cidr_block, private, public in (("10.40.0.0/16", 19, 22), ("10.40.4.0/22", 25, 28)):
        zones = [f"us-east-1{letter}" for letter in "abcdefg"]
        blocks = [
            IPv4Network(cut(cidr_block, zone))
            for cut in (subnets.private_block, subnets.public_block)
            for zone in zones
        ]
        assert {block.prefixlen for block in blocks} == {private, public}
        assert all(block.subnet_of(IPv4Network(cidr_block)) for block in blocks)
        assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))


def test_adding_a_zone_moves_no_subnet(synth: Synthesize, platform: Stack) -> None:
    two = changed(document("prod"), network__availability_zones=["us-east-1c", "us-east-1b"], kafka__brokers=2)
    fewer = synth(two)["platform"].all("aws_subnet")
    more = platform.all("aws_subnet")
    assert len(fewer) == 4
    assert all(more[path]["cidr_block"] == subnet["cidr_block"] for path, subnet in fewer.items())


def test_public_subnets_route_to_the_internet_gateway(platform: Stack) -> None:
    route = platform.one("aws_route", "network/public-out")
    assert route["gateway_id"] == reference(platform, "aws_internet_gateway", "network/internet")
    assert route["destination_cidr_block"] == "0.0.0.0/0"
    for zone in ZONES:
        association = platform.one("aws_route_table_association", f"network/public-association-{zone}")
        assert association["route_table_id"] == reference(platform, "aws_route_table", "network/public-table")
        assert association["subnet_id"] == reference(platform, "aws_subnet", f"network/public-{zone}")


def test_with_nat_per_zone_each_private_subnet_uses_its_own_gateway(platform: Stack) -> None:
    assert len(platform.all("aws_eip")) == 3
    for zone in ZONES:
        nat = platform.one("aws_nat_gateway", f"network/nat-{zone}")
        assert nat["subnet_id"] == reference(platform, "aws_subnet", f"network/public-{zone}")
        assert nat["allocation_id"] == reference(platform, "aws_eip", f"network/nat-address-{zone}")
        route = platform.one("aws_route", f"network/private-out-{zone}")
        assert route["nat_gateway_id"] == reference(platform, "aws_nat_gateway", f"network/nat-{zone}")
        assert route["route_table_id"] == reference(platform, "aws_route_table", f"network/private-table-{zone}")
        association = platform.one("aws_route_table_association", f"network/private-association-{zone}")
        assert association["subnet_id"] == reference(platform, "aws_subnet", f"network/private-{zone}")
        assert association["route_table_id"] == route["route_table_id"]


def test_a_single_nat_serves_all_zones(synth: Synthesize) -> None:
    platform = synth(changed(document("prod"), network__nat="single"))["platform"]
    nat = reference(platform, "aws_nat_gateway", "network/nat-a")
    assert len(platform.all("aws_nat_gateway")) == 1
    routes = [platform.one("aws_route", f"network/private-out-{zone}") for zone in ZONES]
    assert [route["nat_gateway_id"] for route in routes] == [nat] * 3


def test_without_nat_interface_endpoints_are_created(synth: Synthesize) -> None:
    stacks = synth(changed(document("prod"), network__nat="none"))
    platform, connect = stacks["platform"], stacks["connect"]
    for type_ in ("aws_nat_gateway", "aws_internet_gateway", "aws_eip"):
        assert not platform.all(type_)
    endpoints = platform.all("aws_vpc_endpoint")
    services = {endpoint["service_name"].rsplit(".")[-1] for endpoint in endpoints.values()}
    assert services == {"s3", "kms", "logs", "secretsmanager", "sts"}
    group = reference(platform, "aws_security_group", "network/endpoints")
    interfaces = [endpoint for endpoint in endpoints.values() if endpoint["vpc_endpoint_type"] == "Interface"]
    assert len(interfaces) == 4
    for endpoint in interfaces:
        assert endpoint["security_group_ids"] == [group]
        assert len(endpoint["subnet_ids"]) == 3
        assert endpoint["private_dns_enabled"]
    out = connect.one("aws_vpc_security_group_egress_rule", "connectors/orders/https")
    into = connect.one("aws_vpc_security_group_ingress_rule", "connectors/orders/endpoints")
    assert "network_endpoints" in out["referenced_security_group_id"]
    assert "cidr_ipv4" not in out
    assert into["security_group_id"] == out["referenced_security_group_id"]
    assert (into["from_port"], into["to_port"]) == (443, 443)


def test_s3_is_reached_without_leaving_the_vpc(platform: Stack) -> None:
    endpoint = platform.one("aws_vpc_endpoint", "network/s3")
    assert endpoint["vpc_endpoint_type"] == "Gateway"
    assert endpoint["service_name"] == "com.amazonaws.us-east-1.s3"
    tables = [reference(platform, "aws_route_table", f"network/private-table-{zone}") for zone in ZONES]
    assert endpoint["route_table_ids"] == tables


def test_through_the_s3_endpoint_only_buckets_of_known_accounts_are_written(synth: Synthesize, platform: Stack) -> None:
    own = "${data.aws_caller_identity.account.account_id}"
    others = synth(changed(document("prod"), network__s3_write_accounts=["210987654321"]))["platform"]
    for stack, accounts in ((platform, [own]), (others, [own, "210987654321"])):
        read, write = json.loads(stack.one("aws_vpc_endpoint", "network/s3")["policy"])["Statement"]
        assert (read["Action"], read["Resource"], "Condition" in read) == (["s3:Get*", "s3:List*"], "*", False)
        assert write["Condition"] == {"StringEquals": {"aws:ResourceAccount": accounts}}
        assert {read["Effect"], write["Effect"]} == {"Allow"}


def test_the_default_security_group_has_no_rules(platform: Stack) -> None:
    group = platform.one("aws_default_security_group")
    assert group["vpc_id"] == reference(platform, "aws_vpc", "network/vpc")
    assert not group.get("ingress")
    assert not group.get("egress")


def test_flow_logs_go_to_an_encrypted_log_group(platform: Stack) -> None:
    log = platform.one("aws_flow_log")
    assert log["traffic_type"] == "ALL"
    assert log["vpc_id"] == reference(platform, "aws_vpc", "network/vpc")
    assert log["log_destination"] == reference(
        platform, "aws_cloudwatch_log_group", "network/flow-logs/log-group", "arn"
    )
    assert log["iam_role_arn"] == reference(platform, "aws_iam_role", "network/flow-logs/role", "arn")
    group = platform.one("aws_cloudwatch_log_group", "network/flow-logs/log-group")
    assert group["kms_key_id"] == reference(platform, "aws_kms_key", "key/key", "arn")
    assert group["retention_in_days"] == 30


def test_a_peering_has_routes_on_both_sides_and_resolves_names(platform: Stack) -> None:
    connection = platform.one("aws_vpc_peering_connection", "network/peerings/orders/connection")
    assert connection["peer_vpc_id"] == "vpc-0abc1234def567890"
    assert connection["auto_accept"] is True
    for side in ("accepter", "requester"):
        assert connection[side] == {"allow_remote_vpc_dns_resolution": True}
    id_ = reference(platform, "aws_vpc_peering_connection", "network/peerings/orders/connection")
    for zone in ZONES:
        there = platform.one("aws_route", f"network/peerings/orders/there-{zone}")
        assert there["destination_cidr_block"] == "10.8.0.0/16"
        assert there["vpc_peering_connection_id"] == id_
        assert there["route_table_id"] == reference(platform, "aws_route_table", f"network/private-table-{zone}")
    back = platform.one("aws_route", "network/peerings/orders/back-rtb-0abc1234def567890")
    assert back["destination_cidr_block"] == "10.40.0.0/16"
    assert back["vpc_peering_connection_id"] == id_
    assert back["route_table_id"] == "rtb-0abc1234def567890"


def test_an_existing_network_is_looked_up_and_never_changed(dev: dict[str, Stack]) -> None:
    platform = dev["platform"]
    assert platform.lookup("aws_vpc")["id"] == "vpc-0123456789abcdef0"
    for type_ in (
        "aws_vpc",
        "aws_subnet",
        "aws_route",
        "aws_route_table",
        "aws_nat_gateway",
        "aws_flow_log",
        "aws_default_security_group",
    ):
        assert not platform.all(type_)
    nodes = platform.one("aws_msk_cluster")["broker_node_group_info"]
    assert nodes["client_subnets"] == [f"subnet-0123456789abcdef{digit}" for digit in range(3)]


@pytest.mark.parametrize("stack", ["platform", "connect"])
def test_no_rule_allows_the_internet_in_and_only_https_goes_out(prod: dict[str, Stack], stack: str) -> None:
    into = prod[stack].all("aws_vpc_security_group_ingress_rule").values()
    assert all("cidr_ipv4" not in rule and "cidr_ipv6" not in rule for rule in into)
    out = prod[stack].all("aws_vpc_security_group_egress_rule")
    world = {path: rule["to_port"] for path, rule in out.items() if rule.get("cidr_ipv4") == "0.0.0.0/0"}
    assert world == ({"connectors/orders/https": 443} if stack == "connect" else {})
    assert not any("ingress" in group or "egress" in group for group in prod[stack].all("aws_security_group").values())
