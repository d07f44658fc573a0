"""Events are decoded under the role of each application that reads them."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from modules.debezium.formats import GLUE, Registry
from modules.environment.models.consumers import ApplicationConsumer
from modules.iam import registry_policies
from modules.iam.documents import document
from rehearsal import lab_access
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.aws.client import client
from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.decoder import Decoded, Message
from rehearsal.deploy.terraform import Terraform
from rehearsal.iam.enforcement import Enforcement
from rehearsal.processes.runs import Run
from rehearsal.running_servers import RunningServers
from tests.mocked_account import ACCOUNT, REGION
from tests.rehearsal.iam.accounts import Account, embedded
from tests.rehearsal.iam.policies.documents import CONNECTOR

REGISTRY: Final = Registry("glue", region=REGION, name="cdc")
AVRO: Final = CONNECTOR.model_copy(update={"format": "avro"})
TOPIC: Final = "orders.orders.customers"
SPEC: Final = ConnectorSpec(
    name="orders",
    arn=f"arn:aws:kafkaconnect:{REGION}:{ACCOUNT}:connector/orders/1",
    region=REGION,
    kafkaconnect_version="3.7.x",
    bootstrap="",
    archive=Path("none.zip"),
    configuration={},
    worker_configuration={},
    mcu=1,
    workers=1,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/none",
)


@dataclass
class Application:
    """Asks Glue for the schema whose number each message is, with the credentials in its environment variables."""

    url: str
    started: list[int] = field(default_factory=list)

    def decode(self, messages: Sequence[Message], variables: Mapping[str, str]) -> list[Decoded]:
        self.started.append(len(messages))
        keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        named = {key.lower(): variables[key] for key in keys}
        glue = boto3.client("glue", region_name=variables["AWS_REGION"], endpoint_url=self.url, **named)
        return [self._one(glue, value) for _, _, value in messages]

    def _one(self, glue: Any, number: bytes | None) -> Decoded:
        try:
            return {"value": glue.get_schema_version(SchemaVersionId=(number or b"").decode())["SchemaDefinition"]}
        except ClientError as error:
            return {"error": str(error)}


@dataclass
class World:
    enforcement: Enforcement
    account: Account
    roles: dict[str, tuple[str, ...]]
    application: Application
    number: bytes

    def reads(self, *topics: str, schemas: bool) -> str:
        """A new application's role."""
        statements = registry_policies.reader(ApplicationConsumer(topics=topics, groups=("any",)), [AVRO], REGISTRY)
        held = statements if schemas else [{**statements[0], "Action": ["glue:ListRegistries"]}]
        role = self.account.role(document(*held))
        self.roles[role] = topics
        return role

    def servers(self, converter: str = f"{GLUE}AWSKafkaAvroConverter") -> RunningServers:
        spec = replace(SPEC, configuration={"value.converter": converter})
        servers = RunningServers(
            start_cluster=lambda _: pytest.fail("there is no cluster"),
            start_connector=lambda _: cast(RunningConnector, self.application),
            databases={},
            readers=self.enforcement.readers,
            reader_variables=self.enforcement.reader_variables,
        )
        servers.start_connector(spec)
        return servers


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = list[Enforcement]()
    roles: dict[str, tuple[str, ...]] = {}
    with embedded(tmp_path, denied=lambda request, target: found[0].denied(request, target)) as aws:
        enforcement = Enforcement(
            aws.access,
            folder=tmp_path / "iam",
            extension=tmp_path / "none.jar",
            hosts=lambda _: [],
            tags=lambda _: {},
            connectors=dict,
            applications=roles,
        )
        found.append(enforcement)
        glue: Any = client(aws.access, "glue", REGION)
        made = glue.create_registry(RegistryName=f"registry-{uuid4()}")["RegistryName"]
        number = glue.create_schema(
            RegistryId={"RegistryName": made},
            SchemaName=TOPIC,
            DataFormat="AVRO",
            Compatibility="NONE",
            SchemaDefinition=json.dumps({"type": "record", "name": "Row", "fields": []}),
        )["SchemaVersionId"]
        yield World(enforcement, Account(aws.access), roles, Application(aws.access.url), number.encode())


def messages(world: World, *topics: str) -> list[Message]:
    return [(topic, None, world.number) for topic in topics]


def test_one_application_reads_all_of_its_topics_at_once(world: World) -> None:
    world.reads("orders.*", schemas=True)
    decoded = world.servers().decode("orders", messages(world, TOPIC, "orders.orders.items", TOPIC))
    assert ["value" in one for one in decoded] == [True] * 3
    assert world.application.started == [3]


def test_each_application_of_a_topic_must_be_able_to(world: World) -> None:
    world.reads("orders.*", schemas=True)
    role = world.reads(TOPIC, schemas=False)
    decoded = world.servers().decode("orders", messages(world, "orders.orders.items", TOPIC, "orders.orders.items"))
    assert ["error" in one for one in decoded] == [False, True, False]
    assert "not authorized to perform: glue:GetSchemaVersion" in decoded[1]["error"]
    assert [f"{role} may not glue:GetSchemaVersion on *" in str(one) for one in world.enforcement.denials] == [True]


def test_the_first_that_cannot_is_no_less_an_error(world: World) -> None:
    world.reads(TOPIC, schemas=False)
    world.reads("orders.*", schemas=True)
    [decoded] = world.servers().decode("orders", messages(world, TOPIC))
    assert "error" in decoded


def test_the_lab_role_of_a_kept_rehearsal_reads_schemas(world: World, tmp_path: Path) -> None:
    variables = lab_variables(world, tmp_path)
    [decoded] = world.application.decode(messages(world, TOPIC), variables)
    assert "value" in decoded, decoded


def test_what_a_user_is_denied_is_in_no_report(world: World, tmp_path: Path) -> None:
    """As in a kept rehearsal, where the user's role was changed, or is one of the user's own."""
    variables = lab_variables(world, tmp_path)
    world.account.iam.delete_role_policy(RoleName="rehearsal-lab", PolicyName="all")
    world.enforcement.authorizer.invalidate()
    [decoded] = world.application.decode(messages(world, TOPIC), variables)
    assert "glue:GetSchemaVersion" in decoded["error"]
    assert (world.enforcement.denials, world.enforcement.permissions) == ([], [])
    role = world.reads(TOPIC, schemas=False)
    world.servers().decode("orders", messages(world, TOPIC))
    assert [found.where["role"] for found in world.enforcement.denials] == [role]
    assert [one["role"] for one in world.enforcement.permissions] == [role]


def test_the_applications_are_those_of_a_changed_file(world: World) -> None:
    role = world.reads(TOPIC, schemas=False)
    world.servers().decode("orders", messages(world, TOPIC))
    assert [found.where["role"] for found in world.enforcement.denials] == [role]
    world.enforcement.applications = {}
    assert (world.enforcement.denials, world.enforcement.readers(TOPIC, SPEC)) == ([], [SPEC.role])


def lab_variables(world: World, folder: Path) -> dict[str, str]:
    """Of the file that a kept rehearsal prints."""
    endpoints = {"mysql": {}, "brokers": {"1": "b:1"}, "iam": {"1": "b:2"}, "hosts": "hosts", "certificate": "ca.pem"}
    stack = Terraform(folder, "terraform", {})
    run = Run(folder, "shop", 1, 0)
    files = lab_access.write(run, aws=world.account.access, region=REGION, endpoints=endpoints, stacks=[stack])
    lines = Path(files["role"]).read_text().splitlines()
    return dict(shlex.split(line)[1].split("=", 1) for line in lines)
