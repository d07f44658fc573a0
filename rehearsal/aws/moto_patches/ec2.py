"""EC2: rules of security groups, and network interfaces of NAT gateways."""

from threading import RLock
from typing import Any

from moto.ec2.exceptions import InvalidPermissionNotFoundError, InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.tags import TagBackend

from rehearsal.aws.moto_patches.patching import replace


def describe_every_rule() -> None:
    """AWS returns the description of every rule; moto only of rules with a CIDR block."""

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.source_group.get("Description")

    replace(SecurityGroupRule, description=property(description))


def change_rules_one_at_a_time() -> None:
    """Terraform changes several rules of a group concurrently; moto loses some of these changes.

    AWS answers InvalidSecurityGroupRuleId.NotFound for a missing rule id; moto answers InvalidPermission.NotFound.
    """
    lock = RLock()

    def guarded(name: str) -> Any:
        change = getattr(SecurityGroupBackend, name)

        def changed(self: SecurityGroupBackend, *arguments: Any, **options: Any) -> Any:
            with lock:
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


def change_tags_one_at_a_time() -> None:
    """moto reads tags while another request adds some: it answers 500 to a rule that it has created.

    The provider then repeats the request, and AWS's answer is InvalidPermission.Duplicate.
    """
    lock = RLock()

    def guarded(name: str) -> Any:
        method = getattr(TagBackend, name)

        def called(self: TagBackend, *arguments: Any, **options: Any) -> Any:
            with lock:
                return method(self, *arguments, **options)

        return called

    names = ("create_tags", "delete_tags", "delete_tag_keys", "describe_tags")
    replace(TagBackend, **{name: guarded(name) for name in names})


def delete_nat_gateway_interfaces() -> None:
    """AWS deletes the network interface of a NAT gateway with the gateway; moto leaves it in the subnet."""
    delete = NatGatewayBackend.delete_nat_gateway

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> NatGateway:
        gateway = delete(self, nat_gateway_id)
        self.delete_network_interface(gateway._eni.id)
        return gateway

    replace(NatGatewayBackend, delete_nat_gateway=delete_nat_gateway)
