"""``cdc check --deep``: environment files, validated by their plugins."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cdc.console import FetchProgress
from cdc.deep.environments import Machine, validated
from modules.archive.zips import BadArchiveError
from modules.artifacts.cache import CacheError
from modules.artifacts.fetch import FetchErrors, OfflineError
from modules.artifacts.lock import LockError, load as load_lock
from modules.artifacts.sources import SourceError, sources
from modules.environment.environment import Environment
from modules.environment.loading import located
from modules.messages.problems import Problem
from rehearsal.processes.errors import RehearsalError

REPORTED: Final = (
    BadArchiveError, CacheError, FetchErrors, LockError, OfflineError, OSError, RehearsalError, SourceError,
)  # fmt: skip


def validate(
    environments: Sequence[Environment],
    files: Sequence[Path],
    archives: Mapping[str, Path],
    *,
    source: Sequence[str] | None = None,
    offline: bool = False,
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Errors in ``environments`` from ``files``, and the plugins that were skipped; raises REPORTED.

    ``archives`` are ZIPs of published plugins, by their names.
    """
    with FetchProgress() as progress:
        machine = Machine(load_lock(), sources(source), offline=offline, progress=progress)
        found = list(zip(validated(environments, machine, archives), files, strict=True))
    errors = [problem for one, file in found for problem in located(one.errors, file)]
    skipped = [problem for one, file in found for problem in located(one.skipped, file)]
    return tuple(errors), tuple(skipped)
