"""From an environment's name to a rehearsal of it: what must be there first, then the story."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdc import terraform as cli
from cdc.console import FetchProgress
from cdc.environments import files
from cdc.rehearse.plugins import Builder
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import Lock, load as load_lock
from modules.artifacts.sources import sources
from modules.environment.environment import Environment
from modules.environment.loading import load
from rehearsal import rehearsal, requirements
from rehearsal.daemon_client import DaemonClient
from rehearsal.deploy.terraform import Terraform, embedded_env as embedded
from rehearsal.outcome import Outcome
from rehearsal.processes import pinned_files, runs
from rehearsal.rehearsal import Inputs
from rehearsal.steps import Reporter


@dataclass(frozen=True)
class Wanted:
    """A rehearsal as it was asked for on the command line."""

    environment: str
    schema: Path | None = None
    brokers: int | None = None
    source: Sequence[str] | None = None
    offline: bool = False


def rehearse(wanted: Wanted, teller: Reporter, *, keep: bool) -> Outcome:
    """Runs the whole story; raises RehearsalError, or what fetching and reading raise."""
    for name in runs.clean_up_abandoned():
        teller.message(f"cleared what {name} had left")
    return rehearsal.rehearse(script(wanted, teller), teller, keep=keep)


def script(wanted: Wanted, teller: Reporter) -> Inputs:
    """Everything that the rehearsal is played from, fetched and made; raises as ``rehearse``."""
    [file] = files([wanted.environment])
    environment = load(file)
    requirements.check(_lacking())
    lock = load_lock()
    with FetchProgress() as progress:
        builder = Builder(lock, sources(wanted.source), offline=wanted.offline, progress=progress)
        _fetch_parts(lock, wanted, progress)
        archives = builder.archives(environment)
    for note in builder.notes:
        teller.message(note)
    return Inputs(
        environment=environment,
        file=file.resolve(),
        archives=archives,
        synthesize=lambda folder: _synthesize(environment, folder),
        terraform=_Runner(),
        schema=wanted.schema,
        brokers=wanted.brokers,
    )


def stop(name: str) -> dict[str, list[str]]:
    """Ends the rehearsals of an environment that were kept; what each has left, in words."""
    kept = [run for run in runs.all_runs() if run.kept and run.environment == name and run.alive]
    return {run.folder.name: DaemonClient.attach(run).stop() for run in kept}


def _fetch_parts(lock: Lock, wanted: Wanted, progress: FetchProgress) -> None:
    fetch(
        pinned_files.files(lock, *requirements.pinned_sets()),
        sources=sources(wanted.source),
        cache=Cache(),
        offline=wanted.offline,
        progress=progress,
    )


def _lacking() -> list[str]:
    """Terraform, which no registry of ours holds."""
    try:
        cli.executable()
    except cli.TerraformError as error:
        return [str(error)]
    return []


def _synthesize(environment: Environment, folder: Path) -> None:
    from modules.app import build

    build([environment], folder).synth()


class _Runner:
    """Terraform in any stack of one environment, with the provider's mirror where this machine has one."""

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}

    def __call__(self, folder: Path, url: str, region: str) -> Terraform:
        # Every stack pins the same provider: its mirror is looked for, and told, once.
        self._variables = self._variables or cli.environment(folder)
        return Terraform(folder, cli.executable(), embedded(self._variables, url=url, region=region))
