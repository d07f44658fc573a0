"""Checks of what connectors reach."""

from collections.abc import Iterator

from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.rules import network as rules
from cdc.plans.rules.rule import Finding


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the network, in the order of the plan."""
    for resource in plan.of("aws_vpc_peering_connection"):
        if resource.destroys:
            what = f"the peering with {shown_at(resource.side, 'peer_vpc_id')} is destroyed"
            yield Finding(rules.PEERING_REMOVED, plan.stack, resource.title, what)
