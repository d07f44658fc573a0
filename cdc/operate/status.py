"""``cdc status``: what each connector does now."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

import typer
from rich.live import Live
from rich.table import Table

from cdc.console import out, table
from cdc.operate.connectors import Place, place
from cdc.options import EnvArgument, JsonOption
from cdc.verify.observed import Observed, observed

_COLUMNS = ("connector", "state", "tasks", "records/s", "errors logged", "last operation", "plugin")


def status(
    name: EnvArgument,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again and again, until Ctrl-C.")] = False,
    every: Annotated[int, typer.Option("--every", min=1, metavar="SECONDS", help="With --watch: how often.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show what each connector does now.

    Exit status: 0, or 1 if one is not running, or has a failed task or none. With --watch and --json, each line is a
    document.
    """
    with place(name) as found:
        if watch:
            _watch(found, every=every, as_json=as_json)
        shown = _all(found)
    if as_json:
        out.print_json(json.dumps(shown))
    else:
        out.print(_table(shown))
    if not all(one["state"] == "RUNNING" and one["tasks"] not in ("failed", "none") for one in shown):
        raise typer.Exit(1)


def _watch(found: Place, *, every: int, as_json: bool) -> NoReturn:
    """On a terminal the table is drawn again in its place; elsewhere each is printed, with its time."""
    with Live(console=out, auto_refresh=False) if out.is_terminal and not as_json else nullcontext() as live:
        while True:
            shown = _all(found)
            title = datetime.now(UTC).strftime("%H:%M:%S UTC")
            if as_json:
                out.print_json(json.dumps(shown), indent=None)
            elif live:
                live.update(_table(shown, title), refresh=True)
            else:
                out.print(_table(shown, title))
            out.file.flush()
            time.sleep(every)


def _all(found: Place) -> list[dict[str, Any]]:
    return [_shown(found, key, connector) for key, connector in found.names.items()]


def _table(shown: Sequence[Mapping[str, Any]], title: str = "") -> Table:
    return table(title, _COLUMNS, ([_text(value) for value in one.values()] for one in shown))


def _shown(found: Place, key: str, connector: str) -> dict[str, Any]:
    from rehearsal.connect.diagnosis import problems  # with all that a rehearsal reads

    one = observed(found.aws, connector, log_group=found.log_group(key))
    if one is None:
        return {"connector": connector, "state": "missing"} | dict.fromkeys(
            ("tasks", "records_per_second", "errors", "operation", "plugin")
        )
    rates = one.metrics["SourceRecordWriteRate"]
    return {
        "connector": connector,
        "state": one.state,
        "tasks": _tasks(one),
        "records_per_second": rates[-1] if rates else None,
        "errors": sum("] ERROR " in line for line in problems(one.log).splitlines()),
        "operation": one.operation.state if one.operation else None,
        "plugin": one.plugin.split("/")[1] if one.plugin else None,
    }


def _tasks(one: Observed) -> str | None:
    """By the metrics of the last MINUTES; None where there are none."""
    running, failed = one.metrics["RunningTaskCount"], one.metrics["ErroredTaskCount"]
    if failed and failed[-1] > 0:
        return "failed"
    if not running:
        return None
    return f"{running[-1]:.0f} running" if running[-1] >= 1 else "none"


def _text(value: object) -> str:
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
