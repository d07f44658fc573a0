"""MSK's operations that create, describe, list and delete clusters."""

from collections.abc import Mapping, Sequence
from typing import Final

from rehearsal.aws import names
from rehearsal.aws.account import Account
from rehearsal.aws.msk import versions
from rehearsal.aws.msk.brokers import Brokers, check_active, check_version
from rehearsal.aws.msk.record import ClusterRecord, with_defaults
from rehearsal.aws.service import Call, Document, bad_request, page

# The key that MSK uses where the request names none.
_MANAGED_KEY: Final = "alias/aws/kafka"
_STATES_WITH_BROKERS: Final = ("ACTIVE", "UPDATING")


class Clusters:
    """CreateCluster, DescribeCluster, ListClusters and their V2s, DeleteCluster, GetBootstrapBrokers, ListNodes."""

    def __init__(self, brokers: Brokers, *, account: Account) -> None:
        self._brokers = brokers
        self._account = account

    def create_cluster(self, call: Call) -> Document:
        return self._create(call, call.input)

    def create_cluster_v2(self, call: Call) -> Document:
        if "Provisioned" not in call.input:
            raise bad_request("a rehearsal supports provisioned clusters only", parameter="serverless")
        return self._create(call, call.input["Provisioned"])

    def add_existing(
        self, arn: str, *, kafka_version: str, brokers: int, instance_type: str, subnets: Sequence[str], group: str
    ) -> None:
        """Adds a cluster that exists before a deploy, with IAM on; its brokers answer, else raises ServerError."""
        nodes = {"ClientSubnets": list(subnets), "InstanceType": instance_type, "SecurityGroups": [group]}
        request = {
            "BrokerNodeGroupInfo": nodes,
            "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}},
            "KafkaVersion": kafka_version,
            "NumberOfBrokerNodes": brokers,
        }
        record = self._new_record(arn, arn.split("/")[1], names.region_of(arn), request, tags={})
        self._brokers.add_existing(record)

    def describe_cluster(self, call: Call) -> Document:
        return {"ClusterInfo": self._brokers.records.get(call.input["ClusterArn"]).description}

    describe_cluster_v2 = describe_cluster

    def list_clusters(self, call: Call) -> Document:
        prefix = call.input.get("ClusterNameFilter", "")
        listed, token = page(call, self._brokers.records.in_region(call.region, prefix=prefix))
        return {"ClusterInfoList": [record.description for record in listed], "NextToken": token}

    list_clusters_v2 = list_clusters

    def delete_cluster(self, call: Call) -> Document:
        record = self._brokers.records.get(call.input["ClusterArn"])
        if record.state != "FAILED":
            check_active(record)
        check_version(record, call.input.get("CurrentVersion"))
        self._brokers.delete(record)
        return {"ClusterArn": record.arn, "State": record.state}

    def get_bootstrap_brokers(self, call: Call) -> Document:
        record = self._brokers.records.get(call.input["ClusterArn"])
        if record.brokers is None or record.state not in _STATES_WITH_BROKERS:
            raise bad_request(f"{record.name} must be ACTIVE, is {record.state}", parameter="clusterArn")
        return {"BootstrapBrokerStringSaslIam": record.brokers.bootstrap if record.with_iam else None}

    def list_nodes(self, call: Call) -> Document:
        record = self._brokers.records.get(call.input["ClusterArn"])
        endpoints = record.brokers.bootstrap.split(",") if record.brokers else []
        nodes = [_node(record, number, endpoint) for number, endpoint in enumerate(endpoints, 1)]
        listed, token = page(call, nodes)
        return {"NodeInfoList": listed, "NextToken": token}

    def get_compatible_kafka_versions(self, call: Call) -> Document:
        version = self._brokers.records.get(call.input["ClusterArn"]).kafka_version
        pairs = [{"SourceVersion": version, "TargetVersions": versions.update_targets(version)}]
        return {"CompatibleKafkaVersions": pairs}

    def _create(self, call: Call, request: Document) -> Document:
        name = call.input["ClusterName"]
        self._brokers.records.check_name(call.region, name)
        nodes = request["BrokerNodeGroupInfo"]
        versions.check(request["KafkaVersion"], nodes["InstanceType"])
        check_broker_count(request["NumberOfBrokerNodes"], nodes["ClientSubnets"])
        check_log_group(self._account, call.region, request.get("LoggingInfo"))
        arn = self._brokers.arn(call.region, name)
        record = self._new_record(arn, name, call.region, request, tags=call.input.get("Tags", {}))
        self._brokers.create(record, call.operation)
        return {"ClusterArn": arn, "ClusterName": name, "ClusterType": "PROVISIONED", "State": record.state}

    def _new_record(
        self, arn: str, name: str, region: str, request: Document, *, tags: Mapping[str, str]
    ) -> ClusterRecord:
        nodes = request["BrokerNodeGroupInfo"]
        groups = nodes.get("SecurityGroups", [])
        if not self._account.has_security_groups(region, groups):
            raise bad_request(f"one of the security groups {groups} does not exist", parameter="securityGroups")
        try:
            zones = self._account.zones(region, nodes["ClientSubnets"])
        except LookupError as error:
            raise bad_request(str(error), parameter="clientSubnets") from error
        key = names.arn("kms", region, _MANAGED_KEY)
        return ClusterRecord(arn, name, with_defaults(request, zones, default_key=key), dict(tags))


def check_broker_count(brokers: int, subnets: Sequence[str]) -> None:
    """Raises ServiceError where the zones would have different numbers of brokers."""
    if brokers % len(subnets):
        message = f"numberOfBrokerNodes must be a multiple of the {len(subnets)} client subnets, got {brokers}"
        raise bad_request(message, parameter="numberOfBrokerNodes")


def check_log_group(account: Account, region: str, logging: Document | None) -> None:
    """Raises ServiceError for a log group that does not exist."""
    logs = (logging or {}).get("BrokerLogs", {}).get("CloudWatchLogs", {})
    if logs.get("Enabled") and not account.has_log_group(region, logs.get("LogGroup", "")):
        raise bad_request(f"the log group {logs.get('LogGroup')!r} does not exist", parameter="logGroup")


def _node(record: ClusterRecord, number: int, endpoint: str) -> Document:
    subnets = record.provisioned["BrokerNodeGroupInfo"]["ClientSubnets"]
    broker = {
        "BrokerId": number,
        "ClientSubnet": subnets[(number - 1) % len(subnets)],
        "CurrentBrokerSoftwareInfo": record.provisioned["CurrentBrokerSoftwareInfo"],
        "Endpoints": [endpoint.rpartition(":")[0]],
    }
    arn = f"{record.arn.replace(':cluster/', ':broker/')}/{number}"
    return {"BrokerNodeInfo": broker, "InstanceType": record.instance_type, "NodeARN": arn, "NodeType": "BROKER"}
