"""What the embedded control planes ask of the servers behind them: brokers and connectors.

The control planes keep AWS's records and states; whatever implements these protocols does the work. Every method
blocks until its work is done and raises ServerError, with a diagnosis for a user, where it could not be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class ServerError(Exception):
    """What a server could not do: one line of diagnosis, then what shows it."""


@dataclass(frozen=True)
class ClusterSpec:
    """An MSK cluster as it was asked for; ``kafka_version`` as MSK spells it (``3.9.x``, ``3.9.x.kraft``)."""

    name: str
    arn: str
    region: str
    kafka_version: str
    brokers: int
    server_properties: Mapping[str, str]
    log_group: str | None = None


class Cluster(Protocol):
    """Running brokers."""

    @property
    def bootstrap(self) -> str:
        """``host:port,…`` of the IAM listeners, as GetBootstrapBrokers tells it."""
        ...

    @property
    def zookeeper(self) -> str | None:
        """``host:port,…``; None under KRaft."""
        ...

    def change(self, spec: ClusterSpec) -> None:
        """Other server properties, another version, more or fewer brokers: broker after broker."""
        ...

    def stop(self) -> None:
        """Ends the servers and removes what they stored."""
        ...


class StartCluster(Protocol):
    """Brokers that answer; where they do not, everything that was started is stopped again."""

    def __call__(self, spec: ClusterSpec) -> Cluster: ...


@dataclass(frozen=True)
class ConnectorSpec:
    """An MSK Connect connector as it was asked for.

    ``archive`` is the plugin's ZIP as S3 had it, ``worker_configuration`` the decoded properties; ``log_group``
    receives the worker's log.
    """

    name: str
    arn: str
    region: str
    kafkaconnect_version: str
    bootstrap: str
    archive: Path
    configuration: Mapping[str, str]
    worker_configuration: Mapping[str, str]
    mcu: int
    workers: int
    role_arn: str
    log_group: str | None = None

    @property
    def role(self) -> str:
        """The execution role's name."""
        return self.role_arn.rpartition("/")[2]


class Connector(Protocol):
    """A connector that runs on a worker of its own."""

    def change(self, spec: ConnectorSpec) -> None:
        """Another configuration or capacity, in place; raises ServerError with the old one running again."""
        ...

    def restart(self) -> None:
        """Its tasks, and with them the values behind ``${secretsmanager:…}``."""
        ...

    def stop(self) -> None:
        """Ends the worker; its topics stay."""
        ...


class StartConnector(Protocol):
    """A connector whose task runs; where it does not, the worker is stopped again."""

    def __call__(self, spec: ConnectorSpec) -> Connector: ...
