"""An MSK cluster as its control plane keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.aws import names
from rehearsal.aws.servers import Cluster
from rehearsal.aws.service import Document


@dataclass
class ClusterRecord:
    """``provisioned`` holds the members of DescribeClusterV2's Provisioned that the brokers themselves do not tell."""

    arn: str
    name: str
    provisioned: Document
    tags: dict[str, str]
    created: datetime = field(default_factory=names.now)
    state: str = "CREATING"
    state_info: Document | None = None
    version: str = field(default_factory=names.version)
    servers: Cluster | None = None
    operation: str | None = None
    secrets: list[str] = field(default_factory=list)

    def renew(self) -> None:
        """Another version, so that nobody changes what somebody else has changed meanwhile."""
        self.version = names.version()

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
    def described(self) -> Document:
        """ClusterInfo of DescribeCluster and DescribeClusterV2 in one."""
        zookeeper = self.servers.zookeeper if self.servers else None
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


def completed(asked: Document, zones: Iterable[str], *, default_key: str) -> Document:
    """What CreateCluster was asked for, with MSK's defaults for the rest."""
    configuration = asked.get("ConfigurationInfo", {})
    at_rest = asked.get("EncryptionInfo", {}).get("EncryptionAtRest")
    in_transit = asked.get("EncryptionInfo", {}).get("EncryptionInTransit", {})
    return {
        "BrokerNodeGroupInfo": {
            "BrokerAZDistribution": "DEFAULT",
            "ConnectivityInfo": {"PublicAccess": {"Type": "DISABLED"}},
            "ZoneIds": list(zones),
            **asked["BrokerNodeGroupInfo"],
        },
        "ClientAuthentication": asked.get("ClientAuthentication", {"Unauthenticated": {"Enabled": True}}),
        "CurrentBrokerSoftwareInfo": {
            "KafkaVersion": asked["KafkaVersion"],
            "ConfigurationArn": configuration.get("Arn"),
            "ConfigurationRevision": configuration.get("Revision"),
        },
        "EncryptionInfo": {
            "EncryptionAtRest": at_rest or {"DataVolumeKMSKeyId": default_key},
            "EncryptionInTransit": {"ClientBroker": "TLS", "InCluster": True, **in_transit},
        },
        "EnhancedMonitoring": asked.get("EnhancedMonitoring", "DEFAULT"),
        "LoggingInfo": asked.get("LoggingInfo"),
        "NumberOfBrokerNodes": asked["NumberOfBrokerNodes"],
        "OpenMonitoring": asked.get("OpenMonitoring", _NO_EXPORTERS),
        "StorageMode": asked.get("StorageMode", "LOCAL"),
    }


_OFF = {"EnabledInBroker": False}
_NO_EXPORTERS = {"Prometheus": {"JmxExporter": _OFF, "NodeExporter": _OFF}}
