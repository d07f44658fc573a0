"""Schema registries in the synthesized JSON: the registry, the way there, and who may read and write schemas."""

import json
from typing import Any

import pytest

from tests.synthesized import Document, Stack, changed, document, with_another
from tests.unit.conftest import Synthesize

GLUE = {"kind": "glue", "name": "cdc"}
GROUP = "sg-0123456789abcdef0"
CONFLUENT = {"kind": "confluent", "url": "http://registry.example.internal:8081", "security_group_id": GROUP}
ARN = "arn:aws:glue:us-east-1:${data.aws_caller_identity.account.account_id}:"
INGRESS, EGRESS = (f"aws_vpc_security_group_{way}_rule" for way in ("ingress", "egress"))


def avro(registry: Document, **changes: Any) -> Document:
    """The production example with its connector's events in Avro."""
    return changed(document("prod"), schema_registry=registry, connectors__orders__format="avro", **changes)


def statements(policy: str) -> dict[str, Document]:
    return {one["Sid"]: one for one in json.loads(policy)["Statement"]}


def of_worker(stack: Stack, key: str = "orders") -> dict[str, Document]:
    return statements(stack.one("aws_iam_role_policy", f"connectors/{key}/permissions")["policy"])


def of_consumer(stack: Stack) -> dict[str, Document]:
    return statements(stack.one("aws_iam_policy", "consumers/billing/policy")["policy"])


def test_a_glue_registry_is_created_with_the_platform_and_never_destroyed(synth: Synthesize) -> None:
    registry = synth(avro(GLUE))["platform"].one("aws_glue_registry")
    assert registry["registry_name"] == "cdc"
    assert registry["lifecycle"] == {"prevent_destroy": True}


def test_an_existing_glue_registry_is_looked_up(synth: Synthesize) -> None:
    platform = synth(avro({**GLUE, "create": False}))["platform"]
    assert platform.lookup("aws_glue_registry")["name"] == "cdc"
    assert platform.all("aws_glue_registry") == {}


@pytest.mark.parametrize("create", [True, False])
def test_connectors_register_schemas_with_the_compatibility(synth: Synthesize, *, create: bool) -> None:
    """Glue keeps it with each schema, and a registry has none: it counts in one that exists, too."""
    stacks = synth(avro({**GLUE, "create": create, "compatibility": "FULL"}))
    properties = stacks["connect"].one("aws_mskconnect_connector")["connector_configuration"]
    assert properties["value.converter.compatibility"] == "FULL"
    assert not any("compatibility" in one for one in stacks["platform"].all("aws_glue_registry").values())


def test_a_connector_registers_schemas_of_its_own_topics_only(synth: Synthesize) -> None:
    content = avro(GLUE, connectors__orders__topics__others=["routed"])
    stack = synth(with_another(content, "again", format="json", topics__others=[]))["connect"]
    found = of_worker(stack)
    assert found["RegisterSchemas"]["Resource"] == [
        f"{ARN}registry/cdc",
        *(f"{ARN}schema/cdc/{name}" for name in ("orders", "orders.*", "routed", "__debezium-heartbeat.orders")),
    ]
    assert found["RegisterSchemas"]["Action"] == [
        *("glue:GetSchemaByDefinition", "glue:CreateSchema"),
        *("glue:RegisterSchemaVersion", "glue:PutSchemaVersionMetadata"),
    ]
    assert found["ReadSchemas"]["Action"] == ["glue:GetSchemaVersion"]
    assert not of_worker(stack, "again").keys() & {"RegisterSchemas", "ReadSchemas"}


@pytest.mark.parametrize(("topics", "reads"), [(["orders.orders.*"], True), (["again.*"], False)], ids=["avro", "json"])
def test_a_consumer_reads_schemas_if_its_events_have_some(synth: Synthesize, topics: list[str], *, reads: bool) -> None:
    content = with_another(avro(GLUE, consumers__billing__topics=topics), "again", format="json")
    found = of_consumer(synth(content)["connect"])
    assert ("ReadSchemas" in found) is reads
    if reads:
        assert found["ReadSchemas"]["Action"] == ["glue:GetSchemaVersion"]


