"""``cdc verify`` against the control plane of the embedded AWS: what runs is, or is not, what was asked for."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import archive, wait_until_settled
from tests.rehearsal.aws.recording_backends import RecordingBackends
from tests.synthesized import Stack, document

REGION = "us-east-1"
NAME = "cdc-prod-orders"
BUCKET = "acme-artifacts"
LINE = "[Worker-0a1b2c] [{:%Y-%m-%d %H:%M:%S},000] {} "
LOST = (
    "[orders|task-0] WorkerSourceTask{id=orders-0} Task threw an uncaught and unrecoverable exception"
    " (org.apache.kafka.connect.runtime.WorkerTask:237)\n"
    "io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring"
)


class World:
    """The connect stack of production, as its resources are in the account."""

    def __init__(self, aws: EmbeddedAws, backends: RecordingBackends, stack: Stack, folder: Path) -> None:
        self.aws = aws
        self.backends = backends
        self.folder = folder
        self.connect = self.client("kafkaconnect")
        self._stack = stack
        self.arn = self.group = ""

    def client(self, service: str) -> Any:
        return client(self.aws.access, service, REGION)

    def plugin(self, name: str = "") -> str:
        """A custom plugin that is ACTIVE; by default the stack's."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="plugin.zip", Body=archive())
        location = {"bucketArn": f"arn:aws:s3:::{BUCKET}", "fileKey": "plugin.zip"}
        made = self.connect.create_custom_plugin(
            name=name or self._stack.one("aws_mskconnect_custom_plugin")["name"],
            contentType="ZIP",
            location={"s3Location": location},
        )
        arn: str = made["customPluginArn"]
        wait_until_settled(lambda: self.connect.describe_custom_plugin(customPluginArn=arn), "customPluginState")
        return arn

    def worker_configuration(self, name: str = "") -> str:
        body = self._stack.one("aws_mskconnect_worker_configuration")
        content = base64.b64encode(body["properties_file_content"].replace("$${", "${").encode()).decode()
        made = self.connect.create_worker_configuration(name=name or body["name"], propertiesFileContent=content)
        arn: str = made["workerConfigurationArn"]
        return arn

    @property
    def configuration(self) -> dict[str, str]:
        """With values instead of what only Terraform knows."""
        given = self._stack.one("aws_mskconnect_connector")["connector_configuration"]
        return {
            key: "from-terraform" if value.startswith("${") else value.replace("$${", "${")
            for key, value in given.items()
        }

    def deploy(self, *, plugin: str = "", worker_configuration: str = "", settled: bool = True) -> None:
        role = self.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        group = self._stack.one("aws_cloudwatch_log_group", "connectors/orders/log-group")["name"]
        self.client("logs").create_log_group(logGroupName=group)
        self.client("logs").create_log_stream(logGroupName=group, logStreamName="worker")
        self.group = group
        vpc = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}
        made = self.connect.create_connector(
            connectorName=NAME,
            kafkaConnectVersion="3.7.x",
            capacity={"provisionedCapacity": {"mcuCount": 2, "workerCount": 1}},
            connectorConfiguration=self.configuration,
            kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": "b-1:9098", "vpc": vpc}},
            kafkaClusterClientAuthentication={"authenticationType": "IAM"},
            kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
            logDelivery={"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": group}}},
            plugins=[{"customPlugin": {"customPluginArn": self.plugin(plugin), "revision": 1}}],
            serviceExecutionRoleArn=role,
            workerConfiguration={
                "workerConfigurationArn": self.worker_configuration(worker_configuration),
                "revision": 1,
            },
        )
        self.arn = made["connectorArn"]
        if settled:
            self.settle()

    def describe(self) -> Any:
        return self.connect.describe_connector(connectorArn=self.arn)

    def settle(self) -> None:
        wait_until_settled(self.describe, "connectorState")

    def update(self, **changes: Any) -> None:
        self.connect.update_connector(
            connectorArn=self.arn, currentVersion=self.describe()["currentVersion"], **changes
        )
        self.settle()

    def metrics(self, **values: float) -> None:
        dimensions = [{"Name": "ConnectorName", "Value": NAME}]
        self.client("cloudwatch").put_metric_data(
            Namespace="AWS/KafkaConnect",
            MetricData=[{"MetricName": name, "Dimensions": dimensions, "Value": v} for name, v in values.items()],
        )

    def logs(self, level: str, text: str) -> None:
        now = datetime.now(UTC)
        event = {"timestamp": int(now.timestamp() * 1000), "message": LINE.format(now, level) + text}
        self.client("logs").put_log_events(logGroupName=self.group, logStreamName="worker", logEvents=[event])

    def verify(self, *options: str) -> tuple[int, dict[str, tuple[str, str]]]:
        """Exit status, and the worst level and its message by check."""
        done = CliRunner().invoke(app, ["verify", "prod.yaml", "--stacks", str(self.folder), "--json", *options])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        found: Mapping[str, Any] = json.loads(done.stdout)
        order = ("ok", "unknown", "warning", "error")
        worst: dict[str, tuple[str, str]] = {}
        for one in sorted(found["results"], key=lambda one: order.index(one["level"])):
            worst[one["check"]] = (one["level"], one["message"])
        assert found["passed"] is (done.exit_code == 0)
        return done.exit_code, worst

    def age(self) -> None:
        """The connector has existed for an hour."""
        [record] = self.aws.msk_connect._workers.records
        record.created -= timedelta(hours=1)


