"""All findings of a set of plans."""

from collections.abc import Iterator, Sequence

from cdc.plans.checks import (
    brokers,
    buckets,
    connectors,
    keys,
    mappings,
    network,
    producers,
    roles,
    server_ids,
    sources,
    stored_data,
)
from cdc.plans.reading.plan import Plan
from cdc.plans.rules.rule import Finding


def check(plans: Sequence[Plan]) -> list[Finding]:
    """Findings of each plan, then those of all of them together; each once."""
    return list(dict.fromkeys(_all(plans)))


def _all(plans: Sequence[Plan]) -> Iterator[Finding]:
    for plan in plans:
        for room in (stored_data, keys, buckets, brokers, connectors, sources, roles, mappings):
            yield from room.check(plan)
        yield from producers.check_workers(plan)
    yield from server_ids.check(plans)
    yield from network.check(plans)
