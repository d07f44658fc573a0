"""EC2: the rules of security groups, and what NAT gateways leave."""

from typing import Any

from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupRule

from rehearsal.aws.mended.replacing import replace


def describe_rules() -> None:
    """AWS tells the description of every rule; moto only where the other side is a range of addresses."""

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.source_group.get("Description")

    replace(SecurityGroupRule, description=property(description))


def clear_up_after_nat_gateways() -> None:
    """AWS deletes the network interface of a NAT gateway with it; moto leaves it in the subnet."""
    delete = NatGatewayBackend.delete_nat_gateway

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> NatGateway:
        gateway = delete(self, nat_gateway_id)
        self.delete_network_interface(gateway._eni.id)
        return gateway

    replace(NatGatewayBackend, delete_nat_gateway=delete_nat_gateway)
