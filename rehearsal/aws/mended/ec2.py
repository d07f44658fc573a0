"""EC2: the rules of security groups."""

from moto.ec2.models.security_groups import SecurityGroupRule

from rehearsal.aws.mended.replacing import replace


def describe_rules() -> None:
    """AWS tells the description of every rule; moto only where the other side is a range of addresses."""

    def description(self: SecurityGroupRule) -> str | None:
        return self.ip_range.get("Description") or self.source_group.get("Description")

    replace(SecurityGroupRule, description=property(description))
