"""The existing network: free addresses, routes and endpoints to AWS services, DNS; or the VPCs that are peered with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok, warning
from modules.environment.environment import Environment
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.network import ExistingNetwork, NewNetwork

SERVICES: Final = ("secretsmanager", "s3")
_ANYWHERE: Final = "0.0.0.0/0"
_ABSENT: Final = (
    "InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidRouteTableID.NotFound", "InvalidVpcId.NotFound",
)  # fmt: skip


@dataclass(frozen=True)
class Subnet:
    """``default`` is what its default route leads to: an id, ``blackhole``, or nothing."""

    id: str
    vpc: str
    free: int
    table: str
    default: str


@dataclass(frozen=True)
class Endpoint:
    """A VPC endpoint that is available; a gateway endpoint serves its ``tables``."""

    service: str
    gateway: bool
    private_dns: bool
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """The existing VPC; ``vpcs`` has the CIDR blocks of each VPC found, ``tables`` the VPC of each route table."""

    vpcs: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, str]
    dns: Mapping[str, bool]
    subnets: tuple[Subnet, ...]
    endpoints: tuple[Endpoint, ...]


def read(aws: Aws, environment: Environment) -> Network:
    ec2, network = aws.client("ec2"), environment.network
    if isinstance(network, NewNetwork):
        peerings = network.peerings.values()
        return Network(
            _vpcs(ec2, [one.vpc_id for one in peerings]),
            _tables(ec2, [table for one in peerings for table in one.route_table_ids]),
            {}, (), (),
        )  # fmt: skip
    found = _vpcs(ec2, [network.vpc_id])
    if not found:
        return Network({}, {}, {}, (), ())
    return Network(
        found,
        {},
        {name: _attribute(ec2, network.vpc_id, name) for name in ("enableDnsSupport", "enableDnsHostnames")},
        tuple(_subnets(aws, network)),
        tuple(_endpoints(aws, network.vpc_id)),
    )


def _vpcs(ec2: Any, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for id_ in dict.fromkeys(ids):
        try:
            [vpc] = ec2.describe_vpcs(VpcIds=[id_])["Vpcs"]
        except ClientError as failed:
            if code(failed) not in _ABSENT:
                raise
            continue
        blocks = [one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet", ())]
        found[id_] = tuple(dict.fromkeys([vpc["CidrBlock"], *blocks]))
    return found


def _tables(ec2: Any, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for id_ in dict.fromkeys(ids):
        try:
            [table] = ec2.describe_route_tables(RouteTableIds=[id_])["RouteTables"]
        except ClientError as failed:
            if code(failed) not in _ABSENT:
                raise
            continue
        found[id_] = table["VpcId"]
    return found


def _attribute(ec2: Any, vpc: str, name: str) -> bool:
    key = name[0].upper() + name[1:]
    return bool(ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)[key]["Value"])


def _subnets(aws: Aws, network: ExistingNetwork) -> Iterator[Subnet]:
    tables = aws.pages("ec2", "describe_route_tables", "RouteTables", Filters=_in_vpc(network.vpc_id))
    wanted = [{"Name": "subnet-id", "Values": list(network.private_subnet_ids)}]
    for subnet in aws.pages("ec2", "describe_subnets", "Subnets", Filters=wanted):
        table = _table_of(subnet["SubnetId"], tables)
        yield Subnet(
            subnet["SubnetId"],
            subnet["VpcId"],
            subnet["AvailableIpAddressCount"],
            table["RouteTableId"] if table else "",
            _default(table["Routes"]) if table else "",
        )


def _table_of(subnet: str, tables: Sequence[Any]) -> Any:
    """Its own table, else the VPC's main one."""
    explicit = (t for t in tables if any(one.get("SubnetId") == subnet for one in t["Associations"]))
    main = (t for t in tables if any(one.get("Main") for one in t["Associations"]))
    return next(explicit, None) or next(main, None)


def _default(routes: Sequence[Mapping[str, Any]]) -> str:
    for route in routes:
        if route.get("DestinationCidrBlock") == _ANYWHERE:
            if route.get("State") == "blackhole":
                return "blackhole"
            targets = ("NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "VpcPeeringConnectionId", "GatewayId")
            return next((str(route[key]) for key in targets if route.get(key)), "")
    return ""


def _endpoints(aws: Aws, vpc: str) -> Iterator[Endpoint]:
    for one in aws.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=_in_vpc(vpc)):
        if one["State"].lower() == "available":
            gateway = one["VpcEndpointType"] == "Gateway"
            tables = tuple(one.get("RouteTableIds", ()))
            yield Endpoint(one["ServiceName"], gateway, bool(one.get("PrivateDnsEnabled")), tables)


