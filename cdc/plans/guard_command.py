"""``cdc plan-guard``: refuses plans that lose data, or stop connectors and are not confirmed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.console import err, fail, out
from cdc.options import JsonOption
from cdc.plans import guard
from cdc.plans.overrides import DEFAULT, Accepted, Override, OverridesError, Result, apply, confirmation, load
from cdc.plans.reading.plan import Plan, PlanError, parse
from modules.messages.escaping import on_one_line
from modules.user_files.reading import read as read_file, read_stdin

STDIN: Final = "-"
_MOST_BYTES: Final = 500_000_000

PlansArgument = Annotated[
    list[str], typer.Argument(metavar="PLAN.json", help="Output of terraform show -json; - for stdin.")
]
OverridesOption = Annotated[
    Path | None,
    typer.Option("--overrides", metavar="FILE", help=f"Accepted findings; default: {DEFAULT}, if it exists."),
]


ConfirmOption = Annotated[
    list[str],
    typer.Option(
        "--confirm", metavar="RULE@ADDRESS", help="A finding to confirm, for this run; may be given several times."
    ),
]


def plan_guard(
    plans: PlansArgument,
    overrides: OverridesOption = None,
    confirm: ConfirmOption = [],  # noqa: B006 - typer's way to say that there may be none
    as_json: JsonOption = False,
) -> None:
    """Refuse Terraform plans that lose data.

    Asks for a confirmation of what stops a connector or repeats events. Each finding says why, and what to do instead.
    """
    result = check(read(plans), overrides, confirm)
    if as_json:
        out.print_json(json.dumps(_document(result)), ensure_ascii=True)
    else:
        _print(result)
    if not result.passes:
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
    return read_stdin(most=_MOST_BYTES) if name == STDIN else read_file(Path(name), most=_MOST_BYTES)


def check(plans: Sequence[Plan], overrides: Path | None, confirmed: Sequence[str] = ()) -> Result:
    """Findings, with what accepts them: on the command line, and in the given or the default file.

    Ends the command if that is invalid.
    """
    path = overrides or (DEFAULT if DEFAULT.is_file() else None)
    try:
        given = (*map(confirmation, confirmed), *(load(path) if path else ()))
    except OverridesError as error:
        fail(error, status=2)
    return apply(guard.check(plans), given, today=datetime.now(UTC).date())


def _print(result: Result) -> None:
    for finding in result.refused:
        _line(f"refused: {finding}", error=True)
    for finding in result.to_confirm:
        _line(f"to confirm: {finding}", error=True)
    for finding, accepted in result.allowed:
        _line(f"{allowed(accepted)}: {finding}{_reason(accepted)}")
    for accepted in result.expired:
        _line(f"{_kind(accepted)} expired on {accepted.last_day}: {accepted}", error=True)
    for accepted in result.unused:
        _line(f"unused {_kind(accepted)}: {accepted}")
    _conclude(result)


def _conclude(result: Result) -> None:
    if result.passes:
        _line("no other data loss found" if result.allowed else "no data loss found")
    if refused := len(result.refused):
        _line(f"{refused} refused; to allow one that is intended, add an override: docs/plans.md", error=True)
    if number := len(result.to_confirm):
        _line(f"{number} to confirm: in {DEFAULT}, or with --confirm RULE@ADDRESS: docs/plans.md", error=True)


def allowed(by: Accepted) -> str:
    """How a finding came to pass."""
    start = "allowed by an override" if isinstance(by, Override) else "confirmed"
    return f"{start} until {by.last_day}" if by.last_day else start


def _kind(accepted: Accepted) -> str:
    return "override" if isinstance(accepted, Override) else "confirmation"


def _reason(accepted: Accepted) -> str:
    return f"; reason: {accepted.reason}" if accepted.reason else ""


def _line(text: str, *, error: bool = False) -> None:
    (err if error else out).print(on_one_line(text), markup=False, soft_wrap=True)


def _document(result: Result) -> dict[str, object]:
    return {
        "refused": [finding.document for finding in result.refused],
        "to_confirm": [finding.document for finding in result.to_confirm],
        "allowed": [finding.document | _shown(accepted) for finding, accepted in result.allowed],
        "expired": [_shown(accepted) for accepted in result.expired],
        "unused": [_shown(accepted) for accepted in result.unused],
    }


def _shown(accepted: Accepted) -> dict[str, str]:
    """Without ``stack`` where it has none, so that the finding's own stays."""
    return {key: str(value) for key, value in accepted.model_dump().items() if value is not None}
