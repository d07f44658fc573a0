"""Cluster operations: the progress and the result of each update."""

from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.aws import names
from rehearsal.aws.service import Document


@dataclass
class Operation:
    """An update: ``type_`` is MSK's operation type; ``source`` and ``target`` have the members that it changes."""

    arn: str
    cluster_arn: str
    api_operation: str
    type_: str
    source: Document
    target: Document
    created: datetime = field(default_factory=names.now)
    ended: datetime | None = None
    failure: str | None = None

    def end(self, failure: str | None) -> None:
        self.ended, self.failure = names.now(), failure

    @property
    def state(self) -> str:
        if self.ended is None:
            return "UPDATE_IN_PROGRESS"
        return "UPDATE_FAILED" if self.failure else "UPDATE_COMPLETE"

    @property
    def document(self) -> Document:
        """ClusterOperationInfo, with the members of DescribeClusterOperation and its V2."""
        clusters = {"SourceClusterInfo": self.source, "TargetClusterInfo": self.target}
        return {
            **clusters,
            "Provisioned": clusters,
            "ClusterArn": self.cluster_arn,
            "ClusterType": "PROVISIONED",
            "CreationTime": self.created,
            "StartTime": self.created,
            "EndTime": self.ended,
            "ErrorInfo": {"ErrorCode": "UpdateFailed", "ErrorString": self.failure} if self.failure else None,
            "OperationArn": self.arn,
            "OperationState": self.state,
            "OperationType": self.type_,
        }


def operation_arn(cluster_arn: str) -> str:
    """A new one, shaped after the cluster's: …:cluster-operation/NAME/CLUSTER/OPERATION."""
    return f"{cluster_arn.replace(':cluster/', ':cluster-operation/')}/{names.uuid_suffix()}"


def differences(before: Document, after: Document) -> tuple[Document, Document]:
    """MutableClusterInfo before and after an update, with the changed members only."""
    old, new = _mutable(before), _mutable(after)
    changed = [key for key in new if new[key] != old.get(key)]
    return {key: old.get(key) for key in changed}, {key: new[key] for key in changed}


def _mutable(provisioned: Document) -> Document:
    software, nodes = provisioned["CurrentBrokerSoftwareInfo"], provisioned["BrokerNodeGroupInfo"]
    kept = (
        "ClientAuthentication",
        "EncryptionInfo",
        "EnhancedMonitoring",
        "LoggingInfo",
        "NumberOfBrokerNodes",
        "OpenMonitoring",
    )
    volume = nodes.get("StorageInfo", {}).get("EbsStorageInfo", {}).get("VolumeSize")
    arn = software["ConfigurationArn"]
    return {
        **{name: provisioned[name] for name in kept},
        "InstanceType": nodes["InstanceType"],
        "KafkaVersion": software["KafkaVersion"],
        "ConfigurationInfo": {"Arn": arn, "Revision": software["ConfigurationRevision"]} if arn else None,
        "BrokerEBSVolumeInfo": [{"KafkaBrokerNodeId": "All", "VolumeSizeGB": volume}] if volume else None,
    }
