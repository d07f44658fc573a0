"""Terraform's polls are answered when what it waits for has changed; all others at once."""

import json
import time
from collections.abc import Callable
from threading import Timer

import boto3
import pytest
from botocore.config import Config
from moto.core.request import Request
from werkzeug.test import create_environ
from werkzeug.wrappers import Response

from rehearsal.aws.long_polls import held
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, aws_client
from tests.rehearsal.aws.recording_backends import RecordingBackends
from tests.rehearsal.aws.test_msk_connect import request as connector

TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.11.0 (+https://www.terraform.io) terraform-provider-aws/5.100.0"


def request(agent: str = TERRAFORM) -> Request:
    return Request(create_environ(headers={"User-Agent": agent}))


def answers(*documents: object, status: int = 200) -> tuple[Callable[[], Response], list[object]]:
    """Each document once, the last one from then on; and those that were asked for."""
    left, asked = list(documents), []

    def answer() -> Response:
        document = left.pop(0) if len(left) > 1 else left[0]
        asked.append(document)
        return Response(json.dumps(document), status, content_type="application/json")

    return answer, asked


CREATING = {"clusterInfo": {"state": "CREATING"}}
ACTIVE = {"clusterInfo": {"state": "ACTIVE"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CREATING, ACTIVE),
        ({"connectorState": "UPDATING"}, {"connectorState": "RUNNING"}),
        ({"customPluginState": "CREATING"}, {"customPluginState": "CREATE_FAILED"}),
        ({"connectorOperationState": "UPDATE_IN_PROGRESS"}, {"connectorOperationState": "UPDATE_COMPLETE"}),
        ({"clusterOperationInfo": {"operationState": "PENDING"}}, {"clusterOperationInfo": {}}),
    ],
)
def test_a_poll_is_held_until_the_state_lasts(before: object, after: object) -> None:
    answer, asked = answers(before, before, after)
    assert held(request(), "DescribeClusterV2", answer).get_json() == after
    assert asked == [before, before, after]


@pytest.mark.parametrize(
    ("asking", "operation", "document"),
    [
        (request(), "DescribeClusterV2", ACTIVE),
        (request("Boto3/1.40"), "DescribeClusterV2", CREATING),
        (request(), "ListClustersV2", CREATING),
        (request(), "DescribeClusterV2", {"clusterInfo": {"tags": {"state": "CREATING"}}}),
        (request(), "DescribeClusterV2", ["CREATING"]),
    ],
    ids=["it lasts", "another client", "a list", "a tag", "another shape"],
)
def test_others_are_answered_at_once(asking: Request, operation: str, document: object) -> None:
    answer, asked = answers(document)
    held(asking, operation, answer)
    assert asked == [document]


def test_a_poll_is_answered_after_a_while_in_any_case() -> None:
    answer, _ = answers(CREATING)
    began = time.monotonic()
    assert held(request(), "DescribeClusterV2", answer, seconds=0.3).get_json() == CREATING
    assert 0.3 <= time.monotonic() - began < 5


def test_an_answer_that_is_no_json_is_passed_on() -> None:
    assert held(request(), "DescribeClusterV2", lambda: Response("no", 500)).status_code == 500


def test_a_connector_runs_at_the_first_poll(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    backends.gate.clear()
    arn = aws_client(aws, "kafkaconnect").create_connector(**connector(aws))["connectorArn"]
    as_terraform = boto3.client(
        "kafkaconnect",
        region_name=REGION,
        endpoint_url=aws.access.url,
        aws_access_key_id=aws.access.access_key,
        aws_secret_access_key=aws.access.secret,
        config=Config(user_agent_extra="terraform-provider-aws/5.100.0"),
    )
    described = aws_client(aws, "kafkaconnect").describe_connector(connectorArn=arn)
    assert described["connectorState"] == "CREATING"
    Timer(0.5, backends.gate.set).start()
    assert as_terraform.describe_connector(connectorArn=arn)["connectorState"] == "RUNNING"
