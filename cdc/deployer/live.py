"""What AWS asks of a deployer beyond the provider's own calls, and what Terraform's state needs."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from cdc.deployer.resources import Place, Resources
from cdc.deployer.statements import Condition, Permission
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.plugins import PublishedPlugin
from modules.environment.models.state import S3State
from rehearsal.iam.actions.kinds import ANY, BUCKET, KEY, OBJECT, TABLE

_REFERENCE: Final = "Service Authorization Reference, {}, dependent actions"
_MSK: Final = _REFERENCE.format("Amazon Managed Streaming for Apache Kafka")
_MSK_CONNECT: Final = _REFERENCE.format("Amazon Managed Streaming for Kafka Connect")
_EC2: Final = _REFERENCE.format("Amazon EC2")
_LOGS: Final = "CloudWatch Logs user guide, Enabling logging from AWS services"
_BACKEND: Final = "Terraform, backend type s3, permissions"
_KMS: Final = "KMS developer guide, kms:ViaService"
_PASS_ROLE: Final = "IAM user guide, Granting a user permissions to pass a role to an AWS service"
_LINKED: Final = "IAM user guide, Using service-linked roles"

# A role that a resource hands to a service: the type, its attribute, the service.
_PASSED: Final = (
    ("aws_mskconnect_connector", "service_execution_role_arn", "kafkaconnect"),
    ("aws_flow_log", "iam_role_arn", "vpc-flow-logs"),
    ("aws_lambda_function", "role", "lambda"),
)
# The service-linked role that the first resource of an account needs.
_SERVICE_ROLES: Final = (
    ("aws_msk_cluster", "kafka.amazonaws.com", "AWSServiceRoleForKafka"),
    ("aws_mskconnect_connector", "kafkaconnect.amazonaws.com", "AWSServiceRoleForKafkaConnect"),
    (
        "aws_appautoscaling_target",
        "kafka.application-autoscaling.amazonaws.com",
        "AWSServiceRoleForApplicationAutoScaling_KafkaCluster",
    ),
)


class _Dependent(NamedTuple):
    """What AWS does in the deployer's name when a resource of ``type`` is deployed."""

    type: str
    actions: Sequence[str]
    kind: str
    why: str
    source: str
    condition: Condition | None = None


_DELIVERY: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
_VPC: Final = ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs")
_GRANT: Final = Condition("Bool", "kms:GrantIsForAWSResource", "true")
_DEPENDENT: Final = (
    _Dependent("aws_msk_cluster", _VPC, ANY, "the brokers' addresses", _MSK),
    _Dependent("aws_msk_cluster", ("kms:CreateGrant",), KEY, "the brokers' volumes", _MSK, _GRANT),
    _Dependent("aws_msk_cluster", ("kms:DescribeKey",), KEY, "the brokers' volumes", _MSK),
    _Dependent("aws_msk_cluster", _DELIVERY, ANY, "the delivery of the brokers' logs", _LOGS),
    _Dependent("aws_msk_single_scram_secret_association", ("kms:CreateGrant",), KEY, "the logins' key", _MSK, _GRANT),
    _Dependent("aws_msk_single_scram_secret_association", ("kms:RetireGrant",), KEY, "the logins' key", _MSK),
    _Dependent("aws_mskconnect_connector", _VPC, ANY, "the workers' addresses", _MSK_CONNECT),
    _Dependent(
        "aws_mskconnect_connector", ("ec2:CreateNetworkInterface",), ANY, "the workers' addresses", _MSK_CONNECT
    ),
    _Dependent("aws_mskconnect_connector", _DELIVERY, ANY, "the delivery of the workers' logs", _MSK_CONNECT),
    _Dependent("aws_flow_log", _DELIVERY[:2], ANY, "the delivery of flow logs", _LOGS),
    _Dependent("aws_vpc_endpoint", ("route53:AssociateVPCWithHostedZone",), ANY, "private names of endpoints", _EC2),
    _Dependent(
        "aws_dynamodb_table",
        ("kms:CreateGrant",),
        KEY,
        "the lock table's encryption",
        "DynamoDB developer guide, KMS key",
        _GRANT,
    ),
)
_READ: Final = ("s3:GetObject", "s3:GetObjectVersion")
_LOCK_FILE: Final = ".tflock"
_LOCK: Final = ("dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem")


def permissions(environment: Environment, resources: Resources, *, read_only: bool) -> Iterator[Permission]:
    """All of them for these stacks; ``read_only`` those of a plan."""
    yield from _state(environment, resources.place, read_only=read_only)
    if read_only:
        return
    yield from _bootstrap(environment, resources)
    yield from _roles(resources)
    yield from _objects(environment, resources)
    for one in _DEPENDENT:
        if one.type in resources.types:
            for action in one.actions:
                for arn in resources.arns(one.type, one.kind):
                    yield Permission(action, arn, one.why, one.source, one.condition)


