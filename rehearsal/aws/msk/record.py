"""The record of an MSK cluster in the control plane."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.aws import names
from rehearsal.aws.backends import Cluster
from rehearsal.aws.service import Document


@dataclass
class ClusterRecord:
    """``provisioned`` has the members of DescribeClusterV2's Provisioned, without those that the brokers supply."""

    arn: str
    name: str
    provisioned: Document
    tags: dict[str, str]
    created: datetime = field(default_factory=names.now)
    state: str = "CREATING"
    state_info: Document | None = None
    version: str = field(default_factory=names.record_version)
    brokers: Cluster | None = None
    operation: str | None = None
    secrets: list[str] = field(default_factory=list)

    def new_version(self) -> None:
        """Changes currentVersion, so that an update of the old one is refused."""
        self.version = names.record_version()

    @property
    def region(self) -> str:
        return names.region_of(self.arn)

    @property
    def kafka_version(self) -> str:
        return str(self.provisioned["CurrentBrokerSoftwareInfo"]["KafkaVersion"])

    @property
    def instance_type(self) -> str:
        return str(self.provisioned["BrokerNodeGroupInfo"]["InstanceType"])

    @property
    def configuration_arn(self) -> str | None:
        arn: str | None = self.provisioned["CurrentBrokerSoftwareInfo"].get("ConfigurationArn")
        return arn

    @property
    def with_iam(self) -> bool:
        authentication = self.provisioned.get("ClientAuthentication", {})
        return bool(authentication.get("Sasl", {}).get("Iam", {}).get("Enabled"))

    @property
    def description(self) -> Document:
        """ClusterInfo, with the members of DescribeCluster and DescribeClusterV2."""
        zookeeper = self.brokers.zookeeper if self.brokers else None
        provisioned = {
            **self.provisioned,
            "ZookeeperConnectString": zookeeper,
            "ZookeeperConnectStringTls": zookeeper,
            "CustomerActionStatus": "NONE",
        }
        return {
            **provisioned,
            "Provisioned": provisioned,
            "ActiveOperationArn": self.operation,
            "ClusterArn": self.arn,
            "ClusterName": self.name,
            "ClusterType": "PROVISIONED",
            "CreationTime": self.created,
            "CurrentVersion": self.version,
            "State": self.state,
            "StateInfo": self.state_info,
            "Tags": self.tags,
        }


def with_defaults(request: Document, zones: Iterable[str], *, default_key: str) -> Document:
    """The input of CreateCluster, with MSK's defaults for what it does not set."""
    configuration = request.get("ConfigurationInfo", {})
    at_rest = request.get("EncryptionInfo", {}).get("EncryptionAtRest")
    in_transit = request.get("EncryptionInfo", {}).get("EncryptionInTransit", {})
    return {
        "BrokerNodeGroupInfo": {
            "BrokerAZDistribution": "DEFAULT",
            "ConnectivityInfo": {"PublicAccess": {"Type": "DISABLED"}},
            "ZoneIds": list(zones),
            **request["BrokerNodeGroupInfo"],
        },
        "ClientAuthentication": request.get("ClientAuthentication", {"Unauthenticated": {"Enabled": True}}),
        "CurrentBrokerSoftwareInfo": {
            "KafkaVersion": request["KafkaVersion"],
            "ConfigurationArn": configuration.get("Arn"),
            "ConfigurationRevision": configuration.get("Revision"),
        },
        "EncryptionInfo": {
            "EncryptionAtRest": at_rest or {"DataVolumeKMSKeyId": default_key},
            "EncryptionInTransit": {"ClientBroker": "TLS", "InCluster": True, **in_transit},
        },
        "EnhancedMonitoring": request.get("EnhancedMonitoring", "DEFAULT"),
        "LoggingInfo": request.get("LoggingInfo"),
        "NumberOfBrokerNodes": request["NumberOfBrokerNodes"],
        "OpenMonitoring": request.get("OpenMonitoring", _NO_EXPORTERS),
        "StorageMode": request.get("StorageMode", "LOCAL"),
    }


_OFF = {"EnabledInBroker": False}
_NO_EXPORTERS = {"Prometheus": {"JmxExporter": _OFF, "NodeExporter": _OFF}}
