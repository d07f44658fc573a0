"""Each patch of moto: with it moto answers as AWS does, without it moto still does not."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from moto.utilities.id_generator import TAG_KEY_CUSTOM_ID

from modules.iam import resource_policies
from modules.self_healing import archive
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.moto_patches.patching import replace
from tests.rehearsal.aws.moto_process import moto

REGION = "us-east-1"
BROKERS = "arn:aws:kafka:us-east-1:123456789012:cluster/events/3aa4bd1a-1b2c-4d5e-8f90-0123456789ab-3"
TARGET = {
    "ServiceNamespace": "kafka",
    "ResourceId": BROKERS,
    "ScalableDimension": "kafka:broker-storage:VolumeSize",
}
Probe = Callable[[AwsAccess], object]


@pytest.fixture(scope="module")
def patched() -> Iterator[AwsAccess]:
    with moto(patched=True) as running:
        yield running


@pytest.fixture(scope="module")
def unpatched() -> Iterator[AwsAccess]:
    with moto(patched=False) as running:
        yield running


def test_the_tag_of_a_chosen_id_is_motos() -> None:
    assert CUSTOM_ID_TAG == TAG_KEY_CUSTOM_ID


def chosen(kind: str, id_: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": CUSTOM_ID_TAG, "Value": id_}]}]


def vpc(ec2: Any, block: str) -> str:
    made: str = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    return made


def bucket(aws: AwsAccess, name: str) -> Any:
    """A client, and an object ``key`` in a new versioned bucket."""
    s3 = client(aws, "s3", REGION)
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="key", Body=b"kept")
    return s3


def tags_of_a_scalable_target(aws: AwsAccess) -> object:
    scaling = client(aws, "application-autoscaling", REGION)
    arn = scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=9, Tags={"owner": "data", "old": "x"})[
        "ScalableTargetARN"
    ]
    scaling.tag_resource(ResourceARN=arn, Tags={"new": "y"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["old"])
    return scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]


def rule_of_a_composite_alarm(aws: AwsAccess) -> object:
    cloudwatch = client(aws, "cloudwatch", REGION)
    cloudwatch.put_composite_alarm(AlarmName="orders", AlarmRule='ALARM("a") OR ALARM("b")')
    found = cloudwatch.describe_alarms(AlarmNames=["orders"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return [alarm["AlarmRule"] for alarm in found]


def patterns_of_a_metric_filter_put_twice(aws: AwsAccess) -> object:
    logs = client(aws, "logs", REGION)
    logs.create_log_group(logGroupName="measured")
    metric = {"metricName": "lag", "metricNamespace": "cdc", "metricValue": "1"}
    for pattern in ("[a]", "[b]"):
        logs.put_metric_filter(
            logGroupName="measured", filterName="lag", filterPattern=pattern, metricTransformations=[metric]
        )
    return [one["filterPattern"] for one in logs.describe_metric_filters(logGroupName="measured")["metricFilters"]]


def description_of_a_rule_between_groups(aws: AwsAccess) -> object:
    ec2 = client(aws, "ec2", REGION)
    group = ec2.create_security_group(GroupName="brokers", Description="brokers", VpcId=vpc(ec2, "10.1.0.0/16"))
    pair = {"GroupId": group["GroupId"], "Description": "Kafka clients"}
    permission = {"IpProtocol": "tcp", "FromPort": 9098, "ToPort": 9098, "UserIdGroupPairs": [pair]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[permission])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
    return [rule.get("Description") for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]]


def error_of_a_rule_that_is_gone(aws: AwsAccess) -> object:
    ec2 = client(aws, "ec2", REGION)
    group = ec2.create_security_group(GroupName="gone", Description="gone", VpcId=vpc(ec2, "10.5.0.0/16"))["GroupId"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    first = [rule["SecurityGroupRuleId"] for rule in rules if rule["IsEgress"]][:1]
    ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=first)
    with pytest.raises(ClientError) as refused:
        ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=first)
    return refused.value.response["Error"]["Code"]


def network_interfaces_after_deleting_a_nat_gateway(aws: AwsAccess) -> object:
    ec2 = client(aws, "ec2", REGION)
    subnet = ec2.create_subnet(VpcId=vpc(ec2, "10.2.0.0/16"), CidrBlock="10.2.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    return ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["NetworkInterfaces"]


def an_object_in_a_tls_only_bucket(aws: AwsAccess) -> object:
    s3 = bucket(aws, "tls-only")
    s3.put_bucket_policy(Bucket="tls-only", Policy=resource_policies.tls_only("arn:aws:s3:::tls-only"))
    return s3.get_object(Bucket="tls-only", Key="key")["Body"].read()


def versions_left_once_each_is_deleted(aws: AwsAccess) -> object:
    s3 = bucket(aws, "emptied")
    s3.put_object(Bucket="emptied", Key="key", Body=b"newer")
    s3.delete_object(Bucket="emptied", Key="key")
    s3.put_bucket_versioning(Bucket="emptied", VersioningConfiguration={"Status": "Suspended"})
    newer, older = s3.list_object_versions(Bucket="emptied")["Versions"]
    s3.delete_object(Bucket="emptied", Key="key", VersionId=newer["VersionId"])
    left = s3.list_object_versions(Bucket="emptied")
    assert [one["VersionId"] for one in left["Versions"]] == [older["VersionId"]]
    for one in (*left["Versions"], *left["DeleteMarkers"]):
        s3.delete_objects(Bucket="emptied", Delete={"Objects": [{"Key": "key", "VersionId": one["VersionId"]}]})
    empty = s3.list_object_versions(Bucket="emptied")
    s3.delete_bucket(Bucket="emptied")
    return [*empty.get("Versions", []), *empty.get("DeleteMarkers", [])]


def status_of_a_bucket_of_another_owner(aws: AwsAccess) -> object:
    s3 = bucket(aws, "owned")
    s3.head_bucket(Bucket="owned", ExpectedBucketOwner="123456789012")
    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="owned", ExpectedBucketOwner="210987654321")
    return refused.value.response["Error"]["Code"]


def ids_of_networks(aws: AwsAccess) -> object:
    ec2 = client(aws, "ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16", TagSpecifications=chosen("vpc", "vpc-0a"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.0.0/24", TagSpecifications=chosen("subnet", "subnet-0a"))[
        "Subnet"
    ]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=chosen("route-table", "rtb-0a"))["RouteTable"]
    group = ec2.create_security_group(
        GroupName="named", Description="named", VpcId=vpc, TagSpecifications=chosen("security-group", "sg-0a")
    )
    return vpc, subnet, table["RouteTableId"], group["GroupId"]


def version_of_an_object(aws: AwsAccess) -> object:
    s3 = bucket(aws, "published")
    s3.put_object(Bucket="published", Key="key", Body=b"archive", Tagging=f"{CUSTOM_ID_TAG}=v1.2_3")
    return s3.get_object(Bucket="published", Key="key", VersionId="v1.2_3")["Body"].read()


def endpoint_of_a_cluster(aws: AwsAccess) -> object:
    made = client(aws, "rds", REGION).create_db_cluster(
        DBClusterIdentifier="orders",
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="not-a-secret",
        Tags=[{"Key": CUSTOM_ID_TAG, "Value": "orders.example"}],
    )
    return made["DBCluster"]["Endpoint"]


def created_function(aws: AwsAccess, name: str) -> Any:
    """A client of Lambda, and a function."""
    iam = client(aws, "iam", REGION)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    functions = client(aws, "lambda", REGION)
    functions.create_function(
        FunctionName=name,
        Code={"ZipFile": archive.archive()},
        Handler=archive.HANDLER,
        Runtime=archive.RUNTIME,
        Role=role["Role"]["Arn"],
        LoggingConfig={"LogFormat": "Text", "LogGroup": "/functions/one"},
    )
    return functions


def logging_of_a_function(aws: AwsAccess) -> object:
    functions = created_function(aws, "logging")

    def group() -> object:
        return functions.get_function_configuration(FunctionName="logging").get("LoggingConfig", {}).get("LogGroup")

    created = group()
    changed = {"LogFormat": "Text", "LogGroup": "/functions/another"}
    functions.update_function_configuration(FunctionName="logging", LoggingConfig=changed)
    functions.update_function_configuration(FunctionName="logging", Timeout=9)
    return created, group()


def invocation_of_a_function(aws: AwsAccess) -> object:
    """Without Docker; another part of the embedded AWS runs functions."""
    functions = created_function(aws, "invoked")
    return functions.invoke(FunctionName="invoked", Payload=b"{}").get("FunctionError")


def tags_of_a_schema_registry(aws: AwsAccess) -> object:
    glue = client(aws, "glue", REGION)
    made = glue.create_registry(RegistryName="tagged", Tags={"owner": "data"})
    glue.create_registry(RegistryName="plain")
    arn = made["RegistryArn"]
    return [glue.get_tags(ResourceArn=one)["Tags"] for one in (arn, arn.replace("tagged", "plain"))]


def a_mapping_of_a_topic(aws: AwsAccess) -> object:
    functions = created_function(aws, "mapped")
    asked = {"EventSourceArn": BROKERS, "FunctionName": "mapped", "StartingPosition": "TRIM_HORIZON"}
    with pytest.raises(ClientError, match="exactly one topic"):
        functions.create_event_source_mapping(**asked, Topics=["orders", "stock"])
    group = {"ConsumerGroupId": "receipts"}
    made = functions.create_event_source_mapping(
        **asked, Topics=["orders"], AmazonManagedKafkaEventSourceConfig=group, Tags={"owner": "data"}
    )
    functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=500)
    with pytest.raises(ClientError, match="exceeds the max of 10000"):
        functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=10001)
    found = functions.get_event_source_mapping(UUID=made["UUID"])
    tags = functions.list_tags(Resource=made["EventSourceMappingArn"])["Tags"]
    functions.delete_event_source_mapping(UUID=made["UUID"])
    kept = (found["EventSourceArn"], found["Topics"], found["AmazonManagedKafkaEventSourceConfig"], found["State"])
    return *kept, made["BatchSize"], found["BatchSize"], tags


MAPPED = (BROKERS, ["orders"], {"ConsumerGroupId": "receipts"}, "Enabled", 100, 500, {"owner": "data"})


PATCHES = [
    (
        a_mapping_of_a_topic,
        (BROKERS, ["orders"], {"ConsumerGroupId": "receipts"}, "Enabled", 100, 500, {"owner": "data"}),
    ),
    (tags_of_a_schema_registry, [{"owner": "data"}, {}]),
    (logging_of_a_function, ("/functions/one", "/functions/another")),
    (invocation_of_a_function, None),
    (tags_of_a_scalable_target, {"owner": "data", "new": "y"}),
    (rule_of_a_composite_alarm, ['ALARM("a") OR ALARM("b")']),
    (patterns_of_a_metric_filter_put_twice, ["[b]"]),
    (description_of_a_rule_between_groups, ["Kafka clients"]),
    (error_of_a_rule_that_is_gone, "InvalidSecurityGroupRuleId.NotFound"),
    (network_interfaces_after_deleting_a_nat_gateway, []),
    (an_object_in_a_tls_only_bucket, b"kept"),
    (versions_left_once_each_is_deleted, []),
    (status_of_a_bucket_of_another_owner, "403"),
    (ids_of_networks, ("vpc-0a", "subnet-0a", "rtb-0a", "sg-0a")),
    (version_of_an_object, b"archive"),
    (endpoint_of_a_cluster, "orders.example"),
]


@pytest.mark.parametrize(("probe", "as_on_aws"), PATCHES)
def test_patched_moto_answers_as_aws_does(probe: Probe, as_on_aws: object, patched: AwsAccess) -> None:
    assert probe(patched) == as_on_aws


@pytest.mark.parametrize(("probe", "as_on_aws"), PATCHES)
def test_moto_still_needs_the_patch(probe: Probe, as_on_aws: object, unpatched: AwsAccess) -> None:
    try:
        answer = probe(unpatched)
    except (BotoCoreError, ClientError, AssertionError, pytest.fail.Exception):
        return
    assert answer != as_on_aws


def test_ids_that_are_not_chosen_are_generated(patched: AwsAccess) -> None:
    ec2 = client(patched, "ec2", REGION)
    chosen_one, other = (
        ec2.create_vpc(CidrBlock="10.4.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
        for tags in (chosen("vpc", "vpc-0b"), [])
    )
    assert chosen_one == "vpc-0b"
    assert other != "vpc-0b"
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": ["vpc-0b"]}])["RouteTables"]
    assert [table["RouteTableId"][:4] for table in tables] == ["rtb-"]


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        (None, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.4"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"StringEquals": {"aws:SecureTransport": "true"}}, False),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False),
    ],
)
def test_a_statement_denies_where_its_condition_holds(
    condition: dict[str, object] | None, denied: bool, patched: AwsAccess
) -> None:
    s3 = bucket(patched, "conditional")
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::conditional/*"}
    document = {"Statement": [statement | ({"Condition": condition} if condition else {})]}
    s3.put_bucket_policy(Bucket="conditional", Policy=json.dumps(document))
    try:
        answers = s3.head_object(Bucket="conditional", Key="key")["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        answers = error.response["ResponseMetadata"]["HTTPStatusCode"]
    s3.delete_bucket_policy(Bucket="conditional")
    assert answers == (403 if denied else 200)


def test_a_missing_attribute_is_not_replaced() -> None:
    class Moto:
        present = 1

    replace(Moto, present=2)
    assert Moto.present == 2
    with pytest.raises(AttributeError, match="absent"):
        replace(Moto, absent=1)
