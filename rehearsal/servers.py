"""All servers of one rehearsal: the embedded AWS, brokers, workers and databases."""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Final

from werkzeug.wrappers import Request

from modules.artifacts.lock import File, Lock
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka, ProvisionedKafka
from rehearsal import schema_registry
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.dispatch import Target
from rehearsal.aws.pages import Page
from rehearsal.aws.seed import seed
from rehearsal.aws.server import EmbeddedAws
from rehearsal.connect import observers
from rehearsal.connect.connectors import Connectors, SourceRecordLog
from rehearsal.connect.metrics import Metrics
from rehearsal.daemon_client import SOURCE_RECORDS
from rehearsal.database import mysql_server
from rehearsal.databases import Databases
from rehearsal.embedded_account import EmbeddedAccount
from rehearsal.events import consumers
from rehearsal.iam import extension
from rehearsal.iam.enforcement import Enforcement
from rehearsal.kafka.clusters import Clusters
from rehearsal.processes import pinned_files, waits
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.background import Background
from rehearsal.processes.logs import LogShipper
from rehearsal.running_servers import RunningServers

# The settings of an existing cluster are not known here: it gets this project's defaults.
_EXISTING: Final = ProvisionedKafka(kind="provisioned")
_MAX_WAIT_SECONDS: Final = 5.0


