"""The properties of a broker: MSK's defaults, overridden by the deployed ones, and the listeners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from modules.environment.msk import IAM_PORT
from rehearsal.aws.backends import ClusterSpec
from rehearsal.kafka import kraft
from rehearsal.processes.addresses import Address


@dataclass(frozen=True, eq=False)
class Listener:
    """A listener of every broker; ``settings`` are Kafka's, without the prefix ``listener.name.…``."""

    name: str
    port: int
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def properties(self) -> dict[str, str]:
        return {f"listener.name.{self.name.lower()}.{key}": value for key, value in self.settings.items()}


# For connectors and applications, which know the broker by its host name: with IAM, or without authentication.
CLIENTS: Final = "CLIENT_IAM"
PLAIN_CLIENTS: Final = Listener(CLIENTS, IAM_PORT, "PLAINTEXT")
# For the other brokers, and for inspection from this machine: by address.
REPLICATION: Final = Listener("REPLICATION", 9092, "PLAINTEXT")

# Suits a few topics on one machine; a deployed property overrides it.
SMALL_CLUSTER: Final = {
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.threads": "1",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
}


def listeners(addresses: Mapping[Listener, Address], host: str) -> dict[str, str]:
    """The listeners of one broker: other brokers connect to its address, clients to the name ``host``."""
    advertised = {
        listener: address if listener is REPLICATION else Address(host, address.port)
        for listener, address in addresses.items()
    }
    properties = {
        "listeners": ",".join(f"{listener.name}://{address}" for listener, address in addresses.items()),
        "advertised.listeners": ",".join(f"{listener.name}://{address}" for listener, address in advertised.items()),
        "listener.security.protocol.map": ",".join(
            [*(f"{listener.name}:{listener.protocol}" for listener in addresses), f"{kraft.LISTENER}:PLAINTEXT"]
        ),
        "inter.broker.listener.name": REPLICATION.name,
    }
    for listener in addresses:
        properties |= listener.properties()
    return properties


def replication_defaults(brokers: int) -> dict[str, str]:
    """MSK's defaults that depend on the number of brokers."""
    replicas = min(3, brokers)
    in_sync = str(max(1, replicas - 1))
    return {
        "default.replication.factor": str(replicas),
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": str(replicas),
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.replication.factor": str(replicas),
    }


def broker_settings(spec: ClusterSpec, brokers: int) -> dict[str, str]:
    """The properties shared by all nodes; replication is lowered where fewer ``brokers`` run than were requested.

    Source of the defaults: MSK developer guide, default configuration.
    """
    defaults = {"auto.create.topics.enable": "false", "unclean.leader.election.enable": "true"}
    settings = defaults | replication_defaults(spec.brokers) | SMALL_CLUSTER | dict(spec.server_properties)
    if brokers < spec.brokers:
        highest = replication_defaults(brokers)
        settings |= {key: limit for key, limit in highest.items() if _exceeds(settings[key], limit)}
    return settings


def lowered_replication(spec: ClusterSpec, brokers: int) -> dict[str, tuple[str, str]]:
    """The replication properties that are lower than on MSK: each as there and as here."""
    on_msk, here = broker_settings(spec, spec.brokers), broker_settings(spec, brokers)
    return {key: (on_msk[key], here[key]) for key in on_msk if on_msk[key] != here[key]}


def _exceeds(value: str, limit: str) -> bool:
    return value.isdecimal() and int(value) > int(limit)  # Kafka refuses a value that is not a number
