"""What connectors reach: security groups, routes, gateways, peerings and endpoints."""

from typing import Any, Final

from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
RULE, GROUP = "aws_security_group_rule", "aws_security_group"
ROUTE, TABLE, ASSOCIATION = "aws_route", "aws_route_table", "aws_route_table_association"
NAT, PEERING, ENDPOINT = "aws_nat_gateway", "aws_vpc_peering_connection", "aws_vpc_endpoint"
WORKERS, AURORA = "sg-workers", "sg-aurora"


def connector(*groups: str, **more: Any) -> Document:
    """As MSK Connect has it, in these groups; none is a plan that does not show them."""
    vpc = {"vpc": [{"security_groups": [*groups]}]} if groups else {}
    properties = {"database.hostname": "h", "database.port": "3306", "topic.prefix": "p"}
    cluster = [{"apache_kafka_cluster": [{"bootstrap_servers": "b:9098", **vpc}]}]
    return {"name": "cdc-prod-orders", "connector_configuration": properties, "kafka_cluster": cluster} | more


STAYS: Final = same("aws_mskconnect_connector", connector(WORKERS))
GOES: Final = change("aws_mskconnect_connector", connector(WORKERS), None)


def allowing(**changes: Any) -> Document:
    """Aurora's rule for the workers."""
    ports = {"ip_protocol": "tcp", "from_port": 3306, "to_port": 3306}
    return {"security_group_id": AURORA, "referenced_security_group_id": WORKERS, **ports} | changes


def inline(*peers: str, port: int = 3306) -> list[Document]:
    block = {"from_port": port, "to_port": port, "protocol": "tcp", "cidr_blocks": [], "security_groups": [*peers]}
    return [block] if peers else []


def route(**changes: Any) -> Document:
    return {"route_table_id": "rtb-a", "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-a"} | changes


def peered(**changes: Any) -> Document:
    return {"id": "pcx-a", "vpc_id": "vpc-a", "peer_vpc_id": "vpc-b"} | changes


def endpoint(service: str, **changes: Any) -> Document:
    return {"service_name": f"com.amazonaws.us-east-1.{service}", "private_dns_enabled": True} | changes


REPLACED: Final = ("delete", "create")
NOT_RELATED: Final = {"security_group_id": "sg-a", "referenced_security_group_id": "sg-b", "ip_protocol": "tcp"}


def many(connectors: int) -> Document:
    """Each loses Aurora's rule and a route."""
    changes = []
    for n in range(connectors):
        group, name = f"sg-{n}", str(n)
        changes += [
            same("aws_mskconnect_connector", connector(group, name=f"c{n}"), name=name),
            change(INGRESS, allowing(referenced_security_group_id=group), allowing(), name=name),
            change(ROUTE, route(route_table_id=f"rtb-{n}"), None, name=name),
        ]
    return plan(*changes)


