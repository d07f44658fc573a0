"""From an environment's name to a rehearsal of it: what must be there first, then the story."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cdc import terraform as cli
from cdc.console import FetchProgress
from cdc.environments import files
from cdc.rehearsal_plugins import Builder
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import Lock, load as load_lock
from modules.artifacts.sources import sources
from modules.config import Environment
from modules.environment import load
from rehearsal import needs, parts, runs
from rehearsal.engine import Engine
from rehearsal.outcome import Outcome
from rehearsal.steps import Teller
from rehearsal.story import Script, tell
from rehearsal.terraform import Terraform, environment as embedded


@dataclass(frozen=True)
class Wanted:
    """A rehearsal as it was asked for on the command line."""

    environment: str
    schema: Path | None = None
    brokers: int | None = None
    source: Sequence[str] | None = None
    offline: bool = False


def rehearse(wanted: Wanted, teller: Teller, *, keep: bool) -> Outcome:
    """Runs the whole story; raises RehearsalError, or what fetching and reading raise."""
    [file] = files([wanted.environment])
    environment = load(file)
    needs.check(_lacking())
    for name in runs.clear_left_behind():
        teller.note(f"cleared what {name} had left")
    lock = load_lock()
    with FetchProgress() as progress:
        builder = Builder(lock, sources(wanted.source), offline=wanted.offline, progress=progress)
        _fetch_parts(lock, wanted, progress)
        archives = builder.archives(environment)
    for note in builder.notes:
        teller.note(note)
    script = Script(
        environment=environment,
        file=file.resolve(),
        archives=archives,
        synthesize=lambda folder: _synthesize(environment, folder),
        terraform=_terraform,
        schema=wanted.schema,
        brokers=wanted.brokers,
    )
    return tell(script, teller, keep=keep)


def stop(name: str) -> dict[str, list[str]]:
    """Ends the rehearsals of an environment that were kept; what each has left, in words."""
    kept = [run for run in runs.all_runs() if run.kept and run.environment == name and run.alive]
    return {run.folder.name: Engine.of(run).stop() for run in kept}


def _fetch_parts(lock: Lock, wanted: Wanted, progress: FetchProgress) -> None:
    fetch(
        parts.files(lock, *needs.sets()),
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


def _terraform(folder: Path, url: str, region: str) -> Terraform:
    return Terraform(folder, cli.executable(), embedded(_variables(folder), url=url, region=region))


@cache
def _variables(folder: Path) -> dict[str, str]:
    """With the provider's mirror, where this machine has one."""
    return cli.environment(folder)
