"""``cdc plan-summary``: a plan as a reviewer reads it."""

import typer

from cdc import plan_guard
from cdc.plan_guard import OverridesOption, PlansArgument
from cdc.plans.summary import summary


def plan_summary(plans: PlansArgument, overrides: OverridesOption = None) -> None:
    """Print plans as Markdown for a pull request: what changes, and first of all what loses data."""
    found = plan_guard.read(plans)
    typer.echo(summary(found, plan_guard.judge(found, overrides)), nl=False)
