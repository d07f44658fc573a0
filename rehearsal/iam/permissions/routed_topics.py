"""Which property of a deployed connector gave a topic its name, where a transform did."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from modules.debezium.checks import routing
from modules.debezium.checks.subject import Subject
from modules.debezium.configuration import RELEASE
from modules.environment.models.connectors import Connector

_CONNECT: Final = "3.7.x"
_ANY: Final = "[^.]*"
# The ends of the names of classes, also of a user's own.
_ROUTERS: Final = ("Router",)


@dataclass(frozen=True)
class _Deployed(Subject):
    """A connector of which only the deployed ``configuration`` is known."""

    configuration: Mapping[str, str] = field(default_factory=dict)

    @property
    def effective(self) -> Mapping[str, str]:
        return self.configuration

    @property
    def prefix(self) -> str:
        return self.configuration.get("topic.prefix", "")

    @property
    def tables(self) -> tuple[str, ...]:
        listed = self.configuration.get("table.include.list", "").split(",")
        return tuple(re.sub(r"\\(.)", r"\1", table.strip().replace(_ANY, "*")) for table in listed)


def has_router(configuration: Mapping[str, str]) -> bool:
    """Whether a transform gives events another topic."""
    aliases = (alias.strip() for alias in configuration.get("transforms", "").split(","))
    return any(configuration.get(f"transforms.{alias}.type", "").endswith(_ROUTERS) for alias in aliases if alias)


def decided_by(topic: str, configuration: Mapping[str, str]) -> str:
    """The property of the transform that makes ``topic``; empty where none does, or only a run would show which."""
    subject = _Deployed(Connector.model_construct(), RELEASE, _CONNECT, configuration=configuration)
    made = [one for one in routing.routed(subject).all if one.alias]
    return next((one.by for one in made if re.fullmatch(routing.pattern(one.name), topic)), "")
