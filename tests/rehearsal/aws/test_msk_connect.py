"""MSK Connect's control plane: what it refuses, the states of a connector, and what its worker is told."""

import base64
import hashlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.faults import Fault
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import BUCKET, WORKER, archive, network, of, role, settled, upload
from tests.rehearsal.aws.runners import Runners

CONFIGURATION = {"connector.class": "io.debezium.connector.mysql.MySqlConnector", "tasks.max": "1"}


def plugin(aws: EmbeddedAws, content: bytes | None = None, *, key: str = "debezium.zip", **changes: Any) -> str:
    """The ARN of a plugin that is being created."""
    version = upload(aws, archive() if content is None else content)
    s3 = {"bucketArn": f"arn:aws:s3:::{BUCKET}", "fileKey": key, "objectVersion": version}
    asked = {"name": "debezium", "contentType": "ZIP", "location": {"s3Location": s3}, **changes}
    return str(of(aws, "kafkaconnect").create_custom_plugin(**asked)["customPluginArn"])


def created_plugin(aws: EmbeddedAws, content: bytes | None = None, *, key: str = "debezium.zip") -> dict[str, Any]:
    connect, arn = of(aws, "kafkaconnect"), plugin(aws, content, key=key)
    return settled(lambda: connect.describe_custom_plugin(customPluginArn=arn), "customPluginState")


def worker_configuration(aws: EmbeddedAws, properties: bytes = WORKER) -> str:
    content = base64.b64encode(properties).decode()
    made = of(aws, "kafkaconnect").create_worker_configuration(name="json", propertiesFileContent=content)
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
    """A connector once it is at rest."""
    connect = of(aws, "kafkaconnect")
    return settled(lambda: connect.describe_connector(connectorArn=arn), "connectorState")


def created(aws: EmbeddedAws, **changes: Any) -> dict[str, Any]:
    made = of(aws, "kafkaconnect").create_connector(**request(aws, **changes))
    return described(aws, made["connectorArn"])


def ended(aws: EmbeddedAws, operation: dict[str, Any]) -> dict[str, Any]:
    connect, arn = of(aws, "kafkaconnect"), operation["connectorOperationArn"]
    return settled(lambda: connect.describe_connector_operation(connectorOperationArn=arn), "connectorOperationState")


