"""``cdc rehearse``: deploys an environment on this machine and streams changes through it."""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from cdc.console import err, fail, out
from cdc.display import Display
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvArgument, JsonOption, OfflineOption, SourceOption
from cdc.plugin import commands
from cdc.rehearse import failure_screen, junit, permissions
from cdc.rehearse.show import endpoints, last_line, logs_of, save_endpoints, summary
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors
from rehearsal.daemon_process import DaemonProcess
from rehearsal.outcome import Outcome
from rehearsal.processes import disk, runs
from rehearsal.processes.errors import RehearsalError

REPORTED = (*commands.REPORTED, EnvironmentErrors, UnknownEnvironmentError)


def rehearse(
    environment: EnvArgument,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it running, and print how to reach each part.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the kept rehearsals of ENV.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Apply the changed ENV to its kept rehearsal, and judge it again.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain-permissions", help="Print each role's permissions with reasons; run nothing."),
    ] = False,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="SQL that creates the source tables."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="SQL with changes of your own, instead of generated ones."),
    ] = None,
    mysqld: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The MySQL server to run, of a version that you choose."),
    ] = None,
    brokers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Run at most N brokers, for a small machine.")
    ] = None,
    junit_file: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", dir_okay=False, help="Write the steps as JUnit's XML, for a pipeline."),
    ] = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Deploy an environment to an embedded AWS and test it.

    Real Terraform, Kafka brokers, Kafka Connect, Debezium and MySQL run on this machine.
    """
    if explain:
        _explain(
            environment,
            excluded="--keep" if keep else "--stop" if stop else "--apply" if apply else None,
            as_json=as_json,
        )
        return
    if apply and (keep or stop or brokers):
        excluded = "--keep" if keep else "--stop" if stop else "--brokers"
        raise typer.BadParameter(f"cannot be combined with {excluded}", param_hint="'--apply'")
    try:
        if stop:
            _stop(environment)
            return
        options: dict[str, object] = {
            "schema": schema,
            "data": data,
            "mysqld": mysqld,
            "brokers": brokers,
            "source": source,
            "offline": offline,
        }
        with Display(quiet=as_json) as display:
            if apply:
                outcome = _applied(environment, display, **options)
            else:
                outcome = _rehearsed(environment, display, keep, **options)
    except (RehearsalError, *REPORTED) as error:
        text = _explained(error)
        _write_junit(junit_file, partial(junit.write_error, environment=environment, error=text))
        fail(text)
    written = _write_junit(junit_file, partial(junit.write, outcome=outcome))
    _print(outcome, environment, as_json=as_json, applied=apply)
    if not written:
        raise typer.Exit(1)


def _rehearsed(environment: str, display: Display, keep: bool, **options: Any) -> Outcome:
    [file] = files([environment])
    with DaemonProcess.starting(file.stem) as daemon:
        from cdc.rehearse import rehearsing  # imports the clients of Kafka and AWS, which takes most of a second

        return rehearsing.rehearse(rehearsing.Options(environment, **options), display, daemon, keep=keep)


def _applied(environment: str, display: Display, **options: Any) -> Outcome:
    from cdc.rehearse import rehearsing

    return rehearsing.apply(rehearsing.Options(environment, **options), display)


def _write_junit(file: Path | None, write: Callable[[Path], None]) -> bool:
    """Whether the file was written, or none was asked for; the result itself is printed in any case."""
    if file:
        try:
            write(file)
        except OSError as error:
            err.print(f"--junit: {error}", markup=False, soft_wrap=True)
            return False
    return True


def _explained(error: Exception) -> str:
    """The error, after which disk is full where it is of that: a cache's, or that of a plugin's ZIP."""
    folders = [runs.runs_folder(), Path(tempfile.gettempdir()), Path()]
    full = disk.explanation(str(error), folders=folders) if disk.says_full(str(error)) else None
    return f"{full}\n\n{error}" if full else str(error)


def _print(outcome: Outcome, environment: str, *, as_json: bool, applied: bool) -> None:
    """The result; exits with status 1 if the rehearsal failed."""
    save_endpoints(outcome, environment)
    if as_json:
        out.print_json(json.dumps(outcome.document))
    else:
        if not outcome.failure:
            summary(outcome, environment)
        endpoints(outcome, environment, again=applied)
    if outcome.failure:
        failure_screen.show(outcome)
    for line in (*outcome.shortcomings, *logs_of(outcome)):
        err.print(line, markup=False, soft_wrap=True)
    if not outcome.passed:
        fail(last_line(outcome))
    if not as_json:
        out.print(last_line(outcome), style="green", markup=False, soft_wrap=True)


def _explain(environment: str, *, excluded: str | None, as_json: bool) -> None:
    if excluded:
        raise typer.BadParameter(
            f"cannot be combined with {excluded}, because it runs nothing", param_hint="'--explain-permissions'"
        )
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
        fail(f"{environment}: no rehearsal is running")
    for name, left in ended.items():
        err.print(f"stopped {name}", markup=False)
        if left:
            fail("could not remove:\n" + "\n".join(left))
