"""Calls of a deployer that are cheap to make, and all that each needs."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
TRUST: Final = json.dumps({"Version": "2012-10-17", "Statement": []})
READING: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)
TAGS: Final = [{"Key": "owner", "Value": "data"}]

Client = Callable[[str], Any]


class Case(NamedTuple):
    """A call, and all that it needs: actions with the ARN each; ``prepare`` makes what must exist, as root."""

    service: str
    operation: str
    arguments: Callable[[str], Mapping[str, Any]]
    needs: Mapping[str, str]
    prepare: Callable[[Client, str], object] = lambda *_: None


def here(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def global_(resource: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{resource}"


def _bucket(root: Client, name: str) -> None:
    root("s3").create_bucket(Bucket=name)


def _role(root: Client, name: str, path: str = "/") -> None:
    root("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)


def _function(name: str) -> dict[str, Any]:
    return {
        "FunctionName": name,
        "Role": global_(f"role/{name}"),
        "Code": {"S3Bucket": "nowhere", "S3Key": "function.zip"},
        "Handler": "function.handler",
        "Runtime": "python3.13",
        "Tags": {"owner": "data"},
    }


CASES: Final[Mapping[str, Case]] = {
    "a bucket": Case("s3", "create_bucket", lambda n: {"Bucket": n}, {"s3:CreateBucket": "arn:aws:s3:::{n}"}),
    "a bucket's encryption": Case(
        "s3",
        "get_bucket_encryption",
        lambda n: {"Bucket": n},
        {"s3:GetEncryptionConfiguration": "arn:aws:s3:::{n}"},
        _bucket,
    ),
    "a bucket without its body": Case(
        "s3", "head_bucket", lambda n: {"Bucket": n}, {"s3:ListBucket": "arn:aws:s3:::{n}"}, _bucket
    ),
    "an object with tags": Case(
        "s3",
        "put_object",
        lambda n: {"Bucket": n, "Key": "a/b", "Body": b"x", "Tagging": "owner=data"},
        {"s3:PutObject": "arn:aws:s3:::{n}/a/b", "s3:PutObjectTagging": "arn:aws:s3:::{n}/a/b"},
        _bucket,
    ),
    "a role with tags": Case(
        "iam",
        "create_role",
        lambda n: {"RoleName": n, "Path": "/team/", "AssumeRolePolicyDocument": TRUST, "Tags": TAGS},
        {"iam:CreateRole": global_("role/team/{n}"), "iam:TagRole": global_("role/team/{n}")},
    ),
    "a role's policy, by the role's path": Case(
        "iam",
        "put_role_policy",
        lambda n: {
            "RoleName": n,
            "PolicyName": "own",
            "PolicyDocument": READING,
        },
        {"iam:PutRolePolicy": global_("role/team/{n}")},
        lambda root, n: _role(root, n, "/team/"),
    ),
    "a policy": Case(
        "iam",
        "create_policy",
        lambda n: {
            "PolicyName": n,
            "PolicyDocument": json.dumps(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
            ),
        },
        {"iam:CreatePolicy": global_("policy/{n}")},
    ),
    "a key with tags": Case(
        "kms",
        "create_key",
        lambda _: {"Policy": TRUST, "Tags": [{"TagKey": "owner", "TagValue": "data"}]},
        {"kms:CreateKey": "*", "kms:PutKeyPolicy": here("kms", "key/*"), "kms:TagResource": here("kms", "key/*")},
    ),
    "a log group": Case(
        "logs",
        "create_log_group",
        lambda n: {"logGroupName": f"/cdc/{n}", "tags": {"owner": "data"}},
        {
            "logs:CreateLogGroup": here("logs", "log-group:/cdc/{n}"),
            "logs:TagResource": here("logs", "log-group:/cdc/{n}"),
        },
    ),
    "a table": Case(
        "dynamodb",
        "create_table",
        lambda n: {
            "TableName": n,
            "KeySchema": [{"AttributeName": "LockID", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "LockID", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "Tags": TAGS,
        },
        {"dynamodb:CreateTable": here("dynamodb", "table/{n}"), "dynamodb:TagResource": here("dynamodb", "table/{n}")},
    ),
    "a rule": Case(
        "events",
        "put_rule",
        lambda n: {"Name": n, "ScheduleExpression": "rate(1 day)", "Tags": TAGS},
        {"events:PutRule": here("events", "rule/{n}"), "events:TagResource": here("events", "rule/{n}")},
    ),
    "a VPC with tags": Case(
        "ec2",
        "create_vpc",
        lambda _: {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]},
        {"ec2:CreateVpc": "*", "ec2:CreateTags": "*"},
    ),
    "a configuration of MSK": Case(
        "kafka",
        "create_configuration",
        lambda n: {"Name": n, "ServerProperties": b"log.retention.hours=1", "KafkaVersions": []},
        {"kafka:CreateConfiguration": here("kafka", "configuration/{n}/*")},
    ),
    "a worker configuration": Case(
        "kafkaconnect",
        "create_worker_configuration",
        lambda n: {
            "name": n,
            "propertiesFileContent": "a2V5LmNvbnZlcnRlcj1hCnZhbHVlLmNvbnZlcnRlcj1i",
            "tags": {"owner": "data"},
        },
        {
            "kafkaconnect:CreateWorkerConfiguration": "*",
            "kafkaconnect:TagResource": here("kafkaconnect", "worker-configuration/{n}/*"),
        },
    ),
    "a function, whose role is passed": Case(
        "lambda",
        "create_function",
        _function,
        {
            "lambda:CreateFunction": here("lambda", "function:{n}"),
            "lambda:TagResource": here("lambda", "function:{n}"),
            "iam:PassRole": global_("role/{n}"),
        },
        _role,
    ),
    "a registry": Case(
        "glue",
        "create_registry",
        lambda n: {"RegistryName": n, "Tags": {"owner": "data"}},
        {"glue:CreateRegistry": here("glue", "registry/{n}"), "glue:TagResource": here("glue", "registry/{n}")},
    ),
    "a cluster": Case(
        "kafka",
        "create_cluster",
        lambda n: {
            "ClusterName": n,
            "BrokerNodeGroupInfo": {"ClientSubnets": ["subnet-1"], "InstanceType": "kafka.m7g.large"},
            "KafkaVersion": "3.9.x",
            "NumberOfBrokerNodes": 3,
            "Tags": {"owner": "data"},
        },
        dict.fromkeys(("kafka:CreateCluster", "kafka:TagResource"), here("kafka", "cluster/{n}/*")),
    ),
    "a registry that is named in an object": Case(
        "glue",
        "get_registry",
        lambda n: {"RegistryId": {"RegistryName": n}},
        {"glue:GetRegistry": here("glue", "registry/{n}")},
    ),
    "a version of an object": Case(
        "s3",
        "delete_object",
        lambda n: {"Bucket": n, "Key": "a", "VersionId": "null"},
        {"s3:DeleteObjectVersion": "arn:aws:s3:::{n}/a"},
        _bucket,
    ),
    "a secret": Case(
        "secretsmanager",
        "describe_secret",
        lambda n: {"SecretId": n},
        {"secretsmanager:DescribeSecret": here("secretsmanager", "secret:{n}-??????")},
        lambda root, n: root("secretsmanager").create_secret(Name=n, SecretString="{}"),
    ),
}
