"""The schema registries that converters reach here: the embedded AWS's Glue, and the rehearsal's own registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from modules.debezium.formats import APICURIO, CONFLUENT, GLUE

_CONVERTERS: Final = ("key.converter", "value.converter")
_URLS: Final = {
    CONFLUENT: ("confluent", "schema.registry.url"),
    APICURIO: ("apicurio", "apicurio.registry.url"),
}


@dataclass(frozen=True)
class Registries:
    """``glue`` is the embedded AWS's URL, empty for AWS itself; ``url`` is that of another registry, by its kind."""

    glue: str
    url: Callable[[str], str] | None = None

    def applied(self, properties: Mapping[str, str]) -> dict[str, str]:
        """``properties`` of a connector whose converters find the registries here."""
        found = dict(properties)
        for alias in _CONVERTERS:
            class_ = properties.get(alias, "").strip()
            if self.glue and class_.startswith(GLUE):
                found[f"{alias}.endpoint"] = self.glue
            for start, (kind, name) in _URLS.items():
                if self.url and class_.startswith(start):
                    found[f"{alias}.{name}"] = self.url(kind)
        return found


def uses_glue(properties: Mapping[str, str]) -> bool:
    """Whether a converter of a connector asks Glue for schemas."""
    return any(properties.get(alias, "").strip().startswith(GLUE) for alias in _CONVERTERS)
