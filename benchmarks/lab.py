"""Three brokers, a database and workers, as in a rehearsal, but without AWS and Terraform."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from cdc.console import FetchProgress
from cdc.environments import files
from cdc.rehearse.plugins import Builder
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.debezium import configuration
from modules.environment.environment import Environment
from modules.environment.loading import load as load_environment
from modules.environment.models.connectors import Connector
from modules.environment.models.kafka import ProvisionedKafka
from modules.kafka import server_properties
from rehearsal import lab, requirements
from rehearsal.aws.backends import ClusterSpec, ConnectorSpec
from rehearsal.aws.properties import parse
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.connectors import Connectors
from rehearsal.database import mysql_server
from rehearsal.database.mysql import Database
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.processes import pinned_files

_HOST: Final = "shop.cluster-abc.us-east-1.rds.amazonaws.com"
_LOGIN: Final = {"username": "cdc", "password": "rehearsal"}


@dataclass(frozen=True)
class Lab:
    """Running servers, with their files in ``folder``; ``archive`` is the plugin's ZIP.

    Workers of ``signed`` sign in to the brokers under ``role``, over TLS; those of ``plain`` do neither. Those of
    ``observed`` sign in, and log each record as in a rehearsal.
    """

    environment: Environment
    archive: Path
    folder: Path
    cluster: KafkaCluster
    database: Database
    signed: Connectors
    plain: Connectors
    observed: Connectors
    role: str

    @property
    def connector(self) -> Connector:
        """The measured connector of the environment."""
        return next(iter(self.environment.connectors.values()))

    def deployed(self, connector: Connector) -> dict[str, str]:
        """The deployed configuration of ``connector``."""
        connection = configuration.connection_properties(
            connector, hostname=_HOST, port=str(self.database.address.port), bootstrap=self.cluster.bootstrap
        )
        return configuration.connector_properties(connector) | connection

    def start(
        self,
        name: str,
        configuration: Mapping[str, str],
        worker: Mapping[str, str],
        *,
        signed: bool,
        observed: bool = False,
    ) -> RunningConnector:
        """Starts a connector on its own worker of one MCU, and waits until its task is running."""
        bootstrap = self.cluster.bootstrap if signed else self.cluster.plain_bootstrap
        servers = "schema.history.internal.kafka.bootstrap.servers"
        spec = ConnectorSpec(
            name=name,
            arn=f"arn:aws:kafkaconnect:{self.environment.region}:123456789012:connector/{name}/{uuid4()}-1",
            region=self.environment.region,
            kafkaconnect_version=self.connector.kafkaconnect_version,
            bootstrap=bootstrap,
            archive=self.archive,
            configuration={**configuration, servers: bootstrap},
            worker_configuration=worker,
            mcu=1,
            workers=1,
            role_arn=self.role,
        )
        return (self.observed if observed else self.signed if signed else self.plain)(spec)


@contextmanager
def running(name: str) -> Iterator[Lab]:
    """The servers of the environment ``name``, stopped and removed at the end."""
    [file] = files([name])
    environment, lock = load_environment(file), load()
    with FetchProgress() as progress:
        archives = Builder(lock, sources(None), offline=False, progress=progress).archives(environment)
        paths = fetch(
            pinned_files.files(lock, *requirements.pinned_sets()),
            sources=sources(None),
            cache=Cache(),
            progress=progress,
        )
    mysql = pinned_files.fetched(lock, mysql_server.pinned_set(), paths)
    with tempfile.TemporaryDirectory(prefix="cdc-") as place, ExitStack() as ending:
        folder = Path(place)
        jars = lab.Jars(
            kafka=pinned_files.jars(lock, pinned_files.KAFKA, paths),
            connect=pinned_files.jars(lock, pinned_files.CONNECT, paths),
            compiler=pinned_files.jars(lock, pinned_files.COMPILER, paths)[0],
        )
        server = mysql_server.server(mysql)
        running = lab.running(folder, jars, cluster=_cluster(environment), mysql=server, host=_HOST, enforced=True)
        servers = ending.enter_context(running)
        assert servers.iam
        servers.database.create_user(_LOGIN["username"], _LOGIN["password"])
        everything = {"Effect": "Allow", "Action": "kafka-cluster:*", "Resource": "*"}
        role = servers.iam.role("worker", json.dumps({"Version": "2012-10-17", "Statement": [everything]}))
        [archive] = archives.values()
        yield Lab(
            environment,
            archive,
            folder,
            servers.cluster,
            servers.database,
            signed=servers.connectors(lambda _: _LOGIN, name="connect-signed"),
            plain=servers.connectors(lambda _: _LOGIN, name="connect-plain", signed=False),
            observed=servers.connectors(lambda _: _LOGIN, name="connect-observed", observed=True),
            role=role,
        )


def _cluster(environment: Environment) -> ClusterSpec:
    kafka = environment.kafka
    assert isinstance(kafka, ProvisionedKafka), "the environment must have a cluster of its own"
    return ClusterSpec(
        name=environment.name,
        arn=f"arn:aws:kafka:{environment.region}:123456789012:cluster/{environment.name}/{uuid4()}-1",
        region=environment.region,
        kafka_version=kafka.kafka_version,
        brokers=kafka.brokers,
        server_properties=parse(server_properties(kafka)),
    )
