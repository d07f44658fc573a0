"""Prepares and runs a rehearsal: download pinned files, build plugins, then rehearse."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from cdc import terraform as cli
from cdc.console import FetchProgress
from cdc.deep.environments import Machine, prepare, validated
from cdc.deployer.stacks import policy_of
from cdc.environments import files
from cdc.rehearse import reviewing
from cdc.rehearse.plugins import Builder, using
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import Lock, load as load_lock
from modules.artifacts.sources import sources
from modules.environment import ca_bundles
from modules.environment.environment import Environment
from modules.environment.loading import load, located
from modules.environment.models.state import S3State
from modules.messages.problems import EnvironmentErrors
from modules.user_files.reading import read
from rehearsal import kept, rehearsal, requirements
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.seed import account_id
from rehearsal.daemon_client import DaemonClient
from rehearsal.daemon_process import DaemonProcess
from rehearsal.deploy.terraform import Terraform, embedded_env as embedded
from rehearsal.inputs import Inputs
from rehearsal.outcome import Outcome
from rehearsal.processes import failed_runs, pinned_files, runs
from rehearsal.processes.background import Background
from rehearsal.processes.errors import RehearsalError
from rehearsal.steps import Reporter

_MOST_SQL_BYTES: Final = 100_000_000
# The embedded AWS throttles nobody. By default, a connector's plugin waits behind dozens of alarms.
_PARALLELISM: Final = 40


@dataclass(frozen=True)
class Options:
    """The command line's options for a rehearsal; ``observed``: whether a report is written."""

    environment: str
    schema: Path | None = None
    data: Path | None = None
    mysqld: Path | None = None
    brokers: int | None = None
    source: Sequence[str] | None = None
    offline: bool = False
    enforce_deployer: bool = False
    observed: bool = False


def rehearse(options: Options, reporter: Reporter, daemon: DaemonProcess, *, keep: bool) -> Outcome:
    """Runs the rehearsal with the servers of ``daemon``.

    Raises RehearsalError for missing programs, or the errors of fetching and reading files.
    """
    for name in runs.clean_up_abandoned():
        reporter.message(f"removed the leftovers of {name}")
    failed_runs.prune()
    return rehearsal.rehearse(inputs(options, reporter), reporter, daemon, keep=keep, began=_process_start())


def _process_start() -> float:
    """When this process began, as a value of ``time.monotonic``."""
    return time.monotonic() - (time.time() - psutil.Process().create_time())


def apply(options: Options, reporter: Reporter) -> Outcome:
    """Applies the changed environment to its kept rehearsal; raises as ``rehearse``."""
    [file] = files([options.environment])
    run = kept.find(file.stem)
    return kept.apply(inputs(options, reporter), run, reporter, reviewing.review)


def inputs(options: Options, reporter: Reporter) -> Inputs:
    """All inputs, downloaded and built, while Debezium validates in the background; raises as ``rehearse``."""
    [file] = files([options.environment])
    environment = load(file)
    if problems := ca_bundles.problems(environment):
        raise EnvironmentErrors(located(problems, file))
    for script in (options.schema, options.data):
        _check_script(script)
    requirements.check([*_missing(), *_missing_room(environment)], mysqld=options.mysqld)
    lock = load_lock()
    with FetchProgress() as progress:
        builder = Builder(lock, sources(options.source), offline=options.offline, progress=progress)
        _fetch_parts(lock, options, environment, progress)
        archives = builder.archives(environment)
        environment = using(environment, archives)
        machine = Machine(lock, sources(options.source), options.offline, progress)
        prepare([environment], machine)
    validation = Background(partial(_validate, environment, file, replace(machine, progress=None), archives))
    for note in builder.notes:
        reporter.message(note)
    return Inputs(
        environment=environment,
        file=file.resolve(),
        archives=archives,
        synthesize=lambda folder: _synthesize(environment, folder),
        wait_until_valid=validation.result,
        terraform=_Runner(),
        schema=options.schema,
        data=options.data,
        mysqld=options.mysqld,
        brokers=options.brokers,
        deployer=policy_of(environment, account=account_id(environment)).documents if options.enforce_deployer else (),
        observed=options.observed,
    )


def _check_script(file: Path | None) -> None:
    """Raises OSError or RehearsalError for a file that could not be read minutes later."""
    if file is None:
        return
    try:
        read(file, most=_MOST_SQL_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RehearsalError(f"{file}: must be UTF-8 text") from None


def _validate(environment: Environment, file: Path, machine: Machine, archives: Mapping[str, Path]) -> None:
    """Debezium's own validation, before anything is deployed; raises EnvironmentErrors."""
    [found] = validated([environment], machine, archives)
    if found.errors:
        raise EnvironmentErrors(located(found.errors, file))


def stop(name: str) -> dict[str, list[str]]:
    """Stops the kept rehearsals of an environment; returns what each of them could not remove."""
    name = Path(name).stem if name.endswith(".yaml") else name
    running = [run for run in runs.all_runs() if run.kept and run.environment == name and run.alive]
    return {run.folder.name: DaemonClient.attach(run).stop() for run in running}


def _fetch_parts(lock: Lock, options: Options, environment: Environment, progress: FetchProgress) -> None:
    fetch(
        pinned_files.files(lock, *requirements.pinned_sets(options.mysqld, environment)),
        sources=sources(options.source),
        cache=Cache(),
        offline=options.offline,
        progress=progress,
    )


def _missing() -> list[str]:
    """Programs that are not downloaded: Terraform."""
    try:
        cli.executable()
    except cli.TerraformError as error:
        return [str(error)]
    return []


def _missing_room(environment: Environment) -> list[str]:
    """A line where a disk is too full; without a mirror or a cache Terraform downloads its provider for each stack."""
    databases = {connector.source.database for connector in environment.connectors.values()}
    state = environment.state
    stacks = 3 if isinstance(state, S3State) and state.create else 2
    return requirements.missing_room(len(databases), provider_copies=stacks if cli.copies_providers() else 0)


def _synthesize(environment: Environment, folder: Path) -> None:
    from modules.app import build

    build([environment], folder).synth()


class _Runner:
    """Makes Terraform runs in the stacks of one environment, with a provider mirror if there is one."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}

    def __call__(self, folder: Path, aws: AwsAccess, region: str) -> Terraform:
        # All stacks pin the same provider, so its mirror is searched and reported once.
        self._variables = self._variables or cli.environment(folder)
        variables = embedded(self._variables, aws=aws, region=region)
        return Terraform(folder, cli.executable(), variables, parallelism=_PARALLELISM)