REFUSED: Final = {
    "Aurora's rule is destroyed": Case(plan(change(INGRESS, allowing(), None), STAYS), "access-removed"),
    "Aurora's rule in the older form": Case(
        plan(
            change(
                RULE,
                {
                    "type": "ingress",
                    "security_group_id": AURORA,
                    "source_security_group_id": WORKERS,
                    "protocol": "tcp",
                    "from_port": 3306,
                    "to_port": 3306,
                },
                None,
            ),
            STAYS,
        ),
        "access-removed",
    ),
    "a block of Aurora's group": Case(
        plan(
            change(
                GROUP, {"id": AURORA, "ingress": inline(WORKERS, "sg-b")}, {"id": AURORA, "ingress": inline("sg-b")}
            ),
            STAYS,
        ),
        "access-removed",
    ),
    "the rule is for another port": Case(
        plan(change(INGRESS, allowing(), allowing(from_port=3307, to_port=3307)), STAYS), "access-removed"
    ),
    "the rule is for another group": Case(
        plan(change(INGRESS, allowing(), allowing(referenced_security_group_id="sg-b")), STAYS), "access-removed"
    ),
    "the rule is replaced by one of another protocol": Case(
        plan(change(INGRESS, allowing(), allowing(ip_protocol="udp"), actions=REPLACED), STAYS), "access-removed"
    ),
    "the workers' way to the brokers": Case(
        plan(
            change(EGRESS, allowing(security_group_id=WORKERS, referenced_security_group_id="sg-brokers"), None), STAYS
        ),
        "access-removed",
    ),
    "a range of addresses at Aurora": Case(
        plan(change(INGRESS, allowing(referenced_security_group_id=None, cidr_ipv4="10.40.0.0/19"), None), STAYS),
        "access-removed",
    ),
    "the range gets smaller": Case(
        plan(
            change(
                INGRESS,
                allowing(referenced_security_group_id=None, cidr_ipv4="10.40.0.0/19"),
                allowing(referenced_security_group_id=None, cidr_ipv4="10.40.0.0/24"),
            ),
            STAYS,
        ),
        "access-removed",
    ),
    "a new connector's rule is no substitute": Case(
        plan(
            change(INGRESS, allowing(), None),
            change(
                INGRESS,
                None,
                allowing(referenced_security_group_id=None),
                unknown={"referenced_security_group_id": True},
                name="new",
            ),
            STAYS,
        ),
        "access-removed",
    ),
    "a new table's route is no substitute": Case(
        plan(
            change(ROUTE, route(), None),
            change(ROUTE, None, route(route_table_id=None), unknown={"route_table_id": True}, name="new"),
        ),
        "route-removed",
    ),
    "a connector whose groups the plan does not show": Case(
        plan(change(INGRESS, allowing(), None), same("aws_mskconnect_connector", connector())), "access-removed"
    ),
    "connectors are in another plan": Case(plan(change(INGRESS, allowing(), None)), "access-removed"),
    "a connector at another address of the same name stays": Case(
        plan(
            change(INGRESS, allowing(), None),
            GOES,
            change("aws_mskconnect_connector", None, connector(WORKERS), name="y"),
        ),
        "access-removed",
    ),
    "a connector that only leaves the state runs on": Case(
        plan(
            change(INGRESS, allowing(), None),
            change("aws_mskconnect_connector", connector(WORKERS), None, actions=("forget",)),
        ),
        "access-removed",
    ),
    "a route is destroyed": Case(plan(change(ROUTE, route(), None)), "route-removed"),
    "a route through a peering leads to another": Case(
        plan(
            change(
                ROUTE,
                route(nat_gateway_id="", vpc_peering_connection_id="pcx-a"),
                route(nat_gateway_id="", vpc_peering_connection_id="pcx-b"),
            )
        ),
        "route-removed",
    ),
    "private subnets lead to the internet gateway": Case(
        plan(change(ROUTE, route(), route(nat_gateway_id="", gateway_id="igw-a"))), "route-removed"
    ),
    "a route in a block of its table": Case(
        plan(
            change(
                TABLE,
                {"id": "rtb-a", "route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-a"}]},
                {"id": "rtb-a", "route": []},
            )
        ),
        "route-removed",
    ),
    "a subnet loses its table": Case(
        plan(change(ASSOCIATION, {"subnet_id": "subnet-a", "route_table_id": "rtb-a"}, None)), "route-removed"
    ),
    "a NAT gateway is destroyed, and its route stays": Case(
        plan(change(NAT, {"id": "nat-a"}, None), same(ROUTE, route())), "gateway-removed"
    ),
    "a NAT gateway whose routes are in another plan": Case(plan(change(NAT, {"id": "nat-a"}, None)), "gateway-removed"),
    "the internet gateway": Case(plan(change("aws_internet_gateway", {"id": "igw-a"}, None), STAYS), "gateway-removed"),
    "a NAT gateway and its route": Case(
        plan(change(NAT, {"id": "nat-a"}, None), change(ROUTE, route(), None)), "route-removed"
    ),
    "a peering is destroyed while the connector stays": Case(
        plan(change(PEERING, peered(), None), STAYS), "peering-removed"
    ),
    "a peering is replaced by one with another VPC": Case(
        plan(change(PEERING, peered(), peered(peer_vpc_id="vpc-c"), actions=REPLACED)), "peering-removed"
    ),
    "an attachment to a transit gateway": Case(
        plan(change("aws_ec2_transit_gateway_vpc_attachment", {"id": "a", "transit_gateway_id": "tgw-a"}, None)),
        "peering-removed",
    ),
    "the endpoint of Secrets Manager": Case(
        plan(change(ENDPOINT, endpoint("secretsmanager"), None), STAYS), "endpoint-removed"
    ),
    "the endpoint of S3": Case(
        plan(change(ENDPOINT, endpoint("s3", route_table_ids=["rtb-a"]), None)), "endpoint-removed"
    ),
    "an endpoint becomes another's": Case(
        plan(change(ENDPOINT, endpoint("kms"), endpoint("ec2"), actions=REPLACED)), "endpoint-removed"
    ),
    "an endpoint leaves a table": Case(
        plan(
            change(
                ENDPOINT, endpoint("s3", route_table_ids=["rtb-a", "rtb-b"]), endpoint("s3", route_table_ids=["rtb-a"])
            )
        ),
        "endpoint-removed",
    ),
    "an endpoint without its name": Case(
        plan(change(ENDPOINT, endpoint("logs"), endpoint("logs", private_dns_enabled=False))), "endpoint-removed"
    ),
}