class Servers:
    """The servers for ``environment``, with their files below ``folder``.

    ``paths`` has the files of ``lock``, ``archives`` the plugins' ZIPs; ``max_brokers`` limits each cluster.
    ``mysqld`` is a MySQL server's program. ``pages`` are further control pages. Public: ``access`` to the embedded AWS.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        folder: Path,
        lock: Lock,
        paths: Mapping[File, Path],
        archives: Mapping[str, Path],
        max_brokers: int | None = None,
        mysqld: Path | None = None,
        pages: Mapping[str, Page] = MappingProxyType({}),
    ) -> None:
        self._environment = environment
        self._archives = archives
        self._account_seeded = Event()
        self._seeded = Event()
        self._prepared = False
        self._addresses = addresses = Addresses()
        self.access = AwsAccess.create(f"http://{addresses.aws}")
        self._keys = self.access.write_variables(folder / "aws.env", region=environment.region)
        self._account = EmbeddedAccount(self.access, environment.region)
        logs = LogShipper(self._account.put_logs)
        self._metrics = Metrics(self._account.put_metrics)
        kafka = pinned_files.jars(lock, pinned_files.KAFKA, paths)
        [compiler] = pinned_files.jars(lock, pinned_files.COMPILER, paths)
        self._iam = Enforcement(
            self.access,
            folder=folder / "iam",
            extension=extension.jar(compiler=compiler, libraries=kafka),
            hosts=lambda arn: self._clusters.broker_names(arn),
            tags=self._account.cluster_tags,
            connectors=lambda: connectors.specs,
            applications=consumers.roles(environment),
        )
        self._clusters = Clusters(
            addresses=addresses,
            folder=folder / "kafka",
            jars=kafka,
            logs=logs,
            max_brokers=max_brokers,
            access=self._iam.access,
        )
        self._registry = schema_registry.of(
            environment,
            lock,
            paths,
            folder=folder,
            addresses=addresses,
            authority=self._iam.authority,
            secret=self._account.secret,
        )
        connect = pinned_files.jars(lock, pinned_files.CONNECT, paths)
        connectors = Connectors(
            addresses=addresses,
            folder=folder / "connect",
            jars=connect,
            secrets=self._account.secret,
            logs=logs,
            metrics=self._metrics,
            signing=self._iam.signing,
            source_records=SourceRecordLog(
                observers.jar(compiler=compiler, libraries=connect), folder / SOURCE_RECORDS
            ),
            registries=schema_registry.registries(self.access.url, self._registry),
            objects=self._account.object,
            authorities=[self._iam.authority.der],
        )
        mysql = mysql_server.server(pinned_files.fetched(lock, mysql_server.pinned_set(), paths), mysqld)
        self._databases = Databases(
            environment,
            addresses=addresses,
            folder=folder / "mysql",
            server=mysql,
            authority=self._iam.authority,
        )
        self._running = RunningServers(
            start_cluster=self._clusters,
            start_connector=connectors,
            databases=self._databases,
            readers=self._iam.readers,
            reader_variables=self._iam.reader_variables,
        )
        self._aws = EmbeddedAws(
            addresses.listener,
            access=self.access,
            folder=folder / "aws",
            start_cluster=self._running.start_cluster,
            start_connector=self._running.start_connector,
            pages={**self._pages, **self._iam.pages, **pages},
            on_change=self._on_change,
            denied=self._iam.denied,
            operations=self._iam.operations,
        )

    def start(self) -> None:
        """Starts everything; the embedded AWS answers when this returns, the databases may still be starting."""
        self._databases.start()
        registry = Background(self._registry.start) if self._registry else None
        self._aws.start()
        if registry:
            registry.result()

    def seed(self) -> None:
        """Creates the resources that exist before a deploy, then the databases' users once these have started."""
        seeded = seed(self._environment, aws=self.access, endpoints=self._databases.endpoints, archives=self._archives)
        if isinstance(self._environment.kafka, ExistingKafka):
            self._add_existing_cluster(self._environment.kafka)
        self._account_seeded.set()
        self._databases.wait()
        self._databases.create_users(seeded.logins)
        self._seeded.set()

    def stop(self) -> None:
        """Stops workers, brokers, AWS and databases."""
        self._aws.stop()
        self._databases.kill()
        if self._registry:
            self._registry.stop()
        self._metrics.close()

    def _on_change(self, target: Target) -> None:
        self._iam.on_change(target)
        if (target.service, target.operation) == ("kafka", "CreateConfiguration") and not self._prepared:
            self._prepared = True
            self._prepare_cluster(target.region)

    def _prepare_cluster(self, region: str) -> None:
        """Starts the brokers while the provider still waits for what MSK needs first, such as the key and the VPC.

        They are used if the cluster is then created with the same settings: see ``Clusters``.
        """
        kafka = self._environment.kafka
        if not isinstance(kafka, ProvisionedKafka):
            return
        spec = self._aws.msk.expect_cluster(region, kafka_version=kafka.kafka_version, brokers=kafka.brokers)
        if spec:
            self._clusters.prepare(spec)

    def _add_existing_cluster(self, kafka: ExistingKafka) -> None:
        self._aws.msk.add_existing_cluster(
            kafka.cluster_arn,
            kafka_version=_EXISTING.version,
            brokers=_EXISTING.brokers,
            instance_type=_EXISTING.instance_type,
            subnets=self._account.subnet_ids()[: _EXISTING.brokers],
            group=kafka.security_group_id,
        )

    @property
    def _pages(self) -> Mapping[str, Page]:
        return {
            "decode": self._decode,
            "endpoints": self._endpoints,
            "servers": self._pids,
            "names": self._names,
            "forget": self._forget,
            "failures": lambda _: [found.document for found in (*self._iam.deployer.denials, *self._running.failures)],
            "waiting": lambda _: waits.CURRENT.long(),
            "account-seeded": lambda _: self._account_seeded.wait(_MAX_WAIT_SECONDS),
            "seeded": lambda _: self._seeded.wait(_MAX_WAIT_SECONDS),
        }

    def _endpoints(self, _: Request) -> object:
        return {
            "aws": self.access.url,
            "keys": str(self._keys),
            "certificate": str(self._iam.certificate),
            **({"registry": f"http://{self._registry.server.address}"} if self._registry else {}),
            **self._running.endpoints,
        }

    def _forget(self, request: Request) -> object:
        """Failures and denials so far do not count in what comes next, with the ``applications`` that are given."""
        given = json.loads(request.get_data())["applications"]
        self._iam.applications = {role: tuple(topics) for role, topics in given.items()}
        self._running.forget_failures()
        self._iam.deployer.forget()
        self._iam.authorizer.log.forget_denials()
        return {"forgotten": True}

    def _decode(self, request: Request) -> object:
        """The messages of a ``connector``: each a topic, and key and value in Base64."""
        asked = json.loads(request.get_data())
        messages = [(topic, _bytes(key), _bytes(value)) for topic, key, value in asked["messages"]]
        return self._running.decode(asked["connector"], messages)

    def _names(self, request: Request) -> object:
        """The address of each host name; ``{"name": name, "host": address}`` moves one first.

        A worker reads the new address with its next look-up, some seconds later.
        """
        if moved := json.loads(request.get_data() or b"{}"):
            self._addresses.add_name(moved["name"], moved["host"])
        return self._addresses.names

    def _pids(self, request: Request) -> object:
        """The running servers' process ids; with ``{"start": name}`` it first starts one that was killed."""
        if name := json.loads(request.get_data() or b"{}").get("start"):
            self._running.start_again(name)
        return self._running.pids


def _bytes(encoded: str | None) -> bytes | None:
    return None if encoded is None else b64decode(encoded)
