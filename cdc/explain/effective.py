"""The value of a property on a connector of an environment, and what sets it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdc.explain.lookup import Meaning
from modules.debezium import formats, reserved, topics
from modules.debezium.configuration import connection_properties, connector_properties, worker_properties
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.messages import secrecy
from modules.properties_file import as_text, parse

_UNKNOWN = "known after apply"


@dataclass(frozen=True)
class Effective:
    """``value`` without secrets, or None; ``origin`` is what sets it."""

    place: str
    value: str | None
    origin: str


def properties(environment: Environment, key: str) -> dict[str, str]:
    """The connector's configuration, without values that are known after apply."""
    connector = environment.connectors[key]
    version = environment.plugins[connector.plugin].debezium_version
    return connector_properties(connector, debezium_version=version, registry=environment.registry)


def effective(environment: Environment, key: str, meaning: Meaning) -> Effective:
    """The value of ``meaning`` on the connector ``key``."""
    connector = environment.connectors[key]
    place = f"{environment.name}, {key}"
    if meaning.kind == "connector":
        configured = {name: as_text(value) for name, value in connector.properties.items()}
        if meaning.name in configured:
            return Effective(place, _shown(meaning.name, configured[meaning.name]), "properties")
        generated = properties(environment, key)
        later = connection_properties(connector, hostname=_UNKNOWN, port=_UNKNOWN, bootstrap=_UNKNOWN)
        of_format = formats.properties(connector.format, environment.registry)
        otherwise = "format" if meaning.name in of_format else "set for every connector"
        origin = reserved.paths().get(meaning.name, otherwise)
        return _known(place, meaning, generated | later, origin)
    if meaning.kind == "worker":
        deployment = Deployment.without_account(environment)
        offsets = topics.offsets_of(connector, name=deployment.connector_name(key, connector))
        worker = worker_properties(connector, region=environment.region, offset_topic=offsets)
        return _known(place, meaning, worker, "worker" if meaning.name in connector.worker else "set for every worker")
    return _of_brokers(environment, meaning)


def _known(place: str, meaning: Meaning, values: Mapping[str, str], origin: str) -> Effective:
    if meaning.name in values:
        return Effective(place, _shown(meaning.name, values[meaning.name]), origin)
    return Effective(place, meaning.property.default, "the default")


def _of_brokers(environment: Environment, meaning: Meaning) -> Effective:
    kafka = environment.kafka
    if kafka.kind == "existing":
        return Effective(environment.name, None, "an existing cluster, not configured by this project")
    from modules.kafka import server_properties  # loads the bindings of AWS's provider

    values = parse(server_properties(kafka, max_message_bytes=environment.max_message_bytes))
    if meaning.name in kafka.server_properties:
        return Effective(environment.name, _shown(meaning.name, values[meaning.name]), "kafka.server_properties")
    if meaning.name in values:
        return Effective(environment.name, values[meaning.name], "set for every cluster")
    return Effective(environment.name, meaning.property.default, "Kafka's default; MSK's may differ")


def _shown(name: str, value: str) -> str:
    return secrecy.HIDDEN if secrecy.literal(name, value) else value
