"""Rules about formats of events and the schema registry; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator

from modules.debezium import formats
from modules.environment import registries
from modules.environment.checks.rulebook import advice, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.network import Network, NewNetwork
from modules.environment.models.schema_registry import GlueRegistry, SchemaRegistry
from modules.messages.problems import Problem, either

_HTTPS = 443


@rule
def a_format_has_its_registry(connector: Connector, schema_registry: SchemaRegistry | None) -> Iterator[Problem]:
    if connector.format not in formats.OF_REGISTRIES:
        return
    if schema_registry is None:
        wanted = "must come with schema_registry, at the top of the file: it keeps the schemas of such events"
        yield Problem(("format",), wanted, connector.format)
    elif connector.format not in (known := formats.formats_of(schema_registry.kind)):
        wanted = f"must be {either(known)} or JSON: this project knows no other converter for {schema_registry.kind}"
        yield Problem(("format",), wanted, connector.format)


@rule
def the_format_sets_the_converters(
    connector: Connector, schema_registry: SchemaRegistry | None, region: str
) -> Iterator[Problem]:
    for key, by in formats.fixed(connector.format, registries.found(schema_registry, region)).items():
        if key in connector.properties:
            yield Problem(("properties", key), f"must be left out: set {by}", connector.properties[key])


@rule
def a_registry_by_url_is_in_one_place(schema_registry: SchemaRegistry | None, network: Network) -> Iterator[Problem]:
    if schema_registry is None or isinstance(schema_registry, GlueRegistry):
        return
    group, block = schema_registry.security_group_id, schema_registry.cidr_block
    if group and block:
        wanted = "must be left out beside security_group_id: the registry is in one of the two"
        yield Problem(("schema_registry", "cidr_block"), wanted, block)
    elif not (group or block):
        if schema_registry.port != _HTTPS:
            wanted = f"must come with security_group_id or cidr_block: workers reach the internet at port {_HTTPS} only"
            yield Problem(("schema_registry", "url"), wanted, schema_registry.url)
        elif isinstance(network, NewNetwork) and network.nat == "none":
            wanted = "must come with security_group_id or cidr_block: without NAT, workers do not reach the internet"
            yield Problem(("schema_registry", "url"), wanted, schema_registry.url)


@advice
def a_registry_is_used(schema_registry: SchemaRegistry | None, connectors: dict[str, Connector]) -> Iterator[Problem]:
    if schema_registry and not any(one.format in formats.OF_REGISTRIES for one in connectors.values()):
        yield Problem(("schema_registry",), "is used by no connector: set format: avro where events shall be Avro")


@advice
def passwords_travel_encrypted(schema_registry: SchemaRegistry | None) -> Iterator[Problem]:
    if schema_registry is None or isinstance(schema_registry, GlueRegistry):
        return
    if schema_registry.secret and schema_registry.url.startswith("http:"):
        message = "workers send the password of the secret in plain text there: let the registry listen with TLS"
        yield Problem(("schema_registry", "url"), message, schema_registry.url)
