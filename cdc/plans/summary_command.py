"""``cdc plan-summary``: a plan as Markdown."""

from pathlib import Path
from typing import Annotated

import typer

from cdc.console import fail
from cdc.plans import guard_command
from cdc.plans.guard_command import OverridesOption, PlansArgument
from cdc.plans.summary.page import summary
from cdc.pricing.prices import PricesError, known


def plan_summary(
    plans: PlansArgument,
    overrides: OverridesOption = None,
    prices: Annotated[
        Path | None, typer.Option("--prices", metavar="FILE", help="A table of prices, as YAML, for its region.")
    ] = None,
) -> None:
    """Summarize Terraform plans in Markdown for a pull request.

    Data loss comes first, then all changes, and what each stack costs a month before and after, by list prices.
    """
    try:
        prices_of = known(prices)
    except PricesError as error:
        fail(error, status=2)
    found = guard_command.read(plans)
    typer.echo(summary(found, guard_command.check(found, overrides), prices=prices_of), nl=False)
