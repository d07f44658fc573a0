"""Checks of event source mappings, whose progress is kept in Kafka under their consumer group."""

from collections.abc import Iterator

from cdc.plans.checks.resources import kept, unknown
from cdc.plans.reading import mappings
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding


def check(plan: Plan) -> Iterator[Finding]:
    """A mapping that stays with its group resumes from the committed offset, also where it is replaced."""
    for resource in mappings.of_topics(plan):
        for before, after in kept(resource):
            group = after.get(*mappings.GROUP)
            if group is UNKNOWN:
                yield unknown(plan.stack, resource, "consumer_group_id")
            elif group != before.get(*mappings.GROUP):
                old, new = (shown_at(side, *mappings.GROUP) for side in (before, after))
                starts = shown_at(after, "starting_position")
                what = f"the consumer group becomes {new} instead of {old}, and begins at {starts}"
                yield Finding(rules.FUNCTION_GROUP_CHANGED, plan.stack, resource.title, what)
