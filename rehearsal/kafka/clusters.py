"""Starts the Kafka clusters of one rehearsal."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rehearsal.aws.backends import ClusterSpec, ServerError
from rehearsal.kafka.access import BrokerAccess
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.nodes import Nodes, domain
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.background import Background
from rehearsal.processes.logs import LogShipper


class Clusters:
    """Starts clusters below ``folder``, with at most ``max_brokers`` brokers each.

    Brokers authorize clients by ``access``; without it they accept every client.
    """

    def __init__(
        self,
        *,
        addresses: Addresses,
        folder: Path,
        jars: Sequence[Path],
        logs: LogShipper | None = None,
        max_brokers: int | None = None,
        access: BrokerAccess | None = None,
    ) -> None:
        self._addresses = addresses
        self._folder = folder
        self._jars = [*jars, access.extension] if access else jars
        self._logs = logs
        self._max_brokers = max_brokers
        self._access = access
        self._clusters: list[KafkaCluster] = []
        self._prepared: dict[str, tuple[ClusterSpec, Background[KafkaCluster]]] = {}

    def prepare(self, spec: ClusterSpec) -> None:
        """Starts the brokers of a cluster that will be created, in the background; its log group is not known yet."""
        self._prepared[spec.arn] = spec, Background(lambda: self._start(spec, None))

    def __call__(self, spec: ClusterSpec) -> KafkaCluster:
        """Starts a cluster and waits until its brokers answer; on ServerError everything of it is removed.

        One that was prepared and is created with other settings starts again with these.
        """
        if spec.arn not in self._prepared:
            return self._start(spec, self._logs)
        expected, starting = self._prepared.pop(spec.arn)
        if replace(expected, log_group=spec.log_group) == spec:
            cluster = starting.result()
            cluster.deliver_logs(self._logs, spec.log_group)
            return cluster
        with suppress(ServerError):
            starting.result().stop()
        return self._start(spec, self._logs)

    def _start(self, spec: ClusterSpec, logs: LogShipper | None) -> KafkaCluster:
        suffix = domain(spec)
        folder = self._folder / suffix
        folder.mkdir(parents=True)
        nodes = Nodes(self._addresses, folder, self._jars, self._folder / "hosts", suffix)
        cluster = KafkaCluster(spec, nodes=nodes, logs=logs, max_brokers=self._max_brokers, access=self._access)
        self._clusters.append(cluster)
        try:
            cluster.start()
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def broker_names(self, arn: str) -> list[str]:
        """The host names of a cluster's brokers, also while it is starting."""
        return [name for cluster in list(self._clusters) if cluster.arn == arn for name in cluster.broker_names]

    def stop(self) -> None:
        """Stops every cluster, also one that is still starting."""
        for cluster in self._clusters:
            cluster.stop()
