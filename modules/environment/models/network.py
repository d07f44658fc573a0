"""The network of brokers and workers: a new VPC, or an existing one."""

from typing import Annotated, Literal

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model


class Peering(Model):
    """A VPC with databases: its address range, and its route tables that need a route to ours."""

    vpc_id: names.VpcId
    cidr_block: names.PeerBlock
    route_table_ids: Annotated[names.Many[names.RouteTableId], Field(min_length=1)]


class NewNetwork(Model):
    """A managed VPC. Subnets have fixed slots by zone letter, so that a zone can be added later.

    ``s3_write_accounts``: other accounts to whose buckets applications in the VPC write.
    """

    kind: Literal["new"]
    cidr_block: names.VpcBlock
    availability_zones: Annotated[names.Many[names.Zone], Field(min_length=2, max_length=3)]
    nat: Literal["per_zone", "single", "none"] = "per_zone"
    peerings: names.Keyed[names.Name, Peering] = {}
    externally_routed: bool = False
    s3_write_accounts: names.Many[names.AccountId] = ()
    log_retention_days: names.RetentionDays = 30

    @property
    def zones(self) -> int:
        return len(self.availability_zones)


class ExistingNetwork(Model):
    """An existing VPC: private subnets, one in each zone, with routes to AWS services."""

    kind: Literal["existing"]
    vpc_id: names.VpcId
    private_subnet_ids: Annotated[names.Many[names.SubnetId], Field(min_length=2, max_length=3)]
    externally_routed: bool = False

    @property
    def zones(self) -> int:
        return len(self.private_subnet_ids)


Network = Annotated[NewNetwork | ExistingNetwork, Field(discriminator="kind")]
