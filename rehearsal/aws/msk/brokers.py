"""The clusters of the embedded MSK: their records, and the brokers that run for them."""

from threading import RLock

from rehearsal.aws import names
from rehearsal.aws.backends import Cluster, ClusterSpec, StartCluster
from rehearsal.aws.msk.configurations import Configurations
from rehearsal.aws.msk.operation import Operation
from rehearsal.aws.msk.record import ClusterRecord
from rehearsal.aws.records import Records
from rehearsal.aws.service import Document, bad_request
from rehearsal.aws.work import BackgroundWork


class Brokers:
    """Starts, changes and stops the brokers of each cluster in the background; records change under ``lock``.

    Public: ``records`` of clusters, ``configurations``.
    """

    def __init__(self, start: StartCluster, *, lock: RLock, work: BackgroundWork) -> None:
        self._start = start
        self._lock = lock
        self._work = work
        self._expected: dict[tuple[str, str], str] = {}
        self.records: Records[ClusterRecord] = Records(
            "cluster", arn_parameter="clusterArn", name_parameter="clusterName"
        )
        self.configurations = Configurations(in_use=self._uses_configuration)

    def expect(self, region: str, *, kafka_version: str, brokers: int) -> ClusterSpec | None:
        """How a cluster will be created that has the name and the properties of the newest configuration, if any.

        The cluster gets the ARN that is in here.
        """
        configuration = self.configurations.newest(region)
        if configuration is None:
            return None
        arn = self._expected[region, configuration.name] = new_arn(region, configuration.name)
        properties = dict(configuration.revisions[-1].properties)
        return ClusterSpec(configuration.name, arn, region, kafka_version, brokers, properties)

    def arn(self, region: str, name: str) -> str:
        """The ARN of a new cluster."""
        return self._expected.pop((region, name), None) or new_arn(region, name)

    def create(self, record: ClusterRecord, api_operation: str) -> None:
        """CREATING until the brokers answer; FAILED where they do not start."""
        spec = self._spec(record, record.provisioned)
        self.records.add(record)
        self._work.start(lambda: self._create(record, spec, api_operation))

    def add_existing(self, record: ClusterRecord) -> None:
        """Starts the brokers of a cluster and waits: it is ACTIVE when this returns; raises ServerError."""
        self._attach(record, self._start(self._spec(record, record.provisioned)))
        with self._lock:
            record.state = "ACTIVE"
            self.records.add(record)

    def change(self, record: ClusterRecord, changed: Document, operation: Operation) -> None:
        """UPDATING until the brokers run with ``changed``; where they fail the cluster stays as it was."""
        spec = self._spec(record, changed)
        record.state, record.operation = "UPDATING", operation.arn
        self._work.start(lambda: self._change(record, changed, spec, operation))

    def delete(self, record: ClusterRecord) -> None:
        """DELETING until its brokers have stopped."""
        record.state = "DELETING"
        self._work.start(lambda: self._delete(record))

    def stop(self) -> None:
        """Stops all brokers; those that are still starting are stopped as soon as they are up."""
        with self._lock:
            self._work.stop()
            running = [record.brokers for record in self.records if record.brokers]
        for servers in running:
            servers.stop()

    def _create(self, record: ClusterRecord, spec: ClusterSpec, api_operation: str) -> None:
        failure = self._work.run(api_operation, lambda: self._attach(record, self._start(spec)))
        with self._lock:
            if failure is not None:
                record.state_info = {"Code": "BrokersNotStarted", "Message": failure}
            record.state = "ACTIVE" if failure is None else "FAILED"

    def _attach(self, record: ClusterRecord, servers: Cluster) -> None:
        with self._lock:
            if not self._work.stopped:
                record.brokers = servers
        if record.brokers is None:
            servers.stop()

    def _change(self, record: ClusterRecord, changed: Document, spec: ClusterSpec, operation: Operation) -> None:
        servers = record.brokers if spec != self._spec(record, record.provisioned) else None
        failure = self._work.run(operation.api_operation, lambda: servers.change(spec) if servers else None)
        with self._lock:
            if failure is None:
                record.provisioned = changed
            operation.end(failure)
            record.state, record.operation = "ACTIVE", None
            record.new_version()

    def _delete(self, record: ClusterRecord) -> None:
        self._work.run("DeleteCluster", lambda: record.brokers.stop() if record.brokers else None)
        with self._lock:
            self.records.remove(record)

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

    def _uses_configuration(self, configuration: str) -> bool:
        return any(record.configuration_arn == configuration for record in self.records)


def new_arn(region: str, name: str) -> str:
    return names.arn("kafka", region, f"cluster/{name}/{names.uuid_suffix()}")


def check_active(record: ClusterRecord) -> None:
    """Raises ServiceError unless the cluster is ACTIVE."""
    if record.state != "ACTIVE":
        raise bad_request(f"{record.name} must be ACTIVE, is {record.state}", parameter="clusterArn")


def check_version(record: ClusterRecord, version: str | None) -> None:
    """Raises ServiceError unless ``version`` is the cluster's current one."""
    if version is not None and version != record.version:
        message = f"currentVersion of {record.name} must be {record.version}, got {version}"
        raise bad_request(message, parameter="currentVersion")
