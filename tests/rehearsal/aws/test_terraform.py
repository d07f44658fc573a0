"""The real provider applies MSK, MSK Connect and a schema registry to the embedded AWS, plans no changes, destroys."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from uuid import uuid4

import pytest

from cdc import terraform
from modules.environment.environment import Environment
from rehearsal.aws import applications
from rehearsal.aws.client import client
from rehearsal.aws.faults import Fault
from rehearsal.aws.server import EmbeddedAws
from rehearsal.deploy.overrides import MAX_RETRIES
from tests.mocked_account import ACCOUNT, CLUSTER_ARN
from tests.rehearsal.aws.account import archive, aws_client, network, role, upload, wait_until_settled
from tests.rehearsal.aws.recording_backends import RecordingBackends
from tests.synthesized import Document, Stack as Synthesized, changed, document, synthesize

NO_CHANGES, CHANGES = 0, 2


class Stack:
    """A stack's ``content`` in ``folder``, with ``values`` of its variables."""

    def __init__(self, folder: Path, aws: EmbeddedAws, content: Document, values: Mapping[str, object]) -> None:
        self._folder = folder
        (folder / "cdk.tf.json").write_text(json.dumps(content))
        self._values = dict(values)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        base = {**own, **aws.access.variables, "AWS_EC2_METADATA_DISABLED": "true"}
        self._variables = terraform.environment(folder, base=base)
        self._run("init")

    def apply(self, **values: object) -> None:
        """``values`` stay as they are until another apply changes them."""
        self._set(values)
        self._run("apply", "-auto-approve")

    def _set(self, values: Mapping[str, object]) -> None:
        self._values |= values
        (self._folder / "terraform.tfvars.json").write_text(json.dumps(self._values))

    def plan(self, **values: object) -> int:
        """Detailed exit code; ``values`` as of ``apply``."""
        self._set(values)
        done = terraform.run(self._folder, "plan", "-detailed-exitcode", variables=self._variables, check=False)
        print(done.stdout)  # for whoever reads why there are changes
        return done.returncode

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
    content = json.loads(Path(__file__).with_name("stack.tf.json").read_text())
    return Stack(folder, aws, content, _account(aws))


def exchange(aws: EmbeddedAws) -> None:
    """The connector's plugin and worker configuration, in place, as Terraform's provider cannot."""
    connect = aws_client(aws, "kafkaconnect")
    [connector] = connect.list_connectors()["connectors"]
    [plugin] = connect.list_custom_plugins(namePrefix="second")["customPlugins"]
    [made] = connect.list_worker_configurations(namePrefix="second")["workerConfigurations"]
    connect.update_connector(
        connectorArn=connector["connectorArn"],
        currentVersion=connector["currentVersion"],
        plugins=[{"customPlugin": {"customPluginArn": plugin["customPluginArn"], "revision": 1}}],
        workerConfiguration={"workerConfigurationArn": made["workerConfigurationArn"], "revision": 1},
    )
    found = wait_until_settled(
        lambda: connect.describe_connector(connectorArn=connector["connectorArn"]), "connectorState"
    )
    assert found["connectorState"] == "RUNNING"


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

    assert stack.plan(exchanged=True) == CHANGES
    exchange(aws)
    assert stack.plan() == NO_CHANGES  # what was exchanged in place is what the provider reads

    glue = aws_client(aws, "glue")
    arn = glue.get_registry(RegistryId={"RegistryName": "applied"})["RegistryArn"]
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"owner": "tests", "retention": "48"}

    stack.destroy()
    assert not glue.list_registries()["Registries"]
    assert brokers.stopped.is_set()
    assert worker.stopped.is_set()
    assert not aws_client(aws, "kafka").list_clusters_v2()["ClusterInfoList"]
    assert not [entry for entry in aws.journal.after() if entry.status >= 500]


def part(synthesized: Synthesized, *paths: str) -> Document:
    """The resources of a stack whose paths match, without the other stack's key, and of its cluster only the ARN."""
    content = json.loads(synthesized.file.read_text())
    kept: Document = {}
    for type_, path, body in synthesized.resources():
        if any(fnmatchcase(path, one) for one in paths):
            address = synthesized.address(type_, path).partition(".")[2]
            kept.setdefault(type_, {})[address] = {key: value for key, value in body.items() if key != "kms_key_id"}
    addresses = {f"{type_}.{name}" for type_, found in kept.items() for name in found}
    for body in (one for found in kept.values() for one in found.values() if "depends_on" in one):
        body["depends_on"] = [one for one in body["depends_on"] if one in addresses]
    kept = json.loads(re.sub(r"\$\{data\.terraform_remote_state\.[^}]*\}", CLUSTER_ARN, json.dumps(kept)))
    [provider] = content["provider"]["aws"]
    account = {"aws_caller_identity": content["data"]["aws_caller_identity"]}
    return {
        "provider": {"aws": [provider | {"max_retries": MAX_RETRIES}]},
        "terraform": {"required_providers": content["terraform"]["required_providers"]},
        "data": account,
        "resource": kept,
    }


def test_the_function_that_restarts_failed_tasks(
    tmp_path: Path, aws: EmbeddedAws, prod: dict[str, Synthesized]
) -> None:
    folder = tmp_path / "stack"
    shutil.copytree(prod["connect"].file.parent / "assets", folder / "assets")
    stack = Stack(folder, aws, part(prod["connect"], "self-healing/*", "*/ErroredTaskCount"), {})
    stack.apply()
    assert stack.plan() == NO_CHANGES
    stack.destroy()
    assert not [entry for entry in aws.journal.after() if entry.status >= 500]


def test_the_mappings_of_a_function(tmp_path: Path, aws: EmbeddedAws) -> None:
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:receipts:live"
    topics = {"orders.orders.customers": "customers", "orders.orders.order_items": "items"}
    receipts = {"kind": "lambda", "topics": topics, "function": function}
    (folder := tmp_path / "stack").mkdir()

    def content(**more: object) -> Document:
        changes = changed(document("prod"), consumers__receipts={**receipts, **more})
        return part(synthesize(tmp_path / str(len(more)), changes)["connect"], "consumers/receipts/*")

    def mappings() -> dict[str, tuple[str, int]]:
        found = functions.list_event_source_mappings(EventSourceArn=CLUSTER_ARN)["EventSourceMappings"]
        return {
            one["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"]: (*one["Topics"], one["BatchSize"])
            for one in found
        }

    functions = client(aws.access, "lambda", "us-east-1")
    environment = Environment.model_validate(
        {"name": "prod", **changed(document("prod"), consumers={"receipts": receipts})}
    )
    applications.create_functions(environment, client(aws.access, "iam", "us-east-1"), functions)
    stack = Stack(folder, aws, content(), {})
    stack.apply()
    assert stack.plan() == NO_CHANGES
    assert mappings() == {group: (topic, 100) for topic, group in topics.items()}
    (folder / "cdk.tf.json").write_text(json.dumps(content(batch_size=500)))
    stack.apply()
    assert stack.plan() == NO_CHANGES
    assert mappings() == {group: (topic, 500) for topic, group in topics.items()}
    stack.destroy()
    assert mappings() == {}
    assert not [entry for entry in aws.journal.after() if entry.status >= 500]
