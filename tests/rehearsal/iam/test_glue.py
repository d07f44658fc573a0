"""Glue's schema registry in the embedded AWS: each request of a role is decided by the role's policies."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from modules.debezium.formats import Registry
from modules.environment.models.consumers import ApplicationConsumer
from modules.iam import registry_policies
from modules.iam.documents import Statement, document
from rehearsal.aws.client import client
from rehearsal.iam.enforcement import Enforcement
from tests.mocked_account import ACCOUNT, REGION
from tests.rehearsal.iam.accounts import Account, embedded
from tests.rehearsal.iam.policies.documents import CONNECTOR, DEPLOYMENT

REGISTRY: Final = Registry("glue", region=REGION, name="cdc", compatibility="NONE")
AVRO: Final = CONNECTOR.model_copy(update={"format": "avro"})
NUMBERS: Final = count(1)
Glue = Any


class Schemas(Account):
    """An account with the registry ``cdc``, and clients of roles."""

    def glue(self, *statements: Statement) -> Glue:
        """A client that signs as a role with these statements."""
        role = self.role(document(*statements))
        sts: Any = client(self.access, "sts", REGION)
        given = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="tests")["Credentials"]
        return boto3.client(
            "glue",
            region_name=REGION,
            endpoint_url=self.access.url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    @property
    def administrator(self) -> Glue:
        return client(self.access, "glue", REGION)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schemas]:
    folder, enforcements = tmp_path_factory.mktemp("aws"), list[Enforcement]()
    with embedded(folder, denied=lambda request, target: enforcements[0].denied(request, target)) as aws:
        enforcement = Enforcement(
            aws.access,
            folder=folder / "iam",
            extension=folder / "none.jar",
            hosts=lambda _: [],
            tags=lambda _: {},
            connectors=dict,
            applications={},
        )
        enforcements.append(enforcement)
        found = Schemas(aws.access)
        found.administrator.create_registry(RegistryName="cdc")
        found.administrator.create_registry(RegistryName="others")
        yield found


def definition(*columns: str) -> str:
    fields = [{"name": name, "type": "string"} for name in columns]
    return json.dumps({"type": "record", "name": "Value", "fields": fields})


def create(glue: Glue, name: str, registry: str = "cdc") -> str:
    """The number of the schema's version."""
    made = glue.create_schema(
        RegistryId={"RegistryName": registry},
        SchemaName=name,
        DataFormat="AVRO",
        Compatibility="NONE",
        SchemaDefinition=definition("a"),
    )
    return str(made["SchemaVersionId"])


def own_topic() -> str:
    return f"orders.orders.t{next(NUMBERS)}"


def writes(glue: Glue, name: str, registry: str = "cdc") -> None:
    """All that the converter does with a schema."""
    version = create(glue, name, registry)
    schema = {"RegistryName": registry, "SchemaName": name}
    glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=definition("a"))
    glue.register_schema_version(SchemaId=schema, SchemaDefinition=definition("a", "b"))
    glue.put_schema_version_metadata(
        SchemaVersionId=version, MetadataKeyValue={"MetadataKey": "topic", "MetadataValue": "x"}
    )
    glue.get_schema_version(SchemaVersionId=version)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(error.value.response["Error"]["Message"])


def test_a_connector_may_do_all_that_its_converter_does(schemas: Schemas) -> None:
    writes(schemas.glue(*registry_policies.writer(DEPLOYMENT, AVRO, REGISTRY)), own_topic())


@pytest.mark.parametrize(
    ("name", "registry"), [("stock.orders", "cdc"), ("orders2", "cdc"), ("orders.orders.x", "others")]
)
def test_a_connector_may_not_write_other_schemas(schemas: Schemas, name: str, registry: str) -> None:
    glue = schemas.glue(*registry_policies.writer(DEPLOYMENT, AVRO, REGISTRY))
    assert "glue:CreateSchema on resource: " in refused(lambda: create(glue, name, registry))


@pytest.mark.parametrize(
    "action", ["CreateSchema", "GetSchemaByDefinition", "RegisterSchemaVersion", "PutSchemaVersionMetadata"]
)
def test_each_right_to_write_is_needed(schemas: Schemas, action: str) -> None:
    statements = registry_policies.writer(DEPLOYMENT, AVRO, REGISTRY)
    statements[0]["Action"].remove(f"glue:{action}")
    glue, name = schemas.glue(*statements), own_topic()
    said = refused(lambda: writes(glue, name))
    assert f"is not authorized to perform: glue:{action} on resource: arn:aws:glue:{REGION}:{ACCOUNT}:" in said


@pytest.mark.parametrize(("held", "absent"), [(slice(1), ":schema/"), (slice(1, None), ":registry/")])
def test_the_registry_alone_and_the_schema_alone_are_not_enough(schemas: Schemas, held: slice, absent: str) -> None:
    first, *_ = registry_policies.writer(DEPLOYMENT, AVRO, REGISTRY)
    first["Resource"] = first["Resource"][held]
    glue = schemas.glue(first)
    assert absent in refused(lambda: create(glue, own_topic()))


def test_a_consumer_may_read_and_nothing_else(schemas: Schemas) -> None:
    version = create(schemas.administrator, name := own_topic())
    consumer = ApplicationConsumer(topics=("orders.*",), groups=("billing",))
    glue = schemas.glue(*registry_policies.reader(consumer, [AVRO], REGISTRY))
    assert glue.get_schema_version(SchemaVersionId=version)["SchemaArn"].endswith(f":schema/cdc/{name}")
    refused(lambda: create(glue, own_topic()))
    refused(lambda: glue.delete_schema(SchemaId={"RegistryName": "cdc", "SchemaName": name}))


def test_without_a_right_nothing_is_read(schemas: Schemas) -> None:
    version = create(schemas.administrator, own_topic())
    glue = schemas.glue({"Effect": "Allow", "Action": ["glue:ListRegistries"], "Resource": ["*"]})
    assert "glue:GetSchemaVersion on resource: *" in refused(lambda: glue.get_schema_version(SchemaVersionId=version))
