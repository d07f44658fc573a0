"""What checks of resources share."""

from collections.abc import Iterator
from math import inf

from cdc.plans.reading.resources import Resource, Side
from cdc.plans.rules.general import UNKNOWN_UNTIL_APPLY
from cdc.plans.rules.rule import Finding


def kept(resource: Resource) -> Iterator[tuple[Side, Side]]:
    """Both sides of a resource that is updated or replaced."""
    if resource.changes and resource.before and resource.after:
        yield resource.before, resource.after


def unknown(stack: str, resource: Resource, attribute: str) -> Finding:
    what = f"{attribute} changes to a value that is known only after the apply"
    return Finding(UNKNOWN_UNTIL_APPLY, stack, resource.title, what)


def shown(value: float, unit: str = "") -> str:
    return "unlimited" if value == inf else f"{value:.10g}{unit}"


def how(resource: Resource) -> str:
    """``destroyed``, or ``replaced`` with what forces that."""
    if not resource.replaces:
        return "destroyed"
    because = ", ".join(resource.forced_by)
    return f"replaced (forces replacement: {because})" if because else "replaced"
