"""``cdc``: what Terraform cannot do."""

import sys

import typer

from cdc import artifacts
from cdc.check import check
from cdc.delivery.atlantis import atlantis
from cdc.delivery.export import export
from cdc.delivery.providers import lock_providers
from cdc.plans.guard_command import plan_guard
from cdc.plans.summary_command import plan_summary
from cdc.plugin import commands as plugin
from cdc.rehearse.command import rehearse
from cdc.state import commands as state
from cdc.state.bootstrap import bootstrap

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)
app.command()(check)
app.command()(rehearse)
app.command()(bootstrap)
app.command()(export)
app.command()(lock_providers)
app.command()(atlantis)
app.command()(plan_guard)
app.command()(plan_summary)
app.add_typer(state.app, name="state")
app.add_typer(plugin.app, name="plugin")
app.add_typer(artifacts.app, name="artifacts")


def main() -> int:
    """Runs the command line: 0, 1 where something is wrong, 2 for a wrong call, 130 after Ctrl-C."""
    app()
    return 0


if __name__ == "__main__":
    sys.exit(main())
