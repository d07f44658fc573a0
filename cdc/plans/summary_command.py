"""``cdc plan-summary``: a plan as a reviewer reads it."""

import typer

from cdc.plans import guard_command
from cdc.plans.guard_command import OverridesOption, PlansArgument
from cdc.plans.summary import summary


def plan_summary(plans: PlansArgument, overrides: OverridesOption = None) -> None:
    """Print plans as Markdown for a pull request: what changes, and first of all what loses data."""
    found = guard_command.read(plans)
    typer.echo(summary(found, guard_command.judge(found, overrides)), nl=False)
