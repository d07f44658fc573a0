"""What a diagram shows of an environment."""

from dataclasses import dataclass

from modules.debezium.internal import overlap


@dataclass(frozen=True)
class Zone:
    """A private subnet of brokers and workers, and the public one beside it, if the environment makes the network."""

    name: str
    private: str
    public: str | None = None
    nat: bool = False


@dataclass(frozen=True)
class Peering:
    """To the VPC of a database."""

    name: str
    vpc: str


@dataclass(frozen=True)
class Network:
    """The VPC; ``address`` is its CIDR block or its id."""

    address: str
    existing: bool
    zones: tuple[Zone, ...]
    peerings: tuple[Peering, ...]
    endpoints: tuple[str, ...]
    internet: bool


@dataclass(frozen=True)
class Kafka:
    """The cluster; ``facts`` are lines, ``brokers`` the name of each broker's zone."""

    name: str
    existing: bool
    facts: tuple[str, ...]
    brokers: tuple[str, ...]


@dataclass(frozen=True)
class Connector:
    """``database`` is its address as shown; ``topics`` are those that its role may write."""

    key: str
    name: str
    database: str
    database_kind: str
    version: str
    capacity: str
    plugin: str
    tables: tuple[str, ...]
    topics: tuple[str, ...]
    secrets: tuple[str, ...]
    role: str
    log_group: str


@dataclass(frozen=True)
class Consumer:
    """An application; ``topics`` and ``groups`` are patterns, ``roles`` the roles that its policy is attached to.

    ``function``: the name of a Lambda function that reads by event source mappings; else empty.
    """

    key: str
    topics: tuple[str, ...]
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    function: str = ""


@dataclass(frozen=True)
class Service:
    """A service beside the network, and what the environment has there; ``icon`` is one of the picture's."""

    icon: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Grant:
    """What a role or policy of the environment allows, a line for each service: ``Kafka: write orders.*``."""

    principal: str
    held_by: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Architecture:
    """One environment, as its synthesized stacks describe it."""

    environment: str
    region: str
    network: Network
    kafka: Kafka
    connectors: tuple[Connector, ...]
    consumers: tuple[Consumer, ...]
    plugins: Service
    secrets: Service
    watching: Service
    key: Service
    reactions: tuple[Service, ...]
    state: Service
    registries: tuple[Service, ...]
    grants: tuple[Grant, ...]

    def readers(self, connector: Connector) -> list[Consumer]:
        """The applications that may read a topic of ``connector``."""
        return [one for one in self.consumers if any(overlap(a, b) for a in one.topics for b in connector.topics)]
