"""A client that loses an answer repeats its request; the change is made once, and the answer is the first one."""

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.request import Request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from rehearsal.aws.faults import Error, Fault
from rehearsal.aws.replays import Replays
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, network

PERMISSION = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
FAULTS = {
    "lost": {"lost": True},
    "late": {"delay": 2.5},
    "lost twice": {"lost": True, "times": 2},
}


def patient(aws: EmbeddedAws, service: str) -> Any:
    """A client that waits a second, and tries three times."""
    config = Config(read_timeout=1, retries={"total_max_attempts": 3, "mode": "standard"})
    access = aws.access
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=aws.url,
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret,
        config=config,
    )


@pytest.fixture
def group(aws: EmbeddedAws) -> str:
    return str(
        patient(aws, "ec2").create_security_group(
            GroupName=str(uuid4()),
            Description="x",
            VpcId=patient(aws, "ec2").create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"],
        )["GroupId"]
    )


@pytest.fixture
def table(aws: EmbeddedAws) -> Iterator[str]:
    dynamodb, name = patient(aws, "dynamodb"), f"locks-{uuid4()}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_rule_is_created_once(aws: EmbeddedAws, group: str, fault: dict[str, Any]) -> None:
    aws.faults.add(Fault(service="ec2", operation="AuthorizeSecurityGroupIngress", **fault))
    ec2 = patient(aws, "ec2")
    [made] = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[PERMISSION])["SecurityGroupRules"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert [rule["SecurityGroupRuleId"] for rule in rules if not rule["IsEgress"]] == [made["SecurityGroupRuleId"]]
    assert aws.faults.pending == []


def test_another_call_is_made(aws: EmbeddedAws, group: str) -> None:
    ec2 = patient(aws, "ec2")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[PERMISSION])
    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[PERMISSION])


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_lock_of_ones_own(aws: EmbeddedAws, table: str, fault: dict[str, Any]) -> None:
    aws.faults.add(Fault(service="dynamodb", operation="PutItem", **fault))
    lock = {
        "TableName": table,
        "Item": {"LockID": {"S": "state"}},
        "ConditionExpression": "attribute_not_exists(LockID)",
    }
    patient(aws, "dynamodb").put_item(**lock)
    with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
        patient(aws, "dynamodb").put_item(**lock)


def test_what_has_failed_is_made_again(aws: EmbeddedAws, group: str) -> None:
    error = Error(code="InternalError", status=500)
    aws.faults.add(Fault(service="ec2", operation="AuthorizeSecurityGroupIngress", error=error))
    answer = patient(aws, "ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[PERMISSION])
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_our_own_services(aws: EmbeddedAws) -> None:
    there, kafka = network(aws), patient(aws, "kafka")
    aws.faults.add(Fault(service="kafka", operation="CreateConfiguration", lost=True))
    made = kafka.create_configuration(Name="once", ServerProperties=b"a=b")
    assert [one["Arn"] for one in kafka.list_configurations()["Configurations"]] == [made["Arn"]]
    assert there.group


def request(invocation: str | None, *, body: bytes = b"{}", path: str = "/") -> Request:
    headers = [("amz-sdk-invocation-id", invocation)] if invocation else []
    return Request(EnvironBuilder(path, method="POST", data=body, headers=headers).get_environ())


class Made:
    """Counts; ``status`` is the answer's."""

    def __init__(self, status: int = 200) -> None:
        self.count = 0
        self.status = status

    def __call__(self) -> Response:
        self.count += 1
        return Response(f"answer {self.count}", self.status, headers={"x-amzn-RequestId": "one"})


def test_the_answer_is_the_first_one() -> None:
    replays, made = Replays(), Made()
    answers = [replays.answer(request("a"), made) for _ in range(3)]
    assert [answer.get_data() for answer in answers] == [b"answer 1"] * 3
    assert {answer.headers["x-amzn-RequestId"] for answer in answers} == {"one"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (request("a"), request("b")),
        (request("a"), request("a", body=b"[]")),
        (request("a"), request("a", path="/other")),
        (request(None), request(None)),
    ],
    ids=["another call", "another body", "another path", "no header"],
)
def test_what_is_no_repetition_is_made(first: Request, second: Request) -> None:
    replays, made = Replays(), Made()
    assert [replays.answer(one, made).get_data() for one in (first, second)] == [b"answer 1", b"answer 2"]


def test_an_error_is_no_answer() -> None:
    replays, made = Replays(), Made(status=400)
    assert [replays.answer(request("a"), made).get_data() for _ in range(2)] == [b"answer 1", b"answer 2"]


def test_old_answers_are_dropped() -> None:
    replays, made = Replays(kept=2), Made()
    for invocation in ("a", "b", "c", "a"):
        replays.answer(request(invocation), made)
    assert made.count == 4


def test_a_repetition_waits_for_the_first() -> None:
    replays, begun, answers = Replays(), Barrier(2), list[bytes]()

    def slow() -> Response:
        begun.wait(10)
        return Response("slow")

    def ask() -> None:
        answers.append(replays.answer(request("a"), slow).get_data())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    for thread in threads:
        thread.join(10)
    assert answers == [b"slow"] * 4
