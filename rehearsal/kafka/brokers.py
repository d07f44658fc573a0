"""With what properties a broker runs: MSK's defaults, the deployed ones over them, and what MSK sets itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from modules.environment.msk import IAM_PORT
from rehearsal.aws.backends import ClusterSpec
from rehearsal.kafka import kraft
from rehearsal.processes.addresses import Address


@dataclass(frozen=True, eq=False)
class Listener:
    """One way into every broker; ``settings`` are Kafka's, without their prefix ``listener.name.…``."""

    name: str
    port: int
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def properties(self) -> dict[str, str]:
        return {f"listener.name.{self.name.lower()}.{key}": value for key, value in self.settings.items()}


# For the connectors and applications, which know the broker by its name; by IAM, or for whoever comes.
CLIENTS: Final = "CLIENT_IAM"
PLAIN_CLIENTS: Final = Listener(CLIENTS, IAM_PORT, "PLAINTEXT")
# For the other brokers, and for whoever looks at the cluster from this machine: by address.
REPLICATION: Final = Listener("REPLICATION", 9092, "PLAINTEXT")

# What suits a few topics on one machine; a deployed property goes before.
SMALL_MACHINE: Final = {
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.threads": "1",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
}


def listeners(places: Mapping[Listener, Address], host: str) -> dict[str, str]:
    """The listeners of one broker: other brokers know it by its address, clients by the name ``host``."""
    seen = {
        listener: place if listener is REPLICATION else Address(host, place.port) for listener, place in places.items()
    }
    properties = {
        "listeners": ",".join(f"{listener.name}://{place}" for listener, place in places.items()),
        "advertised.listeners": ",".join(f"{listener.name}://{place}" for listener, place in seen.items()),
        "listener.security.protocol.map": ",".join(
            [*(f"{listener.name}:{listener.protocol}" for listener in places), f"{kraft.LISTENER}:PLAINTEXT"]
        ),
        "inter.broker.listener.name": REPLICATION.name,
    }
    for listener in places:
        properties |= listener.properties()
    return properties


def replication(brokers: int) -> dict[str, str]:
    """MSK's defaults for what must fit the number of brokers."""
    copies = min(3, brokers)
    in_sync = str(max(1, copies - 1))
    return {
        "default.replication.factor": str(copies),
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": str(copies),
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.replication.factor": str(copies),
    }


def settings(spec: ClusterSpec, brokers: int) -> dict[str, str]:
    """What all nodes of the cluster share; replication is lowered where fewer ``brokers`` run than were asked for.

    Source of the defaults: MSK developer guide, default configuration.
    """
    defaults = {"auto.create.topics.enable": "false", "unclean.leader.election.enable": "true"}
    asked = defaults | replication(spec.brokers) | SMALL_MACHINE | dict(spec.server_properties)
    if brokers < spec.brokers:
        asked |= {key: most for key, most in replication(brokers).items() if _exceeds(asked[key], most)}
    return asked


def lowered(spec: ClusterSpec, brokers: int) -> dict[str, tuple[str, str]]:
    """The replication properties that are not as on MSK: each as there and as here."""
    there, here = settings(spec, spec.brokers), settings(spec, brokers)
    return {key: (there[key], here[key]) for key in there if there[key] != here[key]}


def _exceeds(value: str, most: str) -> bool:
    return value.isdecimal() and int(value) > int(most)  # what is no number is for Kafka to refuse
