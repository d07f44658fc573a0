"""Creates the networks and security groups that an environment expects to exist."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from typing import Any, Final, NamedTuple

from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.kafka import ExistingKafka
from modules.environment.models.network import ExistingNetwork
from modules.environment.models.schema_registry import UrlRegistry
from modules.environment.models.sources import HostSource
from rehearsal.aws.custom_id import CUSTOM_ID_TAG

_ANYWHERE: Final = "0.0.0.0/0"
# CIDR blocks for networks whose range is not in the environment file: the first free one is used.
_RANGES: Final = tuple(map(IPv4Network, ("10.0.0.0/16", "172.16.0.0/16", "192.168.0.0/16")))
# Each network is cut into eight subnets: the first are for brokers and workers, these for NAT and databases.
_PUBLIC: Final = 5
_DATABASES: Final = (6, 7)


class Vpc(NamedTuple):
    """A VPC and its subnets for databases."""

    id: str
    database_subnet_ids: list[str]


class Networks:
    """Creates the VPCs of ``environment`` through ``ec2`` (a client); calls ``report`` with a line for each."""

    def __init__(self, environment: Environment, *, ec2: Any, report: Callable[[str], None]) -> None:
        self._environment = environment
        self._ec2 = ec2
        self._report = report
        self._zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
        self._used_ranges: list[IPv4Network] = []
        self._existing_vpc: Vpc | None = None
        self._peered_vpcs: dict[str, Vpc] = {}
        self._unlisted_vpc: Vpc | None = None
        network = environment.network
        self._routed = network.externally_routed
        if isinstance(network, ExistingNetwork):
            self._existing_vpc = self._create_existing_network(network)
            return
        self._used_ranges.append(IPv4Network(network.cidr_block))
        for name, peering in network.peerings.items():
            self._peered_vpcs[name] = self._create_vpc(IPv4Network(peering.cidr_block), vpc_id=peering.vpc_id)
            for table in peering.route_table_ids:
                self._create_route_table(peering.vpc_id, table_id=table)

    def vpc_of_database(self, key: str, connector: Connector) -> Vpc:
        """The VPC of a connector's database; of several peerings, the one named like the connector or the database."""
        if self._existing_vpc and not self._routed:
            return self._existing_vpc
        name = connector.source.database.rpartition(":")[2]
        named = self._peered_vpcs.get(key) or self._peered_vpcs.get(name)
        return named or next(iter(self._peered_vpcs.values()), None) or self._create_unlisted_vpc()

    def vpc_of_applications(self) -> Vpc:
        """The VPC of the security groups that the environment file names."""
        return self._existing_vpc or next(iter(self._peered_vpcs.values()), None) or self._create_unlisted_vpc()

    def create_named_groups(self) -> None:
        """Creates the security groups of applications, servers, Prometheus, registries and an existing cluster."""
        for group in dict.fromkeys(filter(None, self._named_groups())):
            self.create_security_group(self.vpc_of_applications(), f"given-{group}", group_id=group)

    def _named_groups(self) -> Iterator[str | None]:
        environment, kafka = self._environment, self._environment.kafka
        for consumer in environment.consumers.values():
            yield from consumer.security_group_ids
        if isinstance(kafka, ExistingKafka):
            yield kafka.security_group_id
        elif kafka.prometheus:
            yield from kafka.prometheus.security_group_ids
        sources = [connector.source for connector in environment.connectors.values()]
        yield from (source.host.security_group_id for source in sources if isinstance(source, HostSource))
        if isinstance(environment.schema_registry, UrlRegistry):
            yield environment.schema_registry.security_group_id

    def _create_unlisted_vpc(self) -> Vpc:
        """The VPC of databases that are reached by routes managed elsewhere; the file does not name it."""
        if not self._unlisted_vpc:
            self._unlisted_vpc = self._create_vpc(self._free_range())
        return self._unlisted_vpc

    def _free_range(self) -> IPv4Network:
        return next(block for block in _RANGES if not any(block.overlaps(used) for used in self._used_ranges))

    def _create_vpc(self, block: IPv4Network, *, vpc_id: str = "") -> Vpc:
        """Creates a VPC on ``block``, with two subnets for databases."""
        self._used_ranges.append(block)
        vpc = self._ec2.create_vpc(CidrBlock=str(block), TagSpecifications=_id_tags("vpc", vpc_id))["Vpc"]["VpcId"]
        self._report(f"VPC {vpc} ({block})")
        return Vpc(vpc, [self._create_subnet(vpc, block, slot, zone) for zone, slot in enumerate(_DATABASES)])

    def _create_existing_network(self, network: ExistingNetwork) -> Vpc:
        """Creates a VPC with one private subnet per zone, which route to the internet through NAT."""
        block = self._free_range()
        place = self._create_vpc(block, vpc_id=network.vpc_id)
        self._ec2.modify_vpc_attribute(VpcId=place.id, EnableDnsHostnames={"Value": True})
        private = self._create_route_table(place.id)
        for index, subnet in enumerate(network.private_subnet_ids):
            self._create_subnet(place.id, block, index, index, subnet_id=subnet)
            self._ec2.associate_route_table(RouteTableId=private, SubnetId=subnet)
        gateway = self._create_nat_gateway(place.id, block)
        self._ec2.create_route(RouteTableId=private, DestinationCidrBlock=_ANYWHERE, NatGatewayId=gateway)
        return place

    def _create_nat_gateway(self, vpc: str, block: IPv4Network) -> str:
        internet = self._ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
        public, table = self._create_subnet(vpc, block, _PUBLIC, 0), self._create_route_table(vpc)
        self._ec2.create_route(RouteTableId=table, DestinationCidrBlock=_ANYWHERE, GatewayId=internet)
        self._ec2.associate_route_table(RouteTableId=table, SubnetId=public)
        address = self._ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway: str = self._ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
        return gateway

    def _create_subnet(self, vpc: str, block: IPv4Network, slot: int, zone: int, *, subnet_id: str = "") -> str:
        """Creates eighth number ``slot`` of ``block`` in the region's zone of that number."""
        created = self._ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=str(list(block.subnets(prefixlen_diff=3))[slot]),
            AvailabilityZone=self._zones[zone % len(self._zones)],
            TagSpecifications=_id_tags("subnet", subnet_id),
        )
        subnet: str = created["Subnet"]["SubnetId"]
        return subnet

    def _create_route_table(self, vpc: str, *, table_id: str = "") -> str:
        created = self._ec2.create_route_table(VpcId=vpc, TagSpecifications=_id_tags("route-table", table_id))
        table: str = created["RouteTable"]["RouteTableId"]
        return table

    def create_security_group(self, place: Vpc, name: str, *, group_id: str = "") -> str:
        """Creates a security group; returns its id."""
        created = self._ec2.create_security_group(
            GroupName=name,
            Description=f"{name}, which exists already",
            VpcId=place.id,
            TagSpecifications=_id_tags("security-group", group_id),
        )
        group: str = created["GroupId"]
        self._report(f"security group {group} in {place.id}")
        return group


def _id_tags(kind: str, id_: str) -> list[dict[str, Any]]:
    """Tags that set the resource's id; none for an empty one."""
    return [{"ResourceType": kind, "Tags": [{"Key": CUSTOM_ID_TAG, "Value": id_}]}] if id_ else []
