"""``on_change`` is called for each change before the client gets the response, and not for reads."""

import io
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Application, Target
from rehearsal.aws.faults import Error, Fault, Faults
from rehearsal.aws.journal import Journal
from rehearsal.aws.keys import accepted
from rehearsal.aws.pages import Pages
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION
from tests.rehearsal.aws.recording_backends import RecordingBackends
from tests.rehearsal.aws.signing import credentials, signed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TRUST = '{"Version": "2012-10-17", "Statement": []}'
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


class RecordingApplication:
    """The application in front of a moto that accepts everything; ``events`` in their order."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.faults = Faults()
        self.access, journal = AwsAccess.create("http://127.0.0.1:4566"), Journal()
        self._application = Application(
            {},
            self._moto,
            host="127.0.0.1:4566",
            keys=accepted(self.access),
            pages=Pages({"page": lambda _: []}, token=self.access.token, journal=journal, faults=self.faults),
            journal=journal,
            faults=self.faults,
            on_change=self.events.append,
        )

    def request(self, service: str, method: str = "POST", path: str = "/", **more: Any) -> list[object]:
        """The events of this request."""
        self.events.clear()
        environ = EnvironBuilder(path, self.access.url, method=method, **more).get_environ() | {"RAW_URI": path}
        if service:
            body = Request(environ).get_data()
            headers = signed(credentials(self.access), self.access.url + path, service, method=method, data=body)
            environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
            environ["wsgi.input"] = io.BytesIO(body)
        list(self._application(environ, self._start_response))
        return list(self.events)

    def _moto(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.events.append("done")
        return Response("{}")(environ, start_response)

    def _start_response(self, status: str, *_: object) -> Callable[[bytes], object]:
        self.events.append(status.partition(" ")[0])
        return bytes


@pytest.fixture
def application() -> RecordingApplication:
    return RecordingApplication()


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
def test_a_change_is_announced_before_the_response(
    application: RecordingApplication, target: Target, request_: dict[str, Any]
) -> None:
    assert not target.read_only
    assert application.request(target.service, **request_) == ["done", target, "200"]


@pytest.mark.parametrize(("service", "request_"), READS.values(), ids=READS)
def test_a_read_is_not_announced(application: RecordingApplication, service: str, request_: dict[str, Any]) -> None:
    assert application.request(service, **request_) == ["done", "200"]


def test_an_unsigned_request_changes_nothing(application: RecordingApplication) -> None:
    assert application.request("", path="/") == ["403"]
    assert application.request("", method="PUT", path="/bucket/key") == ["403"]


def test_a_refused_change_is_announced_too(application: RecordingApplication) -> None:
    """It may have been made in part."""
    error = Error(code="ServiceFailure", status=403)
    application.faults.add(Fault(service="iam", operation="PutRolePolicy", error=error))
    target, request = CHANGES["form"]
    assert application.request("iam", **request) == [target, "403"]
    application.faults.add(Fault(service="iam", operation="GetRolePolicy", error=error))
    service, request = READS["form"]
    assert application.request(service, **request) == ["403"]


def test_the_control_api_is_not_announced(application: RecordingApplication) -> None:
    headers = application.access.page_headers
    assert application.request("", path="/_rehearsal/page", json={}, headers=headers) == ["200"]


@pytest.fixture
def announced(
    listener: socket.socket, tmp_path: Path, backends: RecordingBackends
) -> Iterator[tuple[Any, list[object]]]:
    """A client of IAM, and the announced operations with the role's policies at that moment."""
    found: list[object] = []

    def changed(target: Target) -> None:
        names = iam.list_role_policies(RoleName="announced")["PolicyNames"] if "Policy" in target.operation else []
        found.append((target.operation, names))

    aws = EmbeddedAws(
        listener,
        folder=tmp_path,
        start_cluster=backends.start_cluster,
        start_connector=backends.start_connector,
        on_change=changed,
    )
    iam: Any = client(aws.access, "iam", REGION)
    aws.start()
    yield iam, found
    aws.stop()


def test_iam_has_changed_when_the_change_is_announced(announced: tuple[Any, list[object]]) -> None:
    iam, found = announced
    iam.create_role(RoleName="announced", AssumeRolePolicyDocument=TRUST)
    assert found.pop() == ("CreateRole", [])
    iam.put_role_policy(RoleName="announced", PolicyName="one", PolicyDocument=POLICY)
    assert found.pop() == ("PutRolePolicy", ["one"])
    iam.get_role(RoleName="announced")
    iam.list_roles()
    assert found == []
    iam.delete_role_policy(RoleName="announced", PolicyName="one")
    assert found.pop() == ("DeleteRolePolicy", [])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_role_policy(RoleName="announced", PolicyName="one")
    assert found.pop() == ("DeleteRolePolicy", [])
    iam.delete_role(RoleName="announced")
    assert found.pop() == ("DeleteRole", [])
    assert found == []
