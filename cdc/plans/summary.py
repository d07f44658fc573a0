"""A plan as Markdown for a pull request, readable rendered or not."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cdc.plans import connector_lines, platform_lines
from cdc.plans.findings import Finding
from cdc.plans.markdown import LIMIT, code, cut
from cdc.plans.overrides import Result
from cdc.plans.reading import Plan
from cdc.plans.resources import changed

_SECTIONS: Final[dict[str, Callable[[Plan], Iterator[str]]]] = {
    "Connectors": connector_lines.connector_lines,
    "Worker configurations": connector_lines.worker_lines,
    "Plugins": connector_lines.plugin_lines,
    "Consumers": connector_lines.consumer_lines,
    "Brokers": platform_lines.broker_lines,
    "Network": platform_lines.network_lines,
    "Keys, buckets and lock table": platform_lines.storage_lines,
    "Alarms": platform_lines.alarm_lines,
    "Other resources": platform_lines.other_lines,
}


def summary(plans: Sequence[Plan], result: Result, *, limit: int = LIMIT) -> str:
    """Findings first, then each plan; no longer than ``limit`` characters."""
    lines = [*_warning(result), *(line for plan in plans for line in _plan(plan))]
    return cut("\n".join(lines) + "\n", limit=limit)


def _warning(result: Result) -> Iterator[str]:
    if result.refused:
        yield "### ⚠ WARNING: data loss"
        yield ""
        yield from map(_finding, result.refused)
        yield ""
    if result.allowed:
        yield "Allowed by an override:"
        yield ""
        for finding, override in result.allowed:
            yield f"{_finding(finding)}; allowed until {override.until}: {code(override.reason)}"
        yield ""


def _finding(finding: Finding) -> str:
    rule = finding.rule
    place = f"{code(finding.stack)} {code(finding.address)}"
    return f"- {code(rule.name)} {place}: {code(finding.what)}: {rule.why}; {rule.instead}"


def _plan(plan: Plan) -> Iterator[str]:
    if not changed(plan.resources):
        moved = _moved(plan)
        yield f"{code(plan.stack)}: {'only outputs change' if plan.outputs_change else 'no changes'}{moved}."
        yield ""
        yield from _accepted(plan) if plan.outputs_change else ()
        return
    yield f"### {code(plan.stack)}"
    yield ""
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
