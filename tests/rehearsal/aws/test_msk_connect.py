"""MSK Connect's control plane: what it refuses, the states of connectors, and the specs that workers start with."""

import base64
import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.faults import Fault
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import BUCKET, WORKER, archive, aws_client, network, role, upload, wait_until_settled
from tests.rehearsal.aws.recording_backends import RecordingBackends

CONFIGURATION = {"connector.class": "io.debezium.connector.mysql.MySqlConnector", "tasks.max": "1"}


def plugin(aws: EmbeddedAws, content: bytes | None = None, *, key: str = "debezium.zip", **changes: Any) -> str:
    """The ARN of a plugin that is being created."""
    version = upload(aws, archive() if content is None else content)
    s3 = {"bucketArn": f"arn:aws:s3:::{BUCKET}", "fileKey": key, "objectVersion": version}
    asked = {"name": "debezium", "contentType": "ZIP", "location": {"s3Location": s3}, **changes}
    return str(aws_client(aws, "kafkaconnect").create_custom_plugin(**asked)["customPluginArn"])


def created_plugin(aws: EmbeddedAws, content: bytes | None = None, *, key: str = "debezium.zip") -> dict[str, Any]:
    connect, arn = aws_client(aws, "kafkaconnect"), plugin(aws, content, key=key)
    return wait_until_settled(lambda: connect.describe_custom_plugin(customPluginArn=arn), "customPluginState")


def test_a_plugin_may_have_a_chosen_id_and_revision(aws: EmbeddedAws) -> None:
    """As an environment file names one that exists."""
    chosen = "0a1b2c3d-0000-4000-8000-abcdabcdabcd-2"
    arn = plugin(aws, tags={CUSTOM_ID_TAG: f"{chosen} 3"})
    assert arn.endswith(f":custom-plugin/debezium/{chosen}")
    connect = aws_client(aws, "kafkaconnect")
    made = wait_until_settled(lambda: connect.describe_custom_plugin(customPluginArn=arn), "customPluginState")
    assert made["latestRevision"]["revision"] == 3
    named = {"customPlugin": {"customPluginArn": arn, "revision": 1}}
    with pytest.raises(ClientError, match="has no revision 1"):
        connect.create_connector(**request(aws, plugins=[named]))


def worker_configuration(aws: EmbeddedAws, properties: bytes = WORKER) -> str:
    content = base64.b64encode(properties).decode()
    made = aws_client(aws, "kafkaconnect").create_worker_configuration(name="json", propertiesFileContent=content)
    return str(made["workerConfigurationArn"])


def request(aws: EmbeddedAws, **changes: Any) -> dict[str, Any]:
    """CreateConnector's input."""
    there = network(aws)
    vpc = {"securityGroups": [there.group], "subnets": there.subnets}
    return {
        "connectorName": "orders",
        "kafkaConnectVersion": "3.7.x",
        "capacity": {"provisionedCapacity": {"mcuCount": 2, "workerCount": 1}},
        "connectorConfiguration": CONFIGURATION,
        "kafkaCluster": {"apacheKafkaCluster": {"bootstrapServers": "b-1:9098", "vpc": vpc}},
        "kafkaClusterClientAuthentication": {"authenticationType": "IAM"},
        "kafkaClusterEncryptionInTransit": {"encryptionType": "TLS"},
        "serviceExecutionRoleArn": role(aws),
        **({} if "plugins" in changes else {"plugins": [_named(created_plugin(aws))]}),
        **changes,
    }


def _named(made: dict[str, Any]) -> dict[str, Any]:
    return {"customPlugin": {"customPluginArn": made["customPluginArn"], "revision": 1}}


def described(aws: EmbeddedAws, arn: str) -> dict[str, Any]:
    """A connector once its state is not a transient one."""
    connect = aws_client(aws, "kafkaconnect")
    return wait_until_settled(lambda: connect.describe_connector(connectorArn=arn), "connectorState")


def created(aws: EmbeddedAws, **changes: Any) -> dict[str, Any]:
    made = aws_client(aws, "kafkaconnect").create_connector(**request(aws, **changes))
    return described(aws, made["connectorArn"])


def ended(aws: EmbeddedAws, operation: dict[str, Any]) -> dict[str, Any]:
    connect, arn = aws_client(aws, "kafkaconnect"), operation["connectorOperationArn"]
    return wait_until_settled(
        lambda: connect.describe_connector_operation(connectorOperationArn=arn), "connectorOperationState"
    )


