"""The reviewer's line about the price of a stack: what it costs a month by the hour, before the plan and after it."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from cdc.plans.reading.nodes import at
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side, Step
from cdc.plans.summary.markdown import code
from cdc.plans.summary.shared_lines import Lines
from cdc.pricing.fixed import READ, Body, Resources, UncountableError, fixed
from cdc.pricing.lines import Line
from cdc.pricing.prices import Prices

# None where there are none for the region.
PricesOf = Callable[[str], Prices | None]
_SUBNETS: Final = "subnet_ids"


def region(plan: Plan) -> str | None:
    """Where the stack is; None where it costs nothing by the hour or changes nothing, or its region is a variable."""
    providers = at(plan.configuration, "provider_config")
    found = (
        at(one, "expressions", "region", "constant_value")
        for one in (providers.values() if isinstance(providers, dict) else ())
    )
    named = next((one for one in found if isinstance(one, str)), None)
    priced = any(one.type in READ and one.mode == "managed" for one in plan.resources)
    return named if priced and any(one.changes for one in plan.resources) else None


def cost_lines(plan: Plan, prices: Prices) -> Lines:
    """What the stack costs before and after, and why; says so where the plan does not tell."""
    try:
        before, after = ([*fixed(_resources(plan, sides), prices)] for sides in (_before, _after))
    except UncountableError as error:
        yield f"**Cost** of this stack: not computed, for {error}"
        return
    old, new = _total(before), _total(after)
    changes = "; ".join(_changes(before, after))
    month = (
        f"{_dollars(old)} → {_dollars(new)} a month ({_signed(new - old)})"
        if old != new
        else f"{_dollars(new)} a month"
    )
    why = f", because of {changes}" if changes else ", as before"
    listed = f"list prices of {prices.region} of {prices.date}, without what depends on use: data, logs, requests"
    yield f"**Cost** of this stack: {month}{why} ({listed})"


def _resources(plan: Plan, sides: Callable[[Resource], Iterator[Side]]) -> Resources:
    """Raises UncountableError for a value that the plan does not show."""

    def of(type_: str) -> Sequence[Body]:
        found = (one for one in plan.of(type_) if not one.deposed)
        return [_body(plan, one, side) for one in found for side in sides(one)]

    return of


def _before(resource: Resource) -> Iterator[Side]:
    yield from (resource.before,) if resource.before else ()


def _after(resource: Resource) -> Iterator[Side]:
    """What is only removed from the state is still on the bill."""
    yield from (resource.after,) if resource.after else ()
    yield from (resource.before,) if resource.before and resource.forgets else ()


def _body(plan: Plan, resource: Resource, side: Side) -> Body:
    values = dict(side.values)
    for path in READ[resource.type]:
        name = code(".".join(str(step) for step in path if isinstance(step, str)))
        if side.hides(*path):
            raise UncountableError(f"{name} of {code(resource.address)} is sensitive")
        if side.get(*path) is not UNKNOWN or _computed(side, path):
            continue
        if path != (_SUBNETS,) or not (subnets := _subnets(plan, resource)):
            raise UncountableError(f"{name} of {code(resource.address)} is known only after the apply")
        values[_SUBNETS] = subnets
    return values


def _computed(side: Side, path: Sequence[Step]) -> bool:
    """Whether AWS chooses it: an endpoint without subnets is of a gateway, an Express broker has no volume."""
    express = str(side.get("broker_node_group_info", 0, "instance_type")).startswith("express.")
    gateway = side.get("vpc_endpoint_type") == "Gateway"
    return (express and "volume_size" in path) or (gateway and path == (_SUBNETS,))


def _subnets(plan: Plan, resource: Resource) -> list[str]:
    """Those that a new endpoint refers to: their ids are known only after the apply."""
    return [one for one in plan.referred(resource.address, _SUBNETS) if one.count(".") == 1]


def _total(lines: Sequence[Line]) -> Decimal:
    return sum((one.amount for one in lines if one.amount is not None), Decimal(0))


def _changes(before: Sequence[Line], after: Sequence[Line]) -> Iterator[str]:
    """By component: the difference, and what of it there was and is."""
    for name in dict.fromkeys(one.component for one in (*before, *after)):
        old, new = ([one for one in lines if one.component == name] for lines in (before, after))
        if _shown(old) == _shown(new) or not any(one.quantity for one in (*old, *new)):
            continue
        what = f"{_shown(old) or 'none'} → {_shown(new) or 'none'}"
        unpriced = any(one.amount is None for one in (*old, *new))
        yield f"{name} {'not priced' if unpriced else _signed(_total(new) - _total(old))} ({what})"


def _shown(lines: Sequence[Line]) -> str:
    """The values of a plan may be anything, and must not become markup."""
    return ", ".join(code(one.detail.partition(", ")[0] or f"{one.quantity} {one.unit}".strip()) for one in lines)


def _dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _signed(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+'}{_dollars(abs(amount))}"
