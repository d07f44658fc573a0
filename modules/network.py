"""The network of brokers and connector workers: a managed VPC, or an existing one."""

from collections.abc import Sequence
from typing import Protocol

from modules import subnets
from modules.deployment import Deployment
from modules.environment.models.network import (
    ExistingNetwork as ExistingNetworkConfig,
    NewNetwork as NewNetworkConfig,
    Peering,
)
from modules.iam import resource_policies
from modules.iam.roles import role
from modules.logs import log_group
from modules.security_group_rules import ANYWHERE
from modules.storage.encryption import Key
from modules.synthesis.sdk import (
    Construct,
    DataAwsSubnet,
    DataAwsVpc,
    DefaultSecurityGroup,
    Eip,
    FlowLog,
    IamRolePolicy,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    Subnet,
    Vpc,
    VpcEndpoint,
    VpcPeeringConnection,
)

# Services that a worker calls besides brokers and database, if there is no NAT.
ENDPOINTS = ("kms", "logs", "secretsmanager", "sts")
REGISTRY_ENDPOINT = "glue"
LAMBDA_ENDPOINT = "lambda"


class Network(Protocol):
    """The attributes of a network that Kafka and the connectors use.

    ``reachable_vpc_ids``: VPCs in which a database may be; None if routing is managed elsewhere.
    ``endpoint_security_group_id``: of the interface endpoints to AWS services; None with NAT.
    ``s3_prefix_list_id``: S3's addresses, behind the gateway endpoint; None with NAT.
    """

    vpc_id: str
    cidr_block: str
    private_subnet_ids: list[str]
    private_cidr_blocks: list[str]
    reachable_vpc_ids: list[str] | None
    endpoint_security_group_id: str | None
    s3_prefix_list_id: str | None


class ExistingNetwork(Construct):
    """An existing VPC: looked up, never changed."""

    def __init__(self, scope: Construct, id_: str, *, config: ExistingNetworkConfig) -> None:
        super().__init__(scope, id_)
        vpc = DataAwsVpc(self, "vpc", id=config.vpc_id)
        self.vpc_id = config.vpc_id
        self.cidr_block = vpc.cidr_block
        self.private_subnet_ids = list(config.private_subnet_ids)
        self.private_cidr_blocks = [
            DataAwsSubnet(self, subnet, id=subnet).cidr_block for subnet in config.private_subnet_ids
        ]
        self.reachable_vpc_ids = None if config.externally_routed else [config.vpc_id]
        self.endpoint_security_group_id: str | None = None
        self.s3_prefix_list_id: str | None = None


