"""EC2: the rules of security groups, and what NAT gateways leave."""

from threading import RLock
from typing import Any

from moto.ec2.exceptions import InvalidPermissionNotFoundError, InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from rehearsal.aws.moto_patches.replacing import replace


def describe_rules() -> None:
    """AWS tells the description of every rule; moto only where the other side is a range of addresses."""

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.source_group.get("Description")

    replace(SecurityGroupRule, description=property(description))


def change_rules_one_at_a_time() -> None:
    """Terraform changes several rules of a group at once, and moto loses some of what comes at the same moment.

    And of a rule that is not there, when it is named by its id, AWS says so; moto that there is no such permission.
    """
    one_at_a_time = RLock()

    def guarded(name: str) -> Any:
        change = getattr(SecurityGroupBackend, name)

        def changed(self: SecurityGroupBackend, *arguments: Any, **options: Any) -> Any:
            with one_at_a_time:
                try:
                    return change(self, *arguments, **options)
                except InvalidPermissionNotFoundError:
                    if ids := options.get("security_rule_ids"):
                        raise InvalidSecurityGroupRuleIdNotFoundError(ids[0]) from None
                    raise

        return changed

    verbs, sides = ("authorize", "revoke"), ("ingress", "egress")
    names = [f"{verb}_security_group_{side}" for verb in verbs for side in sides]
    replace(SecurityGroupBackend, **{name: guarded(name) for name in names})


def clear_up_after_nat_gateways() -> None:
    """AWS deletes the network interface of a NAT gateway with it; moto leaves it in the subnet."""
    delete = NatGatewayBackend.delete_nat_gateway

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> NatGateway:
        gateway = delete(self, nat_gateway_id)
        self.delete_network_interface(gateway._eni.id)
        return gateway

    replace(NatGatewayBackend, delete_nat_gateway=delete_nat_gateway)
