"""What a rehearsal's roles used of their permissions, in short: a line each, and what should be looked at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdc.console import out, table
from cdc.rehearse.permissions import short

Report = Mapping[str, Any]


def show(reports: Sequence[Report], environment: str) -> None:
    """``environment`` is named as on the command line."""
    if not reports:
        return
    out.print(table("\nwhat roles may do:", ["role", "permissions"], ([one["role"], judged(one)] for one in reports)))
    for report in reports:
        for line in (*_wider(report), *_denied(report)):
            out.print(line, markup=False, soft_wrap=True)
    out.print(f"why each is there: cdc rehearse {environment} --explain-permissions", markup=False, soft_wrap=True)


def judged(report: Report) -> str:
    """``24 used, 4 unused for a reason, 0 denied``."""
    wider = len(_without_reason(report))
    counts = [
        f"{len(report['used'])} used",
        f"{len(report['unused']) - wider} unused for a reason",
        *([f"{wider} wider than needed"] if wider else []),
        f"{len(report['denied'])} denied",
    ]
    return ", ".join(counts)


def _without_reason(report: Report) -> list[Mapping[str, str]]:
    return [one for one in report["unused"] if one["reason"] is None]


def _wider(report: Report) -> Iterator[str]:
    for one in _without_reason(report):
        yield f"warning: {report['role']} is wider than needed: {one['action']} on {short(one['resource'])}"


def _denied(report: Report) -> Iterator[str]:
    for one in report["denied"]:
        yield f"denied: {report['role']} may not {one['action']} on {short(one['resource'])}: {one['why']}"
