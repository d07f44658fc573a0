"""The embedded AWS decides each call of the deployer: what the call needs is enough, and one action less is not."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from rehearsal.iam.deployer import ROLE, Deployer, sign_in
from rehearsal.iam.roles import Roles
from tests.cdc.deployer.cases import CASES, REGION, Case, Client, global_, here
from tests.rehearsal.iam.accounts import embedded

NUMBERS: Final = count(1)


class World:
    """An embedded AWS; ``root`` has its clients, ``deployer`` those of a deployer with some actions only."""

    def __init__(self, aws: EmbeddedAws, decider: Deployer) -> None:
        self._aws = aws
        self._decider = decider

    def root(self, service: str) -> Any:
        return client(self._aws.access, service, REGION)

    @property
    def url(self) -> str:
        return self._aws.url

    def deployer(self, statements: Sequence[Mapping[str, Any]]) -> Client:
        session = self.session(statements)
        return lambda service: session.client(service, endpoint_url=self.url)

    def session(self, statements: Sequence[Mapping[str, Any]]) -> Any:
        """Of a new deployer; denials so far do not count."""
        self._decider.forget()
        self._forget_role()
        variables = sign_in(self._aws.access, [json.dumps({"Version": "2012-10-17", "Statement": statements})])
        return boto3.Session(
            variables["AWS_ACCESS_KEY_ID"],
            variables["AWS_SECRET_ACCESS_KEY"],
            variables["AWS_SESSION_TOKEN"],
            region_name=REGION,
        )

    @property
    def denials(self) -> list[str]:
        return [one.cause for one in self._decider.denials]

    def _forget_role(self) -> None:
        iam = self.root("iam")
        for role in [one["RoleName"] for one in iam.list_roles()["Roles"] if one["RoleName"] == ROLE]:
            for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=role, PolicyArn=attached["PolicyArn"])
                iam.delete_policy(PolicyArn=attached["PolicyArn"])
            iam.delete_role(RoleName=role)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made: dict[str, Deployer] = {}
    roles: list[Roles] = []
    with embedded(
        tmp_path_factory.mktemp("aws"),
        changed=lambda target: roles[0].invalidate() if target.service == "iam" and roles else None,
        denied=lambda request, target: made["deployer"].denied(request, target) if made else None,
    ) as aws:
        roles.append(Roles(aws.access))
        made["deployer"] = Deployer(aws.access, roles[0])
        yield World(aws, made["deployer"])


LESS: Final = [(name, action) for name, case in CASES.items() for action in case.needs]


def _allowed(needs: Mapping[str, str], name: str, *, without: str = "") -> list[Mapping[str, Any]]:
    # A statement must be there, and one for nobody's use is.
    kept = {action: arn.format(n=name) for action, arn in needs.items() if action != without}
    found = [{"Effect": "Allow", "Action": action, "Resource": arn} for action, arn in kept.items()]
    return [*found, {"Effect": "Allow", "Action": "s3:GetObjectAcl", "Resource": "arn:aws:s3:::nothing"}]


def _code(client_: Client, case: Case, name: str) -> str:
    """The error's code; empty for none. What comes after IAM's decision may fail."""
    try:
        getattr(client_(case.service), case.operation)(**case.arguments(name))
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize("name", CASES)
def test_what_a_call_needs_is_enough(name: str, world: World) -> None:
    case, own = CASES[name], f"cdc-{next(NUMBERS)}"
    case.prepare(world.root, own)
    _code(world.deployer(_allowed(case.needs, own)), case, own)
    assert world.denials == []


@pytest.mark.parametrize(("name", "action"), LESS)
def test_with_one_action_less_it_fails_and_names_it(name: str, action: str, world: World) -> None:
    case, own = CASES[name], f"cdc-{next(NUMBERS)}"
    case.prepare(world.root, own)
    code = _code(world.deployer(_allowed(case.needs, own, without=action)), case, own)
    assert code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")
    [denied] = world.denials
    assert denied.startswith(f"the deployer may not {action} on ")


def test_another_resource_is_not_allowed(world: World) -> None:
    case = CASES["a bucket"]
    assert _code(world.deployer(_allowed(case.needs, "own")), case, "another") == "AccessDenied"
    assert world.denials == ["the deployer may not s3:CreateBucket on arn:aws:s3:::another"]


def test_a_role_may_be_passed_to_its_service_only(world: World) -> None:
    case, own = CASES["a function, whose role is passed"], f"cdc-{next(NUMBERS)}"
    case.prepare(world.root, own)
    kept = _allowed(case.needs, own, without="iam:PassRole")
    for service, denied in (("lambda", 0), ("kafkaconnect", 1)):
        condition = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
        passing = {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": global_(f"role/{own}"),
            "Condition": condition,
        }
        _code(world.deployer([*kept, passing]), case, own)
        assert len(world.denials) == denied


@pytest.mark.parametrize("allowed", [True, False])
def test_cloudwatch_by_the_protocol_of_the_provider(allowed: bool, world: World) -> None:
    """The query protocol, which boto3 does not speak with it."""
    own = f"cdc-{next(NUMBERS)}"
    needs = {"cloudwatch:PutMetricAlarm": here("cloudwatch", "alarm:{n}")} if allowed else {}
    keys = world.session(_allowed(needs, own)).get_credentials().get_frozen_credentials()
    form = {"Action": "PutMetricAlarm", "Version": "2010-08-01", "AlarmName": own, "MetricName": "m", "Namespace": "n"}
    request = AWSRequest("POST", world.url, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    SigV4Auth(keys, "monitoring", REGION).add_auth(request)
    sent = request.prepare()
    answer = requests.post(world.url, data=sent.body, headers=dict(sent.headers), timeout=30)
    assert world.denials == (
        [] if allowed else [f"the deployer may not cloudwatch:PutMetricAlarm on {here('cloudwatch', f'alarm:{own}')}"]
    )
    assert ("AccessDenied" in answer.text) is not allowed


def test_other_callers_are_not_decided(world: World) -> None:
    world.deployer(_allowed({}, ""))
    world.root("s3").list_buckets()
    assert world.denials == []
