"""Brokers, a database and workers without Terraform, for benchmarks and for tests of single parts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rehearsal.aws.backends import Cluster, ClusterSpec, Connector, ConnectorSpec
from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from rehearsal.connect.connectors import Connectors
from rehearsal.connect.metrics import Metrics
from rehearsal.connect.secret_files import ReadSecret
from rehearsal.database import mysql_server
from rehearsal.database.mysql import Database
from rehearsal.iam import extension
from rehearsal.iam.enforcement import Enforcement
from rehearsal.iam.signing import SERVICE
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes.addresses import Addresses

MYSQL_PORT: Final = 3306
_ANYONE: Final = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*", "Service": SERVICE}}
_INLINE: Final = "permissions"


@dataclass(frozen=True)
class Jars:
    """The libraries of brokers and of workers, and the Java compiler."""

    kafka: Sequence[Path]
    connect: Sequence[Path]
    compiler: Path


@dataclass(frozen=True)
class Iam:
    """Roles are made and changed through the embedded IAM at ``url``.

    ``hosts`` are the brokers' names, ``applications`` the topics of applications by their role's name.
    """

    url: str
    enforcement: Enforcement
    hosts: list[str]
    applications: dict[str, tuple[str, ...]]

    def client(self, service: str, region: str) -> Any:
        return client(self.url, service, region)

    def role(self, name: str, document: str) -> str:
        """The ARN of a role with this policy and no other, created or changed."""
        iam = self.client("iam", "us-east-1")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [_ANYONE]})
        try:
            arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException:
            arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName=_INLINE, PolicyDocument=document)
        return arn


@dataclass(frozen=True)
class Servers:
    """One cluster and one database, which run; files are below ``folder``. With ``iam`` the brokers enforce it."""

    folder: Path
    jars: Jars
    addresses: Addresses
    cluster: KafkaCluster
    database: Database
    iam: Iam | None

    def connectors(
        self, secrets: ReadSecret, *, name: str = "connect", signed: bool = True, metrics: Metrics | None = None
    ) -> Connectors:
        """Workers below the folder ``name``, which sign in to the brokers if ``signed`` and the brokers enforce IAM."""
        return Connectors(
            addresses=self.addresses,
            folder=_made(self.folder / name),
            jars=self.jars.connect,
            secrets=secrets,
            metrics=metrics,
            signing=self.iam.enforcement.signing if self.iam and signed else None,
        )


@contextmanager
def running(
    folder: Path, jars: Jars, *, cluster: ClusterSpec, mysql: mysql_server.Server, host: str, enforced: bool
) -> Iterator[Servers]:
    """The servers; ``host`` is the database's name. They end with the block."""
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        iam = ending.enter_context(_enforcing(folder, addresses, jars)) if enforced else None
        access = iam.enforcement.access if iam else None
        clusters = Clusters(addresses=addresses, folder=_made(folder / "kafka"), jars=jars.kafka, access=access)
        ending.callback(clusters.stop)
        started = clusters(cluster)
        if iam:
            iam.hosts.extend(started.broker_names)
        address = addresses.allocate(MYSQL_PORT, name=host)
        database = ending.enter_context(Database(folder=_made(folder / "mysql"), address=address, server=mysql))
        yield Servers(folder, jars, addresses, started, database, iam)


@contextmanager
def _enforcing(folder: Path, addresses: Addresses, jars: Jars) -> Iterator[Iam]:
    """An embedded AWS whose IAM the brokers ask."""
    url = f"http://{addresses.aws}"
    hosts: list[str] = []
    applications: dict[str, tuple[str, ...]] = {}
    enforcement = Enforcement(
        url,
        folder=folder / "iam",
        extension=extension.jar(compiler=jars.compiler, libraries=jars.kafka),
        hosts=lambda _: hosts,
        tags=lambda _: {},
        connectors=dict,
        applications=applications,
    )
    aws = EmbeddedAws(
        addresses.listener,
        folder=folder / "aws",
        start_cluster=_no_cluster,
        start_connector=_no_connector,
        pages=enforcement.pages,
        on_change=enforcement.on_change,
    )
    aws.start()
    try:
        yield Iam(url, enforcement, hosts, applications)
    finally:
        aws.stop()


def _no_cluster(spec: ClusterSpec) -> Cluster:
    raise AssertionError(spec)


def _no_connector(spec: ConnectorSpec) -> Connector:
    raise AssertionError(spec)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
