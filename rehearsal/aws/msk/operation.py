"""Cluster operations: the progress and the result of each update."""

from dataclasses import dataclass
from typing import Final

from rehearsal.aws.records import BackgroundOperation
from rehearsal.aws.service import Document

STATES: Final = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED")


@dataclass(kw_only=True)
class Operation(BackgroundOperation):
    """An update: ``type_`` is MSK's operation type; ``source`` and ``target`` have the members that it changes."""

    cluster_arn: str
    api_operation: str
    source: Document
    target: Document

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
