"""A missing permission is described with the statement of our policies and the property that needs it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from modules.debezium import configuration, topics
from modules.debezium.formats import Registry
from modules.environment.models.connectors import Signals, Topics
from modules.environment.models.consumers import ApplicationConsumer
from modules.iam import client_policies, registry_policies
from modules.iam.documents import document
from rehearsal.aws.backends import ConnectorSpec
from rehearsal.iam.permissions import event_source_mappings
from rehearsal.iam.permissions.decision_log import DecisionLog, Denial
from rehearsal.iam.permissions.missing_permissions import describe, finding, hidden_topics, matches_topic, origin
from rehearsal.iam.permissions.reason import Role
from rehearsal.iam.permissions.reasons import REASONS, lookup
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION, SECRET_ARN
from tests.rehearsal.iam.policies import documents
from tests.rehearsal.iam.policies.documents import ARNS, CONNECTOR, DEPLOYMENT, KEY, NAME, group, topic

SIGNALLED: Final = CONNECTOR.model_copy(
    update={
        "signals": Signals(topic="orders-signals"),
        "topics": Topics(prefix="orders", others=("outbox.*",)),
        "properties": {"transforms": "outbox"},
    }
)
BOOTSTRAP: Final = "b-1.cdc-prod:9098,b-2.cdc-prod:9098"
OFFSETS: Final = topics.offset_topic(NAME)
ROLE: Final = f"{NAME}-worker"
SPEC: Final = ConnectorSpec(
    name=NAME,
    arn=f"arn:aws:kafkaconnect:{REGION}:{ACCOUNT}:connector/{NAME}/6f1c2f4e-0000-4000-8000-000000000000-2",
    region=REGION,
    kafkaconnect_version="3.7.x",
    bootstrap=BOOTSTRAP,
    archive=Path("debezium-mysql.zip"),
    configuration=configuration.connector_properties(SIGNALLED)
    | configuration.connection_properties(SIGNALLED, hostname="orders.example", port="3306", bootstrap=BOOTSTRAP),
    worker_configuration=configuration.worker_properties(region=REGION, offset_topic=OFFSETS),
    mcu=1,
    workers=1,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
)
PASSWORD: Final = "database.password=${secretsmanager:cdc/orders:password}"
HISTORY: Final = "schema.history.internal.kafka.topic=schema-history.orders"
OF_CONNECT: Final = "__amazon_msk_connect_{}_" + NAME
TRANSACTION: Final = CLUSTER_ARN.replace(":cluster/", ":transactional-id/") + "/exactly-once"


def denial(action: str, resource: str, role: str = ROLE) -> Denial:
    return Denial(role, action, resource, "no statement allows it", 0)


PLACES: dict[str, tuple[str, str, str, str]] = {
    "cluster": ("kafka-cluster:Connect", CLUSTER_ARN, "Cluster", f"kafkaCluster.bootstrapServers={BOOTSTRAP}"),
    "configs": (
        "kafka-cluster:ReadData",
        topic(OF_CONNECT.format("configs")),
        "InternalTopics",
        f"MSK Connect's own topic {OF_CONNECT.format('configs')}",
    ),
    "offsets": ("kafka-cluster:WriteData", topic(OFFSETS), "InternalTopics", f"offset.storage.topic={OFFSETS}"),
    "workers": (
        "kafka-cluster:AlterGroup",
        group(OF_CONNECT.format("group")),
        "InternalGroups",
        f"group.id={OF_CONNECT.format('group')}",
    ),
    "events": ("kafka-cluster:WriteData", topic("orders.orders.customers"), "Events", "topic.prefix=orders"),
    "changes": ("kafka-cluster:WriteData", topic("orders"), "Events", "topic.prefix=orders"),
    "heartbeat": ("kafka-cluster:CreateTopic", topic("__debezium-heartbeat.orders"), "Events", "topic.prefix=orders"),
    "routed": (
        "kafka-cluster:CreateTopic",
        topic("outbox.event.order"),
        "OtherTopics",
        "transforms=outbox, one of which routes there; topics.others",
    ),
    "history": ("kafka-cluster:CreateTopic", topic("schema-history.orders"), "SchemaHistory", HISTORY),
    "signals": ("kafka-cluster:ReadData", topic("orders-signals"), "Signals", "signal.kafka.topic=orders-signals"),
    "group": ("kafka-cluster:AlterGroup", group("orders-signal"), "Groups", "group.id=orders-signal"),
    "secret": ("secretsmanager:GetSecretValue", SECRET_ARN, "Secret", PASSWORD),
    "key": ("kms:Decrypt", KEY, "SecretKey", PASSWORD),
}


@pytest.mark.parametrize(("action", "resource", "sid", "line"), PLACES.values(), ids=PLACES)
def test_missing_permissions_of_a_connector(action: str, resource: str, sid: str, line: str) -> None:
    at = origin(denial(action, resource), SPEC)
    assert (at.sid, at.configuration_line) == (sid, line)
    reason = lookup("connector", sid, action)
    assert describe([denial(action, resource)], SPEC).splitlines() == [
        f"{ROLE} may not {action} on {resource}: no statement allows it",
        f"  configured by: {line}",
        f"  needed for: {reason.needed_for}",
        f"  without it: {reason.without}",
    ]


OF_ONE: Final = "transforms=t, one of which routes there; topics.others"
REGEX_ROUTER: Final = "org.apache.kafka.connect.transforms.RegexRouter"


@pytest.mark.parametrize(
    ("transforms", "name", "line"),
    [
        (
            {"type": REGEX_ROUTER, "regex": "orders\\.(.*)", "replacement": "eu.$1"},
            "eu.orders.customers",
            "transforms.t.replacement=eu.$1",
        ),
        (
            {"type": "io.debezium.transforms.outbox.EventRouter"},
            "outbox.event.invoice",
            "transforms.t.route.topic.replacement=",
        ),
        (
            {"type": "org.apache.kafka.connect.transforms.TimestampRouter", "topic.format": "${timestamp}-${topic}"},
            "20261129-orders.orders.customers",
            "transforms.t.topic.format=${timestamp}-${topic}",
        ),
        # Nothing that can be known makes these.
        ({"type": REGEX_ROUTER, "regex": "orders\\.(.*)", "replacement": "eu.$1"}, "us.x", OF_ONE),
        ({"type": REGEX_ROUTER, "regex": "(", "replacement": "eu"}, "eu", OF_ONE),
        ({"type": "org.example.Router"}, "eu", OF_ONE),
    ],
)
def test_a_transform_that_names_the_topic_is_at_fault(transforms: dict[str, str], name: str, line: str) -> None:
    added = {"transforms": "t", **{f"transforms.t.{key}": value for key, value in transforms.items()}}
    spec = replace(SPEC, configuration={**SPEC.configuration, **added})
    found = finding(denial("kafka-cluster:CreateTopic", topic(name)), spec)
    assert f"  configured by: {line}" in found.evidence.splitlines()
    assert found.where["topic"] == name
    assert found.where["connector"] == NAME
    assert found.where["property"] == line.partition("=")[0]
    assert found.next_step == ("add the topic to topics.others" if line.startswith("transforms.") else "")


def test_a_topic_that_no_property_names_has_events() -> None:
    worker = {key: value for key, value in SPEC.worker_configuration.items() if key != "offset.storage.topic"}
    named = {k: value for k, value in SPEC.configuration.items() if not k.endswith("kafka.topic") and k != "transforms"}
    spec = replace(SPEC, worker_configuration=worker, configuration=named)
    for name in (OFFSETS, "orders-signals", "schema-history.orders"):
        assert origin(denial("kafka-cluster:WriteData", topic(name)), spec).sid == "Events"


@pytest.mark.parametrize(
    ("kind", "action", "resource", "sid"),
    [
        ("cluster", "kafka-cluster:Connect", CLUSTER_ARN, "Cluster"),
        ("topic", "kafka-cluster:ReadData", topic("orders.orders.customers"), "Topics"),
        ("group", "kafka-cluster:DescribeGroup", group("billing-1"), "Groups"),
    ],
)
def test_missing_permissions_of_an_application(kind: str, action: str, resource: str, sid: str) -> None:
    reason = lookup("consumer", sid, action)
    assert describe([denial(action, resource, "billing-app")], None).splitlines() == [
        f"billing-app may not {action} on {resource}: no statement allows it",
        f"  configured by: the application's own client, of a {kind}",
        f"  needed for: {reason.needed_for}",
        f"  without it: {reason.without}",
    ]


@pytest.mark.parametrize("spec", [SPEC, None], ids=["connector", "application"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("kafka-cluster:DeleteTopic", topic("orders")),
        ("kafka-cluster:DeleteGroup", group("billing-1")),
        ("kafka-cluster:AlterCluster", CLUSTER_ARN),
        ("kafka-cluster:AlterTransactionalId", TRANSACTION),
    ],
)
def test_an_action_that_no_role_of_ours_has_is_described_without_a_reason(
    action: str, resource: str, spec: ConnectorSpec | None
) -> None:
    first, asked = describe([denial(action, resource)], spec).splitlines()
    assert first == f"{ROLE} may not {action} on {resource}: no statement allows it"
    assert asked.startswith("  configured by: ")
    assert "password" not in asked


def test_a_transaction_is_described_by_its_id() -> None:
    at = origin(denial("kafka-cluster:AlterTransactionalId", TRANSACTION), SPEC)
    assert (at.sid, at.configuration_line) == ("", "transactional.id=exactly-once")


@pytest.mark.parametrize(
    ("topics", "topic", "read"),
    [
        (["orders.*"], "orders.items", True),
        (["orders.*"], "orders", False),
        (["orders.*"], "workorders.items", False),
        (["orders", "orders.*.items"], "orders.eu.items", True),
        (["orders.items"], "orders.ITEMS", False),
        (["Orders.*"], "Orders.items", True),
        (["orders.items"], "orders.item", False),
        ([], "orders", False),
    ],
)
def test_a_topic_is_read_by_name_or_pattern(topics: list[str], topic: str, read: bool) -> None:
    assert matches_topic(topics, topic) is read


def test_topics_that_are_hidden_from_an_application() -> None:
    log, action = DecisionLog(), "kafka-cluster:DescribeTopic"
    log.denied("billing-app", action, topic("orders.items"), "no statement allows it", speculative=True)
    log.denied("billing-app", action, topic("customers"), "no statement allows it", speculative=True)
    log.denied("billing-app", "kafka-cluster:ReadData", topic("orders.a"), "no statement allows it", speculative=True)
    log.denied("search-app", action, topic("orders.b"), "no statement allows it", speculative=True)
    [found] = hidden_topics(log, "billing-app", ["orders.*"])
    assert (found.role, found.action, found.resource) == ("billing-app", action, topic("orders.items"))
    assert "never read" in describe([found], None)
    assert hidden_topics(log, "billing-app", ["invoices"]) == []


def test_several_denials_are_described_in_order() -> None:
    both = [denial("kafka-cluster:WriteData", topic("orders")), denial("kms:Decrypt", KEY)]
    assert describe(both, SPEC) == "\n".join(describe([one], SPEC) for one in both)
    assert describe([], SPEC) == describe([], None) == ""


def granted(document: str) -> set[tuple[str, str, str]]:
    """Sid, action and a matching resource of each permission in a policy."""
    return {
        (statement["Sid"], action, resource.replace("*", "rehearsal"))
        for statement in json.loads(document)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


GLUE: Final = Registry("glue", region=REGION, name="cdc", compatibility="FULL")
IN_AVRO: Final = SIGNALLED.model_copy(update={"format": "avro"})
CONNECTORS: Final = granted(
    client_policies.connector_execution(
        DEPLOYMENT,
        SIGNALLED,
        name=NAME,
        arns=ARNS,
        offsets=OFFSETS,
        secret_arns=[SECRET_ARN],
        schemas=registry_policies.writer(DEPLOYMENT, IN_AVRO, GLUE),
        trusted=documents.TRUSTED,
    )
)
# The services that ask KMS for the role.
VIA: Final = {"SecretKey": "secretsmanager.us-east-1.amazonaws.com", "TrustStoreKey": "s3.us-east-1.amazonaws.com"}
READER: Final = ApplicationConsumer(topics=("orders.*",), groups=("billing",))
SCHEMAS: Final = document(*registry_policies.reader(READER, [IN_AVRO], GLUE))
CONSUMERS: Final = granted(documents.OPERATIONS) | granted(SCHEMAS)


@pytest.mark.parametrize(("sid", "action", "resource"), sorted(CONNECTORS))
def test_every_permission_of_a_connector_has_its_statement_as_origin(sid: str, action: str, resource: str) -> None:
    assert origin(replace(denial(action, resource), via=VIA.get(sid, "")), SPEC).sid == sid


@pytest.mark.parametrize(
    ("role", "spec", "permissions"), [("connector", SPEC, CONNECTORS), ("consumer", None, CONSUMERS)]
)
def test_every_reason_is_reached(
    role: Role, spec: ConnectorSpec | None, permissions: set[tuple[str, str, str]]
) -> None:
    found = {
        (
            action,
            describe(
                [replace(denial(action, resource), via=VIA.get(sid, ""))], spec, signals=[documents.SIGNALS]
            ).splitlines()[2],
        )
        for sid, action, resource in permissions
    }
    # Lambda's own requests come to no broker of a rehearsal.
    of_lambda = {sid for sid, *_ in event_source_mappings.NEEDED}
    reasons = [reason for reason in REASONS if reason.role == role and reason.sid not in of_lambda]
    assert found == {(reason.action, f"  needed for: {reason.needed_for}") for reason in reasons}
    assert len(found) == len(reasons) >= 5
