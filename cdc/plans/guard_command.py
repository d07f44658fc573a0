"""``cdc plan-guard``: refuses a plan that loses data."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.console import err, fail, out
from cdc.options import JsonOption
from cdc.plans import guard
from cdc.plans.overrides import DEFAULT, Judged, Override, OverridesError, apply, load
from cdc.plans.reading import Plan, PlanError, parse

STDIN: Final = "-"

PlansArgument = Annotated[
    list[str], typer.Argument(metavar="PLAN.json...", help="What terraform show -json has written; - for stdin.")
]
OverridesOption = Annotated[
    Path | None,
    typer.Option("--overrides", metavar="FILE", help=f"What may pass; by default {DEFAULT}, where it is there."),
]


def plan_guard(plans: PlansArgument, overrides: OverridesOption = None, as_json: JsonOption = False) -> None:
    """Refuse plans that lose data, each with the reason and what to do instead."""
    judged = judge(read(plans), overrides)
    if as_json:
        out.print_json(json.dumps(_document(judged)))
    else:
        _print(judged)
    if judged.refused:
        raise typer.Exit(1)


def read(names: Sequence[str]) -> list[Plan]:
    """The plans in these files; ends the command where one cannot be read."""
    if names.count(STDIN) > 1:
        fail("- can be given once: there is one stdin", status=2)
    try:
        return [parse(_content(name), "stdin" if name == STDIN else name) for name in names]
    except OSError as error:
        fail(f"{error.filename}: cannot be read: {error.strerror}", status=2)
    except PlanError as error:
        fail(error, status=2)


def _content(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()


def judge(plans: Sequence[Plan], overrides: Path | None) -> Judged:
    """Findings with the overrides of the file that is given, or of the default one; ends the command if it is wrong."""
    path = overrides or (DEFAULT if DEFAULT.is_file() else None)
    try:
        given = load(path) if path else ()
    except OverridesError as error:
        fail(error, status=2)
    return apply(guard.judge(plans), given, today=datetime.now(UTC).date())


def _print(judged: Judged) -> None:
    for finding in judged.refused:
        _line(f"refused: {finding}", error=True)
    for finding, override in judged.passed:
        _line(f"let through until {override.until}: {finding}; reason: {_one_line(override.reason)}")
    for override in judged.expired:
        _line(f"override has expired on {override.until}: {override}", error=True)
    for override in judged.unused:
        _line(f"override not used here: {override}")
    if judged.refused:
        _line(f"{len(judged.refused)} refused; on purpose? docs/plans.md says how to let one pass", error=True)
    else:
        _line("nothing else that loses data" if judged.passed else "nothing that loses data")


def _line(text: str, *, error: bool = False) -> None:
    (err if error else out).print(text, markup=False, soft_wrap=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _document(judged: Judged) -> dict[str, object]:
    return {
        "refused": [finding.document for finding in judged.refused],
        "let_through": [finding.document | _shown(override) for finding, override in judged.passed],
        "expired": [_shown(override) for override in judged.expired],
        "unused": [_shown(override) for override in judged.unused],
    }


def _shown(override: Override) -> dict[str, str]:
    """``stack`` of the finding stays where the override names none."""
    return {key: str(value) for key, value in override.model_dump().items() if value is not None}
