"""The networks that an environment expects to exist already: its own, and those that its databases live in."""

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any, Final, NamedTuple

from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.network import ExistingNetwork
from rehearsal.aws.moto_patches import CHOSEN

_ANYWHERE: Final = "0.0.0.0/0"
# For networks whose range the file does not tell, the first that is free.
_RANGES: Final = tuple(map(IPv4Network, ("10.0.0.0/16", "172.16.0.0/16", "192.168.0.0/16")))
# Which eighth of a network is what; the first ones are for brokers and workers.
_PUBLIC: Final = 5
_DATABASES: Final = (6, 7)


class Place(NamedTuple):
    """A VPC, and its subnets for databases."""

    vpc_id: str
    database_subnet_ids: list[str]


class Networks:
    """The VPCs of ``environment``, made through ``ec2`` (a client) and told to ``made``."""

    def __init__(self, environment: Environment, *, ec2: Any, made: Callable[[str], None]) -> None:
        self._ec2 = ec2
        self._made = made
        self._zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
        self._taken: list[IPv4Network] = []
        self._ours: Place | None = None
        self._peers: dict[str, Place] = {}
        self._elsewhere: Place | None = None
        network = environment.network
        self._routed = network.externally_routed
        if isinstance(network, ExistingNetwork):
            self._ours = self._existing(network)
            return
        self._taken.append(IPv4Network(network.cidr_block))
        for name, peering in network.peerings.items():
            self._peers[name] = self._place(IPv4Network(peering.cidr_block), vpc_id=peering.vpc_id)
            for table in peering.route_table_ids:
                self._table(peering.vpc_id, table_id=table)

    def of_database(self, key: str, connector: Connector) -> Place:
        """Where the workers reach a connector's cluster; with several peerings, the one that is named like either."""
        if self._ours and not self._routed:
            return self._ours
        named = self._peers.get(key) or self._peers.get(connector.source.cluster)
        return named or next(iter(self._peers.values()), None) or self._beyond()

    def of_applications(self) -> Place:
        """Where the security groups that the file names live."""
        return self._ours or next(iter(self._peers.values()), None) or self._beyond()

    def _beyond(self) -> Place:
        """A VPC that the file does not speak of, behind routing that it does not speak of."""
        if not self._elsewhere:
            self._elsewhere = self._place(self._free_range())
        return self._elsewhere

    def _free_range(self) -> IPv4Network:
        return next(block for block in _RANGES if not any(block.overlaps(taken) for taken in self._taken))

    def _place(self, block: IPv4Network, *, vpc_id: str = "") -> Place:
        """A VPC on ``block``, with two subnets for databases."""
        self._taken.append(block)
        vpc = self._ec2.create_vpc(CidrBlock=str(block), TagSpecifications=_named("vpc", vpc_id))["Vpc"]["VpcId"]
        self._made(f"VPC {vpc} ({block})")
        return Place(vpc, [self._subnet(vpc, block, slot, zone) for zone, slot in enumerate(_DATABASES)])

    def _existing(self, network: ExistingNetwork) -> Place:
        """A VPC whose private subnets, each in a zone of its own, have a way out by NAT."""
        block = self._free_range()
        place = self._place(block, vpc_id=network.vpc_id)
        private = self._table(place.vpc_id)
        for index, subnet in enumerate(network.private_subnet_ids):
            self._subnet(place.vpc_id, block, index, index, subnet_id=subnet)
            self._ec2.associate_route_table(RouteTableId=private, SubnetId=subnet)
        gateway = self._nat_gateway(place.vpc_id, block)
        self._ec2.create_route(RouteTableId=private, DestinationCidrBlock=_ANYWHERE, NatGatewayId=gateway)
        return place

    def _nat_gateway(self, vpc: str, block: IPv4Network) -> str:
        internet = self._ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
        public, table = self._subnet(vpc, block, _PUBLIC, 0), self._table(vpc)
        self._ec2.create_route(RouteTableId=table, DestinationCidrBlock=_ANYWHERE, GatewayId=internet)
        self._ec2.associate_route_table(RouteTableId=table, SubnetId=public)
        address = self._ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway: str = self._ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
        return gateway

    def _subnet(self, vpc: str, block: IPv4Network, slot: int, zone: int, *, subnet_id: str = "") -> str:
        """An eighth of ``block`` in the region's zone of that number."""
        made = self._ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=str(list(block.subnets(prefixlen_diff=3))[slot]),
            AvailabilityZone=self._zones[zone % len(self._zones)],
            TagSpecifications=_named("subnet", subnet_id),
        )
        subnet: str = made["Subnet"]["SubnetId"]
        return subnet

    def _table(self, vpc: str, *, table_id: str = "") -> str:
        made = self._ec2.create_route_table(VpcId=vpc, TagSpecifications=_named("route-table", table_id))
        table: str = made["RouteTable"]["RouteTableId"]
        return table

    def group(self, place: Place, name: str, *, group_id: str = "") -> str:
        """A security group; its id."""
        made = self._ec2.create_security_group(
            GroupName=name,
            Description=f"{name}, which exists already",
            VpcId=place.vpc_id,
            TagSpecifications=_named("security-group", group_id),
        )
        group: str = made["GroupId"]
        self._made(f"security group {group} in {place.vpc_id}")
        return group


def _named(kind: str, id_: str) -> list[dict[str, Any]]:
    """Tags that choose an id, where there is one to choose."""
    return [{"ResourceType": kind, "Tags": [{"Key": CHOSEN, "Value": id_}]}] if id_ else []
