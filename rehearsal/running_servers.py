"""The running clusters, connectors and databases: their endpoints and processes, and why servers failed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from rehearsal.aws.backends import ClusterSpec, ConnectorSpec, ServerError
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.decoder import Decoded, Message
from rehearsal.connect.registries import uses_glue
from rehearsal.database.mysql import Database
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.processes.findings import Finding
from rehearsal.processes.programs import Program


class RunningServers:
    """Starts clusters and connectors and keeps them by name; thread-safe.

    ``readers`` returns the roles of the applications that read a topic, ``reader_variables`` the credentials of a role.

    Public: ``failures``, of servers that did not start, and of tasks: Terraform shows only part of the former.
    """

    def __init__(
        self,
        *,
        start_cluster: Callable[[ClusterSpec], KafkaCluster],
        start_connector: Callable[[ConnectorSpec], RunningConnector],
        databases: Mapping[str, Database],
        readers: Callable[[str, ConnectorSpec], Sequence[str]],
        reader_variables: Callable[[str, str], Mapping[str, str]],
    ) -> None:
        self._start_cluster = start_cluster
        self._start_connector = start_connector
        self._databases = databases
        self._readers = readers
        self._reader_variables = reader_variables
        self._clusters: dict[str, KafkaCluster] = {}
        self._connectors: dict[str, RunningConnector] = {}
        self._specs: dict[str, ConnectorSpec] = {}
        self._lock = Lock()
        self._not_started: list[Finding] = []

    def start_cluster(self, spec: ClusterSpec) -> KafkaCluster:
        with self._record_failure():
            cluster = self._start_cluster(spec)
        with self._lock:
            self._clusters[spec.name] = cluster
        return cluster

    def start_connector(self, spec: ConnectorSpec) -> RunningConnector:
        with self._record_failure():
            connector = self._start_connector(spec)
        with self._lock:
            self._connectors[spec.name] = connector
            self._specs[spec.name] = spec
        return connector

    @contextmanager
    def _record_failure(self) -> Iterator[None]:
        try:
            yield
        except ServerError as error:
            self._not_started += error.findings
            raise

    def forget_failures(self) -> None:
        """Forgets the servers that did not start so far."""
        self._not_started.clear()

    @property
    def failures(self) -> list[Finding]:
        with self._lock:
            connectors = list(self._connectors.values())
        errors = [error for connector in connectors if (error := connector.failure())]
        return [*self._not_started, *(finding for error in errors for finding in error.findings)]

    @property
    def endpoints(self) -> dict[str, Any]:
        """The address of each server, as JSON."""
        with self._lock:
            clusters, connectors = dict(self._clusters), dict(self._connectors)
        return {
            "brokers": {name: cluster.plain_bootstrap for name, cluster in clusters.items()},
            "iam": {name: cluster.bootstrap for name, cluster in clusters.items()},
            "hosts": next((str(cluster.hosts_file) for cluster in clusters.values()), ""),
            "connect": {name: connector.rest.url for name, connector in connectors.items()},
            "mysql": {
                name: {"address": str(database.address), "socket": str(database.socket)}
                for name, database in self._databases.items()
            },
        }

    def decode(self, connector: str, messages: Sequence[Message]) -> list[Decoded]:
        """With the connector's own converters; raises DecoderError.

        Converters that ask Glue for schemas do it under the role of each application that reads the topic: it is an
        error that one of them cannot.
        """
        with self._lock:
            running, spec = self._connectors[connector], self._specs[connector]
        if not uses_glue(spec.configuration):
            return running.decode(messages)
        readers = {topic: self._readers(topic, spec) for topic in {topic for topic, _, _ in messages}}
        found: dict[int, Decoded] = {}
        for role in dict.fromkeys(role for topic, _, _ in messages for role in readers[topic]):
            places = [place for place, (topic, _, _) in enumerate(messages) if role in readers[topic]]
            variables = self._reader_variables(role, spec.region)
            decoded = running.decode([messages[place] for place in places], variables)
            found |= {
                place: one for place, one in zip(places, decoded, strict=True) if "error" not in found.get(place, {})
            }
        return [found[place] for place in range(len(messages))]

    @property
    def pids(self) -> dict[str, int | None]:
        """The process id of each running server, by the name that ``start_again`` takes."""
        return {name: program.pid for name, program in self._programs.items() if program.running}

    def start_again(self, name: str) -> None:
        """Starts a server that was killed; raises ValueError for an unknown name."""
        programs = self._programs
        if name not in programs:
            raise ValueError(f"a server must be one of {', '.join(sorted(programs))}, got {name}")
        owner, _, node = name.rpartition("/")
        with self._lock:
            cluster = self._clusters.get(owner)
        if cluster and node in cluster.programs:
            cluster.start_node(node)
        else:
            programs[name].start()

    @property
    def _programs(self) -> dict[str, Program]:
        """Every server process, as ``<cluster, connector or database>/<process>``."""
        with self._lock:
            clusters, connectors = list(self._clusters.items()), list(self._connectors.items())
        found = {f"{name}/{node}": program for name, cluster in clusters for node, program in cluster.programs.items()}
        for name, connector in connectors:
            found |= {f"{name}/{program.name}": program for program in connector.workers.programs}
        for name, database in self._databases.items():
            found |= {f"{name}/mysql": database.program} if database.program else {}
        return found
