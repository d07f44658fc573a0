"""The connect stack of production in an embedded AWS without servers, and what is said of its connector."""

import base64
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cdc.cli import app
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Denied, Operations, Target, nothing_denied
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import archive, wait_until_settled
from tests.rehearsal.aws.recording_backends import RecordingBackends
from tests.synthesized import Stack, document

REGION = "us-east-1"
NAME = "cdc-prod-orders"
BUCKET = "acme-artifacts"
LINE = "[Worker-0a1b2c] [{:%Y-%m-%d %H:%M:%S},000] {} "


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


@contextmanager
def account(
    prod: Mapping[str, Stack],
    folder: Path,
    patch: pytest.MonkeyPatch,
    *,
    denied: Denied = nothing_denied,
    on_change: Callable[[Target], None] = lambda _: None,
    operations: Operations = MappingProxyType({}),
) -> Iterator[World]:
    """An empty account, to which every client of this process is led, in a folder with prod.yaml.

    ``denied``, ``on_change`` and ``operations`` are those of the embedded AWS.
    """
    (folder / "prod.yaml").write_text(yaml.safe_dump(document("prod")))
    patch.chdir(folder)
    backends = RecordingBackends()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=folder / "aws",
            start_cluster=backends.start_cluster,
            start_connector=backends.start_connector,
            denied=denied,
            on_change=on_change,
            operations=operations,
        )
        aws.start()
        for name, value in aws.access.variables.items():
            patch.setenv(name, value)
        try:
            yield World(aws, backends, prod["connect"], prod["connect"].file.parent.parent)
        finally:
            backends.gate.set()
            aws.stop()
