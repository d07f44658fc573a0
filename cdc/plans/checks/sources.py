"""Checks whether a database is still the one that its connectors have read."""

from collections.abc import Iterator

from cdc.plans.reading import connectors
from cdc.plans.reading.plan import Plan
from cdc.plans.rules import connectors as rules
from cdc.plans.rules.rule import Finding


def check(plan: Plan) -> Iterator[Finding]:
    """One finding for each database that has changed since the last apply."""
    before, after = plan.sources
    for name in (name for name in after if name in before):
        changes = [
            f"{key} {before[name][key]} → {after[name][key]}"
            for key in sorted(before[name].keys() & after[name].keys())
            if before[name][key] != after[name][key]
        ]
        if changes:
            what = f"{name} is another database than at the last apply: {', '.join(changes)}{_read_by(plan, name)}"
            yield Finding(rules.SOURCE_REPLACED, plan.stack, f"output.databases.{name}", what)


def _read_by(plan: Plan, name: str) -> str:
    """The connectors whose database has this name, which AWS's host names begin with."""
    found = connectors.read(plan)
    staying = [*(new for _, new in found.kept), *found.added]
    identifier = name.rpartition(":")[2]
    names = sorted(one.name for one in staying if str(one.host).startswith(f"{identifier}."))
    return f"; read by {', '.join(names)}" if names else ""
