"""The plugin archives of a rehearsal: those of the environment, built first if they are missing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdc.plugin import building
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, OfflineError, fetch
from modules.artifacts.lock import File, Lock
from modules.artifacts.progress import Progress
from modules.artifacts.sources import Source
from modules.artifacts.transport import Policy
from modules.environment.environment import Environment
from modules.environment.models.plugins import ArchivePlugin, Plugin
from modules.environment.plugin_archives import converter_parts
from rehearsal.processes.errors import RehearsalError


def using(environment: Environment, archives: Mapping[str, Path]) -> Environment:
    """``environment`` with ``archives`` in the place of its plugins' own."""
    own = {name: plugin for name, plugin in environment.plugins.items() if isinstance(plugin, ArchivePlugin)}
    given = {name: plugin.model_copy(update={"archive": str(archives[name])}) for name, plugin in own.items()}
    return environment.model_copy(update={"plugins": {**environment.plugins, **given}})


class Builder:
    """Builds plugins of ``lock`` from ``places``; ``notes`` are messages for the user."""

    def __init__(self, lock: Lock, places: Sequence[Source], *, offline: bool, progress: Progress) -> None:
        self._lock = lock
        self._places = places
        self._offline = offline
        self._progress = progress
        self.notes: list[str] = []

    def archives(self, environment: Environment) -> Mapping[str, Path]:
        """A ZIP for each plugin of ``environment``: its own, or one built here instead of a published one.

        One without parts that no source has is below ``building.REHEARSED``, where no deploy finds it.
        """
        return {
            name: self._own(plugin, name, converter_parts(environment, name))
            if isinstance(plugin, ArchivePlugin)
            else self._published(plugin, name, converter_parts(environment, name))
            for name, plugin in environment.plugins.items()
        }

    def _own(self, plugin: ArchivePlugin, name: str, converters: Sequence[str]) -> Path:
        path = Path(plugin.archive)
        return path if path.is_file() else self._built(self._recipe(plugin, name, path.stem), path, converters)

    def _published(self, plugin: Plugin, name: str, converters: Sequence[str]) -> Path:
        """A plugin built here: the object in S3 is not read."""
        recipe = self._recipe(plugin, name)
        if converters:  # a deploy of another environment takes the ZIP without them
            return self._built(recipe, building.REHEARSED / f"{'-'.join([recipe, *converters])}.zip", converters)
        path = building.PLUGINS / f"{recipe}.zip"
        return path if path.is_file() else self._built(recipe, path, ())

    def _recipe(self, plugin: Plugin, *names: str) -> str:
        """The plugin of the lock file with one of these ``names``, or the only one with its version of Debezium."""
        known = self._lock.plugins
        if found := next((name for name in names if name in known), None):
            return found
        same = [name for name in known if plugin.debezium_version in self._versions(name)]
        if len(same) == 1:
            return same[0]
        raise RehearsalError(f"plugins.{names[0]} must be a plugin in artifacts.lock.toml, or its archive must exist")

    def _versions(self, recipe: str) -> set[str]:
        """Of the files of its connector."""
        return {file.maven.version for file in self._lock.sets[self._lock.plugins[recipe].parts[0]].files}

    def _built(self, recipe: str, target: Path, converters: Sequence[str]) -> Path:
        order = building.Order(self._lock, recipe, extras=converters)
        try:
            paths = self._fetched(order, Policy(attempts=1))
        except (FetchErrors, OfflineError) as error:
            order = self._without_unreachable(order, error)
            paths = self._fetched(order, Policy())
            target = building.REHEARSED / target.name
        also = "".join(f" with {part}" for part in converters)
        self.notes.append(
            f"built {target}{also}" + "".join(f" without {part}, which no source has" for part in order.left_out)
        )
        return building.built(order, paths, target).path

    def _without_unreachable(self, order: building.Order, error: FetchErrors | OfflineError) -> building.Order:
        """The order without parts that a rehearsal can substitute: all but the connector and converters."""
        missing = error.missing if isinstance(error, OfflineError) else [failure.file for failure in error.failures]
        failed = set(missing)
        needed = {order.recipe.parts[0], *order.extras}
        without = tuple({name for name, file in order.parts if file in failed and name not in needed})
        return building.Order(order.lock, order.plugin, extras=order.extras, without=without)

    def _fetched(self, order: building.Order, policy: Policy) -> dict[File, Path]:
        return fetch(
            order.files,
            sources=self._places,
            cache=Cache(),
            offline=self._offline,
            progress=self._progress,
            policy=policy,
        )