@pytest.fixture
def world(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    (tmp_path / "prod.yaml").write_text(yaml.safe_dump(document("prod")))
    monkeypatch.chdir(tmp_path)
    backends = RecordingBackends()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=tmp_path / "aws",
            start_cluster=backends.start_cluster,
            start_connector=backends.start_connector,
        )
        aws.start()
        for name, value in aws.access.variables.items():
            monkeypatch.setenv(name, value)
        try:
            yield World(aws, backends, prod["connect"], prod["connect"].file.parent.parent)
        finally:
            backends.gate.set()
            aws.stop()
            reset()


def reset() -> None:
    """moto's resources belong to the process."""
    from moto.backends import get_backend  # loads much of moto

    for service in ("cloudwatch", "iam", "logs", "s3"):
        accounts: Any = get_backend(service)
        for regions in list(accounts.values()):
            for backend in list(regions.values()):
                backend.reset()


@pytest.fixture
def running(world: World) -> World:
    """Deployed, and writing records."""
    world.deploy()
    world.metrics(RunningTaskCount=1, ErroredTaskCount=0, SourceRecordWriteRate=0.5)
    world.logs("INFO", "Connected to binlog at orders-prod:3306")
    return world


def test_what_was_asked_for(running: World) -> None:
    status, found = running.verify()
    assert {level for level, _ in found.values()} == {"ok"}, found
    assert status == 0


def test_an_update_that_was_rolled_back(running: World) -> None:
    """The provider reports success."""
    running.backends.connectors[0].failure = "the health check failed"
    before = running.configuration
    running.update(connectorConfiguration={**before, "snapshot.mode": "no_data"})
    status, found = running.verify()
    assert status == 1
    assert found["operation"][0] == "error"
    assert "ROLLBACK_COMPLETE, so the configuration before it runs: the health check failed" in found["operation"][1]


def test_another_configuration(running: World) -> None:
    changed = {**running.configuration, "snapshot.mode": "no_data", "max.batch.size": "10"}
    del changed["tasks.max"]
    running.update(connectorConfiguration={**changed, "tasks.max": "2"})
    _, found = running.verify()
    assert found["configuration"][0] == "error"
    status, text = invoked(running)
    assert status == 1
    for said in (
        "snapshot.mode must be 'initial', is 'no_data'",
        "max.batch.size must not be set, is '10'",
        "tasks.max must be '1', is '2'",
    ):
        assert said in text


def invoked(world: World) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", "prod.yaml", "--stacks", str(world.folder)])
    return done.exit_code, done.stdout


def test_another_capacity(running: World) -> None:
    running.update(capacity={"provisionedCapacity": {"mcuCount": 4, "workerCount": 2}})
    status, found = running.verify()
    assert (status, found["capacity"]) == (1, ("error", "must have 1 of 2 MCU, has 2 of 4 MCU"))


def test_another_plugin_and_worker_configuration(world: World) -> None:
    world.deploy(plugin="another", worker_configuration="another")
    status, found = world.verify()
    assert status == 1
    for check in ("plugin", "worker configuration"):
        assert found[check][0] == "error"
        assert "is another" in found[check][1]


def test_no_connector(world: World) -> None:
    assert world.verify() == (1, {"state": ("error", "must exist, it does not")})


def test_a_connector_that_failed(world: World) -> None:
    world.backends.failure = "the worker cannot reach the brokers"
    world.deploy()
    status, found = world.verify()
    assert status == 1
    assert found["state"] == ("error", "must be RUNNING, is FAILED: the worker cannot reach the brokers")


def test_a_failed_task_has_its_cause(running: World) -> None:
    """MSK Connect shows RUNNING."""
    running.logs("ERROR", LOST)
    running.metrics(RunningTaskCount=-1, ErroredTaskCount=2)  # the averages of this minute are 0 and 1
    status, found = running.verify()
    assert (status, found["state"][0]) == (1, "ok")
    assert found["tasks"][0] == "error"
    assert "1 task failed: the schema history topic" in found["tasks"][1]
    assert (found["log"][0], "schema history topic" in found["log"][1]) == ("warning", True)


def test_no_task_runs(running: World) -> None:
    running.metrics(RunningTaskCount=-1)
    status, found = running.verify()
    assert (status, found["tasks"]) == (1, ("error", "no task runs"))


def test_silence(world: World) -> None:
    world.deploy()
    status, found = world.verify()
    assert (status, found["tasks"][0]) == (1, "unknown")
    world.age()
    status, found = world.verify()
    assert (status, found["tasks"]) == (1, ("error", "silence: no metrics of tasks in 10 minutes"))
    world.metrics(RunningTaskCount=1, SourceRecordWriteRate=0)
    status, found = world.verify()
    assert (status, found["tasks"][0]) == (1, "ok")
    assert found["records"] == ("error", "silence: no record in 10 minutes, not even a heartbeat")


def test_an_error_of_unknown_cause_is_shown(running: World) -> None:
    running.logs("ERROR", "[orders|task-0] The moon is full (org.example.Moon:1)")
    status, found = running.verify()
    assert (status, found["log"][0]) == (0, "warning")
    assert "The moon is full" in found["log"][1]


def test_it_waits(world: World) -> None:
    world.backends.gate.clear()
    world.deploy(settled=False)
    status, found = world.verify()
    assert (status, found["state"]) == (1, ("unknown", "CREATING still"))

    def later() -> None:
        world.backends.gate.set()
        world.settle()
        world.metrics(RunningTaskCount=1)

    thread = threading.Timer(1, later)
    thread.start()
    began = time.monotonic()
    status, found = world.verify("--wait", "60")
    thread.join()
    assert (status, found["state"], found["tasks"][0]) == (0, ("ok", "RUNNING"), "ok")
    assert time.monotonic() - began < 50


@pytest.mark.usefixtures("world")
def test_no_synthesized_stack(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["verify", "prod.yaml", "--stacks", str(tmp_path)])
    assert done.exit_code == 1
    assert "must be the synthesized stack" in done.stderr
