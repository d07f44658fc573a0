"""The connectors that run before a set of plans, and still do after them: what they need must stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cdc.plans.reading.plan import Plan

_TYPE: Final = "aws_mskconnect_connector"
_VPC: Final = ("kafka_cluster", 0, "apache_kafka_cluster", 0, "vpc", 0, "security_groups")


@dataclass(frozen=True)
class Staying:
    """``groups`` and ``roles`` of the connectors, and ``ports`` of their databases.

    None where a plan does not show them; ``shown`` is whether the plans have connectors at all.
    """

    shown: bool
    groups: frozenset[str] | None
    roles: frozenset[str] | None
    ports: frozenset[int]


def staying(plans: Sequence[Plan]) -> Staying | None:
    """None where every connector of the plans is destroyed; where they have none, those of other plans stay."""
    all_ = [one for plan in plans for one in plan.of(_TYPE) if one.before]
    made = {one.after.get("name") for plan in plans for one in plan.of(_TYPE) if one.after}
    stay = [one for one in all_ if one.after or one.forgets or one.side.get("name") in made]
    if all_ and not stay:
        return None
    sides = [one.before for one in stay if one.before]
    groups = [side.get(*_VPC) for side in sides]
    roles = [side.get("service_execution_role_arn") for side in sides]
    ports = (side.get("connector_configuration", "database.port") for side in sides)
    return Staying(
        shown=bool(all_),
        groups=frozenset(str(one) for names in groups for one in names) if groups and all(groups) else None,
        roles=frozenset(arn.rpartition("/")[2] for arn in roles) if roles and all(roles) else None,
        ports=frozenset(int(port) for port in ports if port and port.isdecimal() and len(port) < 6),
    )
