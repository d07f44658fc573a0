"""All findings of a set of plans."""

from collections.abc import Iterator, Sequence

from cdc.plans import connector_rules, resource_rules
from cdc.plans.findings import Finding
from cdc.plans.reading import Plan


def check(plans: Sequence[Plan]) -> list[Finding]:
    """Findings of each plan, then those of all of them together; each once."""
    return list(dict.fromkeys(_all(plans)))


def _all(plans: Sequence[Plan]) -> Iterator[Finding]:
    for plan in plans:
        yield from resource_rules.check(plan)
        yield from connector_rules.check(plan)
    yield from connector_rules.check_together(plans)
