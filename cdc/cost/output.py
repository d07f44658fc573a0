"""An estimate as a table, JSON, or a difference in Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from cdc.cost.cheaper import Suggestion
from cdc.cost.usage import Usage
from cdc.pricing.lines import Estimate


def rows(estimate: Estimate) -> Iterator[tuple[str, str, str, str]]:
    """Of the table: component, quantity, price and amount of what is priced, then the total."""
    for one in estimate.lines:
        if one.amount is not None:
            yield one.title, f"{_number(one.quantity)} {one.unit}", f"{one.price}", f"{one.amount:,.2f}"
    yield "total", "", "", f"{estimate.total:,.2f}"


def notes(estimate: Estimate, usage: Usage) -> Iterator[str]:
    """What is not priced and why, what cannot be, and what was assumed."""
    yield from (f"not priced: {one.title}: {one.note}" for one in estimate.unpriced)
    yield from (f"warning: {one}" for one in estimate.warnings)
    yield f"US dollars a month, list prices of {estimate.region} of {estimate.date}, before taxes and free tiers"
    yield f"assumed: {', '.join(f'{name} {value}' for name, value in _assumed(usage).items())}"


def cheaper(found: Sequence[Suggestion]) -> Iterator[str]:
    """What is cheaper and keeps what the file promises; nothing where there is nothing."""
    if found:
        yield "cheaper, and keeps what the file promises, with the use that was assumed:"
    for one in found:
        yield f"- {one.saving:,.2f} less a month: {'; '.join(map(str, one.changes))}: {one.keeps}"


def suggested(found: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """For JSON."""
    return [
        {
            "saving": str(one.saving),
            "changes": [
                {"key": ".".join(change.key), "before": change.before, "after": change.after} for change in one.changes
            ],
            "keeps": one.keeps,
        }
        for one in found
    ]


def document(estimate: Estimate, usage: Usage) -> dict[str, Any]:
    """For JSON; amounts are decimal numbers as text, so that no cent is lost."""
    lines = [
        {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(one).items()}
        for one in estimate.lines
    ]
    return {
        "environment": estimate.environment,
        "region": estimate.region,
        "prices": estimate.date,
        "currency": "USD",
        "assumed": dict(_assumed(usage)),
        "lines": lines,
        "total": str(estimate.total),
        "warnings": list(estimate.warnings),
    }


def difference(before: Estimate, after: Estimate) -> Iterator[str]:
    """A Markdown table of the components that differ."""
    names = [one.environment.replace("|", r"\|") for one in (before, after)]
    old, new = _amounts(before), _amounts(after)
    changed = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if not changed:
        yield f"**{after.total:,.2f} USD a month**: no difference to {names[0]}"
        return
    yield f"| US dollars a month | {names[0]} | {names[1]} | difference |"
    yield "|---|--:|--:|--:|"
    for name in changed:
        yield _row(name, old.get(name, Decimal(0)), new.get(name, Decimal(0)))
    yield _row("**total**", before.total, after.total)


def _row(name: str, old: Decimal | None, new: Decimal | None) -> str:
    both = f"{new - old:+,.2f}" if old is not None and new is not None else "not priced"
    return f"| {name} | {_amount(old)} | {_amount(new)} | {both} |"


def _amounts(estimate: Estimate) -> Mapping[str, Decimal | None]:
    """By component; None for what is not priced."""
    return {one.component: one.amount for one in estimate.lines}


def _amount(value: Decimal | None) -> str:
    return "not priced" if value is None else f"{value:,.2f}"


def _number(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():,f}"


def _assumed(usage: Usage) -> Mapping[str, str]:
    found = {
        "events a second": usage.events_per_second,
        "bytes an event": usage.event_bytes,
        "hours of retention": usage.retention_hours,
        "GB of logs": usage.log_gb,
        "GB to AWS services": usage.service_gb,
        "GB in S3": usage.stored_gb,
    }
    readers = "as consumers" if usage.readers is None else str(usage.readers)
    return {name: f"{value.normalize():f}" for name, value in found.items()} | {"readers of all events": readers}