ALLOWED: Final = {
    "the rule goes with its connector": Case(
        plan(change(INGRESS, allowing(), None), GOES), "connector-destroyed", near="access-removed"
    ),
    "the network goes with the last connector": Case(
        plan(
            change(PEERING, peered(), None),
            change(NAT, {"id": "nat-a"}, None),
            change(ROUTE, route(), None),
            change(ENDPOINT, endpoint("s3"), None),
            change("aws_mskconnect_connector", connector(WORKERS), None),
        ),
        "connector-destroyed",
        near="peering-removed",
    ),
    "a rule of other groups": Case(
        plan(change(INGRESS, {**NOT_RELATED, "from_port": 22, "to_port": 22}, None), STAYS), near="access-removed"
    ),
    "a consumer's way to the brokers": Case(
        plan(
            change(INGRESS, allowing(security_group_id="sg-brokers", referenced_security_group_id="sg-app"), None),
            STAYS,
        ),
        near="access-removed",
    ),
    "SSH, where connectors are in another plan": Case(
        plan(change(INGRESS, {**NOT_RELATED, "from_port": 22, "to_port": 22}, None)), near="access-removed"
    ),
    "another description": Case(
        plan(change(INGRESS, allowing(), allowing(description="MySQL")), STAYS), near="access-removed"
    ),
    "more ports": Case(
        plan(change(INGRESS, allowing(), allowing(from_port=3300, to_port=3310)), STAYS), near="access-removed"
    ),
    "all protocols": Case(
        plan(
            change(INGRESS, allowing(), allowing(ip_protocol="-1", from_port=None, to_port=None), actions=REPLACED),
            STAYS,
        ),
        near="access-removed",
    ),
    "the same rule in the newer form": Case(
        plan(
            change(
                RULE,
                {
                    "type": "ingress",
                    "security_group_id": AURORA,
                    "source_security_group_id": WORKERS,
                    "protocol": "6",
                    "from_port": 3306,
                    "to_port": 3306,
                },
                None,
            ),
            change(INGRESS, None, allowing()),
            STAYS,
        ),
        near="access-removed",
    ),
    "a larger range": Case(
        plan(
            change(
                INGRESS,
                allowing(referenced_security_group_id=None, cidr_ipv4="10.40.0.0/19"),
                allowing(referenced_security_group_id=None, cidr_ipv4="10.40.0.0/16"),
            ),
            STAYS,
        ),
        near="access-removed",
    ),
    "a rule that only leaves the state": Case(
        plan(change(INGRESS, allowing(), None, actions=("forget",)), STAYS), near="access-removed"
    ),
    "the workers' group is replaced": Case(
        plan(
            change(
                INGRESS,
                allowing(),
                {"ip_protocol": "tcp", "from_port": 3306, "to_port": 3306, "security_group_id": AURORA},
                unknown={"referenced_security_group_id": True},
            ),
            STAYS,
        ),
        near="access-removed",
    ),
    "the provider computes a group's blocks": Case(
        plan(
            change(GROUP, {"id": AURORA, "ingress": inline(WORKERS)}, {"id": AURORA}, unknown={"ingress": True}), STAYS
        ),
        near="access-removed",
    ),
    "a route takes another NAT gateway": Case(
        plan(change(ROUTE, route(), route(nat_gateway_id="nat-b")), change(NAT, {"id": "nat-a"}, None)),
        near="gateway-removed",
    ),
    "a route is written in another resource": Case(
        plan(change(ROUTE, route(), None, name="old"), change(ROUTE, None, route(), name="new")), near="route-removed"
    ),
    "a route goes with its table": Case(
        plan(change(ROUTE, route(), None), change(TABLE, {"id": "rtb-a", "route": []}, None)), near="route-removed"
    ),
    "an association goes with its subnet": Case(
        plan(
            change(ASSOCIATION, {"subnet_id": "subnet-a", "route_table_id": "rtb-a"}, None),
            change("aws_subnet", {"id": "subnet-a"}, None),
        ),
        near="route-removed",
    ),
    "a NAT gateway is replaced": Case(
        plan(
            change(NAT, {"id": "nat-a"}, {}, unknown={"id": True}, actions=REPLACED),
            change(
                ROUTE,
                route(),
                {"route_table_id": "rtb-a", "destination_cidr_block": "0.0.0.0/0"},
                unknown={"nat_gateway_id": True},
            ),
        ),
        near="gateway-removed",
    ),
    "a peering is replaced by one with the same VPC": Case(
        plan(change(PEERING, peered(), peered(), unknown={"id": True}, actions=REPLACED)), near="peering-removed"
    ),
    "an endpoint of a service that no connector uses": Case(
        plan(change(ENDPOINT, endpoint("ec2"), None)), near="endpoint-removed"
    ),
    "an endpoint serves more subnets": Case(
        plan(change(ENDPOINT, endpoint("sts", subnet_ids=["a"]), endpoint("sts", subnet_ids=["a", "b"]))),
        near="endpoint-removed",
    ),
    "an endpoint leaves a table that is destroyed": Case(
        plan(
            change(ENDPOINT, endpoint("s3", route_table_ids=["rtb-a"]), endpoint("s3", route_table_ids=[])),
            change(TABLE, {"id": "rtb-a", "route": []}, None),
        ),
        near="endpoint-removed",
    ),
}
