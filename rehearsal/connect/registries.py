"""The schema registries that converters reach here: the embedded AWS's Glue, and the rehearsal's own registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from modules.debezium import configuration
from modules.debezium.formats import GLUE
from modules.environment.environment import Environment

_CONVERTERS: Final = ("key.converter", "value.converter", "header.converter")
# The registry's kind, by the end of the properties with its URL.
_URLS: Final = {".schema.registry.url": "confluent", ".apicurio.registry.url": "apicurio"}

Url = Callable[[str], str]


@dataclass(frozen=True)
class Registries:
    """``glue`` is the embedded AWS's URL, empty for AWS itself; ``url`` returns that of another registry, by its kind.

    ``read_url`` is the same for applications, which have a login of their own.
    """

    glue: str
    url: Url | None = None
    read_url: Url | None = None

    def for_worker(self, properties: Mapping[str, str]) -> dict[str, str]:
        """``properties`` of a connector whose converters find the registries here."""
        return self._applied(properties, self.url)

    def for_reader(self, properties: Mapping[str, str]) -> dict[str, str]:
        """The same, for the converters of an application that reads the events."""
        return self._applied(properties, self.read_url or self.url)

    def _applied(self, properties: Mapping[str, str], url: Url | None) -> dict[str, str]:
        found = dict(properties)
        for alias in _CONVERTERS:
            if self.glue and properties.get(alias, "").strip().startswith(GLUE):
                found[f"{alias}.endpoint"] = self.glue
        return found | {key: url(kind) for key in properties if url and (kind := _kind(key))}


def uses_glue(properties: Mapping[str, str]) -> bool:
    """Whether a converter of a connector asks Glue for schemas."""
    return any(properties.get(alias, "").strip().startswith(GLUE) for alias in _CONVERTERS)


def by_url(environment: Environment) -> bool:
    """Whether a converter of ``environment`` asks a registry by URL: the file's, or one that only properties name."""
    return any(
        _kind(key)
        for connector in environment.connectors.values()
        for key in configuration.connector_properties(connector, registry=environment.registry)
    )


def _kind(key: str) -> str | None:
    """The kind of the registry whose URL this property of a converter has."""
    if not key.startswith(tuple(f"{alias}." for alias in _CONVERTERS)):
        return None
    return next((kind for end, kind in _URLS.items() if key.endswith(end)), None)
