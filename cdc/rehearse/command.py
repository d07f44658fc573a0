"""``cdc rehearse``: an environment, deployed on this machine, with real changes streamed through it."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from cdc.console import err, fail, out
from cdc.display import Display
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import JsonOption, OfflineOption, SourceOption
from cdc.plugin import commands
from cdc.rehearse import permissions
from cdc.rehearse.show import endpoints, summary
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors

REPORTED = (*commands.REPORTED, EnvironmentErrors, UnknownEnvironmentError)


def rehearse(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="A file of environments/, by its name.")],
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running, and tell how to reach each part.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the rehearsals of ENV that were kept.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain-permissions", help="Tell what each role may do and why, and run nothing.")
    ] = False,
    schema: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, metavar="FILE", help="SQL that makes the tables, not stand-ins."),
    ] = None,
    brokers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Run at most N brokers, on a small machine.")
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Deploy an environment on this machine, and stream real changes through real Debezium."""
    if explain:
        if keep or stop:
            raise typer.BadParameter(
                f"cannot be combined with {'--keep' if keep else '--stop'}: it runs nothing",
                param_hint="'--explain-permissions'",
            )
        _explain(environment, as_json=as_json)
        return
    from cdc.rehearse import rehearsing  # with Kafka's client and AWS's, which take most of a second
    from rehearsal.processes.errors import RehearsalError

    with _terminated():
        try:
            if stop:
                _stop(environment)
                return
            wanted = rehearsing.Wanted(environment, schema=schema, brokers=brokers, source=source, offline=offline)
            with Display(quiet=as_json) as display:
                outcome = rehearsing.rehearse(wanted, display, keep=keep)
        except (RehearsalError, *REPORTED) as error:
            fail(error)
    if as_json:
        out.print_json(json.dumps(outcome.document))
    else:
        summary(outcome, environment)
        endpoints(outcome)
    if not outcome.passed:
        fail("\n".join(outcome.failures))


def _explain(environment: str, *, as_json: bool) -> None:
    try:
        [file] = files([environment])
        found = permissions.permissions(load(file))
    except REPORTED as error:
        fail(error)
    if as_json:
        out.print_json(json.dumps([one.document for one in found]))
    else:
        permissions.show(found)


def _stop(environment: str) -> None:
    from cdc.rehearse import rehearsing

    ended = rehearsing.stop(environment)
    if not ended:
        fail(f"{environment}: no rehearsal was kept")
    for name, left in ended.items():
        err.print(f"ended {name}", markup=False)
        if left:
            fail("left behind:\n" + "\n".join(left))


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does: with everything cleaned up."""

    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the signal module's
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
