"""Reviews the plans of a change before it is applied: the plan guard and the plan summary, as in a deploy."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cdc.plans import guard_command
from cdc.plans.overrides import Result
from cdc.plans.reading.plan import PlanError, parse
from cdc.plans.summary.page import summary
from cdc.pricing.prices import known
from rehearsal.processes.errors import RefusedError, RehearsalError
from rehearsal.processes.findings import Finding


def review(plans: Mapping[str, Mapping[str, Any]]) -> str:
    """The summary of the plans, by stack; raises RefusedError for what the plan guard refuses, or asks to confirm.

    What plan-overrides.yaml accepts passes, as in a deploy.
    """
    try:
        parsed = [parse(json.dumps(plan).encode(), stack) for stack, plan in plans.items()]
    except PlanError as error:
        raise RehearsalError(f"a plan cannot be read: {error}") from error
    result = guard_command.check(parsed, None)
    if not result.passes:
        raise RefusedError("the plan guard refuses the change; nothing was applied", *_findings(result))
    return summary(parsed, result, prices=known(None)).strip()


def _findings(result: Result) -> Iterator[Finding]:
    for how, findings in (("refused", result.refused), ("to confirm", result.to_confirm)):
        for one in findings:
            cause = f"{how}: {one.rule.name}: {one.what}: {one.rule.why}"
            accept = f"or accept it in plan-overrides.yaml, as docs/plans.md says: {one.rule.name}"
            yield Finding(cause, f"{one.rule.instead}; {accept}", f"{one.stack}: {one.address}")
