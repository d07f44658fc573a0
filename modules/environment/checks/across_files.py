"""What two environments must not both have: one of them could not be deployed, or would disturb the other."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modules.debezium import topics
from modules.environment import names
from modules.environment.checks.reach_rules import connector_name
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.kafka import ExistingKafka
from modules.environment.models.network import NewNetwork
from modules.environment.models.schema_registry import GlueRegistry
from modules.environment.models.state import S3State
from modules.messages.problems import Path


class Claim(NamedTuple):
    """What only one environment can have. ``thing`` is equal for the same thing of any account.

    ``everywhere`` are names of which the partition has one, whatever the account. ``reason`` follows the other place.
    """

    path: Path
    thing: tuple[object, ...]
    reason: str
    value: object
    everywhere: bool = False


class Clash(NamedTuple):
    """Two claims of one thing, with the numbers of their environments."""

    first: tuple[int, Claim]
    second: tuple[int, Claim]


def clashes(environments: Sequence[Environment]) -> Iterator[Clash]:
    """Each claim that an earlier environment has too, with the first such."""
    seen: dict[tuple[object, ...], list[tuple[int, Claim]]] = {}
    for number, environment in enumerate(environments):
        for claim in _claims(environment):
            before = seen.setdefault(claim.thing, [])
            for earlier, other in before:
                if earlier != number and (claim.everywhere or _one_account(environments[earlier], environment)):
                    yield Clash((earlier, other), (number, claim))
                    break
            before.append((number, claim))


def _one_account(one: Environment, other: Environment) -> bool:
    """As far as the files say it."""
    return None in (one.account_id, other.account_id) or one.account_id == other.account_id


def _claims(environment: Environment) -> Iterator[Claim]:
    yield from _state(environment)
    yield from _routes(environment)
    registry = environment.schema_registry
    if isinstance(registry, GlueRegistry) and registry.create:
        reason = "or have schema_registry.create: false: a registry is created once"
        yield Claim(("schema_registry", "name"), ("registry", environment.region, registry.name), reason, registry.name)
    for key, connector in environment.connectors.items():
        yield from _source(environment.region, key, connector)
        name = connector_name(environment.name, key, connector)
        at: Path = ("connectors", key, "adopt", "name") if connector.adopt else ("connectors", key)
        yield Claim(at, ("connector", environment.region, name), "the name of a connector is unique", name)
        if isinstance(environment.kafka, ExistingKafka):
            yield from _topics(environment.kafka.cluster_arn, key, connector, name)


def _state(environment: Environment) -> Iterator[Claim]:
    state = environment.state
    if isinstance(state, S3State) and state.create:
        reason = "or have state.create: false, with which it uses what the other created"
        bucket = ("bucket", names.partition(environment.region), state.bucket)
        yield Claim(("state", "bucket"), bucket, reason, state.bucket, everywhere=True)
        yield Claim(("state", "lock_table"), ("table", environment.region, state.lock_table), reason, state.lock_table)


def _routes(environment: Environment) -> Iterator[Claim]:
    network = environment.network
    if isinstance(network, NewNetwork):
        for peering in network.peerings.values():
            for table in peering.route_table_ids:
                reason = f"for both are peered with {peering.vpc_id}, where {table} has one route to a block"
                thing = ("route", table, network.cidr_block)
                yield Claim(("network", "cidr_block"), thing, reason, network.cidr_block)


def _source(region: str, key: str, connector: Connector) -> Iterator[Claim]:
    source = connector.source
    thing = ("reader", region, source.database, source.server_id)
    reason = f"for both read {source.database}, and MySQL disconnects a reader when another has its server_id"
    yield Claim(("connectors", key, "source", "server_id"), thing, reason, source.server_id)


def _topics(cluster: str, key: str, connector: Connector, name: str) -> Iterator[Claim]:
    at: Path = ("connectors", key)
    prefix = connector.topics.prefix
    found: dict[str, Path] = {
        prefix: (*at, "topics", "prefix"),
        topics.schema_history_topic(connector): (
            *at,
            *(("adopt", "schema_history_topic") if connector.adopt else ("topics", "prefix")),
        ),
        topics.offsets_of(connector, name=name): (*at, "adopt", "offset_topic") if connector.adopt else at,
    }
    if connector.signals and connector.signals.topic:
        found[connector.signals.topic] = (*at, "signals", "topic")
    for topic, path in found.items():
        reason = f"for both have the cluster {cluster}, and {topic} is a topic of one connector"
        value = prefix if path[-1] == "prefix" else topic
        yield Claim(path, ("topic", cluster, topics.as_kafka_compares(topic)), reason, value)