def test_a_registry_by_url_needs_no_rights_to_glue(synth: Synthesize) -> None:
    connect = synth(avro(CONFLUENT))["connect"]
    assert "glue:" not in connect.file.read_text()


@pytest.mark.parametrize(("nat", "services"), [("none", {"glue"}), ("single", set())])
def test_without_nat_glue_has_an_interface_endpoint(synth: Synthesize, nat: str, services: set[str]) -> None:
    platform = synth(avro(GLUE, network__nat=nat))["platform"]
    names = {one["service_name"].rpartition(".")[2] for one in platform.all("aws_vpc_endpoint").values()}
    assert names & {"glue"} == services


def test_other_registries_need_no_endpoint_of_glue(synth: Synthesize) -> None:
    platform = synth(avro(CONFLUENT, network__nat="none"))["platform"]
    assert "com.amazonaws.us-east-1.glue" not in platform.file.read_text()


def test_workers_and_consumers_may_reach_the_registrys_group(synth: Synthesize) -> None:
    stack = synth(avro(CONFLUENT))["connect"]
    workers = f"${{{stack.address('aws_security_group', 'connectors/orders/workers')}.id}}"
    out = stack.one(EGRESS, "connectors/orders/to-schema-registry")
    assert (out["security_group_id"], out["referenced_security_group_id"]) == (workers, GROUP)
    assert (out["from_port"], out["to_port"], out["ip_protocol"]) == (8081, 8081, "tcp")
    into = stack.one(INGRESS, "connectors/orders/schema-registry")
    assert (into["security_group_id"], into["referenced_security_group_id"]) == (GROUP, workers)
    given = stack.one(INGRESS, "consumer-groups/sg-0abc1234def567890/schema-registry")
    assert (given["security_group_id"], given["from_port"]) == (GROUP, 8081)
    depends_on = stack.one("aws_mskconnect_connector")["depends_on"]
    assert stack.address(EGRESS, "connectors/orders/to-schema-registry") in depends_on


def test_a_consumers_own_group_may_reach_the_registry(synth: Synthesize) -> None:
    stack = synth(avro(CONFLUENT, consumers__billing__security_group_ids=[]))["connect"]
    assert stack.one(EGRESS, "consumers/billing/to-schema-registry")["referenced_security_group_id"] == GROUP
    assert stack.one(INGRESS, "consumers/billing/schema-registry")["security_group_id"] == GROUP


def test_a_range_needs_no_rule_of_the_registrys(synth: Synthesize) -> None:
    registry = {**CONFLUENT, "security_group_id": None, "cidr_block": "10.8.0.7/32"}
    stack = synth(avro({key: value for key, value in registry.items() if value}))["connect"]
    assert stack.one(EGRESS, "connectors/orders/to-schema-registry")["cidr_ipv4"] == "10.8.0.7/32"
    assert not any(path.endswith("/schema-registry") for path in stack.all(INGRESS))


def test_a_registry_on_the_internet_is_reached_as_aws_is(synth: Synthesize) -> None:
    stack = synth(avro({"kind": "confluent", "url": "https://registry.example.com"}))["connect"]
    assert not any("schema-registry" in path for way in (EGRESS, INGRESS) for path in stack.all(way))


def test_a_connector_in_json_has_no_way_to_the_registry(synth: Synthesize) -> None:
    stack = synth(with_another(avro(CONFLUENT), "again", format="json"))["connect"]
    assert "connectors/again/to-schema-registry" not in stack.all(EGRESS)


def test_the_role_may_read_the_registrys_secret(synth: Synthesize) -> None:
    stack = synth(avro({**CONFLUENT, "secret": "cdc/registry"}))["connect"]
    assert len(of_worker(stack)["Secret"]["Resource"]) == 2
    configuration = stack.one("aws_mskconnect_connector")["connector_configuration"]
    login = "$${secretsmanager:cdc/registry:username}:$${secretsmanager:cdc/registry:password}"
    assert configuration["value.converter.basic.auth.user.info"] == login