def _in_vpc(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def judge_vpcs(environment: Environment, found: Network) -> Iterator[Finding]:
    """The VPCs and route tables that the file names exist, as it says."""
    network = environment.network
    if isinstance(network, ExistingNetwork):
        yield from _judge_existing(network, found)
        return
    for name, peering in network.peerings.items():
        at, blocks = f"network.peerings.{name}", found.vpcs.get(peering.vpc_id)
        if blocks is None:
            yield error(f"{at}.vpc_id: {peering.vpc_id} must exist in {environment.region}", f"correct {at}.vpc_id")
            continue
        if peering.cidr_block not in blocks:
            yield error(
                f"{at}.cidr_block must be a block of {peering.vpc_id}, {', '.join(blocks)}, is {peering.cidr_block}",
                f"correct {at}.cidr_block",
            )
        for table in peering.route_table_ids:
            if found.tables.get(table) != peering.vpc_id:
                where = f"is of {found.tables[table]}" if table in found.tables else "does not exist"
                yield error(
                    f"{at}: {table} must be a route table of {peering.vpc_id}, {where}",
                    f"correct {at}.route_table_ids",
                )
    yield ok(f"{len(found.vpcs)} of {len(network.peerings)} peered VPCs found; the deploy creates its own")


def _judge_existing(network: ExistingNetwork, found: Network) -> Iterator[Finding]:
    if network.vpc_id not in found.vpcs:
        yield error(f"network.vpc_id: {network.vpc_id} must exist, it does not", "correct network.vpc_id")
        return
    vpcs = {subnet.id: subnet.vpc for subnet in found.subnets}
    for subnet in network.private_subnet_ids:
        if vpcs.get(subnet) != network.vpc_id:
            where = f"is in {vpcs[subnet]}" if subnet in vpcs else "does not exist"
            yield error(f"{subnet} must be a subnet of {network.vpc_id}, {where}", "correct network.private_subnet_ids")
    yield ok(f"{network.vpc_id} with {len(found.subnets)} subnets")


def judge_addresses(environment: Environment, found: Network) -> Iterator[Finding]:
    """Each broker, ZooKeeper node and worker takes an address; any subnet may get all of the workers."""
    kafka, needed = environment.kafka, sum(one.capacity.workers for one in environment.connectors.values())
    if isinstance(kafka, ProvisionedKafka):
        zones = environment.network.zones
        needed += -(-kafka.brokers // zones) + (1 if kafka.coordination == "zookeeper" else 0)
    for subnet in found.subnets:
        if subnet.free < needed:
            yield error(
                f"{subnet.id} must have {needed} free addresses for brokers and workers, has {subnet.free}",
                "delete network interfaces that nobody uses, or name larger subnets",
            )
        else:
            yield ok(f"{subnet.id}: {subnet.free} free addresses, up to {needed} are needed")
    if isinstance(environment.network, NewNetwork):
        yield ok("the subnets are created by the deploy")


def judge_routes(environment: Environment, found: Network) -> Iterator[Finding]:
    """Workers read secrets and plugins through an endpoint or a NAT gateway; they have no public address."""
    if isinstance(environment.network, NewNetwork):
        yield ok("routes and endpoints are created by the deploy")
        return
    for subnet in found.subnets:
        for service in SERVICES:
            name = f"com.amazonaws.{environment.region}.{service}"
            if any(_serves(endpoint, name, subnet) for endpoint in found.endpoints):
                yield ok(f"{subnet.id}: {service} by a VPC endpoint")
            elif subnet.default and subnet.default != "blackhole" and not subnet.default.startswith("igw-"):
                yield ok(f"{subnet.id}: {service} by {subnet.default}")
            else:
                yield error(
                    f"{subnet.id} must have a way to {service}, {_why(subnet)}",
                    f"route it to a NAT gateway, or create a VPC endpoint of {name}",
                )


def _serves(endpoint: Endpoint, name: str, subnet: Subnet) -> bool:
    if not endpoint.service.endswith(name):  # China's services have cn. before
        return False
    return subnet.table in endpoint.tables if endpoint.gateway else endpoint.private_dns


def _why(subnet: Subnet) -> str:
    if subnet.default.startswith("igw-"):
        return f"has an internet gateway ({subnet.default}), which serves public addresses only"
    if subnet.default == "blackhole":
        return "its default route leads to something deleted"
    return "has neither a default route nor a VPC endpoint of it"


def judge_dns(environment: Environment, found: Network) -> Iterator[Finding]:
    """Brokers, databases and endpoints have names that only the VPC's resolver knows."""
    if isinstance(environment.network, NewNetwork):
        yield ok("the VPC is created by the deploy")
        return
    vpc, off = environment.network.vpc_id, [name for name, on in found.dns.items() if not on]
    command = f"aws ec2 modify-vpc-attribute --vpc-id {vpc}"
    if "enableDnsSupport" in off:
        yield error(f"{vpc} must have enableDnsSupport: no name is resolved", f"{command} --enable-dns-support")
    if "enableDnsHostnames" in off:
        yield warning(
            f"{vpc} has enableDnsHostnames off: AWS services' names do not lead to VPC endpoints",
            f"{command} --enable-dns-hostnames",
        )
    if found.dns and not off:
        yield ok("names are resolved, and instances have them")
