"""The clusters of the embedded MSK, and the brokers behind them."""

from collections.abc import Iterator
from threading import RLock

from rehearsal.aws.msk.configurations import Configurations
from rehearsal.aws.msk.operation import Operation
from rehearsal.aws.msk.record import ClusterRecord
from rehearsal.aws.servers import Cluster, ClusterSpec, StartCluster
from rehearsal.aws.service import Document, bad_request, not_found
from rehearsal.aws.work import Work


class Fleet:
    """Cluster records by ARN; what takes time goes on in the background and ends under ``lock``."""

    def __init__(self, start: StartCluster, *, lock: RLock, work: Work) -> None:
        self._start = start
        self._lock = lock
        self._work = work
        self._records: dict[str, ClusterRecord] = {}
        self.configurations = Configurations(used=self._refers)

    def get(self, arn: str) -> ClusterRecord:
        if arn not in self._records:
            raise not_found(f"no cluster {arn}", parameter="clusterArn")
        return self._records[arn]

    def within(self, region: str) -> Iterator[ClusterRecord]:
        return (record for record in self._records.values() if record.region == region)

    def create(self, record: ClusterRecord, operation: str) -> None:
        """CREATING until its brokers answer; FAILED where they do not."""
        spec = self._spec(record, record.provisioned)
        self._records[record.arn] = record
        self._work.start(lambda: self._create(record, spec, operation))

    def adopt(self, record: ClusterRecord) -> None:
        """ACTIVE once its brokers answer; raises ServerError."""
        self._keep(record, self._start(self._spec(record, record.provisioned)))
        with self._lock:
            record.state = "ACTIVE"
            self._records[record.arn] = record

    def change(self, record: ClusterRecord, changed: Document, operation: Operation) -> None:
        """UPDATING until the brokers run as ``changed`` says; as before where they cannot."""
        spec = self._spec(record, changed)
        record.state, record.operation = "UPDATING", operation.arn
        self._work.start(lambda: self._change(record, changed, spec, operation))

    def delete(self, record: ClusterRecord) -> None:
        """DELETING until its brokers are gone."""
        record.state = "DELETING"
        self._work.start(lambda: self._delete(record))

    def stop(self) -> None:
        """Ends all brokers; those that are still being started end when they are up."""
        with self._lock:
            self._work.end()
            running = [record.servers for record in self._records.values() if record.servers]
        for servers in running:
            servers.stop()

    def _create(self, record: ClusterRecord, spec: ClusterSpec, operation: str) -> None:
        failure = self._work.attempt(operation, lambda: self._keep(record, self._start(spec)))
        with self._lock:
            if failure is not None:
                record.state_info = {"Code": "BrokersNotStarted", "Message": failure}
            record.state = "ACTIVE" if failure is None else "FAILED"

    def _keep(self, record: ClusterRecord, servers: Cluster) -> None:
        with self._lock:
            if not self._work.over:
                record.servers = servers
        if record.servers is None:
            servers.stop()

    def _change(self, record: ClusterRecord, changed: Document, spec: ClusterSpec, operation: Operation) -> None:
        servers = record.servers if spec != self._spec(record, record.provisioned) else None
        failure = self._work.attempt(operation.called, lambda: servers.change(spec) if servers else None)
        with self._lock:
            if failure is None:
                record.provisioned = changed
            operation.end(failure)
            record.state, record.operation = "ACTIVE", None
            record.renew()

    def _delete(self, record: ClusterRecord) -> None:
        self._work.attempt("DeleteCluster", lambda: record.servers.stop() if record.servers else None)
        with self._lock:
            del self._records[record.arn]

    def _spec(self, record: ClusterRecord, provisioned: Document) -> ClusterSpec:
        software = provisioned["CurrentBrokerSoftwareInfo"]
        arn, properties = software["ConfigurationArn"], {}
        if arn:
            properties = dict(self.configurations.revision(arn, software["ConfigurationRevision"]).properties)
        logs = (provisioned["LoggingInfo"] or {}).get("BrokerLogs", {}).get("CloudWatchLogs", {})
        return ClusterSpec(
            name=record.name,
            arn=record.arn,
            region=record.region,
            kafka_version=software["KafkaVersion"],
            brokers=provisioned["NumberOfBrokerNodes"],
            server_properties=properties,
            log_group=logs.get("LogGroup") if logs.get("Enabled") else None,
        )

    def _refers(self, configuration: str) -> bool:
        return any(record.configuration_arn == configuration for record in self._records.values())


def check_active(record: ClusterRecord) -> None:
    """Refuses what can be done to a cluster at rest only."""
    if record.state != "ACTIVE":
        raise bad_request(f"{record.name} must be ACTIVE, is {record.state}", parameter="clusterArn")


def check_version(record: ClusterRecord, version: str | None) -> None:
    """Refuses a change that was planned on an older state of the cluster."""
    if version is not None and version != record.version:
        message = f"currentVersion of {record.name} must be {record.version}, got {version}"
        raise bad_request(message, parameter="currentVersion")
