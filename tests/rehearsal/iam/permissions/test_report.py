"""The permission report of roles, made from the decisions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from rehearsal.iam.authorizer import Authorizer
from rehearsal.iam.kafka_actions import CONNECT
from rehearsal.iam.permissions import reasons
from rehearsal.iam.permissions.decision_log import DecisionLog
from rehearsal.iam.permissions.report import permissions
from rehearsal.iam.roles import Roles
from tests.mocked_account import CLUSTER_ARN, SECRET_ARN
from tests.rehearsal.iam.accounts import READ, WRITE, Account, document, embedded, statement
from tests.rehearsal.iam.permissions.test_missing_permissions import SPEC
from tests.rehearsal.iam.policies.documents import BILLING, DECRYPT, EXECUTION, KEY, group, topic

DESCRIBE: Final = "kafka-cluster:DescribeTopic"
CONFIGS: Final = "kafka-cluster:DescribeTopicDynamicConfiguration"
Report = Mapping[str, Any]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with embedded(tmp_path_factory.mktemp("aws")) as aws:
        yield Account(aws.access)


class Ran:
    """The requests of roles since the start of the test."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._roles = Roles(account.access)
        self._authorizer = Authorizer(
            folder / "generation", roles=self._roles, hosts=lambda _: [], tags=lambda _: {"stage": "prod"}
        )
        self.changed = self._authorizer.invalidate
        self.asks = self._authorizer.allows
        self.configuration: Mapping[str, str] = {}

    def reports(self, *connectors: str) -> list[dict[str, Any]]:
        specs = {name: replace(SPEC, configuration=self.configuration) for name in connectors}
        return permissions(self._authorizer.log, self._roles, specs)

    def report(self, *connectors: str) -> Report:
        [found] = self.reports(*connectors)
        return found


@pytest.fixture
def ran(account: Account, tmp_path: Path) -> Ran:
    return Ran(account, tmp_path)


def entries(report: Report, part: str, sid: str) -> set[tuple[str, str]]:
    """Action and resource of a statement's permissions, as the policy has them."""
    return {(one["action"], one["resource"]) for one in report[part] if one["statement"] == sid}


def reason(report: Report, sid: str, action: str) -> object:
    [found] = {one["reason"] for one in report["unused"] if (one["statement"], one["action"]) == (sid, action)}
    return found


def test_used_permissions_are_those_of_the_policy(account: Account, ran: Ran) -> None:
    role = account.role(EXECUTION)
    ran.asks(role, CONNECT, CLUSTER_ARN)
    ran.asks(role, WRITE, topic("orders.orders.customers"))
    ran.asks(role, WRITE, topic("orders.orders.items"))
    report = ran.report(role)
    assert report["role"] == role
    assert report["used"] == [
        {"policy": "inline-1", "statement": "Cluster", "action": CONNECT, "resource": CLUSTER_ARN},
        {"policy": "inline-1", "statement": "Events", "action": WRITE, "resource": topic("orders.*")},
    ]
    assert (WRITE, topic("orders")) in entries(report, "unused", "Events")
    assert (DESCRIBE, topic("orders.*")) in entries(report, "unused", "Events")
    assert report["denied"] == report["harmless"] == []


