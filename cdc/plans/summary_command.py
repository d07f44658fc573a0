"""``cdc plan-summary``: a plan as Markdown."""

import typer

from cdc.plans import guard_command
from cdc.plans.guard_command import OverridesOption, PlansArgument
from cdc.plans.summary.page import summary


def plan_summary(plans: PlansArgument, overrides: OverridesOption = None) -> None:
    """Summarize Terraform plans in Markdown for a pull request.

    Data loss comes first, then all changes.
    """
    found = guard_command.read(plans)
    typer.echo(summary(found, guard_command.check(found, overrides)), nl=False)
