"""Checks of what connectors reach: security groups, routes, gateways, peerings and endpoints."""

from collections.abc import Iterator, Sequence

from cdc.plans.checks import access, permissions, routes
from cdc.plans.checks.staying import staying
from cdc.plans.reading.plan import Plan
from cdc.plans.rules.rule import Finding


def check(plans: Sequence[Plan]) -> Iterator[Finding]:
    """What connectors that stay can no longer reach, or may no longer do; nothing where none stays."""
    if found := staying(plans):
        yield from access.check(plans, found)
        yield from routes.check(plans)
        yield from permissions.check(plans, found)
