"""Everything behind one rehearsal: the embedded AWS, its brokers and workers, the databases."""

import json
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Lock
from types import MappingProxyType
from typing import Any, Final

from werkzeug.wrappers import Request

from modules.artifacts.lock import File, Lock as Pins
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka, ProvisionedKafka
from rehearsal.aws import names
from rehearsal.aws.backends import ClusterSpec, ConnectorSpec, ServerError
from rehearsal.aws.client import client
from rehearsal.aws.pages import Page
from rehearsal.aws.seed import Endpoint, Seeded, seed
from rehearsal.aws.server import EmbeddedAws
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.connectors import Connectors
from rehearsal.connect.metrics import Metrics
from rehearsal.database import mysql_server
from rehearsal.database.mysql import Database
from rehearsal.events import consumers
from rehearsal.iam import extension
from rehearsal.iam.enforcement import Enforcement
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes import pinned_files
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.logs import LogShipper, cloudwatch
from rehearsal.processes.programs import Program

MYSQL_PORT: Final = 3306
# What a cluster is like that exists already is not known here: as this project would have made it.
_EXISTING: Final = ProvisionedKafka(kind="provisioned")

_LONGEST_WAIT: Final = 5.0


class World:
    """The servers of ``environment``, with their files below ``folder``.

    ``paths`` has the pinned files of ``pins``, ``archives`` the plugins' ZIPs; ``brokers`` is the most that may run.
    ``pages`` are further answers below ``/_rehearsal/``. Public: ``url``, ``databases`` by Aurora cluster,
    ``clusters`` and ``connectors`` by name, while they run.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        folder: Path,
        pins: Pins,
        paths: Mapping[File, Path],
        archives: Mapping[str, Path],
        brokers: int | None = None,
        pages: Mapping[str, Page] = MappingProxyType({}),
    ) -> None:
        self._environment = environment
        self._archives = archives
        self._lock = Lock()
        self._failures: list[str] = []
        self._client = cache(self._new_client)  # making one takes as long as many calls
        self._addresses = Addresses()
        self.url = f"http://{self._addresses.aws}"
        self._pool = ThreadPoolExecutor(thread_name_prefix="databases")
        self._seeded = Event()
        self.clusters: dict[str, KafkaCluster] = {}
        self.connectors: dict[str, RunningConnector] = {}
        self._logs = LogShipper(self._put_logs)
        self._metrics = Metrics(self._put_metrics)
        kafka = pinned_files.jars(pins, pinned_files.KAFKA, paths)
        [compiler] = pinned_files.jars(pins, pinned_files.COMPILER, paths)
        self._iam = Enforcement(
            self.url,
            folder=folder / "iam",
            extension=extension.jar(compiler=compiler, libraries=kafka),
            hosts=self._hosts,
            tags=self._tags,
            connectors=lambda: self._start_connector.specs,
            applications=consumers.roles(environment),
        )
        self._start_cluster = Clusters(
            addresses=self._addresses,
            folder=_made(folder / "kafka"),
            jars=kafka,
            logs=self._logs,
            max_brokers=brokers,
            access=self._iam.access,
        )
        self._start_connector = Connectors(
            addresses=self._addresses,
            folder=_made(folder / "connect"),
            jars=pinned_files.jars(pins, pinned_files.CONNECT, paths),
            secrets=self._secret,
            logs=self._logs,
            metrics=self._metrics,
            signing=self._iam.signing,
        )
        self.databases = self._databases(_made(folder / "mysql"), mysql_server.server(_mysql(pins, paths)))
        self._aws = EmbeddedAws(
            self._addresses.listener,
            folder=_made(folder / "aws"),
            start_cluster=self._cluster,
            start_connector=self._connector,
            pages={
                "endpoints": self._endpoints,
                "servers": self._servers,
                "failures": lambda _: self._failures,
                "seeded": lambda _: self._seeded.wait(_LONGEST_WAIT),
                **self._iam.pages,
                **pages,
            },
            on_change=self._iam.on_change,
        )

    def start(self) -> None:
        """AWS answers when this returns; the databases start beside it."""
        self._starting = [self._pool.submit(database.start) for database in self.databases.values()]
        self._aws.start()

    def seed(self) -> None:
        """The databases, and what the environment expects to be there."""
        endpoints = {
            name: Endpoint(_hostname(name, self._environment.region), database.address.port)
            for name, database in self.databases.items()
        }
        seeded = seed(self._environment, url=self.url, endpoints=endpoints, archives=self._archives)
        for started in self._starting:
            started.result()
        self._let_in(seeded)
        self._adopt()
        self._seeded.set()

    def stop(self) -> None:
        """Workers, brokers, databases, AWS."""
        self._aws.stop()
        for database in self.databases.values():
            database.kill()
        self._metrics.close()

    def _databases(self, folder: Path, server: mysql_server.Server) -> dict[str, Database]:
        """One for each Aurora cluster that connectors read."""
        clusters = dict.fromkeys(connector.source.cluster for connector in self._environment.connectors.values())
        return {
            name: Database(
                folder=_made(folder / name),
                address=self._addresses.allocate(MYSQL_PORT, name=_hostname(name, self._environment.region)),
                server=server,
            )
            for name in clusters
        }

    def _let_in(self, seeded: Seeded) -> None:
        """The user of each connector, in the database that it reads."""
        sources = [connector.source for connector in self._environment.connectors.values()]
        for cluster, secret in dict.fromkeys((source.cluster, source.secret) for source in sources):
            login = seeded.logins[secret]
            self.databases[cluster].create_user(login.username, login.password)

    def _adopt(self) -> None:
        """The cluster that the environment says is there already."""
        kafka = self._environment.kafka
        if isinstance(kafka, ExistingKafka):
            subnets = self._client("ec2").describe_subnets()["Subnets"]
            self._aws.msk.add_existing_cluster(
                kafka.cluster_arn,
                kafka_version=_EXISTING.version,
                brokers=_EXISTING.brokers,
                instance_type=_EXISTING.instance_type,
                subnets=[subnet["SubnetId"] for subnet in subnets][: _EXISTING.brokers],
                group=kafka.security_group_id,
            )

    def _cluster(self, spec: ClusterSpec) -> KafkaCluster:
        with self._told():
            cluster = self._start_cluster(spec)
        with self._lock:
            self.clusters[spec.name] = cluster
        return cluster

    def _connector(self, spec: ConnectorSpec) -> RunningConnector:
        with self._told():
            connector = self._start_connector(spec)
        with self._lock:
            self.connectors[spec.name] = connector
        return connector

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Keeps what a server could not do: Terraform passes on little of it."""
        try:
            yield
        except ServerError as error:
            self._failures.append(str(error))
            raise

    def _endpoints(self, _: Request) -> object:
        """Where each part answers, for people and for tests."""
        with self._lock:
            return {
                "aws": self.url,
                "brokers": {name: cluster.plain_bootstrap for name, cluster in self.clusters.items()},
                "iam": {name: cluster.bootstrap for name, cluster in self.clusters.items()},
                "hosts": next((str(cluster.hosts_file) for cluster in self.clusters.values()), ""),
                "certificate": str(self._iam.certificate),
                "connect": {name: connector.rest.url for name, connector in self.connectors.items()},
                "mysql": {
                    name: {"address": str(database.address), "socket": str(database.socket)}
                    for name, database in self.databases.items()
                },
            }

    def _servers(self, request: Request) -> object:
        """The process id of each server that runs, by its name; ``{"start": name}`` starts one that was killed."""
        if name := json.loads(request.get_data() or b"{}").get("start"):
            self._start_again(name)
        return {name: program.pid for name, program in self.programs.items() if program.running}

    def _start_again(self, name: str) -> None:
        programs = self.programs
        if name not in programs:
            raise ValueError(f"a server must be one of {', '.join(sorted(programs))}, got {name}")
        owner, _, node = name.rpartition("/")
        with self._lock:
            cluster = self.clusters.get(owner)
        if cluster and node in cluster.programs:
            cluster.start_node(node)
        else:
            programs[name].start()

    @property
    def programs(self) -> dict[str, Program]:
        """Every server process, under ``<cluster, connector or database>/<process>``."""
        with self._lock:
            clusters, connectors = list(self.clusters.items()), list(self.connectors.items())
        found = {f"{name}/{node}": program for name, cluster in clusters for node, program in cluster.programs.items()}
        for name, connector in connectors:
            found |= {f"{name}/{program.name}": program for program in connector.workers.programs}
        for name, database in self.databases.items():
            found |= {f"{name}/mysql": database.program} if database.program else {}
        return found

    def _hosts(self, arn: str) -> list[str]:
        return [host for cluster in self._start_cluster.clusters if cluster.arn == arn for host in cluster.broker_names]

    def _tags(self, arn: str) -> Mapping[str, str]:
        tags: Mapping[str, str] = self._client("kafka").list_tags_for_resource(ResourceArn=arn)["Tags"]
        return tags

    def _secret(self, name: str) -> Mapping[str, str]:
        manager = self._client("secretsmanager")
        try:
            text = manager.get_secret_value(SecretId=name)["SecretString"]
        except manager.exceptions.ResourceNotFoundException as error:
            raise LookupError(f"no secret {name}") from error
        return _flat(name, text)

    def _put_logs(self, group: str, stream: str, lines: Any) -> None:
        cloudwatch(self._client("logs"))(group, stream, lines)

    def _put_metrics(self, namespace: str, data: Any) -> None:
        self._client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)

    def _new_client(self, service: str) -> Any:
        return client(self.url, service, self._environment.region)


def _flat(name: str, text: str) -> dict[str, str]:
    try:
        return {key: str(value) for key, value in json.loads(text).items()}
    except (AttributeError, ValueError) as error:
        raise LookupError(f"secret {name} must be a JSON object with username and password") from error


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _mysql(pins: Pins, paths: Mapping[File, Path]) -> Path | None:
    return next((paths[file] for file in pins.sets[pinned_files.MYSQL].files if file in paths), None)


def _hostname(cluster: str, region: str) -> str:
    """A writer endpoint as Aurora names it; the middle part stands for account and region."""
    return f"{cluster}.cluster-{zlib.crc32(region.encode()):08x}.{region}.rds.{names.domain(region)}"
