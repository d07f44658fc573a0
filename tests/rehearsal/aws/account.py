"""Creates what MSK and MSK Connect refer to in the embedded AWS, and waits for states."""

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws

REGION = "eu-west-1"
BUCKET = "plugins"
WORKER = (
    b"key.converter=org.apache.kafka.connect.json.JsonConverter\n"
    b"value.converter=org.apache.kafka.connect.json.JsonConverter\n"
)


@dataclass(frozen=True)
class Network:
    subnets: list[str]
    group: str


def aws_client(aws: EmbeddedAws, service: str) -> Any:
    return client(aws.access, service, REGION)


def network(aws: EmbeddedAws) -> Network:
    """Three subnets in three zones, and a security group; the same for every test."""
    ec2 = aws_client(aws, "ec2")
    there = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["brokers"]}])["SecurityGroups"]
    if there:
        found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [there[0]["VpcId"]]}])["Subnets"]
        return Network([subnet["SubnetId"] for subnet in found], there[0]["GroupId"])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for n, zone in enumerate("abc")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="brokers", Description="brokers")["GroupId"]
    return Network([subnet["SubnetId"] for subnet in subnets], group)


def archive(*members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for member in members or ("debezium/connector.jar",):
            opened.writestr(member, b"")
    return content.getvalue()


def upload(aws: EmbeddedAws, content: bytes, key: str = "debezium.zip") -> str:
    """The version of an object in BUCKET."""
    s3 = bucket(aws)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return str(s3.put_object(Bucket=BUCKET, Key=key, Body=content)["VersionId"])


def bucket(aws: EmbeddedAws) -> Any:
    """A client of S3, once BUCKET exists."""
    s3 = aws_client(aws, "s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def role(aws: EmbeddedAws) -> str:
    """A role's ARN."""
    iam = aws_client(aws, "iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    return str(iam.get_role(RoleName="worker")["Role"]["Arn"])


def wait_until_settled(describe: Callable[[], dict[str, Any]], key: str) -> dict[str, Any]:
    """What ``describe`` returns once the state in ``key`` is not a transient one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not (described := describe())[key].endswith(("ING", "IN_PROGRESS")) or described[key] == "RUNNING":
            return described
        time.sleep(0.01)
    raise TimeoutError(described)
