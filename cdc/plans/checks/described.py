"""Findings about a connector in words that the checks share."""

from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules.general import UNKNOWN_UNTIL_APPLY
from cdc.plans.rules.rule import Finding, Rule


def changed(rule: Rule, stack: str, key: str, before: Connector | None, after: Connector) -> Finding:
    """The property ``key`` has another value."""
    return Finding(rule, stack, after.address, _from_to(key, before, after))


def _from_to(key: str, before: Connector | None, after: Connector) -> str:
    if before is None or before.given(key) is None:
        return f"{key} of {after.name} is {after.shown(key)}"
    return f"{key} of {after.name} changes from {before.shown(key)} to {after.shown(key)}"


def unknown(stack: str, one: Connector, key: str) -> Finding:
    what = f"{key} of {one.name} changes to a value that is known only after the apply"
    return Finding(UNKNOWN_UNTIL_APPLY, stack, one.address, what)


def differs(key: str, before: Connector, after: Connector) -> bool:
    """Whether what ``key`` means is set and changes, as far as that is known."""
    old, new = before.meant(key), after.meant(key)
    return old is not None and new is not UNKNOWN and old != new
