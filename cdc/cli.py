"""``cdc``: checks, rehearsals, state and plan tools for CDC on Amazon MSK."""

import sys
from typing import Annotated

import typer

from cdc import artifacts
from cdc.check import check
from cdc.console import out
from cdc.cost.command import cost
from cdc.delivery.atlantis import atlantis
from cdc.delivery.export import export
from cdc.delivery.providers import lock_providers
from cdc.deployer.command import deployer_policy
from cdc.diagram.command import diagram
from cdc.drift.command import drift
from cdc.explain.command import explain
from cdc.imports.command import import_connectors
from cdc.operate.events.command import events
from cdc.operate.pause import pause, resume
from cdc.operate.restart import restart
from cdc.operate.snapshots.command import snapshot
from cdc.operate.status import status
from cdc.operate.upgrade import upgrade
from cdc.plans.guard_command import plan_guard
from cdc.plans.summary_command import plan_summary
from cdc.plugin import commands as plugin
from cdc.preflight.command import preflight
from cdc.rehearse.command import rehearse
from cdc.state import commands as state
from cdc.state.bootstrap import bootstrap
from cdc.verify.command import verify
from cdc.version import version
from modules.messages.output import filtered
from modules.program import run

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Checks, rehearsals, state and plan tools for CDC on Amazon MSK.",
)
app.command()(check)
app.command()(explain)
app.command("import")(import_connectors)
app.command()(rehearse)
app.command()(deployer_policy)
app.command()(preflight)
app.command()(verify)
app.command()(status)
app.command()(drift)
app.command()(restart)
app.command()(events)
app.command()(snapshot)
app.command()(pause)
app.command()(resume)
app.command()(upgrade)
app.command()(bootstrap)
app.command()(diagram)
app.command()(cost)
app.command()(export)
app.command()(lock_providers)
app.command()(atlantis)
app.command()(plan_guard)
app.command()(plan_summary)
app.add_typer(state.app, name="state")
app.add_typer(plugin.app, name="plugin")
app.add_typer(artifacts.app, name="artifacts")


def _show_version(asked: bool) -> None:
    if asked:
        out.print(f"cdc {version()}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""
    context.with_resource(filtered())


def main() -> int:
    """Runs the command line: 0, 1 for an error or a finding, 2 for a wrong call, 130 after Ctrl-C."""
    with filtered():
        app()
    return 0


if __name__ == "__main__":
    sys.exit(run(lambda: main))
