"""``cdc plan-guard``: refuses plans that lose data."""

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
from cdc.plans.overrides import DEFAULT, Override, OverridesError, Result, apply, load
from cdc.plans.reading import Plan, PlanError, parse

STDIN: Final = "-"

PlansArgument = Annotated[
    list[str], typer.Argument(metavar="PLAN.json", help="Output of terraform show -json; - for stdin.")
]
OverridesOption = Annotated[
    Path | None,
    typer.Option("--overrides", metavar="FILE", help=f"Accepted findings; default: {DEFAULT}, if it exists."),
]


def plan_guard(plans: PlansArgument, overrides: OverridesOption = None, as_json: JsonOption = False) -> None:
    """Refuse Terraform plans that lose data.

    Each finding says what is lost, why, and what to do instead.
    """
    result = check(read(plans), overrides)
    if as_json:
        out.print_json(json.dumps(_document(result)))
    else:
        _print(result)
    if result.refused:
        raise typer.Exit(1)


def read(names: Sequence[str]) -> list[Plan]:
    """The plans in these files; ends the command if one cannot be read."""
    if names.count(STDIN) > 1:
        fail("- must be given only once, for there is one stdin", status=2)
    try:
        return [parse(_content(name), "stdin" if name == STDIN else name) for name in names]
    except OSError as error:
        fail(f"{error.filename}: cannot be read: {error.strerror}", status=2)
    except PlanError as error:
        fail(error, status=2)


def _content(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()


def check(plans: Sequence[Plan], overrides: Path | None) -> Result:
    """Findings, with the overrides of the given or the default file; ends the command if that is invalid."""
    path = overrides or (DEFAULT if DEFAULT.is_file() else None)
    try:
        given = load(path) if path else ()
    except OverridesError as error:
        fail(error, status=2)
    return apply(guard.check(plans), given, today=datetime.now(UTC).date())


def _print(result: Result) -> None:
    for finding in result.refused:
        _line(f"refused: {finding}", error=True)
    for finding, override in result.allowed:
        _line(f"allowed by an override until {override.until}: {finding}; reason: {_one_line(override.reason)}")
    for override in result.expired:
        _line(f"override expired on {override.until}: {override}", error=True)
    for override in result.unused:
        _line(f"unused override: {override}")
    if result.refused:
        _line(
            f"{len(result.refused)} refused; to allow one that is intended, add an override: docs/plans.md", error=True
        )
    else:
        _line("no other data loss found" if result.allowed else "no data loss found")


def _line(text: str, *, error: bool = False) -> None:
    (err if error else out).print(text, markup=False, soft_wrap=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _document(result: Result) -> dict[str, object]:
    return {
        "refused": [finding.document for finding in result.refused],
        "allowed": [finding.document | _shown(override) for finding, override in result.allowed],
        "expired": [_shown(override) for override in result.expired],
        "unused": [_shown(override) for override in result.unused],
    }


def _shown(override: Override) -> dict[str, str]:
    """Without ``stack`` where the override has none, so that the finding's own stays."""
    return {key: str(value) for key, value in override.model_dump().items() if value is not None}
