"""MSK Connect's operations on connectors."""

from typing import Final, get_args

from modules.environment.msk import KafkaConnectVersion
from rehearsal.aws import names
from rehearsal.aws.account import Account
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.aws.msk_connect.plugins import Plugins
from rehearsal.aws.msk_connect.record import ConnectorRecord, Operation
from rehearsal.aws.msk_connect.worker_configurations import WorkerConfigurations
from rehearsal.aws.msk_connect.workers import Workers
from rehearsal.aws.records import operation_arn
from rehearsal.aws.service import Call, Document, bad_request, not_found, page

_REQUIRED: Final = ("connector.class", "tasks.max")
_UPDATE_STATES: Final = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE")
_RESTART_STATES: Final = ("RESTART_IN_PROGRESS", "RESTART_COMPLETE", "RESTART_FAILED")
_PAUSE_STATES: Final = ("PAUSE_IN_PROGRESS", "PAUSE_COMPLETE", "PAUSE_FAILED")
_RESUME_STATES: Final = ("RESUME_IN_PROGRESS", "RESUME_COMPLETE", "RESUME_FAILED")
_CONFIGURATION: Final = "connectorConfiguration"
_WORKER_SETTING: Final = ("capacity", "plugins", "workerConfiguration")


class Connectors:
    """CreateConnector, DescribeConnector, ListConnectors, UpdateConnector, DeleteConnector, and the operations of
    RestartConnector, PauseConnector and ResumeConnector.
    """

    def __init__(
        self, workers: Workers, *, plugins: Plugins, worker_configurations: WorkerConfigurations, account: Account
    ) -> None:
        self._workers = workers
        self._plugins = plugins
        self._worker_configurations = worker_configurations
        self._account = account
        self._operations: dict[str, Operation] = {}

    def create_connector(self, call: Call) -> Document:
        name = call["connectorName"]
        self._workers.records.check_name(call.region, name)
        self._check(call)
        arn = names.arn("kafkaconnect", call.region, f"connector/{name}/{names.uuid_suffix()}")
        request = {key: value for key, value in call.input.items() if key != "tags"}
        record = ConnectorRecord(arn, request, call.get("tags", {}))
        self._workers.create(record, self._spec(record, request))
        return {"connectorArn": arn, "connectorName": name, "connectorState": record.state}

    def describe_connector(self, call: Call) -> Document:
        return self._workers.records.get(call["connectorArn"]).document

    def list_connectors(self, call: Call) -> Document:
        found = self._workers.records.in_region(call.region, prefix=call.get("connectorNamePrefix", ""))
        listed, token = page(call, found)
        return {"connectors": [record.document for record in listed], "nextToken": token}

    def update_connector(self, call: Call) -> Document:
        record = self._workers.records.get(call["connectorArn"])
        _check_state(record, "RUNNING")
        _check_version(record, call["currentVersion"])
        given: Document = {key: call.input[key] for key in (_CONFIGURATION, *_WORKER_SETTING) if key in call.input}
        _check_update(given)
        changed = record.request | given
        _check_configuration(changed[_CONFIGURATION])
        type_ = "UPDATE_CONNECTOR_CONFIGURATION" if list(given) == [_CONFIGURATION] else "UPDATE_WORKER_SETTING"
        steps = ("INITIALIZE_UPDATE", type_, "VALIDATE_UPDATE", "FINALIZE_UPDATE")
        operation = self._operation(record, type_, _UPDATE_STATES, steps, changed)
        self._workers.change(record, changed, self._spec(record, changed), operation)
        return _operation_started(record, operation)

    def restart_connector(self, call: Call) -> Document:
        record = self._workers.records.get(call["connectorArn"])
        _check_state(record, "RUNNING")
        operation = self._operation(record, "RESTART_CONNECTOR", _RESTART_STATES, (), record.request)
        self._workers.restart(record, operation, only_failed=bool(call.get("onlyFailedTasks")))
        return _operation_started(record, operation)

    def pause_connector(self, call: Call) -> Document:
        record = self._workers.records.get(call["connectorArn"])
        _check_state(record, "RUNNING")
        operation = self._operation(record, "PAUSE_CONNECTOR", _PAUSE_STATES, (), record.request)
        self._workers.pause(record, operation)
        return _operation_started(record, operation)

    def resume_connector(self, call: Call) -> Document:
        record = self._workers.records.get(call["connectorArn"])
        _check_state(record, "PAUSED")
        operation = self._operation(record, "RESUME_CONNECTOR", _RESUME_STATES, (), record.request)
        self._workers.resume(record, operation)
        return _operation_started(record, operation)

    def delete_connector(self, call: Call) -> Document:
        record = self._workers.records.get(call["connectorArn"])
        _check_state(record, "RUNNING", "FAILED", "PAUSED")
        _check_version(record, call.get("currentVersion"))
        self._workers.delete(record)
        return {"connectorArn": record.arn, "connectorState": record.state}

    def describe_connector_operation(self, call: Call) -> Document:
        arn = call["connectorOperationArn"]
        if arn not in self._operations:
            raise not_found(f"no connector operation {arn}")
        return self._operations[arn].document

    def list_connector_operations(self, call: Call) -> Document:
        arn = self._workers.records.get(call["connectorArn"]).arn
        newest_first = [one for one in reversed(self._operations.values()) if one.connector_arn == arn]
        listed, token = page(call, newest_first)
        return {"connectorOperations": [one.document for one in listed], "nextToken": token}

    def _operation(
        self,
        record: ConnectorRecord,
        type_: str,
        states: tuple[str, str, str],
        steps: tuple[str, ...],
        target: Document,
    ) -> Operation:
        operation = Operation(
            arn=operation_arn(record.arn),
            type_=type_,
            states=states,
            connector_arn=record.arn,
            steps=steps,
            origin=record.request,
            target=target,
        )
        self._operations[operation.arn] = operation
        return operation

    def _check(self, call: Call) -> None:
        """Raises ServiceError for a request that is invalid or refers to missing resources."""
        if len(call["plugins"]) != 1:
            raise bad_request(f"plugins must name exactly one custom plugin, got {len(call['plugins'])}")
        known = get_args(KafkaConnectVersion)
        if call["kafkaConnectVersion"] not in known:
            raise bad_request(f"kafkaConnectVersion must be one of {known}, got {call['kafkaConnectVersion']}")
        if not self._account.has_role(call["serviceExecutionRoleArn"]):
            raise bad_request(f"serviceExecutionRoleArn: no role {call['serviceExecutionRoleArn']}")
        logs = _log_group(call.input)
        if logs and not self._account.has_log_group(call.region, logs):
            raise bad_request(f"logDelivery: no log group {logs}")
        _check_configuration(call["connectorConfiguration"])

    def _spec(self, record: ConnectorRecord, request: Document) -> ConnectorSpec:
        plugin, worker = request["plugins"][0]["customPlugin"], request.get("workerConfiguration")
        capacity = request["capacity"]
        provisioned, scaled = capacity.get("provisionedCapacity"), capacity.get("autoScaling", {})
        properties = {}
        if worker:
            found = self._worker_configurations.revision(worker["workerConfigurationArn"], worker["revision"])
            properties = dict(found.properties)
        return ConnectorSpec(
            name=record.name,
            arn=record.arn,
            region=record.region,
            kafkaconnect_version=request["kafkaConnectVersion"],
            bootstrap=request["kafkaCluster"]["apacheKafkaCluster"]["bootstrapServers"],
            archive=self._plugins.active(plugin["customPluginArn"], plugin["revision"]).archive,
            configuration=request["connectorConfiguration"],
            worker_configuration=properties,
            mcu=provisioned["mcuCount"] if provisioned else scaled["mcuCount"],
            workers=provisioned["workerCount"] if provisioned else scaled["minWorkerCount"],
            role_arn=request["serviceExecutionRoleArn"],
            log_group=_log_group(request),
        )


