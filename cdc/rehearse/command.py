"""``cdc rehearse``: deploys an environment on this machine and streams changes through it."""

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import typer

from cdc.console import err, fail, out
from cdc.display import Display
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvArgument, JsonOption, OfflineOption, SourceOption
from cdc.plugin import commands
from cdc.rehearse import failure_screen, junit, permissions
from cdc.rehearse.options import (
    ApplyOption,
    BrokersOption,
    DataOption,
    EnforceOption,
    ExplainOption,
    JunitOption,
    KeepOption,
    MysqldOption,
    ReportOption,
    SchemaOption,
    StopOption,
)
from cdc.rehearse.page import writing
from cdc.rehearse.show import endpoints, last_line, logs_of, save_endpoints, summary
from modules.environment.loading import load
from modules.messages.problems import EnvironmentErrors
from modules.user_files.reading import unusable
from modules.user_files.writing import obstacle
from rehearsal.daemon_process import DaemonProcess
from rehearsal.outcome import Outcome
from rehearsal.processes import disk, runs
from rehearsal.processes.errors import RehearsalError

REPORTED = (*commands.REPORTED, EnvironmentErrors, UnknownEnvironmentError)


def rehearse(
    environment: EnvArgument,
    keep: KeepOption = False,
    stop: StopOption = False,
    apply: ApplyOption = False,
    explain: ExplainOption = False,
    schema: SchemaOption = None,
    data: DataOption = None,
    mysqld: MysqldOption = None,
    brokers: BrokersOption = None,
    enforce_deployer: EnforceOption = False,
    junit_file: JunitOption = None,
    report: ReportOption = None,
    source: SourceOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Deploy an environment to an embedded AWS and test it.

    Real Terraform, Kafka brokers, Kafka Connect, Debezium and MySQL run on this machine.
    """
    given = {
        "--stop": stop,
        "--keep": keep,
        "--apply": apply,
        "--schema": schema,
        "--data": data,
        "--mysqld": mysqld,
        "--brokers": brokers,
        "--enforce-deployer": enforce_deployer,
        "--junit": junit_file,
        "--report": report,
    }
    if explain:
        _refuse_with("--explain-permissions", given, ", because it runs nothing")
        _explain(environment, as_json=as_json)
        return
    _check(given)
    options = {
        "schema": schema,
        "data": data,
        "mysqld": mysqld,
        "brokers": brokers,
        "source": source,
        "offline": offline,
        "enforce_deployer": enforce_deployer,
        "observed": report is not None,
    }
    try:
        if stop:
            _stop(environment, as_json=as_json)
            return
        with Display(quiet=as_json) as display:
            if apply:
                outcome = _applied(environment, display, **options)
            else:
                outcome = _rehearsed(environment, display, keep, **options)
    except (RehearsalError, *REPORTED) as error:
        text = _explained(error)
        _write("--junit", junit_file, partial(junit.write_error, environment=environment, error=text))
        _write("--report", report, partial(writing.write_error, environment=environment, error=text))
        fail(text)
    written = _write("--junit", junit_file, partial(junit.write, outcome=outcome))
    written &= _write("--report", report, partial(writing.write, outcome=outcome))
    _print(outcome, environment, as_json=as_json, applied=apply)
    if not written:
        raise typer.Exit(1)


def _check(given: Mapping[str, Any]) -> None:
    """Raises BadParameter for options that cannot be combined, and for files that cannot be used."""
    if given["--stop"]:
        _refuse_with("--stop", {option: value for option, value in given.items() if option != "--stop"})
    if given["--apply"]:
        _refuse_with("--apply", {option: given[option] for option in ("--keep", "--brokers", "--enforce-deployer")})
    if given["--report"] and (problem := obstacle(given["--report"])):
        raise typer.BadParameter(problem, param_hint="'--report'")
    for option in ("--schema", "--data", "--mysqld"):
        if given[option] and (problem := unusable(given[option], program=option == "--mysqld")):
            raise typer.BadParameter(f"{given[option]}: {problem}", param_hint=f"'{option}'")


def _refuse_with(option: str, others: Mapping[str, object], why: str = "") -> None:
    """Raises BadParameter where one of ``others`` was given beside ``option``."""
    for other, given in others.items():
        if given:
            raise typer.BadParameter(f"cannot be combined with {other}{why}", param_hint=f"'{option}'")


def _rehearsed(environment: str, display: Display, keep: bool, **options: Any) -> Outcome:
    [file] = files([environment])
    with DaemonProcess.starting(file.stem) as daemon:
        from cdc.rehearse import rehearsing  # imports the clients of Kafka and AWS, which takes most of a second

        return rehearsing.rehearse(rehearsing.Options(environment, **options), display, daemon, keep=keep)


def _applied(environment: str, display: Display, **options: Any) -> Outcome:
    from cdc.rehearse import rehearsing

    return rehearsing.apply(rehearsing.Options(environment, **options), display)


def _write(option: str, file: Path | None, write: Callable[[Path], None]) -> bool:
    """Whether the file was written, or none was asked for; the result itself is printed in any case."""
    if file:
        try:
            write(file)
        except OSError as error:
            err.print(f"{option}: {error}", markup=False, soft_wrap=True)
            return False
    return True


def _explained(error: Exception) -> str:
    """The error, after which disk is full where it is of that: a cache's, or that of a plugin's ZIP."""
    folders = [runs.runs_folder(), Path(tempfile.gettempdir()), Path()]
    full = disk.explanation(str(error), folders=folders) if disk.says_full(str(error)) else None
    return f"{full}\n\n{error}" if full else str(error)


def _print(outcome: Outcome, environment: str, *, as_json: bool, applied: bool) -> None:
    """The result; exits with status 1 if the rehearsal failed."""
    save_endpoints(outcome, environment, again=applied)
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


def _stop(environment: str, *, as_json: bool) -> None:
    """With ``as_json`` each rehearsal that was stopped, and what of it could not be removed."""
    from cdc.rehearse import rehearsing

    ended = rehearsing.stop(environment)
    if as_json:
        found = [{"rehearsal": name, "left_behind": left} for name, left in ended.items()]
        out.print_json(json.dumps({"environment": environment, "stopped": found}))
    if not ended:
        fail(f"{environment}: no rehearsal is running")
    for name, left in ended.items():
        if not as_json:
            err.print(f"stopped {name}", markup=False)
        if left:
            fail("could not remove:\n" + "\n".join(left))
