"""One port for all of AWS: routing of requests, the journal, and injected faults."""

import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from rehearsal.aws.client import _client, _session
from rehearsal.aws.faults import Error, Fault
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import BUCKET, REGION, aws_client, bucket
from tests.rehearsal.aws.signing import credentials, presigned, signed
from tests.rehearsal.iam.accounts import embedded


def test_requests_go_to_the_service_that_signed_them(aws: EmbeddedAws) -> None:
    assert aws_client(aws, "kafka").list_kafka_versions()["KafkaVersions"]
    assert aws_client(aws, "kafkaconnect").list_connectors()["connectors"] == []
    assert aws_client(aws, "sts").get_caller_identity()["Account"] == "123456789012"


@pytest.mark.parametrize(
    ("service", "call", "operation"),
    [
        ("s3", "list_buckets", "ListBuckets"),  # REST with XML
        ("kafka", "list_clusters_v2", "ListClustersV2"),  # REST with JSON
        ("dynamodb", "list_tables", "ListTables"),  # JSON with a target
        ("ec2", "describe_vpcs", "DescribeVpcs"),  # a form with an action
    ],
)
def test_the_journal_names_operations_of_every_protocol(
    aws: EmbeddedAws, service: str, call: str, operation: str
) -> None:
    getattr(aws_client(aws, service), call)()
    last = aws.journal.after()[-1]
    assert (last.service, last.region, last.operation, last.status) == (service, REGION, operation, 200)
    assert last.succeeded


def test_an_account_starts_empty_unless_another_one_runs(tmp_path: Path) -> None:
    with embedded(tmp_path / "first") as first:
        aws_client(first, "logs").create_log_group(logGroupName="/left")
        with embedded(tmp_path / "beside") as beside:
            [group] = aws_client(beside, "logs").describe_log_groups()["logGroups"]
            assert group["logGroupName"] == "/left"
    with embedded(tmp_path / "later") as later:
        assert aws_client(later, "logs").describe_log_groups()["logGroups"] == []


