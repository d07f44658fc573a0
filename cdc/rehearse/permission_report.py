"""The permission report of a rehearsal: one line for each role, then unneeded and denied permissions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdc.console import out, table
from cdc.rehearse.permissions import short

Report = Mapping[str, Any]


def show(reports: Sequence[Report], environment: str) -> None:
    """``environment`` is the command line's argument."""
    if not reports:
        return
    rows = ([one["role"], counts(one)] for one in reports)
    out.print(table("\npermissions:", ["role", "in this rehearsal"], rows))
    for report in reports:
        for line in (*_warnings(report), *_denied(report)):
            out.print(line, markup=False, soft_wrap=True)
    out.print(f"reasons: cdc rehearse {environment} --explain-permissions", markup=False, soft_wrap=True)


def counts(report: Report) -> str:
    """``24 used, 4 unused but needed, 0 denied``."""
    unneeded = len(_unneeded(report))
    numbers = [
        f"{len(report['used'])} used",
        f"{len(report['unused']) - unneeded} unused but needed",
        *([f"{unneeded} not needed"] if unneeded else []),
        f"{len(report['denied'])} denied",
    ]
    return ", ".join(numbers)


def _unneeded(report: Report) -> list[Mapping[str, str]]:
    return [one for one in report["unused"] if one["reason"] is None]


def _warnings(report: Report) -> Iterator[str]:
    for one in _unneeded(report):
        yield f"warning: {report['role']} does not need {one['action']} on {short(one['resource'])}"


def _denied(report: Report) -> Iterator[str]:
    for one in report["denied"]:
        yield f"denied: {report['role']} may not {one['action']} on {short(one['resource'])}: {one['why']}"
