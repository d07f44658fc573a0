"""The rule for what a plan does not show."""

from typing import Final

from cdc.plans.rules.rule import Rule

UNKNOWN_UNTIL_APPLY: Final = Rule(
    name="unknown-until-apply",
    finds="one of the values that other rules compare is known only after the apply",
    example="`topic.prefix` refers to a resource that this plan creates",
    why="whether this loses data is known only after the apply",
    instead="apply what the value depends on first, then plan again",
)