class NewNetwork(Construct):
    """A VPC: NAT gateways in public subnets, brokers and workers in private ones; nothing is reachable from outside."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: NewNetworkConfig,
        deployment: Deployment,
        key: Key,
        endpoints: Sequence[str] = ENDPOINTS,
    ) -> None:
        """``endpoints`` are services that need an interface endpoint if there is no NAT."""
        super().__init__(scope, id_)
        self._endpoints = endpoints
        self._config = config
        self._deployment = deployment
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=config.cidr_block,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": deployment.name()},
        )
        self.vpc_id = vpc.id
        self.cidr_block = config.cidr_block
        DefaultSecurityGroup(self, "default", vpc_id=self.vpc_id)
        self._private = {zone: self._private_subnet(zone) for zone in config.availability_zones}
        self._tables = {zone: self._private_table(zone) for zone in config.availability_zones}
        self.private_subnet_ids = list(self._private.values())
        self.private_cidr_blocks = [subnets.private_block(self.cidr_block, zone) for zone in self._private]
        self.endpoint_security_group_id = self._egress()
        s3 = self._gateway_endpoint()
        self.s3_prefix_list_id = s3.prefix_list_id if config.nat == "none" else None
        self._peer_all(config.peerings)
        peered = [self.vpc_id, *(peering.vpc_id for peering in config.peerings.values())]
        self.reachable_vpc_ids = None if config.externally_routed else peered
        FlowLogs(self, "flow-logs", vpc_id=self.vpc_id, config=config, deployment=deployment, key=key)

    def _named(self, *parts: str) -> dict[str, str]:
        return {"Name": self._deployment.name(*parts)}

    def _private_subnet(self, zone: str) -> str:
        subnet = Subnet(
            self,
            f"private-{zone[-1]}",
            vpc_id=self.vpc_id,
            availability_zone=zone,
            cidr_block=subnets.private_block(self.cidr_block, zone),
            tags=self._named("private", zone[-1]),
        )
        return subnet.id

    def _private_table(self, zone: str) -> str:
        name = f"private-table-{zone[-1]}"
        table = RouteTable(self, name, vpc_id=self.vpc_id, tags=self._named("private", zone[-1])).id
        self._associate("private", zone, self._private[zone], table)
        return table

    def _associate(self, kind: str, zone: str, subnet: str, table: str) -> None:
        RouteTableAssociation(self, f"{kind}-association-{zone[-1]}", subnet_id=subnet, route_table_id=table)

    def _egress(self) -> str | None:
        """NAT as configured, or interface endpoints instead; returns the endpoints' security group."""
        if self._config.nat == "none":
            return self._interface_endpoints()
        zones = self._config.availability_zones
        nat_zones = zones if self._config.nat == "per_zone" else zones[:1]
        gateways = self._nat_gateways(nat_zones)
        for zone in zones:
            Route(
                self,
                f"private-out-{zone[-1]}",
                route_table_id=self._tables[zone],
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways.get(zone, gateways[nat_zones[0]]),
            )
        return None

    def _nat_gateways(self, nat_zones: Sequence[str]) -> dict[str, str]:
        """Internet gateway, public subnets and NAT gateways; returns the NAT gateways' ids by zone."""
        internet = InternetGateway(self, "internet", vpc_id=self.vpc_id, tags=self._named())
        table = RouteTable(self, "public-table", vpc_id=self.vpc_id, tags=self._named("public")).id
        Route(
            self,
            "public-out",
            route_table_id=table,
            destination_cidr_block=ANYWHERE,
            gateway_id=internet.id,
        )
        public = {zone: self._public_subnet(zone, table) for zone in self._config.availability_zones}
        return {zone: self._nat_gateway(zone, public[zone], internet) for zone in nat_zones}

    def _public_subnet(self, zone: str, table: str) -> str:
        subnet = Subnet(
            self,
            f"public-{zone[-1]}",
            vpc_id=self.vpc_id,
            availability_zone=zone,
            cidr_block=subnets.public_block(self.cidr_block, zone),
            map_public_ip_on_launch=False,
            tags=self._named("public", zone[-1]),
        ).id
        self._associate("public", zone, subnet, table)
        return subnet

    def _nat_gateway(self, zone: str, subnet: str, internet: InternetGateway) -> str:
        tags = self._named(zone[-1])
        address = Eip(self, f"nat-address-{zone[-1]}", domain="vpc", tags=tags)
        gateway = NatGateway(
            self,
            f"nat-{zone[-1]}",
            allocation_id=address.id,
            subnet_id=subnet,
            tags=tags,
            depends_on=[internet],
        )
        return gateway.id

    def _gateway_endpoint(self) -> VpcEndpoint:
        return VpcEndpoint(
            self,
            "s3",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{self._deployment.region}.s3",
            vpc_endpoint_type="Gateway",
            policy=resource_policies.s3_endpoint(self._deployment, write_accounts=self._config.s3_write_accounts),
            route_table_ids=list(self._tables.values()),
            tags=self._named("s3"),
        )

    def _interface_endpoints(self) -> str:
        name = self._deployment.name("endpoints")
        group = SecurityGroup(
            self,
            "endpoints",
            name=name,
            description="AWS services for connector workers",
            vpc_id=self.vpc_id,
            tags={"Name": name},
        ).id
        for service in self._endpoints:
            VpcEndpoint(
                self,
                f"endpoint-{service}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{self._deployment.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self.private_subnet_ids,
                security_group_ids=[group],
                tags=self._named(service),
            )
        return group

    def _peer_all(self, peerings: dict[str, Peering]) -> None:
        if peerings:
            parent = Construct(self, "peerings")
            for name, peering in peerings.items():
                self._peer(Construct(parent, name), name, peering)

    def _peer(self, scope: Construct, name: str, peering: Peering) -> None:
        """A peering in the same account and region, with DNS resolution and routes on both sides."""
        connection = VpcPeeringConnection(
            scope,
            "connection",
            vpc_id=self.vpc_id,
            peer_vpc_id=peering.vpc_id,
            auto_accept=True,
            accepter={"allow_remote_vpc_dns_resolution": True},
            requester={"allow_remote_vpc_dns_resolution": True},
            tags=self._named(name),
        ).id
        outbound = [(f"there-{zone[-1]}", table, peering.cidr_block) for zone, table in self._tables.items()]
        inbound = [(f"back-{table}", table, self.cidr_block) for table in peering.route_table_ids]
        for id_, table, destination in (*outbound, *inbound):
            Route(
                scope,
                id_,
                route_table_id=table,
                destination_cidr_block=destination,
                vpc_peering_connection_id=connection,
            )


class FlowLogs(Construct):
    """All traffic of the VPC, accepted and rejected, in CloudWatch."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc_id: str,
        config: NewNetworkConfig,
        deployment: Deployment,
        key: Key,
    ) -> None:
        super().__init__(scope, id_)
        name = deployment.log_group("flow-logs")
        group = log_group(self, name=name, retention_days=config.log_retention_days, key=key)
        trust = resource_policies.flow_logs_trust(deployment)
        writer = role(self, "role", name=deployment.name("flow-logs"), trust=trust, deployment=deployment)
        IamRolePolicy(self, "policy", role=writer.id, policy=resource_policies.flow_logs(group.arn))
        FlowLog(
            self,
            "flow-log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=writer.arn,
            tags={"Name": deployment.name()},
        )