def test_a_plugin_is_a_copy_of_its_object(aws: EmbeddedAws, runners: Runners) -> None:
    content = archive()
    arn = created_plugin(aws, content)["customPluginArn"]
    upload(aws, archive("another.jar"))
    created(aws, plugins=[_named({"customPluginArn": arn})])
    told = of(aws, "kafkaconnect").describe_custom_plugin(customPluginArn=arn)["latestRevision"]["fileDescription"]
    assert told == {"fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(), "fileSize": len(content)}
    assert runners.connectors[0].specs[0].archive.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "key", "message"),
    [
        (b"PK no more", "debezium.zip", "must be a ZIP, and is no ZIP archive at all"),
        (archive("readme.txt"), "debezium.zip", "must hold at least one .jar"),
        (archive(), "missing.zip", f"s3://{BUCKET}/missing.zip, version"),
    ],
)
def test_a_plugin_that_cannot_be(aws: EmbeddedAws, content: bytes, key: str, message: str) -> None:
    made = created_plugin(aws, content, key=key)
    assert made["customPluginState"] == "CREATE_FAILED"
    assert message in made["stateDescription"]["message"]
    with pytest.raises(ClientError, match="must be ACTIVE, is CREATE_FAILED"):
        created(aws, plugins=[_named(made)])


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (WORKER + b"group.id=mine\n", "group.id is MSK Connect's own"),
        (WORKER + b"ssl.protocol=TLS\n", "ssl.protocol is MSK Connect's own"),
        (b"key.converter=x\n", "must set value.converter"),
        (WORKER + b"offset.storage.topic\n", "line 3 must be key=value, got 'offset.storage.topic'"),
    ],
)
def test_worker_properties_that_are_refused(aws: EmbeddedAws, properties: bytes, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        worker_configuration(aws, properties)


def test_a_connector_runs_as_it_was_asked_for(aws: EmbeddedAws, runners: Runners) -> None:
    of(aws, "logs").create_log_group(logGroupName="/workers")
    logs = {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/workers"}}}
    configuration = worker_configuration(aws, WORKER + b"offset.storage.topic=orders-offsets\n")
    connector = created(
        aws, workerConfiguration={"workerConfigurationArn": configuration, "revision": 1}, logDelivery=logs
    )
    assert connector["connectorState"] == "RUNNING"
    assert connector["connectorConfiguration"] == CONFIGURATION
    [spec] = runners.connectors[0].specs
    assert (spec.name, spec.arn, spec.bootstrap) == ("orders", connector["connectorArn"], "b-1:9098")
    assert (spec.mcu, spec.workers, spec.log_group) == (2, 1, "/workers")
    assert spec.worker_configuration["offset.storage.topic"] == "orders-offsets"
    assert spec.role_arn == connector["serviceExecutionRoleArn"]
    [listed] = of(aws, "kafkaconnect").list_connectors(connectorNamePrefix="ord")["connectors"]
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
def test_a_connector_that_cannot_be(aws: EmbeddedAws, changes: dict[str, Any], message: str) -> None:
    connect, asked = of(aws, "kafkaconnect"), request(aws, **changes)
    with pytest.raises(ClientError, match=message):
        connect.create_connector(**asked)
    assert connect.list_connectors()["connectors"] == []


def test_names_are_unique(aws: EmbeddedAws) -> None:
    connect, asked = of(aws, "kafkaconnect"), request(aws)
    connect.create_connector(**asked)
    worker_configuration(aws)
    for again in (lambda: connect.create_connector(**asked), lambda: plugin(aws), lambda: worker_configuration(aws)):
        with pytest.raises(ClientError, match="exists") as refused:
            again()
        assert refused.value.response["Error"]["Code"] == "ConflictException"


def test_a_worker_that_does_not_start_fails_the_connector(aws: EmbeddedAws, runners: Runners) -> None:
    runners.failure = "Access denied to user 'cdc'"
    connector = created(aws)
    assert connector["connectorState"] == "FAILED"
    assert connector["stateDescription"]["message"] == "Access denied to user 'cdc'"
    of(aws, "kafkaconnect").delete_connector(connectorArn=connector["connectorArn"])


def test_an_update_in_place(aws: EmbeddedAws, runners: Runners) -> None:
    connect, connector = of(aws, "kafkaconnect"), created(aws)
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
    assert runners.connectors[0].specs[-1].configuration == changed


def test_an_update_of_the_capacity(aws: EmbeddedAws, runners: Runners) -> None:
    connector, capacity = created(aws), {"provisionedCapacity": {"mcuCount": 4, "workerCount": 1}}
    operation = of(aws, "kafkaconnect").update_connector(
        connectorArn=connector["connectorArn"], currentVersion=connector["currentVersion"], capacity=capacity
    )
    assert ended(aws, operation)["connectorOperationType"] == "UPDATE_WORKER_SETTING"
    assert runners.connectors[0].specs[-1].mcu == 4


def test_an_update_that_fails_is_rolled_back_and_the_connector_says_nothing(aws: EmbeddedAws, runners: Runners) -> None:
    connect, connector = of(aws, "kafkaconnect"), created(aws)
    runners.connectors[0].failure = "no such table"
    asked = {**CONFIGURATION, "table.include.list": "none"}
    operation = connect.update_connector(
        connectorArn=connector["connectorArn"],
        currentVersion=connector["currentVersion"],
        connectorConfiguration=asked,
    )
    told = ended(aws, operation)
    assert (told["connectorOperationState"], told["errorInfo"]["message"]) == ("ROLLBACK_COMPLETE", "no such table")
    assert [step["stepState"] for step in told["operationSteps"]] == ["COMPLETED", "FAILED", "CANCELLED", "CANCELLED"]
    after = described(aws, connector["connectorArn"])
    assert (after["connectorState"], after["connectorConfiguration"]) == ("RUNNING", CONFIGURATION)
    [listed] = connect.list_connector_operations(connectorArn=connector["connectorArn"])["connectorOperations"]
    assert listed["connectorOperationState"] == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize("update", [{}, {"useDefaultWorkerConfiguration": True}])
def test_an_update_of_nothing_that_a_rehearsal_changes(aws: EmbeddedAws, update: dict[str, Any]) -> None:
    connector = created(aws)
    with pytest.raises(ClientError, match="a rehearsal updates capacity and connectorConfiguration"):
        of(aws, "kafkaconnect").update_connector(
            connectorArn=connector["connectorArn"], currentVersion=connector["currentVersion"], **update
        )


def test_a_restart(aws: EmbeddedAws, runners: Runners) -> None:
    connect, arn = of(aws, "kafkaconnect"), created(aws)["connectorArn"]
    operation = connect.restart_connector(connectorArn=arn)
    assert ended(aws, operation)["connectorOperationState"] == "RESTART_COMPLETE"
    assert runners.connectors[0].restarts == 1


def test_nothing_else_happens_to_a_connector_that_is_created(aws: EmbeddedAws, runners: Runners) -> None:
    connect, asked = of(aws, "kafkaconnect"), request(aws)
    runners.gate.clear()
    arn = connect.create_connector(**asked)["connectorArn"]
    for refused in (connect.delete_connector, connect.restart_connector):
        with pytest.raises(ClientError, match="is CREATING"):
            refused(connectorArn=arn)


def test_delete_ends_the_worker_and_sets_its_parts_free(aws: EmbeddedAws, runners: Runners) -> None:
    connect, configuration = of(aws, "kafkaconnect"), worker_configuration(aws)
    connector = created(aws, workerConfiguration={"workerConfigurationArn": configuration, "revision": 1})
    arn, plugin_arn = connector["connectorArn"], connector["plugins"][0]["customPlugin"]["customPluginArn"]
    with pytest.raises(ClientError, match="is used by a connector"):
        connect.delete_custom_plugin(customPluginArn=plugin_arn)
    with pytest.raises(ClientError, match="is used by a connector"):
        connect.delete_worker_configuration(workerConfigurationArn=configuration)
    assert connect.delete_connector(connectorArn=arn)["connectorState"] == "DELETING"
    with pytest.raises(connect.exceptions.NotFoundException):
        described(aws, arn)
    assert runners.connectors[0].stopped.is_set()
    connect.delete_custom_plugin(customPluginArn=plugin_arn)
    connect.delete_worker_configuration(workerConfigurationArn=configuration)


def test_an_injected_failure_fails_a_connector_once(aws: EmbeddedAws) -> None:
    aws.faults.add(Fault(service="kafkaconnect", operation="CreateConnector", failure="unlucky"))
    assert created(aws)["stateDescription"]["message"] == "unlucky"
    assert aws.faults.left == []


def test_a_failure_that_nobody_foresaw_fails_the_connector_too(
    aws: EmbeddedAws, runners: Runners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "connectors", None)
    connector = created(aws)
    assert connector["connectorState"] == "FAILED"
    assert connector["stateDescription"]["message"].startswith("AttributeError")


def test_the_end_of_the_server_is_the_end_of_the_workers(aws: EmbeddedAws, runners: Runners) -> None:
    created(aws)
    aws.stop()
    assert runners.connectors[0].stopped.is_set()


def test_tags(aws: EmbeddedAws) -> None:
    connect, connector = of(aws, "kafkaconnect"), created(aws, tags={"a": "1"})
    plugin_arn = connector["plugins"][0]["customPlugin"]["customPluginArn"]
    for arn in (connector["connectorArn"], plugin_arn, worker_configuration(aws)):
        connect.tag_resource(resourceArn=arn, tags={"b": "2", "c": "3"})
        connect.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
        assert connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
