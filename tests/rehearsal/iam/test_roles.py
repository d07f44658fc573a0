"""Roles of the embedded IAM: their current policies, who may assume them, and the sessions of keys."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from rehearsal.aws.client import client
from rehearsal.iam.policies.policy import PolicyError
from rehearsal.iam.roles import NoRoleError, Role, Roles, session
from tests.mocked_account import ACCOUNT, REGION
from tests.rehearsal.iam.accounts import READ, WRITE, Account, document, embedded, statement, trust
from tests.rehearsal.iam.policies import documents
from tests.rehearsal.iam.policies.documents import NAME, topic

SERVICE: Final = "kafkaconnect.amazonaws.com"
CONNECTOR: Final = f"arn:aws:kafkaconnect:{REGION}:{ACCOUNT}:connector/{NAME}/6f1c2f4e-0000-4000-8000-000000000000-2"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with embedded(tmp_path_factory.mktemp("aws")) as aws:
        yield Account(aws.access)


@pytest.fixture
def roles(account: Account) -> Roles:
    return Roles(account.access)


def allows(role: Role, action: str, name: str) -> bool:
    return role.decide(action, topic(name), {}).allowed


def test_a_role_is_read_completely(account: Account, roles: Roles) -> None:
    bound, managed = (account.policy(document(statement(action, "*"))) for action in (READ, WRITE))
    inline = document(statement(READ, topic("a")))
    tags = [{"Key": "team", "Value": "orders"}]
    name = account.role(inline, trust=documents.TRUST, PermissionsBoundary=bound, Tags=tags)
    account.iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    found = roles.get(name)
    assert (found.arn, found.name, found.account) == (f"arn:aws:iam::{ACCOUNT}:role/{name}", name, ACCOUNT)
    assert [policy.name for policy in found.identity] == ["inline-1", managed.rpartition("/")[2]]
    assert [policy.statements[0].actions for policy in found.identity] == [(READ,), (WRITE,)]
    assert found.boundary
    assert found.boundary.statements[0].actions == (READ,)
    assert found.trust.statements[0].sid == "Assume"
    assert found.tags == {"team": "orders"}


def test_a_permissions_boundary_limits(account: Account, roles: Roles) -> None:
    both = document(statement(READ, "*"), statement(WRITE, "*"))
    bound = account.policy(document(statement(READ, "*")))
    free, bounded = roles.get(account.role(both)), roles.get(account.role(both, PermissionsBoundary=bound))
    assert (free.boundary, allows(free, READ, "a"), allows(free, WRITE, "a")) == (None, True, True)
    assert (allows(bounded, READ, "a"), allows(bounded, WRITE, "a")) == (True, False)


def test_the_default_version_of_a_managed_policy_is_used(account: Account, roles: Roles) -> None:
    name, managed = account.role(), account.policy(document(statement(READ, topic("first"))))
    account.iam.attach_role_policy(RoleName=name, PolicyArn=managed)

    def version(resource: str, *, default: bool) -> None:
        policy = document(statement(READ, resource))
        account.iam.create_policy_version(PolicyArn=managed, PolicyDocument=policy, SetAsDefault=default)
        roles.invalidate()

    version(topic("second"), default=True)
    version(topic("third"), default=False)
    assert [allows(roles.get(name), READ, one) for one in ("first", "second", "third")] == [False, True, False]
    account.iam.set_default_policy_version(PolicyArn=managed, VersionId="v1")
    roles.invalidate()
    assert allows(roles.get(name), READ, "first")


def test_a_role_is_read_again_once_it_changed(account: Account, roles: Roles) -> None:
    name = account.role()
    before = roles.get(name)
    policy = document(statement(READ, topic("a")))
    account.iam.put_role_policy(RoleName=name, PolicyName="later", PolicyDocument=policy)
    assert roles.get(name) is before
    roles.invalidate()
    assert not allows(before, READ, "a")
    assert allows(roles.get(name), READ, "a")


def test_a_change_while_a_role_is_being_read_is_not_missed(
    account: Account, roles: Roles, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, read = account.role(), Roles._role

    def overtaken(self: Roles, name: str) -> Role:
        found = read(self, name)
        policy = document(statement(READ, topic("a")))
        account.iam.put_role_policy(RoleName=name, PolicyName="meanwhile", PolicyDocument=policy)
        roles.invalidate()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Roles, "_role", overtaken)
        assert not allows(roles.get(name), READ, "a")
    assert allows(roles.get(name), READ, "a")


def test_an_unreadable_role_is_an_error(account: Account, roles: Roles) -> None:
    with pytest.raises(NoRoleError, match="no role nobody"):
        roles.get("nobody")
    name = account.role(document(statement(READ, topic("${aws:PrincipalTag/team"))))
    with pytest.raises(PolicyError, match="policy inline-1, statement 0: a policy variable must be"):
        roles.get(name)


CONDITIONS: list[tuple[str, str, str, bool]] = [
    ("StringEquals", "aws:PrincipalTag/team", "orders", True),
    ("StringEquals", "aws:PrincipalTag/team", "billing", False),
    ("StringEquals", "aws:PrincipalTag/tier", "orders", False),
    ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", False),
    ("NumericGreaterThan", "aws:EpochTime", "1577836800", True),
    ("NumericLessThan", "aws:EpochTime", "1577836800", False),
    ("StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
    ("StringEquals", "aws:PrincipalAccount", "999999999999", False),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/role-*", True),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:sts::{ACCOUNT}:assumed-role/role-*", False),
    ("StringEquals", "aws:RequestedRegion", REGION, True),
    ("StringEquals", "aws:RequestedRegion", "eu-west-1", False),
    ("Bool", "aws:SecureTransport", "true", True),
    ("Bool", "aws:SecureTransport", "false", False),
    ("StringEquals", "kms:ViaService", "given", True),
    ("StringEquals", "kms:ViaService", "another", False),
]


@pytest.mark.parametrize(("operator", "key", "value", "holds"), CONDITIONS)
def test_the_values_of_condition_keys(
    account: Account, roles: Roles, operator: str, key: str, value: str, holds: bool
) -> None:
    policy = document(statement(READ, topic("a"), Condition={operator: {key: value}}))
    found = roles.get(account.role(policy, Tags=[{"Key": "team", "Value": "orders"}]))
    assert found.decide(READ, topic("a"), {"kms:ViaService": "given"}).allowed is holds


def test_a_tag_in_a_resource(account: Account, roles: Roles) -> None:
    policy = document(statement(READ, topic("${aws:PrincipalTag/team}.*")))
    found = roles.get(account.role(policy, Tags=[{"Key": "team", "Value": "orders"}]))
    assert allows(found, READ, "orders.a")
    assert not allows(found, READ, "billing.a")
    assert not allows(roles.get(account.role(policy)), READ, "orders.a"), "without the tag it matches nothing"


def test_a_service_assumes_a_role_for_a_connector(account: Account, roles: Roles) -> None:
    name = account.role(trust=documents.TRUST)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    given = roles.assume(arn, service=SERVICE, source_arn=CONNECTOR, session="worker")
    assert (given.role, given.arn) == (name, f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/worker")
    assert session(given.key.access_key) == given
    assert given.key.token
    assert given.key.expires
    assert timedelta(minutes=14) < given.key.expires - datetime.now(UTC) <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("service", "source_arn"),
    [
        (SERVICE, CONNECTOR.replace(ACCOUNT, "999999999999")),
        (SERVICE, CONNECTOR.replace(NAME, "cdc-prod-another")),
        (SERVICE, CONNECTOR.replace(REGION, "eu-west-1")),
        ("ec2.amazonaws.com", CONNECTOR),
    ],
    ids=["account", "connector", "region", "service"],
)
def test_a_role_that_trusts_another_service_or_connector(
    account: Account, roles: Roles, service: str, source_arn: str
) -> None:
    name = account.role(trust=documents.TRUST)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    with pytest.raises(NoRoleError) as error:
        roles.assume(arn, service=service, source_arn=source_arn, session="worker")
    assert str(error.value) == (
        f"{service} may not assume {name} for {source_arn}: no statement allows it in the role's trust policy"
    )


@pytest.mark.parametrize(("source_account", "allowed"), [(ACCOUNT, True), ("999999999999", False)])
def test_the_source_account_is_checked(account: Account, roles: Roles, source_account: str, allowed: bool) -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    name = account.role(trust=trust({"Service": SERVICE}, Condition=condition))
    arn, source_arn = f"arn:aws:iam::{ACCOUNT}:role/{name}", CONNECTOR.replace(ACCOUNT, source_account)
    if allowed:
        assert roles.assume(arn, service=SERVICE, source_arn=source_arn, session="worker").role == name
    else:
        with pytest.raises(NoRoleError, match="no statement allows it"):
            roles.assume(arn, service=SERVICE, source_arn=source_arn, session="worker")


def test_a_missing_role_and_an_invalid_one(account: Account, roles: Roles) -> None:
    with pytest.raises(NoRoleError, match="no role nobody"):
        roles.assume(f"arn:aws:iam::{ACCOUNT}:role/nobody", service=SERVICE, source_arn=CONNECTOR, session="worker")
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    name = account.role(trust=trust({"Service": SERVICE}, Condition=condition))
    with pytest.raises(PolicyError, match="unsupported condition key sts:ExternalId"):
        roles.assume(f"arn:aws:iam::{ACCOUNT}:role/{name}", service=SERVICE, source_arn=CONNECTOR, session="worker")


def test_only_keys_from_sts_have_a_session(account: Account) -> None:
    name = account.role(Path="/apps/")
    given = client(account.access, "sts", REGION).assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/apps/{name}", RoleSessionName="application"
    )
    found = session(given["Credentials"]["AccessKeyId"])
    assert found
    assert (found.role, found.arn) == (name, given["AssumedRoleUser"]["Arn"])
    assert (found.key.secret, found.key.token, found.key.expires) == (
        given["Credentials"]["SecretAccessKey"],
        given["Credentials"]["SessionToken"],
        given["Credentials"]["Expiration"],
    )
    account.iam.create_user(UserName=f"user-of-{name}")
    key = account.iam.create_access_key(UserName=f"user-of-{name}")["AccessKey"]
    assert session(key["AccessKeyId"]) is None
    assert session("ASIANOBODYS") is None