def test_clients_read_nothing_of_the_machine(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    _session.cache_clear()
    _client.cache_clear()
    assert aws_client(aws, "sts").get_caller_identity()["Account"] == "123456789012"


def test_moto_can_still_read_the_form(aws: EmbeddedAws) -> None:
    made = aws_client(aws, "ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]
    assert made["CidrBlock"] == "10.9.0.0/16"


def test_a_presigned_url_names_its_service_in_the_query(aws: EmbeddedAws) -> None:
    s3 = bucket(aws)
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"content")
    url = presigned(credentials(aws.access), f"{aws.url}/{BUCKET}/a/b", "s3")
    assert requests.get(url, timeout=10).content == b"content"
    assert aws.journal.after()[-1].operation == "GetObject"


def test_a_large_object_is_passed_through(aws: EmbeddedAws) -> None:
    s3, content = bucket(aws), bytes(range(256)) * 2**16  # boto3 announces it with Expect: 100-continue
    s3.put_object(Bucket=BUCKET, Key="large", Body=content)
    assert s3.get_object(Bucket=BUCKET, Key="large")["Body"].read() == content


def test_errors_are_journalled_too(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError):
        aws_client(aws, "kafka").describe_cluster(ClusterArn=f"arn:aws:kafka:{REGION}:123456789012:cluster/none/1-2")
    last = aws.journal.after()[-1]
    assert (last.operation, last.status, last.succeeded) == ("DescribeCluster", 404, False)


def test_an_operation_that_the_model_does_not_have(aws: EmbeddedAws) -> None:
    url = f"{aws.url}/v1/nothing"
    answer = requests.get(url, headers=signed(credentials(aws.access), url, "kafka"), timeout=10)
    assert answer.status_code == 404
    assert "kafka has no operation GET /v1/nothing" in answer.text


def test_an_operation_that_is_not_implemented(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="kafka ListReplicators is not implemented in a rehearsal") as refused:
        aws_client(aws, "kafka").list_replicators()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_input_that_does_not_fit_the_model(aws: EmbeddedAws) -> None:
    answer = create_configuration(aws, b'{"name": 7}')
    assert answer.headers["X-Amzn-Errortype"] == "BadRequestException"
    assert 'Missing required parameter in input: "ServerProperties"' in answer.json()["message"]
    assert create_configuration(aws, b"[").status_code == 400


def create_configuration(aws: EmbeddedAws, body: bytes) -> requests.Response:
    url = f"{aws.url}/v1/configurations"
    headers = signed(credentials(aws.access), url, "kafka", method="POST", data=body)
    return requests.post(url, data=body, headers=headers, timeout=10)


def test_lists_come_in_pages(aws: EmbeddedAws) -> None:
    kafka = aws_client(aws, "kafka")
    pages = list(kafka.get_paginator("list_kafka_versions").paginate(PaginationConfig={"PageSize": 3}))
    versions = [version["Version"] for page in pages for version in page["KafkaVersions"]]
    assert len(pages) > 1
    assert versions == [version["Version"] for version in kafka.list_kafka_versions()["KafkaVersions"]]
    with pytest.raises(ClientError, match="nextToken"):
        kafka.list_kafka_versions(NextToken="made-up")


def test_waiting_for_a_request(aws: EmbeddedAws) -> None:
    later = threading.Timer(0.2, aws_client(aws, "dynamodb").list_tables)
    later.start()
    entry = aws.journal.wait_for(lambda one: one.operation == "ListTables" and one.succeeded, seconds=30)
    assert entry.service == "dynamodb"
    with pytest.raises(TimeoutError):
        aws.journal.wait_for(lambda one: one.operation == "ListTables", seconds=0.01, after=entry.number)


def test_the_journal_over_http(aws: EmbeddedAws) -> None:
    aws_client(aws, "sts").get_caller_identity()
    later = threading.Timer(0.2, aws_client(aws, "iam").list_roles)
    later.start()
    entries = page(aws, "requests?after=1&wait=20").json()
    assert [entry["operation"] for entry in entries] == ["ListRoles"]


def page(aws: EmbeddedAws, name: str, *, method: str = "POST", **arguments: Any) -> requests.Response:
    url, headers = f"{aws.url}/_rehearsal/{name}", aws.access.page_headers
    return requests.request(method, url, headers=headers, timeout=30, **arguments)


def test_pages(aws: EmbeddedAws) -> None:
    assert page(aws, "echo", data="hello").json() == {"body": "hello"}
    assert page(aws, "echo", data="é".encode()).status_code == 400
    missing = page(aws, "none")
    assert missing.status_code == 404
    assert missing.json() == {"error": "no page 'none'; there are: echo, faults, requests"}


@pytest.mark.parametrize(
    ("service", "call", "operation"),
    [
        ("s3", "list_buckets", "ListBuckets"),
        ("kafkaconnect", "list_connectors", "ListConnectors"),
        ("dynamodb", "list_tables", "ListTables"),
        ("ec2", "describe_vpcs", "DescribeVpcs"),
        ("iam", "list_roles", "ListRoles"),
    ],
)
def test_an_error_is_injected_in_the_protocol_of_its_service(
    aws: EmbeddedAws, service: str, call: str, operation: str
) -> None:
    aws.faults.add(Fault(service=service, operation=operation, error=Error(code="Unlucky", status=403, message="no")))
    with pytest.raises(ClientError, match="no") as refused:
        getattr(aws_client(aws, service), call)()
    assert refused.value.response["Error"]["Code"] == "Unlucky"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    getattr(aws_client(aws, service), call)()
    assert aws.faults.pending == []


def test_faults_over_http(aws: EmbeddedAws) -> None:
    fault = {"service": "kafka", "operation": "ListClusters", "delay": 0.01}
    [added] = page(aws, "faults", json={**fault, "times": 2}).json()
    aws_client(aws, "kafka").list_clusters()
    [left] = page(aws, "faults").json()
    assert (added["times"], left["times"]) == (2, 1)
    assert page(aws, "faults", method="DELETE").json() == []
    pointless = page(aws, "faults", json={"service": "kafka", "operation": "ListClusters"})
    assert pointless.status_code == 400
    assert "must have delay, error, lost or failure" in pointless.json()["error"]
