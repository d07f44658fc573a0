"""Decodes events in a connector's format, with the plugin's own converters where that is not JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from cdc.console import FetchProgress
from cdc.deep.environments import effective, local_archive
from cdc.deep.validation import pinned
from cdc.jars import unpacked_folder
from cdc.operate.connectors import Place
from cdc.plugin.building import REHEARSED
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.debezium.configuration import PLACEHOLDER, worker_properties
from modules.debezium.topics import offsets_of
from modules.environment.models.plugins import ArchivePlugin
from modules.environment.plugin_archives import converter_parts
from rehearsal.connect import observers
from rehearsal.connect.decoder import Decoder, JsonDecoder, Message, converters, is_json
from rehearsal.connect.registries import Registries
from rehearsal.processes import pinned_files

Decode: TypeAlias = Callable[[Sequence[Message]], Sequence[dict[str, Any]]]
_WORKER: Final = "3.7.x"  # its converters read what those of every older worker wrote


class NoPluginError(Exception):
    """The plugin whose converters are needed is not on this machine."""


@dataclass(frozen=True)
class Formats:
    """The formats of an environment's connectors.

    ``archives`` are ZIPs of published plugins by their names; ``registry`` is the registry's URL as it is reached from
    here, None for that of the environment.
    """

    place: Place
    archives: Mapping[str, Path]
    registry: str | None = None

    def decoder(self, key: str) -> Decode:
        """Decodes the events of the connector ``key``: ``key`` and ``value`` of each, or an ``error``.

        Raises NoPluginError, the errors of fetching and compiling, and those of AWS.
        """
        environment = self.place.environment
        connector = environment.connectors[key]
        offsets = offsets_of(connector, name=self.place.names[key])
        worker = worker_properties(connector, region=environment.region, offset_topic=offsets)
        properties = converters(effective(environment, key), worker)
        if is_json(properties):
            return JsonDecoder(properties).decode
        plugin = unpacked_folder(self._archive(connector.plugin))
        registries = Registries(self.place.aws.endpoint, (lambda _: self.registry or "") if self.registry else None)
        known = {name: self._without_placeholders(value) for name, value in registries.for_reader(properties).items()}
        decoder = Decoder(_jars(), plugin, known)
        return lambda messages: decoder.decode(messages, self._variables)

    def _archive(self, plugin: str) -> Path:
        environment = self.place.environment
        found = self.archives.get(plugin) or local_archive(environment, plugin) or self._rehearsed(plugin)
        if found is None:
            parts = "".join(f" --with {part}" for part in converter_parts(environment, plugin))
            raise NoPluginError(
                f"the converters are in the plugin {plugin}, whose ZIP is not on this machine: "
                f"build it with cdc plugin build {plugin}{parts}, or pass it with --plugin {plugin}=ZIP"
            )
        return found

    def _rehearsed(self, name: str) -> Path | None:
        """The ZIP that a kept rehearsal built, as it does where a part is not to be had; never for AWS itself."""
        environment = self.place.environment
        plugin = environment.plugins[name]
        named = Path(plugin.archive).stem if isinstance(plugin, ArchivePlugin) else ""
        stem = named or "-".join([name, *converter_parts(environment, name)])
        path = REHEARSED / f"{stem}.zip"
        return path if self.place.aws.endpoint and path.is_file() else None

    def _without_placeholders(self, value: str) -> str:
        return PLACEHOLDER.sub(lambda found: self.place.secret(found["secret"])[found["key"]], value)

    @property
    def _variables(self) -> dict[str, str]:
        """The caller's credentials, for converters that ask Glue."""
        key, region = self.place.aws.credentials, self.place.environment.region
        return {
            "AWS_ACCESS_KEY_ID": key.access_key,
            "AWS_SECRET_ACCESS_KEY": key.secret_key,
            **({"AWS_SESSION_TOKEN": key.token} if key.token else {}),
            "AWS_REGION": region,
        }


def _jars() -> list[Path]:
    """Kafka Connect's, and the decoder itself."""
    lock = load()
    with FetchProgress() as progress:
        paths = fetch(pinned(lock, _WORKER), sources=sources(None), cache=Cache(), progress=progress)
    connect = pinned_files.jars(lock, pinned_files.CONNECT, paths)
    [compiler] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
    return [*connect, observers.jar(compiler=compiler, libraries=connect)]
