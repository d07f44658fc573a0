"""Terraform, its AWS provider and its S3 backend repeat requests whose answers were lost: nothing is made twice."""

import json
import os
from pathlib import Path
from uuid import uuid4

from cdc import terraform
from rehearsal.aws.faults import Fault
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, aws_client, network

RULE = {"ip_protocol": "tcp", "from_port": 3306, "to_port": 3306, "cidr_ipv4": "10.9.0.0/16"}
CHANGES = (
    ("ec2", "CreateSecurityGroup"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("dynamodb", "PutItem"),
    ("dynamodb", "DeleteItem"),
    ("s3", "PutObject"),
)


def store(aws: EmbeddedAws) -> str:
    """A bucket for states, and a table for locks of the same name."""
    name = f"states-{uuid4()}"
    aws_client(aws, "s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws_client(aws, "dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def write(folder: Path, aws: EmbeddedAws) -> dict[str, str]:
    """A stack of a security group with a rule; returns the variables for Terraform."""
    there, name = network(aws), store(aws)
    vpc = aws_client(aws, "ec2").describe_subnets(SubnetIds=there.subnets[:1])["Subnets"][0]["VpcId"]
    backend = {"bucket": name, "key": "state", "region": REGION, "dynamodb_table": name, "use_path_style": True}
    document = {
        "terraform": {
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}},
            "backend": {"s3": {**backend, "skip_credentials_validation": True}},
        },
        "provider": {"aws": [{"region": REGION, "s3_use_path_style": True, "max_retries": 3}]},
        "resource": {
            "aws_security_group": {"group": {"name": name, "vpc_id": vpc}},
            "aws_vpc_security_group_ingress_rule": {
                "rule": {**RULE, "security_group_id": "${aws_security_group.group.id}", "tags": {"a": "b"}}
            },
        },
    }
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    base = {**own, **aws.access.variables, "AWS_EC2_METADATA_DISABLED": "true", "TF_IN_AUTOMATION": "1"}
    return terraform.environment(folder, base=base)


def test_nothing_is_made_twice(tmp_path: Path, aws: EmbeddedAws) -> None:
    (folder := tmp_path / "stack").mkdir()
    variables = write(folder, aws)
    terraform.run(folder, "init", variables=variables)
    for service, operation in CHANGES:
        aws.faults.add(Fault(service=service, operation=operation, lost=True))
    terraform.run(folder, "apply", "-auto-approve", variables=variables)
    assert aws.faults.pending == []
    aws.faults.add(Fault(service="dynamodb", operation="PutItem", lost=True))
    aws.faults.add(Fault(service="ec2", operation="RevokeSecurityGroupIngress", lost=True))
    terraform.run(folder, "destroy", "-auto-approve", variables=variables)
    assert aws.faults.pending == []
