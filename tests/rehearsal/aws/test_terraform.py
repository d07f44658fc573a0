"""The real provider applies MSK and MSK Connect to the embedded AWS, plans no changes, updates, destroys."""

import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from cdc import terraform
from rehearsal.aws.faults import Fault
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import archive, aws_client, network, role, upload
from tests.rehearsal.aws.recording_backends import RecordingBackends

NO_CHANGES = 0


class Stack:
    """``stack.tf.json`` beside this file, in a folder of its own."""

    def __init__(self, folder: Path, aws: EmbeddedAws) -> None:
        self._folder = folder
        shutil.copy(Path(__file__).with_name("stack.tf.json"), folder / "cdk.tf.json")
        self._values = _account(aws)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        base = {**own, **aws.access.variables, "AWS_EC2_METADATA_DISABLED": "true"}
        self._variables = terraform.environment(folder, base=base)
        self._run("init")

    def apply(self, **values: object) -> None:
        """``values`` stay as they are until another apply changes them."""
        self._values |= values
        (self._folder / "terraform.tfvars.json").write_text(json.dumps(self._values))
        self._run("apply", "-auto-approve")

    def plan(self) -> int:
        """Detailed exit code."""
        return terraform.run(
            self._folder, "plan", "-detailed-exitcode", variables=self._variables, check=False
        ).returncode

    def destroy(self) -> None:
        self._run("destroy", "-auto-approve")

    def _run(self, *arguments: str) -> None:
        terraform.run(self._folder, *arguments, variables=self._variables)


def _account(aws: EmbeddedAws) -> dict[str, object]:
    there = network(aws)
    key = aws_client(aws, "kms").create_key()["KeyMetadata"]["Arn"]
    secret = aws_client(aws, "secretsmanager").create_secret(
        Name=f"AmazonMSK_{uuid4()}", SecretString="{}", KmsKeyId=key
    )
    return {
        "group": there.group,
        "object_version": upload(aws, archive()),
        "role": role(aws),
        "secret": secret["ARN"],
        "subnets": there.subnets,
    }


@pytest.fixture
def stack(tmp_path: Path, aws: EmbeddedAws) -> Stack:
    (folder := tmp_path / "stack").mkdir()
    return Stack(folder, aws)


def test_apply_change_destroy(stack: Stack, aws: EmbeddedAws, backends: RecordingBackends) -> None:
    aws.faults.add(Fault(service="kafkaconnect", operation="CreateConnector", failure="no way to the database"))
    with pytest.raises(terraform.TerraformError, match="no way to the database"):
        stack.apply()
    stack.apply()
    assert stack.plan() == NO_CHANGES
    [brokers], [worker] = backends.clusters, backends.connectors
    assert worker.specs[-1].bootstrap == ",".join(sorted(brokers.bootstrap.split(",")))
    assert worker.specs[-1].configuration["database.password"] == "${secretsmanager:cdc/orders:password}"

    stack.apply(brokers=6, volume=200, retention_hours=48, kafka_version="3.9.x", heartbeat=2000)
    assert stack.plan() == NO_CHANGES
    now = brokers.specs[-1]
    assert (now.brokers, now.kafka_version, now.server_properties) == (6, "3.9.x", {"log.retention.hours": "48"})
    assert worker.specs[-1].configuration["heartbeat.interval.ms"] == "2000"

    stack.destroy()
    assert brokers.stopped.is_set()
    assert worker.stopped.is_set()
    assert not aws_client(aws, "kafka").list_clusters_v2()["ClusterInfoList"]
    assert not [entry for entry in aws.journal.after() if entry.status >= 500]
