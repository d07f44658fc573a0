"""``cdc status``: what each connector does now."""

import json
from typing import Any

import typer

from cdc.console import out, table
from cdc.operate.connectors import Place, place
from cdc.options import EnvArgument, JsonOption
from cdc.verify.observed import Observed, observed

_COLUMNS = ("connector", "state", "tasks", "records/s", "errors logged", "last operation", "plugin")


def status(name: EnvArgument, as_json: JsonOption = False) -> None:
    """Show what each connector does now."""
    with place(name) as found:
        shown = [_shown(found, key, connector) for key, connector in found.names.items()]
    if as_json:
        out.print_json(json.dumps(shown))
    else:
        out.print(table("", _COLUMNS, ([_text(value) for value in one.values()] for one in shown)))
    if not all(one["state"] == "RUNNING" and one["tasks"] not in ("failed", "none") for one in shown):
        raise typer.Exit(1)


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