def test_every_permission_is_used_or_unused(account: Account, ran: Ran) -> None:
    role = account.role(EXECUTION)
    assert ran.asks(role, "secretsmanager:GetSecretValue", SECRET_ARN)
    assert ran.asks(role, "kms:Decrypt", KEY, context=DECRYPT)
    report = ran.report(role)
    assert [one["statement"] for one in report["used"]] == ["Secret", "SecretKey"]
    held = [
        (statement["Sid"], action, resource)
        for statement in json.loads(EXECUTION)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    reported = [(one["statement"], one["action"], one["resource"]) for one in [*report["used"], *report["unused"]]]
    assert sorted(reported) == sorted(held)


def test_unused_permissions_have_a_reason(account: Account, ran: Ran) -> None:
    role = account.role(EXECUTION)
    ran.asks(role, CONNECT, CLUSTER_ARN)
    report = ran.report(role)
    for sid, action in (("Cluster", "kafka-cluster:DescribeCluster"), ("SecretKey", "kms:Decrypt")):
        assert reason(report, sid, action) == reasons.lookup("connector", sid, action).unseen != ""


ROUTED: Final = "a transform routes events elsewhere; those that it does not take keep their topics under the prefix"


@pytest.mark.parametrize(
    ("type_", "why"),
    [
        ("io.debezium.transforms.outbox.EventRouter", ROUTED),
        ("org.apache.kafka.connect.transforms.RegexRouter", ROUTED),
        ("io.debezium.transforms.ExtractNewRecordState", None),
    ],
)
def test_events_that_a_router_takes_may_leave_the_prefix_unused(
    account: Account, ran: Ran, type_: str, why: str | None
) -> None:
    role = account.role(EXECUTION)
    ran.configuration = {"transforms": "unwrap, last", "transforms.last.type": type_}
    ran.asks(role, CONNECT, CLUSTER_ARN)
    report = ran.report(role)
    unused = {one["resource"]: one["reason"] for one in report["unused"] if one["action"] == WRITE}
    assert unused[topic("orders.*")] == why
    assert unused[topic("orders")] is None, "schema changes are not routed away"


def test_a_permission_that_is_wider_than_needed_has_no_reason(account: Account, ran: Ran) -> None:
    role = account.role(EXECUTION, document(statement("kafka-cluster:*", "*", Sid="All"), statement(READ, "*")))
    ran.asks(role, CONNECT, CLUSTER_ARN)
    report = ran.report(role)
    assert entries(report, "used", "All") == {("kafka-cluster:*", "*")}
    assert reason(report, "1", READ) is None, "a statement without a Sid is known by its index"
    assert reason(report, "Events", WRITE) is None, "a rehearsal should have used it"


def test_reasons_depend_on_the_kind_of_role(account: Account, ran: Ran) -> None:
    policy = document(statement("kafka-cluster:DescribeCluster", "*", Sid="Cluster"))
    connector, consumer = account.role(policy), account.role(policy)
    for role in (connector, consumer):
        ran.asks(role, CONNECT, CLUSTER_ARN)
    first, second = ran.reports(connector)
    assert (first["role"], second["role"]) == (connector, consumer), "in the order of their requests"
    assert reason(first, "Cluster", "kafka-cluster:DescribeCluster")
    assert reason(second, "Cluster", "kafka-cluster:DescribeCluster") is None


def test_an_application_by_a_managed_policy(account: Account, ran: Ran) -> None:
    role, arn = account.role(), account.policy(BILLING)
    account.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    for action, resource in (
        (CONNECT, CLUSTER_ARN),
        (DESCRIBE, topic("orders.orders.items")),
        (READ, topic("orders.orders.items")),
        ("kafka-cluster:AlterGroup", group("billing-1")),
        ("kafka-cluster:DescribeGroup", group("billing-1")),
    ):
        assert ran.asks(role, action, resource)
    report = ran.report()
    assert report["unused"] == []
    assert {one["policy"] for one in report["used"]} == {arn.rpartition("/")[2]}
    assert {one["statement"] for one in report["used"]} == {"Cluster", "Topics", "Groups"}


def test_a_denial_is_reported_once(account: Account, ran: Ran) -> None:
    deny = statement(READ, topic("secret"), "Deny", Sid="Never")
    role = account.role(document(statement(READ, "*"), deny))
    for _ in range(2):
        ran.asks(role, READ, topic("secret"))
        ran.asks(role, WRITE, topic("a"))
    report = ran.report()
    assert report["denied"] == [
        {"action": READ, "resource": topic("secret"), "why": "explicit deny"},
        {"action": WRITE, "resource": topic("a"), "why": "no statement allows it"},
    ]
    assert entries(report, "used", "Never") == entries(report, "unused", "Never") == set(), "a Deny allows nothing"
    assert report["harmless"] == []


def test_denials_that_clients_do_not_need_are_harmless(account: Account, ran: Ran) -> None:
    role = account.role(document(statement(READ, "*")))
    ran.asks(role, CONFIGS, topic("a"))
    ran.asks(role, WRITE, topic("a"), speculative=True)
    ran.asks(role, WRITE, topic("b"))
    report = ran.report()
    assert report["harmless"] == [
        {"action": CONFIGS, "resource": topic("a")},
        {"action": WRITE, "resource": topic("a")},
    ]
    assert [one["resource"] for one in report["denied"]] == [topic("b")]


def test_denials_of_a_deleted_or_invalid_role_are_reported(account: Account, ran: Ran) -> None:
    gone, broken = account.role(document(statement(READ, "*"))), account.role()
    assert ran.asks(gone, READ, topic("a"))
    assert not ran.asks(gone, WRITE, topic("a"))
    account.iam.delete_role_policy(RoleName=gone, PolicyName="inline-1")
    account.iam.delete_role(RoleName=gone)
    unreadable = document(statement(READ, topic("${")))
    account.iam.put_role_policy(RoleName=broken, PolicyName="broken", PolicyDocument=unreadable)
    ran.changed()
    assert not ran.asks(broken, READ, topic("a"))
    first, second = ran.reports()
    assert first["used"] == first["unused"] == second["used"] == second["unused"] == []
    assert [one["action"] for one in first["denied"]] == [WRITE]
    assert "a policy variable must be" in second["denied"][0]["why"]


def test_a_report_is_json(account: Account, ran: Ran) -> None:
    role = account.role(EXECUTION)
    ran.asks(role, CONNECT, CLUSTER_ARN)
    ran.asks(role, "kafka-cluster:DeleteTopic", topic("a"))
    ran.asks(role, CONFIGS, topic("a"))
    reports = ran.reports(role)
    assert all(reports[0].values())
    assert json.loads(json.dumps(reports)) == reports


def test_without_requests_there_is_no_report(account: Account) -> None:
    account.role(EXECUTION)
    assert permissions(DecisionLog(), Roles(account.access), {}) == []