def of_state(environment: Environment, place: Place) -> Iterator[Permission]:
    """Those of ``cdc state``, which shows, unlocks and restores states, and deletes none."""
    for one in _state(environment, place, read_only=False):
        if one.action != "s3:DeleteObject" or one.resource.endswith(_LOCK_FILE):
            yield one
    yield from _versions(environment, place)


def _state(environment: Environment, place: Place, *, read_only: bool) -> Iterator[Permission]:
    """Terraform's backend: a plan reads the state, and locks it."""
    state = environment.state
    if not isinstance(state, S3State):
        return
    why = "Terraform's state and its lock"
    # Each stack has a key below its name, and the state before a stack is moved is read there too.
    objects = place.arn(OBJECT, f"{state.bucket}/{environment.name}-*/terraform.tfstate")
    written = ("s3:GetObject",) if read_only else ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    yield Permission("s3:ListBucket", place.arn(BUCKET, state.bucket), why, _BACKEND)
    for action in written:
        yield Permission(action, objects, why, _BACKEND)
    if state.lockfile:
        for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
            yield Permission(action, f"{objects}{_LOCK_FILE}", why, _BACKEND)
    for action in _LOCK:
        yield Permission(action, place.arn(TABLE, state.lock_table), why, _BACKEND)
    deployment = Deployment(environment.name, state.region or environment.region, place.partition, place.account)
    for action, service in product(("kms:Decrypt", "kms:GenerateDataKey"), ("s3", "dynamodb")):
        through = Condition("StringEquals", "kms:ViaService", deployment.via_service(service))
        yield Permission(action, state.kms_key_arn or place.arn(KEY, "*"), "the state's encryption", _KMS, through)


def _bootstrap(environment: Environment, resources: Resources) -> Iterator[Permission]:
    """``cdc bootstrap`` looks for who owns what exists."""
    state = environment.state
    if not isinstance(state, S3State):
        return
    place, why, source = resources.place, "cdc bootstrap", "docs/deploy.md, the first state"
    bucket, table = place.arn(BUCKET, state.bucket), place.arn(TABLE, state.lock_table)
    for action in ("kms:ListAliases", "kms:ListKeys"):
        yield Permission(action, "*", why, source)
    yield Permission("s3:GetBucketTagging", bucket, why, source)
    yield from _versions(environment, place)
    yield Permission("dynamodb:ListTagsOfResource", table, why, source)
    yield Permission("kms:ListResourceTags", place.arn(KEY, "*"), why, source)


def _versions(environment: Environment, place: Place) -> Iterator[Permission]:
    state = environment.state
    if isinstance(state, S3State):
        why, source = "cdc state", "docs/recovery.md"
        versions = place.arn(OBJECT, f"{state.bucket}/{environment.name}-*/terraform.tfstate")
        yield Permission("s3:ListBucketVersions", place.arn(BUCKET, state.bucket), why, source)
        yield Permission("s3:GetObjectVersion", versions, why, source)
        # Where S3 has no lock, too, as after a change of lockfile.
        yield Permission("s3:GetObject", f"{versions}{_LOCK_FILE}", why, source)


def _roles(resources: Resources) -> Iterator[Permission]:
    for type_, attribute, service in _PASSED:
        passed = Condition("StringEquals", "iam:PassedToService", f"{service}.amazonaws.com")
        for role in resources.roles(type_, attribute):
            yield Permission("iam:PassRole", role, f"the role of {type_}", _PASS_ROLE, passed)
    place = resources.place
    for type_, service, name in _SERVICE_ROLES:
        if type_ in resources.types:
            arn = f"arn:{place.partition}:iam::{place.account}:role/aws-service-role/{service}/{name}"
            named = Condition("StringLike", "iam:AWSServiceName", service)
            why = f"the first {type_} of the account"
            yield Permission("iam:CreateServiceLinkedRole", arn, why, _LINKED, named)
            for action in ("iam:AttachRolePolicy", "iam:PutRolePolicy"):
                yield Permission(action, arn, why, _MSK)


def _objects(environment: Environment, resources: Resources) -> Iterator[Permission]:
    """Plugins, which MSK Connect reads as the deployer, and uploads, which are encrypted."""
    why = "MSK Connect reads the plugin as the deployer"
    place = resources.place
    published = [one for one in environment.plugins.values() if isinstance(one, PublishedPlugin)]
    objects = [place.arn(OBJECT, f"{one.bucket}/{one.key}") for one in published]
    if "aws_s3_object" in resources.types:
        objects += resources.arns("aws_s3_object", OBJECT)
    for action in _READ if "aws_mskconnect_custom_plugin" in resources.types else ():
        for arn in objects:
            yield Permission(action, arn, why, _MSK_CONNECT)
    if not objects:
        return
    service = Condition("StringEquals", "kms:ViaService", f"s3.{place.region}.amazonaws.com")
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        yield Permission(action, place.arn(KEY, "*"), "objects that are encrypted with a key", _KMS, service)
