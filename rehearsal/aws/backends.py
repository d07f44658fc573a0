"""The interface between the embedded control planes and the servers behind them: brokers and connectors.

The control planes keep AWS's records and states; implementations of these protocols run the servers. Every method
blocks until its work is done, and raises ServerError, with a diagnosis for the user, where it fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rehearsal.processes.findings import Finding


class ServerError(Exception):
    """A server failed: one line of diagnosis, then the evidence; ``findings`` has the same in parts."""

    def __init__(self, message: str, *findings: Finding) -> None:
        super().__init__(message)
        line, _, evidence = message.partition("\n")
        cause, _, step = line.partition("; ")
        self.findings = findings or (Finding(cause, step, evidence),)


@dataclass(frozen=True)
class ClusterSpec:
    """A requested MSK cluster; ``kafka_version`` as MSK spells it (``3.9.x``, ``3.9.x.kraft``)."""

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
        """``host:port,…`` of the IAM listeners, as GetBootstrapBrokers returns it."""
        ...

    @property
    def zookeeper(self) -> str | None:
        """``host:port,…``; None under KRaft."""
        ...

    def change(self, spec: ClusterSpec) -> None:
        """Applies other server properties, another version or more brokers, one broker after the other."""
        ...

    def stop(self) -> None:
        """Stops the servers and deletes their data."""
        ...


class StartCluster(Protocol):
    """Starts brokers and waits until they answer; where they do not, stops everything it started."""

    def __call__(self, spec: ClusterSpec) -> Cluster: ...


@dataclass(frozen=True)
class ConnectorSpec:
    """A requested MSK Connect connector.

    ``archive`` is the plugin's ZIP from S3, ``worker_configuration`` the decoded properties; ``log_group`` receives
    the worker's log.
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
    """A running connector, with its own workers."""

    def change(self, spec: ConnectorSpec) -> None:
        """Applies another configuration, capacity, plugin or worker configuration in place; on ServerError the old one
        runs again.
        """
        ...

    def restart(self, *, only_failed: bool = False) -> None:
        """Restarts its tasks, or those that failed; they read the secrets again."""
        ...

    def pause(self) -> None:
        """Its tasks read nothing until ``resume``; the workers run."""
        ...

    def resume(self) -> None:
        """Its tasks go on from where they were."""
        ...

    def stop(self) -> None:
        """Stops the workers; the topics stay."""
        ...


class StartConnector(Protocol):
    """Starts a connector and waits until its task runs; where it does not, stops the workers."""

    def __call__(self, spec: ConnectorSpec) -> Connector: ...
