"""Whoever goes by what AWS holds hears of each change before whoever made it has the answer, and of no reading."""

import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.exceptions import ClientError
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Application, Target
from rehearsal.aws.faults import Error, Fault, Faults
from rehearsal.aws.journal import Journal
from rehearsal.aws.pages import Pages
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION
from tests.rehearsal.aws.runners import Runners

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TRUST = '{"Version": "2012-10-17", "Statement": []}'
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


class Told:
    """An application over one that does everything; ``events`` are what happened, in its order."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.faults = Faults()
        journal = Journal()
        self._application = Application(
            {},
            self._others,
            pages=Pages({"page": lambda _: []}, journal=journal, faults=self.faults),
            journal=journal,
            faults=self.faults,
            changed=self.events.append,
        )

    def ask(self, service: str, method: str = "POST", path: str = "/", **more: Any) -> list[object]:
        """What happened meanwhile."""
        self.events.clear()
        scope = f"AWS4-HMAC-SHA256 Credential=x/20260101/{REGION}/{service}/aws4_request, Signature=x"
        headers = {**({"Authorization": scope} if service else {}), **more.pop("headers", {})}
        environ = EnvironBuilder(path, method=method, headers=headers, **more).get_environ()
        list(self._application(environ, self._answers))
        return list(self.events)

    def _others(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.events.append("done")
        return Response("{}")(environ, start_response)

    def _answers(self, status: str, *_: object) -> Callable[[bytes], object]:
        self.events.append(status.partition(" ")[0])
        return bytes


@pytest.fixture
def told() -> Told:
    return Told()


CHANGES: dict[str, tuple[Target, dict[str, Any]]] = {
    "form": (
        Target("iam", REGION, "PutRolePolicy"),
        {"data": {"Action": "PutRolePolicy", "RoleName": "GetRole"}},
    ),
    "target": (
        Target("dynamodb", REGION, "PutItem"),
        {"headers": {"X-Amz-Target": "DynamoDB_20120810.PutItem"}},
    ),
    "path": (
        Target("kafka", REGION, "TagResource"),
        {"path": "/v1/tags/arn%3Aaws%3Akafka", "json": {"tags": {}}},
    ),
    "method": (Target("s3", REGION, "PutObject"), {"method": "PUT", "path": "/bucket/key"}),
    "nothing": (Target("s3", REGION, ""), {"method": "PATCH", "path": "/bucket/key"}),
}
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "form": ("iam", {"data": {"Action": "GetRolePolicy", "RoleName": "PutRolePolicy"}}),
    "target": ("dynamodb", {"headers": {"X-Amz-Target": "DynamoDB_20120810.DescribeTable"}}),
    "path": ("kafka", {"method": "GET", "path": "/v1/tags/arn%3Aaws%3Akafka"}),
    "method": ("s3", {"method": "HEAD", "path": "/bucket/key"}),
    "list": ("kafkaconnect", {"method": "GET", "path": "/v1/connectors"}),
}


@pytest.mark.parametrize(("target", "request_"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told_once_it_is_made_and_before_the_answer(
    told: Told, target: Target, request_: dict[str, Any]
) -> None:
    assert not target.reads
    assert told.ask(target.service, **request_) == ["done", target, "200"]


@pytest.mark.parametrize(("service", "request_"), READS.values(), ids=READS)
def test_a_reading_is_not_told(told: Told, service: str, request_: dict[str, Any]) -> None:
    assert told.ask(service, **request_) == ["done", "200"]


def test_who_does_not_say_what_for_may_have_changed_something(told: Told) -> None:
    assert told.ask("", path="/") == ["done", Target("", "", ""), "200"]


def test_a_refusal_is_told_as_well(told: Told) -> None:
    """What was refused in the end may have been done in part."""
    error = Error(code="ServiceFailure", status=403)
    told.faults.add(Fault(service="iam", operation="PutRolePolicy", error=error))
    target, request = CHANGES["form"]
    assert told.ask("iam", **request) == [target, "403"]
    told.faults.add(Fault(service="iam", operation="GetRolePolicy", error=error))
    service, request = READS["form"]
    assert told.ask(service, **request) == ["403"]


def test_pages_are_no_part_of_aws(told: Told) -> None:
    assert told.ask("iam", path="/_rehearsal/page", json={}) == ["200"]


@pytest.fixture
def heard(listener: socket.socket, tmp_path: Path, runners: Runners) -> Iterator[tuple[Any, list[object]]]:
    """A client of IAM, and the operations that were told, with the policies that a role had then."""
    found: list[object] = []

    def changed(target: Target) -> None:
        names = iam.list_role_policies(RoleName="heard")["PolicyNames"] if "Policy" in target.operation else []
        found.append((target.operation, names))

    aws = EmbeddedAws(
        listener,
        folder=tmp_path,
        start_cluster=runners.start_cluster,
        start_connector=runners.start_connector,
        changed=changed,
    )
    iam: Any = client(aws.url, "iam", REGION)
    aws.start()
    yield iam, found
    aws.stop()


def test_iam_holds_what_it_is_said_to_hold(heard: tuple[Any, list[object]]) -> None:
    iam, found = heard
    iam.create_role(RoleName="heard", AssumeRolePolicyDocument=TRUST)
    assert found.pop() == ("CreateRole", [])
    iam.put_role_policy(RoleName="heard", PolicyName="one", PolicyDocument=POLICY)
    assert found.pop() == ("PutRolePolicy", ["one"])
    iam.get_role(RoleName="heard")
    iam.list_roles()
    assert found == []
    iam.delete_role_policy(RoleName="heard", PolicyName="one")
    assert found.pop() == ("DeleteRolePolicy", [])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_role_policy(RoleName="heard", PolicyName="one")
    assert found.pop() == ("DeleteRolePolicy", [])
    iam.delete_role(RoleName="heard")
    assert found.pop() == ("DeleteRole", [])
    requests.get(f"{iam.meta.endpoint_url}/_rehearsal/requests", timeout=10).raise_for_status()
    assert found == []
