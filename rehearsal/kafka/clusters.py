"""Starts the Kafka clusters of one rehearsal."""

from collections.abc import Sequence
from pathlib import Path

from rehearsal.aws.backends import ClusterSpec
from rehearsal.kafka.access import BrokerAccess
from rehearsal.kafka.cluster import KafkaCluster
from rehearsal.kafka.nodes import Nodes, domain
from rehearsal.processes.addresses import Addresses
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

    def __call__(self, spec: ClusterSpec) -> KafkaCluster:
        """Starts a cluster and waits until its brokers answer; on ServerError everything of it is removed."""
        suffix = domain(spec)
        folder = self._folder / suffix
        folder.mkdir(parents=True)
        nodes = Nodes(self._addresses, folder, self._jars, self._folder / "hosts", suffix)
        cluster = KafkaCluster(spec, nodes=nodes, logs=self._logs, max_brokers=self._max_brokers, access=self._access)
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
