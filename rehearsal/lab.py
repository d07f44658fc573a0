"""A cluster, a database and workers without Terraform, for benchmarks and tests."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.backends import Cluster, ClusterSpec, Connector, ConnectorSpec, StartConnector
from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from rehearsal.connect import observers
from rehearsal.connect.connectors import Connectors, SourceRecordLog
from rehearsal.connect.metrics import Metrics
from rehearsal.connect.registries import Registries
from rehearsal.connect.secret_files import ReadSecret
from rehearsal.connect.trust_stores import ReadObject
from rehearsal.database import mysql_server
from rehearsal.database.mysql import PORT, Database
from rehearsal.iam import extension
from rehearsal.iam.enforcement import Enforcement
from rehearsal.iam.signing import SERVICE
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes.addresses import Addresses

_ANYONE: Final = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*", "Service": SERVICE}}
_INLINE: Final = "permissions"


@dataclass(frozen=True)
class Jars:
    """The jars of brokers and of workers, and of the Java compiler."""

    kafka: Sequence[Path]
    connect: Sequence[Path]
    compiler: Path


@dataclass
class Backends:
    """What the embedded AWS starts: it has the lab's ``cluster``, and connectors once ``start_connector`` is set."""

    cluster: KafkaCluster | None = None
    start_connector: StartConnector | None = None

    def cluster_of(self, spec: ClusterSpec) -> Cluster:
        assert self.cluster, spec
        return self.cluster

    def connector(self, spec: ConnectorSpec) -> Connector:
        assert self.start_connector, spec
        return self.start_connector(spec)


@dataclass(frozen=True)
class Iam:
    """Creates and changes roles in the embedded IAM of ``aws``.

    ``hosts`` are the brokers' host names, ``applications`` the topics of applications by their roles' names,
    ``connectors`` the connectors by theirs: only these are in reports.
    ``embedded`` is the AWS itself, ``backends`` what it starts.
    """

    aws: AwsAccess
    embedded: EmbeddedAws
    backends: Backends
    enforcement: Enforcement
    hosts: list[str]
    applications: dict[str, tuple[str, ...]]
    connectors: dict[str, ConnectorSpec]

    def client(self, service: str, region: str) -> Any:
        return client(self.aws, service, region)

    def role(self, name: str, document: str) -> str:
        """Creates or changes a role, so that it has this policy and no other; returns its ARN."""
        iam = self.client("iam", "us-east-1")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [_ANYONE]})
        try:
            arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException:
            arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName=_INLINE, PolicyDocument=document)
        return arn


@dataclass(frozen=True)
class LabServers:
    """A running cluster and database, with their files below ``folder``; with ``iam`` the brokers enforce it."""

    folder: Path
    jars: Jars
    addresses: Addresses
    cluster: KafkaCluster
    database: Database
    iam: Iam | None

    @property
    def source_records(self) -> Path:
        """The folder of the logs of source records."""
        return self.folder / "source-records"

    def connectors(
        self,
        secrets: ReadSecret,
        *,
        name: str = "connect",
        signed: bool = True,
        metrics: Metrics | None = None,
        observed: bool = False,
        registries: Registries | None = None,
        objects: ReadObject | None = None,
    ) -> Connectors:
        """Connectors below the folder ``name``; they sign in if ``signed`` and the brokers enforce IAM.

        If ``observed``, they log each source record. ``registries`` are those of schemas; ``objects`` reads S3.
        """
        observers_jar = observers.jar(compiler=self.jars.compiler, libraries=self.jars.connect) if observed else None
        return Connectors(
            addresses=self.addresses,
            folder=self.folder / name,
            jars=self.jars.connect,
            secrets=secrets,
            metrics=metrics,
            signing=self.iam.enforcement.signing if self.iam and signed else None,
            source_records=SourceRecordLog(observers_jar, self.source_records) if observers_jar else None,
            registries=registries,
            objects=objects,
        )


@contextmanager
def running(
    folder: Path,
    jars: Jars,
    *,
    cluster: ClusterSpec,
    mysql: mysql_server.Server,
    host: str,
    enforced: bool,
    certificate: Path | None = None,
) -> Iterator[LabServers]:
    """Starts the servers, and stops them at the end of the block.

    ``host`` is the database's host name, ``certificate`` a PEM file with its key and certificate.
    """
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        iam = ending.enter_context(_enforced_iam(folder, addresses, jars)) if enforced else None
        access = iam.enforcement.access if iam else None
        clusters = Clusters(addresses=addresses, folder=folder / "kafka", jars=jars.kafka, access=access)
        ending.callback(clusters.stop)
        started = clusters(cluster)
        if iam:
            iam.hosts.extend(started.broker_names)
            iam.backends.cluster = started
        address = addresses.allocate(PORT, name=host)
        own = Database(folder=folder / "mysql", address=address, server=mysql, certificate=certificate)
        database = ending.enter_context(own)
        yield LabServers(folder, jars, addresses, started, database, iam)


@contextmanager
def _enforced_iam(folder: Path, addresses: Addresses, jars: Jars) -> Iterator[Iam]:
    """An embedded AWS whose IAM the brokers enforce."""
    access = AwsAccess.create(f"http://{addresses.aws}")
    hosts: list[str] = []
    applications: dict[str, tuple[str, ...]] = {}
    connectors: dict[str, ConnectorSpec] = {}
    backends = Backends()
    enforcement = Enforcement(
        access,
        folder=folder / "iam",
        extension=extension.jar(compiler=jars.compiler, libraries=jars.kafka),
        hosts=lambda _: hosts,
        tags=lambda _: {},
        connectors=lambda: connectors,
        applications=applications,
    )
    aws = EmbeddedAws(
        addresses.listener,
        access=access,
        folder=folder / "aws",
        start_cluster=backends.cluster_of,
        start_connector=backends.connector,
        pages=enforcement.pages,
        on_change=enforcement.on_change,
        denied=enforcement.denied,
    )
    aws.start()
    try:
        yield Iam(access, aws, backends, enforcement, hosts, applications, connectors)
    finally:
        aws.stop()
