"""Rules about the users' own properties; ``modules.debezium.checks`` says what is wrong with one."""

from collections.abc import Iterator
from typing import Literal

from modules.debezium.checks.examining import examine
from modules.debezium.checks.finding import Finding
from modules.debezium.checks.subject import Subject
from modules.debezium.formats import Registry
from modules.environment import registries
from modules.environment.checks.rulebook import advice, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import ArchivePlugin, Plugin
from modules.environment.models.schema_registry import SchemaRegistry
from modules.messages.problems import ABSENT, Problem


@rule
def properties_do_what_they_say(
    connector: Connector, plugins: dict[str, Plugin], schema_registry: SchemaRegistry | None, region: str
) -> Iterator[Problem]:
    yield from _problems(connector, plugins, schema_registry, region, "error")


@advice
def properties_lose_nothing(
    connector: Connector, plugins: dict[str, Plugin], schema_registry: SchemaRegistry | None, region: str
) -> Iterator[Problem]:
    yield from _problems(connector, plugins, schema_registry, region, "warning")


def _problems(
    connector: Connector,
    plugins: dict[str, Plugin],
    schema_registry: SchemaRegistry | None,
    region: str,
    level: Literal["error", "warning"],
) -> Iterator[Problem]:
    if connector.plugin in plugins:
        for finding in _findings(connector, plugins[connector.plugin], schema_registry, region):
            if finding.level == level:
                yield Problem(finding.place, finding.message, _value(connector, finding))


def _value(connector: Connector, finding: Finding) -> object:
    """A property's as the file has it."""
    section, *key = finding.place
    if section == "properties":
        return connector.properties[key[0]]
    return ABSENT if finding.value is None else finding.value


def subject(connector: Connector, plugin: Plugin, *, registry: Registry | None = None, whole: bool = True) -> Subject:
    """``connector`` as it runs from ``plugin``."""
    return Subject(
        connector,
        plugin.debezium_version,
        connector.kafkaconnect_version,
        plugin_at_hand=isinstance(plugin, ArchivePlugin),
        whole=whole,
        registry=registry,
    )


def _findings(
    connector: Connector, plugin: Plugin, schema_registry: SchemaRegistry | None, region: str
) -> tuple[Finding, ...]:
    try:
        return examine(subject(connector, plugin, registry=registries.found(schema_registry, region)))
    except AttributeError:  # of a file with errors: the rulebook ends a rule so
        return examine(subject(connector, plugin, whole=False))