def _log_group(request: Document) -> str | None:
    logs = request.get("logDelivery", {}).get("workerLogDelivery", {}).get("cloudWatchLogs", {})
    return logs.get("logGroup") if logs.get("enabled") else None


def _check_update(given: Document) -> None:
    if not given:
        raise bad_request(
            f"an update must have {_CONFIGURATION} or one of {', '.join(_WORKER_SETTING)}, it has neither"
        )
    if _CONFIGURATION in given and len(given) > 1:  # its API reference
        raise bad_request(f"an update must have either {_CONFIGURATION} or a worker setting, it has {', '.join(given)}")
    if len(given.get("plugins", [""])) != 1:
        raise bad_request(f"plugins must name exactly one custom plugin, got {len(given['plugins'])}")


def _check_configuration(configuration: Document) -> None:
    missing = [key for key in _REQUIRED if key not in configuration]
    if missing:
        raise bad_request(f"connectorConfiguration must set {' and '.join(missing)}")


def _check_state(record: ConnectorRecord, *allowed: str) -> None:
    if record.state not in allowed:
        raise bad_request(f"connector {record.name} must be {' or '.join(allowed)}, is {record.state}")


def _check_version(record: ConnectorRecord, version: str | None) -> None:
    if version is not None and version != record.version:
        raise bad_request(f"currentVersion of {record.name} must be {record.version}, got {version}")


def _operation_started(record: ConnectorRecord, operation: Operation) -> Document:
    return {"connectorArn": record.arn, "connectorState": record.state, "connectorOperationArn": operation.arn}
