"""MSK's operations that update clusters; each runs in the background."""

import copy

from rehearsal.aws.account import Account
from rehearsal.aws.msk import versions
from rehearsal.aws.msk.brokers import Brokers, check_active, check_version
from rehearsal.aws.msk.clusters import check_broker_count, check_log_group
from rehearsal.aws.msk.operation import STATES, Operation, differences
from rehearsal.aws.msk.record import ClusterRecord
from rehearsal.aws.records import operation_arn
from rehearsal.aws.service import Call, Document, bad_request, not_found, page


class Updates:
    """The Update… operations that the Terraform provider calls, and the cluster operations that they start."""

    def __init__(self, brokers: Brokers, *, account: Account) -> None:
        self._brokers = brokers
        self._account = account
        self._operations: dict[str, Operation] = {}

    def update_cluster_configuration(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        self._set_configuration(changed, call.input["ConfigurationInfo"])
        return self._start_update(call, record, changed, "UPDATE_CLUSTER_CONFIGURATION")

    def update_cluster_kafka_version(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        target = call.input["TargetKafkaVersion"]
        versions.check(target, record.instance_type)
        if target not in versions.update_targets(record.kafka_version):
            message = f"{record.kafka_version} cannot be updated to {target}"
            raise bad_request(message, parameter="targetKafkaVersion")
        changed["CurrentBrokerSoftwareInfo"]["KafkaVersion"] = target
        if "ConfigurationInfo" in call.input:
            self._set_configuration(changed, call.input["ConfigurationInfo"])
        return self._start_update(call, record, changed, "UPDATE_CLUSTER_KAFKA_VERSION")

    def update_broker_count(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        count, current = call.input["TargetNumberOfBrokerNodes"], changed["NumberOfBrokerNodes"]
        check_broker_count(count, changed["BrokerNodeGroupInfo"]["ClientSubnets"])
        if count <= current:
            message = f"targetNumberOfBrokerNodes must be above {current}, got {count}"
            raise bad_request(message, parameter="targetNumberOfBrokerNodes")
        changed["NumberOfBrokerNodes"] = count
        return self._start_update(call, record, changed, "INCREASE_BROKER_COUNT")

    def update_broker_storage(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        storage = changed["BrokerNodeGroupInfo"].get("StorageInfo", {}).get("EbsStorageInfo")
        if storage is None:
            raise bad_request(f"{record.instance_type} has no volumes", parameter="targetBrokerEBSVolumeInfo")
        size = max(one.get("VolumeSizeGB", 0) for one in call.input["TargetBrokerEBSVolumeInfo"])
        if size <= storage["VolumeSize"]:
            message = f"volumeSizeGB must be above {storage['VolumeSize']} (a volume never shrinks), got {size}"
            raise bad_request(message, parameter="volumeSizeGB")
        storage["VolumeSize"] = size
        return self._start_update(call, record, changed, "INCREASE_BROKER_STORAGE")

    def update_broker_type(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        versions.check(record.kafka_version, call.input["TargetInstanceType"])
        changed["BrokerNodeGroupInfo"]["InstanceType"] = call.input["TargetInstanceType"]
        return self._start_update(call, record, changed, "UPDATE_BROKER_TYPE")

    def update_monitoring(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        check_log_group(self._account, call.region, call.input.get("LoggingInfo"))
        names = ("EnhancedMonitoring", "LoggingInfo", "OpenMonitoring")
        changed |= {name: call.input[name] for name in names if name in call.input}
        return self._start_update(call, record, changed, "UPDATE_MONITORING")

    def update_security(self, call: Call) -> Document:
        record, changed = self._updatable(call)
        if "ClientAuthentication" in call.input:
            changed["ClientAuthentication"] = call.input["ClientAuthentication"]
        requested = call.input.get("EncryptionInfo", {}).get("EncryptionInTransit", {})
        changed["EncryptionInfo"]["EncryptionInTransit"] |= requested
        return self._start_update(call, record, changed, "UPDATE_SECURITY")

    def describe_cluster_operation(self, call: Call) -> Document:
        arn = call.input["ClusterOperationArn"]
        if arn not in self._operations:
            raise not_found(f"no operation {arn}", parameter="clusterOperationArn")
        return {"ClusterOperationInfo": self._operations[arn].document}

    describe_cluster_operation_v2 = describe_cluster_operation

    def list_cluster_operations(self, call: Call) -> Document:
        arn = self._brokers.records.get(call.input["ClusterArn"]).arn
        newest_first = [one for one in reversed(self._operations.values()) if one.cluster_arn == arn]
        listed, token = page(call, newest_first)
        return {"ClusterOperationInfoList": [one.document for one in listed], "NextToken": token}

    list_cluster_operations_v2 = list_cluster_operations

    def _updatable(self, call: Call) -> tuple[ClusterRecord, Document]:
        """An ACTIVE cluster, and a copy of its settings; raises ServiceError."""
        record = self._brokers.records.get(call.input["ClusterArn"])
        check_active(record)
        check_version(record, call.input["CurrentVersion"])
        return record, copy.deepcopy(record.provisioned)

    def _set_configuration(self, changed: Document, configuration: Document) -> None:
        self._brokers.configurations.revision(configuration["Arn"], configuration["Revision"])
        software = changed["CurrentBrokerSoftwareInfo"]
        software |= {"ConfigurationArn": configuration["Arn"], "ConfigurationRevision": configuration["Revision"]}

    def _start_update(self, call: Call, record: ClusterRecord, changed: Document, type_: str) -> Document:
        source, target = differences(record.provisioned, changed)
        operation = Operation(
            arn=operation_arn(record.arn),
            type_=type_,
            states=STATES,
            cluster_arn=record.arn,
            api_operation=call.operation,
            source=source,
            target=target,
        )
        self._operations[operation.arn] = operation
        self._brokers.change(record, changed, operation)
        return {"ClusterArn": record.arn, "ClusterOperationArn": operation.arn}