def test_a_plugin_is_a_copy_of_its_object(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    content = archive()
    arn = created_plugin(aws, content)["customPluginArn"]
    upload(aws, archive("another.jar"))
    created(aws, plugins=[_named({"customPluginArn": arn})])
    latest_file = aws_client(aws, "kafkaconnect").describe_custom_plugin(customPluginArn=arn)["latestRevision"][
        "fileDescription"
    ]
    assert latest_file == {"fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(), "fileSize": len(content)}
    assert backends.connectors[0].specs[0].archive.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "key", "message"),
    [
        (b"PK no more", "debezium.zip", "must be a ZIP, got a file that is not a ZIP archive"),
        (archive("readme.txt"), "debezium.zip", "must have at least one .jar"),
        (archive(), "missing.zip", f"s3://{BUCKET}/missing.zip, version"),
    ],
)
def test_an_invalid_plugin_fails(aws: EmbeddedAws, content: bytes, key: str, message: str) -> None:
    made = created_plugin(aws, content, key=key)
    assert made["customPluginState"] == "CREATE_FAILED"
    assert message in made["stateDescription"]["message"]
    with pytest.raises(ClientError, match="must be ACTIVE, is CREATE_FAILED"):
        created(aws, plugins=[_named(made)])


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (WORKER + b"group.id=mine\n", "group.id is set by MSK Connect itself"),
        (WORKER + b"ssl.protocol=TLS\n", "ssl.protocol is set by MSK Connect itself"),
        (b"key.converter=x\n", "must set value.converter"),
        (WORKER + b"offset.storage.topic\n", "line 3 must be key=value, got 'offset.storage.topic'"),
    ],
)
def test_worker_properties_that_are_refused(aws: EmbeddedAws, properties: bytes, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        worker_configuration(aws, properties)


def test_a_connector_runs_as_requested(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    aws_client(aws, "logs").create_log_group(logGroupName="/workers")
    logs = {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/workers"}}}
    configuration = worker_configuration(aws, WORKER + b"offset.storage.topic=orders-offsets\n")
    connector = created(
        aws, workerConfiguration={"workerConfigurationArn": configuration, "revision": 1}, logDelivery=logs
    )
    assert connector["connectorState"] == "RUNNING"
    assert connector["connectorConfiguration"] == CONFIGURATION
    [spec] = backends.connectors[0].specs
    assert (spec.name, spec.arn, spec.bootstrap) == ("orders", connector["connectorArn"], "b-1:9098")
    assert (spec.mcu, spec.workers, spec.log_group) == (2, 1, "/workers")
    assert spec.worker_configuration["offset.storage.topic"] == "orders-offsets"
    assert spec.role_arn == connector["serviceExecutionRoleArn"]
    [listed] = aws_client(aws, "kafkaconnect").list_connectors(connectorNamePrefix="ord")["connectors"]
    assert listed["connectorArn"] == connector["connectorArn"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kafkaConnectVersion": "3.9.x"}, "kafkaConnectVersion must be one of"),
        ({"serviceExecutionRoleArn": "arn:aws:iam::123456789012:role/nobody"}, "no role"),
        ({"connectorConfiguration": {"tasks.max": "1"}}, "must set connector.class"),
        (
            {"logDelivery": {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/none"}}}},
            "no log group /none",
        ),
        ({"workerConfiguration": {"workerConfigurationArn": "arn:none", "revision": 1}}, "no worker configuration"),
        ({"plugins": []}, "exactly one custom plugin, got 0"),
        ({"plugins": [_named({"customPluginArn": "arn:none"})]}, "no custom plugin arn:none"),
    ],
)
def test_an_invalid_connector_is_refused(aws: EmbeddedAws, changes: dict[str, Any], message: str) -> None:
    connect, asked = aws_client(aws, "kafkaconnect"), request(aws, **changes)
    with pytest.raises(ClientError, match=message):
        connect.create_connector(**asked)
    assert connect.list_connectors()["connectors"] == []


def test_names_are_unique(aws: EmbeddedAws) -> None:
    connect, asked = aws_client(aws, "kafkaconnect"), request(aws)
    connect.create_connector(**asked)
    worker_configuration(aws)
    for again in (lambda: connect.create_connector(**asked), lambda: plugin(aws), lambda: worker_configuration(aws)):
        with pytest.raises(ClientError, match="exists") as refused:
            again()
        assert refused.value.response["Error"]["Code"] == "ConflictException"


def test_a_worker_that_does_not_start_fails_the_connector(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    backends.failure = "Access denied to user 'cdc'"
    connector = created(aws)
    assert connector["connectorState"] == "FAILED"
    assert connector["stateDescription"]["message"] == "Access denied to user 'cdc'"
    aws_client(aws, "kafkaconnect").delete_connector(connectorArn=connector["connectorArn"])


def test_an_update_in_place(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connect, connector = aws_client(aws, "kafkaconnect"), created(aws)
    arn, version = connector["connectorArn"], connector["currentVersion"]
    changed = {**CONFIGURATION, "heartbeat.interval.ms": "1000"}
    with pytest.raises(ClientError, match=f"currentVersion of orders must be {version}, got old"):
        connect.update_connector(connectorArn=arn, currentVersion="old", connectorConfiguration=changed)
    operation = ended(
        aws, connect.update_connector(connectorArn=arn, currentVersion=version, connectorConfiguration=changed)
    )
    assert operation["connectorOperationState"] == "UPDATE_COMPLETE"
    assert {step["stepState"] for step in operation["operationSteps"]} == {"COMPLETED"}
    assert operation["targetConnectorConfiguration"] == changed
    after = described(aws, arn)
    assert (after["connectorState"], after["connectorConfiguration"]) == ("RUNNING", changed)
    assert after["currentVersion"] != version
    assert backends.connectors[0].specs[-1].configuration == changed


def test_an_update_of_the_capacity(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connector, capacity = created(aws), {"provisionedCapacity": {"mcuCount": 4, "workerCount": 1}}
    operation = aws_client(aws, "kafkaconnect").update_connector(
        connectorArn=connector["connectorArn"], currentVersion=connector["currentVersion"], capacity=capacity
    )
    assert ended(aws, operation)["connectorOperationType"] == "UPDATE_WORKER_SETTING"
    assert backends.connectors[0].specs[-1].mcu == 4


def test_a_failed_update_is_rolled_back_and_only_the_operation_shows_it(
    aws: EmbeddedAws, backends: RecordingBackends
) -> None:
    connect, connector = aws_client(aws, "kafkaconnect"), created(aws)
    backends.connectors[0].failure = "no such table"
    asked = {**CONFIGURATION, "table.include.list": "none"}
    operation = connect.update_connector(
        connectorArn=connector["connectorArn"],
        currentVersion=connector["currentVersion"],
        connectorConfiguration=asked,
    )
    failed = ended(aws, operation)
    assert (failed["connectorOperationState"], failed["errorInfo"]["message"]) == ("ROLLBACK_COMPLETE", "no such table")
    assert [step["stepState"] for step in failed["operationSteps"]] == ["COMPLETED", "FAILED", "CANCELLED", "CANCELLED"]
    after = described(aws, connector["connectorArn"])
    assert (after["connectorState"], after["connectorConfiguration"]) == ("RUNNING", CONFIGURATION)
    [listed] = connect.list_connector_operations(connectorArn=connector["connectorArn"])["connectorOperations"]
    assert listed["connectorOperationState"] == "ROLLBACK_COMPLETE"


def test_an_update_is_of_the_capacity_or_of_the_configuration(aws: EmbeddedAws) -> None:
    connector, capacity = created(aws), {"provisionedCapacity": {"mcuCount": 4, "workerCount": 1}}
    with pytest.raises(ClientError, match="either connectorConfiguration or a worker setting"):
        aws_client(aws, "kafkaconnect").update_connector(
            connectorArn=connector["connectorArn"],
            currentVersion=connector["currentVersion"],
            capacity=capacity,
            connectorConfiguration=CONFIGURATION,
        )


PLUGIN: dict[str, Any] = {"customPlugin": {"customPluginArn": "arn", "revision": 1}}


@pytest.mark.parametrize(
    ("update", "message"),
    [
        ({}, "an update must have connectorConfiguration or one of capacity, plugins, workerConfiguration"),
        ({"useDefaultWorkerConfiguration": True}, "it has neither"),
        ({"plugins": [PLUGIN], "connectorConfiguration": CONFIGURATION}, "either connectorConfiguration or a worker"),
        ({"plugins": [PLUGIN, PLUGIN]}, "exactly one custom plugin, got 2"),
    ],
    ids=["nothing", "default", "both", "two"],
)
def test_an_unsupported_update_is_refused(aws: EmbeddedAws, update: dict[str, Any], message: str) -> None:
    connector = created(aws)
    with pytest.raises(ClientError, match=message):
        aws_client(aws, "kafkaconnect").update_connector(
            connectorArn=connector["connectorArn"], currentVersion=connector["currentVersion"], **update
        )


def test_another_plugin_and_worker_configuration_in_place(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connect, connector = aws_client(aws, "kafkaconnect"), created(aws)
    second = plugin(aws, name="second")
    wait_until_settled(lambda: connect.describe_custom_plugin(customPluginArn=second), "customPluginState")
    worker = worker_configuration(aws, WORKER + b"offset.flush.interval.ms=500\n")
    operation = connect.update_connector(
        connectorArn=connector["connectorArn"],
        currentVersion=connector["currentVersion"],
        plugins=[{"customPlugin": {"customPluginArn": second, "revision": 1}}],
        workerConfiguration={"workerConfigurationArn": worker, "revision": 1},
    )
    done = ended(aws, operation)
    assert (done["connectorOperationType"], done["connectorOperationState"]) == (
        "UPDATE_WORKER_SETTING",
        "UPDATE_COMPLETE",
    )
    assert done["targetWorkerSetting"]["plugins"][0]["customPlugin"]["customPluginArn"] == second
    before, after = backends.connectors[0].specs
    assert before.archive != after.archive
    assert after.worker_configuration["offset.flush.interval.ms"] == "500"
    found = described(aws, connector["connectorArn"])
    assert found["plugins"][0]["customPlugin"]["customPluginArn"] == second
    assert found["workerConfiguration"]["workerConfigurationArn"] == worker


def test_a_pause_and_a_resume(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connect, arn = aws_client(aws, "kafkaconnect"), created(aws)["connectorArn"]
    with pytest.raises(ClientError, match="orders must be PAUSED, is RUNNING"):
        connect.resume_connector(connectorArn=arn)
    assert ended(aws, connect.pause_connector(connectorArn=arn))["connectorOperationState"] == "PAUSE_COMPLETE"
    assert (described(aws, arn)["connectorState"], backends.connectors[0].paused) == ("PAUSED", True)
    with pytest.raises(ClientError, match="orders must be RUNNING, is PAUSED"):
        connect.restart_connector(connectorArn=arn)
    resumed = ended(aws, connect.resume_connector(connectorArn=arn))
    assert (resumed["connectorOperationType"], resumed["connectorOperationState"]) == (
        "RESUME_CONNECTOR",
        "RESUME_COMPLETE",
    )
    assert (described(aws, arn)["connectorState"], backends.connectors[0].paused) == ("RUNNING", False)


def test_a_restart(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connect, arn = aws_client(aws, "kafkaconnect"), created(aws)["connectorArn"]
    operation = connect.restart_connector(connectorArn=arn)
    assert ended(aws, operation)["connectorOperationState"] == "RESTART_COMPLETE"
    assert backends.connectors[0].restarts == [False]


def test_a_connector_that_is_being_created_is_not_changed(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    connect, asked = aws_client(aws, "kafkaconnect"), request(aws)
    backends.gate.clear()
    arn = connect.create_connector(**asked)["connectorArn"]
    for refused in (connect.delete_connector, connect.restart_connector):
        with pytest.raises(ClientError, match="is CREATING"):
            refused(connectorArn=arn)


def test_delete_stops_the_worker_and_releases_plugin_and_configuration(
    aws: EmbeddedAws, backends: RecordingBackends
) -> None:
    connect, configuration = aws_client(aws, "kafkaconnect"), worker_configuration(aws)
    connector = created(aws, workerConfiguration={"workerConfigurationArn": configuration, "revision": 1})
    arn, plugin_arn = connector["connectorArn"], connector["plugins"][0]["customPlugin"]["customPluginArn"]
    with pytest.raises(ClientError, match="is used by a connector"):
        connect.delete_custom_plugin(customPluginArn=plugin_arn)
    with pytest.raises(ClientError, match="is used by a connector"):
        connect.delete_worker_configuration(workerConfigurationArn=configuration)
    assert connect.delete_connector(connectorArn=arn)["connectorState"] == "DELETING"
    with pytest.raises(connect.exceptions.NotFoundException):
        described(aws, arn)
    assert backends.connectors[0].stopped.is_set()
    connect.delete_custom_plugin(customPluginArn=plugin_arn)
    connect.delete_worker_configuration(workerConfigurationArn=configuration)


def test_an_injected_failure_fails_a_connector_once(aws: EmbeddedAws) -> None:
    aws.faults.add(Fault(service="kafkaconnect", operation="CreateConnector", failure="unlucky"))
    assert created(aws)["stateDescription"]["message"] == "unlucky"
    assert aws.faults.pending == []


def test_an_unexpected_exception_fails_the_connector_too(
    aws: EmbeddedAws, backends: RecordingBackends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "connectors", None)
    connector = created(aws)
    assert connector["connectorState"] == "FAILED"
    assert connector["stateDescription"]["message"].startswith("AttributeError")


def test_the_workers_stop_with_the_server(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    created(aws)
    aws.stop()
    assert backends.connectors[0].stopped.is_set()


def test_tags(aws: EmbeddedAws) -> None:
    connect, connector = aws_client(aws, "kafkaconnect"), created(aws, tags={"a": "1"})
    plugin_arn = connector["plugins"][0]["customPlugin"]["customPluginArn"]
    for arn in (connector["connectorArn"], plugin_arn, worker_configuration(aws)):
        connect.tag_resource(resourceArn=arn, tags={"b": "2", "c": "3"})
        connect.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
        assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
