"""Clients of a broker sign in under a role, and may do what the role's current policies allow."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from rehearsal.aws.client import client
from rehearsal.aws.keys import Key
from rehearsal.aws.server import EmbeddedAws
from rehearsal.iam.authorizer import Authorizer
from rehearsal.iam.client import RoleTokens
from rehearsal.iam.enforcement import Enforcement
from rehearsal.iam.kafka_actions import CONNECT
from rehearsal.iam.roles import Roles
from rehearsal.iam.signatures import AWS_MSK_IAM, OAUTHBEARER
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION
from tests.rehearsal.iam.accounts import READ, WRITE, Account, document, embedded, statement
from tests.rehearsal.iam.policies.documents import topic
from tests.rehearsal.iam.signed_requests import payload, signed, token

BROKER: Final = f"b-1.cdc-prod.abc123.c3.kafka.{REGION}.amazonaws.com"
ENDPOINT: Final = f"kafka.{REGION}.amazonaws.com"
SIGNS_IN: Final = statement(CONNECT, CLUSTER_ARN)
OTHER_CLUSTER: Final = CLUSTER_ARN.replace("cdc-prod", "cdc-dev")
HOSTS: Final = {CLUSTER_ARN: [BROKER], OTHER_CLUSTER: [BROKER.replace("cdc-prod", "cdc-dev")]}
Change = Callable[[], object]


class WiredAccount(Account):
    """An authorizer that is notified of changes in an embedded AWS with two clusters, as in a rehearsal."""

    def __init__(self, aws: EmbeddedAws, authorizer: Authorizer) -> None:
        super().__init__(aws.access)
        self.authorizer = authorizer
        self.kafka: Any = client(aws.access, "kafka", REGION)
        ec2: Any = client(aws.access, "ec2", REGION)
        subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:3]
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        kind = {"kafka_version": "3.9.x", "instance_type": "kafka.m7g.large"}
        for arn in HOSTS:
            aws.msk.add_existing_cluster(arn, brokers=3, subnets=subnets, group=group, **kind)

    @property
    def generation(self) -> int:
        return int.from_bytes(self.authorizer.generation.read_bytes(), "big")

    def key(self, role: str) -> Key:
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        sts = client(self.access, "sts", REGION)
        given = sts.assume_role(RoleArn=arn, RoleSessionName="tests")["Credentials"]
        return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])

    def authenticate(self, message: str, mechanism: str = AWS_MSK_IAM, cluster: str = CLUSTER_ARN) -> dict[str, object]:
        body = {"cluster": cluster, "mechanism": mechanism, "token": message, "address": ""}
        return self.authorizer.authenticate(json.dumps(body).encode())

    def authorize(self, role: str, *requests: Mapping[str, object]) -> object:
        principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/tests"
        body = {"cluster": CLUSTER_ARN, "principal": principal, "client": "tests", "requests": requests}
        return self.authorizer.authorize(json.dumps(body).encode())["allowed"]

    def may_read(self, role: str, name: str = "a") -> bool:
        return self.authorize(role, operation_request("READ", name)) == [True]

    def why(self, role: str) -> str:
        """The reason of the newest denial."""
        return self.authorizer.log.denials(role)[-1].reason


def operation_request(
    operation: str, name: str = "a", kind: str = "TOPIC", *, speculative: bool = False
) -> dict[str, object]:
    """A request as a broker sends it."""
    return {"operation": operation, "type": kind, "name": name, "pattern": "LITERAL", "speculative": speculative}


@pytest.fixture(scope="module")
def iam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WiredAccount]:
    folder, enforcements = tmp_path_factory.mktemp("aws"), list[Enforcement]()
    with embedded(folder, lambda target: enforcements[0].on_change(target)) as aws:
        kafka: Any = client(aws.access, "kafka", REGION)
        enforcement = Enforcement(
            aws.access,
            folder=folder / "iam",
            extension=folder / "none.jar",
            hosts=lambda arn: HOSTS[arn],
            tags=lambda arn: dict(kafka.list_tags_for_resource(ResourceArn=arn)["Tags"]),
            connectors=dict,
            applications={},
        )
        enforcements.append(enforcement)
        yield WiredAccount(aws, enforcement.authorizer)


def message(mechanism: str, key: Key, host: str = BROKER) -> str:
    if mechanism == AWS_MSK_IAM:
        return payload(signed(host, key=key, region=REGION, at=datetime.now(UTC)))
    return token(signed(ENDPOINT, key=key, region=REGION, at=datetime.now(UTC)))


@pytest.mark.parametrize("mechanism", [AWS_MSK_IAM, OAUTHBEARER])
def test_a_client_signs_in_with_credentials_from_sts(iam: WiredAccount, mechanism: str) -> None:
    role = iam.role(document(SIGNS_IN))
    key = iam.key(role)
    assert key.expires
    assert iam.authenticate(message(mechanism, key), mechanism) == {
        "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/tests",
        "expires": int(key.expires.timestamp() * 1000),
    }
    assert [use.action for use in iam.authorizer.log.uses if use.role == role] == [CONNECT]


def test_an_application_signs_in_with_its_roles_tokens(iam: WiredAccount) -> None:
    role = iam.role(document(SIGNS_IN))
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    tokens = RoleTokens(iam.access, region=REGION, arn=arn, session="billing")
    known = iam.authenticate(tokens.token(), OAUTHBEARER)
    assert known["principal"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/billing"
    elsewhere = RoleTokens(iam.access, region="eu-west-1", arn=arn, session="billing")
    assert "the region must be us-east-1" in str(iam.authenticate(elsewhere.token(), OAUTHBEARER)["refused"])


@pytest.mark.parametrize("mechanism", [AWS_MSK_IAM, OAUTHBEARER])
def test_without_the_connect_permission_no_client_signs_in(iam: WiredAccount, mechanism: str) -> None:
    role = iam.role(document(statement("kafka-cluster:DescribeCluster", "*"), statement(CONNECT, OTHER_CLUSTER)))
    answer = iam.authenticate(message(mechanism, iam.key(role)), mechanism)
    assert answer == {"refused": f"{role} may not {CONNECT} to {CLUSTER_ARN}"}
    [denial] = iam.authorizer.log.denials(role)
    assert (denial.action, denial.resource, denial.reason) == (CONNECT, CLUSTER_ARN, "no statement allows it")


@pytest.mark.parametrize("mechanism", [AWS_MSK_IAM, OAUTHBEARER])
def test_unknown_keys_are_refused(iam: WiredAccount, mechanism: str) -> None:
    key, roles = iam.key(iam.role(document(SIGNS_IN))), iam.authorizer.log.roles
    invented = message(mechanism, replace(key, access_key="ASIANOBODYS"))
    answer = iam.authenticate(invented, mechanism)
    assert answer == {"refused": "'ASIANOBODYS': the access key is unknown to IAM"}
    guessed = message(mechanism, replace(key, secret="guessed"))
    assert "the signature does not match" in str(iam.authenticate(guessed, mechanism)["refused"])
    assert iam.authorizer.log.roles == roles, "no role is authorized before its key is verified"


def test_a_payload_is_for_brokers_of_the_cluster(iam: WiredAccount) -> None:
    key = iam.key(iam.role(document(SIGNS_IN, statement(CONNECT, OTHER_CLUSTER))))
    [other] = HOSTS[OTHER_CLUSTER]
    assert "principal" in iam.authenticate(message(AWS_MSK_IAM, key))
    assert "the host must be" in str(iam.authenticate(message(AWS_MSK_IAM, key, other))["refused"])
    assert "principal" in iam.authenticate(message(AWS_MSK_IAM, key, other), cluster=OTHER_CLUSTER)


def test_each_operation_is_answered(iam: WiredAccount) -> None:
    role = iam.role(document(statement(READ, topic("a"))))
    questions = (
        operation_request("READ"),
        operation_request("WRITE"),
        operation_request("READ", "b"),
        operation_request("CLUSTER_ACTION", "kafka-cluster", "CLUSTER"),
    )
    assert iam.authorize(role, *questions) == [True, False, False, False]
    assert {(use.policy, use.action, use.resource) for use in iam.authorizer.log.uses if use.role == role} == {
        ("inline-1", READ, topic("a"))
    }
    denied = [(denial.action, denial.resource) for denial in iam.authorizer.log.denials(role)]
    unknown = ("CLUSTER_ACTION of CLUSTER kafka-cluster", CLUSTER_ARN)
    assert denied == [(WRITE, topic("a")), (READ, topic("b")), unknown], "an operation without action is denied"


def test_a_speculative_request_is_not_a_denial(iam: WiredAccount) -> None:
    role = iam.role(document(statement(READ, topic("a"))))
    assert iam.authorize(
        role, operation_request("WRITE", speculative=True), operation_request("READ", speculative=True)
    ) == [False, True]
    assert iam.authorizer.log.denials(role) == []
    assert iam.authorizer.log.harmless(role) == [(WRITE, topic("a"))]


def inline(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    name = {"RoleName": role, "PolicyName": "more"}
    policy = document(statement(READ, "*"))
    return (
        lambda: iam.iam.put_role_policy(**name, PolicyDocument=policy),
        lambda: iam.iam.delete_role_policy(**name),
    )


def attached(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    pair = {"RoleName": role, "PolicyArn": iam.policy(document(statement(READ, "*")))}
    return lambda: iam.iam.attach_role_policy(**pair), lambda: iam.iam.detach_role_policy(**pair)


def version(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    arn, policy = iam.policy(document(statement(WRITE, "*"))), document(statement(READ, "*"))
    iam.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    return (
        lambda: iam.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy, SetAsDefault=True),
        lambda: iam.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1"),
    )


def boundary(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    iam.iam.put_role_policy(RoleName=role, PolicyName="wide", PolicyDocument=document(statement(READ, "*")))
    wide, narrow = (iam.policy(document(statement(action, "*"))) for action in (READ, WRITE))
    iam.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=narrow)
    return (
        lambda: iam.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=wide),
        lambda: iam.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=narrow),
    )


def unbounded(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    _, bound = boundary(iam, role)
    return lambda: iam.iam.delete_role_permissions_boundary(RoleName=role), bound


def tagged(iam: WiredAccount, role: str) -> tuple[Change, Change]:
    policy = document(statement(READ, "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "orders"}}))
    iam.iam.put_role_policy(RoleName=role, PolicyName="tagged", PolicyDocument=policy)
    return (
        lambda: iam.iam.tag_role(RoleName=role, Tags=[{"Key": "team", "Value": "orders"}]),
        lambda: iam.iam.untag_role(RoleName=role, TagKeys=["team"]),
    )


@pytest.mark.parametrize("changes", [inline, attached, version, boundary, unbounded, tagged])
def test_a_change_applies_to_the_next_request(
    iam: WiredAccount, changes: Callable[[WiredAccount, str], tuple[Change, Change]]
) -> None:
    role = iam.role()
    give, take = changes(iam, role)
    generation = iam.generation
    assert not iam.may_read(role)
    give()
    assert iam.may_read(role)
    assert iam.generation == generation + 1
    take()
    assert not iam.may_read(role)
    assert iam.generation == generation + 2


def test_reads_do_not_change_the_generation(iam: WiredAccount) -> None:
    role, arn = iam.role(document(SIGNS_IN)), iam.policy(document(SIGNS_IN))
    generation = iam.generation
    iam.iam.get_role(RoleName=role)
    iam.iam.list_role_policies(RoleName=role)
    iam.iam.get_role_policy(RoleName=role, PolicyName="inline-1")
    iam.iam.list_attached_role_policies(RoleName=role)
    iam.iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    iam.kafka.list_tags_for_resource(ResourceArn=CLUSTER_ARN)
    iam.authenticate(message(AWS_MSK_IAM, iam.key(role)))
    assert iam.generation == generation
    iam.iam.delete_policy(PolicyArn=arn)
    assert iam.generation == generation + 1


def test_tags_of_the_cluster(iam: WiredAccount) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/stage": "prod"}}
    role = iam.role(document(statement("kafka-cluster:*", "*", Condition=condition)))
    describe = operation_request("DESCRIBE", "kafka-cluster", "CLUSTER")
    generation = iam.generation
    assert iam.authorize(role, describe) == [False]
    iam.kafka.tag_resource(ResourceArn=CLUSTER_ARN, Tags={"stage": "prod"})
    assert iam.authorize(role, describe, operation_request("READ")) == [True, False], "a topic has no tags"
    iam.kafka.untag_resource(ResourceArn=CLUSTER_ARN, TagKeys=["stage"])
    assert iam.authorize(role, describe) == [False]
    assert iam.generation == generation + 2


def test_an_unsupported_condition_key_is_named(iam: WiredAccount) -> None:
    unsupported = statement(READ, topic("a"), Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    role = iam.role(document({**unsupported, "Sid": "Vpc"}, statement(READ, topic("b"))))
    assert iam.authorize(role, operation_request("READ", "a"), operation_request("READ", "b")) == [False, True]
    assert "policy inline-1, statement Vpc: " in iam.why(role)
    assert "unsupported condition key aws:SourceVpc" in iam.why(role)


def test_a_deleted_role_is_denied_everything(iam: WiredAccount) -> None:
    role = iam.role(document(SIGNS_IN, statement(READ, "*")))
    key = iam.key(role)
    assert iam.may_read(role)
    iam.iam.delete_role_policy(RoleName=role, PolicyName="inline-1")
    iam.iam.delete_role(RoleName=role)
    assert not iam.may_read(role)
    assert iam.why(role) == f"no role {role}"
    assert iam.authenticate(message(AWS_MSK_IAM, key)) == {"refused": f"{role} may not {CONNECT} to {CLUSTER_ARN}"}


def test_the_generation_starts_at_zero(tmp_path: Path, iam: WiredAccount) -> None:
    authorizer = Authorizer(tmp_path / "generation", roles=Roles(iam.access), hosts=lambda _: [], tags=lambda _: {})
    assert authorizer.generation.read_bytes() == bytes(8)
    authorizer.invalidate()
    assert authorizer.generation.read_bytes() == bytes(7) + b"\1"
