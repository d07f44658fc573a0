"""A plan as Markdown for a pull request, readable rendered or not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from cdc.plans.overrides import Accepted, Confirmation, Override, Result
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import changed
from cdc.plans.rules.rule import Finding
from cdc.plans.summary import connector_lines, cost_lines, mapping_lines, platform_lines
from cdc.plans.summary.cost_lines import PricesOf
from cdc.plans.summary.markdown import LIMIT, code, cut

_SECTIONS: Final[dict[str, Callable[[Plan], Iterator[str]]]] = {
    "Connectors": connector_lines.connector_lines,
    "Worker configurations": connector_lines.worker_lines,
    "Plugins": connector_lines.plugin_lines,
    "Consumers": connector_lines.consumer_lines,
    "Functions": mapping_lines.mapping_lines,
    "Brokers": platform_lines.broker_lines,
    "Network": platform_lines.network_lines,
    "Keys, buckets and lock table": platform_lines.storage_lines,
    "Alarms": platform_lines.alarm_lines,
    "Other resources": platform_lines.other_lines,
}


def summary(plans: Sequence[Plan], result: Result, *, prices: PricesOf, limit: int = LIMIT) -> str:
    """Findings first, then each plan with its cost; no longer than ``limit`` characters."""
    lines = [*_warning(result), *(line for plan in plans for line in _plan(plan, prices)), *_unpriced(plans, prices)]
    return cut("\n".join(lines) + "\n", limit=limit)


def _warning(result: Result) -> Iterator[str]:
    yield from _listed("### ⚠ WARNING: data loss", map(_finding, result.refused))
    yield from _listed("### To confirm", map(_finding, result.to_confirm))
    overrides = [pair for pair in result.allowed if isinstance(pair[1], Override)]
    yield from _listed("Allowed by an override:", (_allowed(*pair, how="allowed") for pair in overrides))
    confirmed = [pair for pair in result.allowed if isinstance(pair[1], Confirmation)]
    yield from _listed("Confirmed:", (_allowed(*pair, how="confirmed") for pair in confirmed))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    if found := [*lines]:
        yield from (title, "", *found, "")


def _allowed(finding: Finding, by: Accepted, *, how: str) -> str:
    until = f" until {by.last_day}" if by.last_day else ""
    return f"{_finding(finding)}; {how}{until}{f': {code(by.reason)}' if by.reason else ''}"


def _finding(finding: Finding) -> str:
    rule = finding.rule
    place = f"{code(finding.stack)} {code(finding.address)}"
    return f"- {code(rule.name)} {place}: {code(finding.what)}: {rule.why}; {rule.instead}"


def _unpriced(plans: Iterable[Plan], prices: PricesOf) -> Iterator[str]:
    """Each region without prices once."""
    for region in dict.fromkeys(filter(None, map(cost_lines.region, plans))):
        if not prices(region):
            yield from (f"No list prices for {code(region)}, so no cost; give yours with `--prices FILE`.", "")


def _plan(plan: Plan, prices: PricesOf) -> Iterator[str]:
    if not changed(plan.resources):
        moved = _moved(plan)
        yield f"{code(plan.stack)}: {'only outputs change' if plan.outputs_change else 'no changes'}{moved}."
        yield ""
        yield from _accepted(plan) if plan.outputs_change else ()
        return
    yield f"### {code(plan.stack)}"
    yield ""
    if (region := cost_lines.region(plan)) and (table := prices(region)):
        yield from (*cost_lines.cost_lines(plan, table), "")
    for title, lines in _SECTIONS.items():
        if found := [*lines(plan)]:
            yield from (f"**{title}**", "", *found, "")
    yield from _accepted(plan)
    yield f"**{counts(plan)}**"
    yield ""


def _accepted(plan: Plan) -> Iterator[str]:
    """What the environment file accepts, with its reasons."""
    if plan.accepted:
        yield from ("**Accepted**", "")
        for connector, reasons in plan.accepted.items():
            yield from (f"- {code(connector)} {code(key)}: {code(reason)}" for key, reason in reasons.items())
        yield ""


def counts(plan: Plan) -> str:
    """As Terraform counts: a replaced resource is one to add and one to destroy."""
    found = changed(plan.resources)
    numbers = {
        "add": sum(one.creates for one in found),
        "change": sum("update" in one.actions for one in found),
        "destroy": sum(one.destroys for one in found),
    }
    forgotten = sum(one.forgets for one in found)
    total = ", ".join(f"{number} to {what}" for what, number in numbers.items())
    return total + (f", {forgotten} to remove from the state" if forgotten else "") + _moved(plan)


def _moved(plan: Plan) -> str:
    moved = sum(one.previous_address is not None for one in plan.resources)
    return f", {moved} moved to another address" if moved else ""
