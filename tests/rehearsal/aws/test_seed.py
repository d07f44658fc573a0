"""The resources that exist before an apply, read as the stacks' data sources read them."""

import json
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import requests

from modules.environment.environment import Environment
from rehearsal.aws import applications
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.seed import Endpoint, Seeded, account_id, seed
from tests.rehearsal.aws.moto_process import moto
from tests.synthesized import Document, changed, document
from tests.terraform.variants import AUTHORITY, EXISTING_KAFKA, EXISTING_NETWORK, PROD, with_stock

ARCHIVE = b"the plugin"
# Another peering and another cluster, named alike.
STOCK_PEERING = {"vpc_id": "vpc-0abc1234def567891", "cidr_block": "10.9.0.0/24", "route_table_ids": ["rtb-0abc1234"]}


class SeededAccount:
    """An account that was seeded for an environment; ``aws`` returns clients in its region."""

    def __init__(self, aws: AwsAccess, content: Document, archive: Path) -> None:
        self.environment = Environment.model_validate({"name": "seeded", **content})
        connectors = self.environment.connectors.values()
        endpoints = {
            c.source.database: Endpoint(f"{c.source.database.removeprefix('instance:')}.example", 3306 + n)
            for n, c in enumerate(connectors)
        }
        archives = dict.fromkeys(self.environment.plugins, archive)
        self.seeded: Seeded = seed(self.environment, aws=aws, endpoints=endpoints, archives=archives)
        self._aws = aws

    def aws(self, service: str) -> Any:
        return client(self._aws, service, self.environment.region)

    def cluster(self, name: str) -> Any:
        [found] = self.aws("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        return found

    def vpc_of(self, cluster: str) -> str:
        """As aws_db_subnet_group returns it."""
        name = self.cluster(cluster)["DBSubnetGroup"]
        [group] = self.aws("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
        vpc: str = group["VpcId"]
        return vpc

    def vpc_of_group(self, group: str) -> str:
        [found] = self.aws("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
        vpc: str = found["VpcId"]
        return vpc

    def block(self, vpc: str) -> IPv4Network:
        [found] = self.aws("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]
        return IPv4Network(found["CidrBlock"])


@pytest.fixture(scope="module")
def running() -> Iterator[AwsAccess]:
    with moto(patched=True) as started:
        yield started


@pytest.fixture
def seeded(running: AwsAccess, tmp_path: Path) -> Iterator[Callable[[Document], SeededAccount]]:
    archive = tmp_path / "plugin.zip"
    archive.write_bytes(ARCHIVE)
    yield lambda content: SeededAccount(running, content, archive)
    requests.post(f"{running.url}/moto-api/reset", timeout=60).raise_for_status()


def test_production_has_a_database_behind_its_peering(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(PROD)
    cluster = account.cluster("orders-prod")
    assert (cluster["Engine"], cluster["EngineMode"]) == ("aurora-mysql", "provisioned")
    assert (cluster["Endpoint"], cluster["Port"]) == ("orders-prod.example", 3306)
    assert cluster["Status"] in ("creating", "available")
    peering = PROD["network"]["peerings"]["orders"]
    assert account.vpc_of("orders-prod") == peering["vpc_id"]
    assert [account.vpc_of_group(one["VpcSecurityGroupId"]) for one in cluster["VpcSecurityGroups"]] == [
        peering["vpc_id"]
    ]
    assert account.block(peering["vpc_id"]) == IPv4Network(peering["cidr_block"])
    tables = account.aws("ec2").describe_route_tables(RouteTableIds=peering["route_table_ids"])["RouteTables"]
    assert [table["VpcId"] for table in tables] == [peering["vpc_id"]]


def test_its_binary_log_is_row_based(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(PROD)
    group = account.cluster("orders-prod")["DBClusterParameterGroup"]
    assert not group.startswith("default.")
    parameters = account.aws("rds").describe_db_cluster_parameters(DBClusterParameterGroupName=group)["Parameters"]
    assert {one["ParameterName"]: one["ParameterValue"] for one in parameters} == {"binlog_format": "ROW"}


def test_production_has_everything_else_it_names(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(PROD)
    plugin = PROD["plugins"]["debezium-mysql"]
    found = account.aws("s3").get_object(Bucket=plugin["bucket"], Key=plugin["key"], VersionId=plugin["version"])
    assert found["Body"].read() == ARCHIVE
    assert account.aws("iam").get_role(RoleName="billing-app")["Role"]["RoleName"] == "billing-app"
    assert account.vpc_of_group("sg-0abc1234def567890")
    topics = account.aws("sns").list_topics()["Topics"]
    assert [topic["TopicArn"] for topic in topics] == [PROD["alarms"]["sns_topic_arn"]]


def test_a_secret_has_the_login_and_no_repr_shows_the_password(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(PROD)
    login = account.seeded.logins["cdc/orders"]
    kept = json.loads(account.aws("secretsmanager").get_secret_value(SecretId="cdc/orders")["SecretString"])
    assert kept == {"username": login.username, "password": login.password}
    assert len(login.password) > 20
    assert login.password not in f"{account.seeded} {account.seeded.created}"


def test_what_other_properties_refer_to_is_in_its_secret(seeded: Callable[[Document], SeededAccount]) -> None:
    stores = {
        "driver.trustCertificateKeyStorePassword": "${secretsmanager:cdc/tls:trusted}",
        "driver.clientCertificateKeyStorePassword": "${secretsmanager:cdc/tls:own}",
    }
    content = changed(
        PROD,
        connectors__orders__source__username_field="dbuser",
        connectors__orders__properties=stores,
    )
    account = seeded(content)
    manager, login = account.aws("secretsmanager"), account.seeded.logins["cdc/orders"]
    kept = {
        name: json.loads(manager.get_secret_value(SecretId=name)["SecretString"]) for name in ("cdc/orders", "cdc/tls")
    }
    assert kept["cdc/orders"] == {"dbuser": login.username, "password": login.password}
    assert kept["cdc/tls"].keys() == {"trusted", "own"}


def test_functions_have_their_consumers_role(seeded: Callable[[Document], SeededAccount]) -> None:
    function = f"arn:aws:lambda:us-east-1:{PROD['account_id']}:function:"
    topics = {"orders.orders.customers": "receipts"}
    named = {"kind": "lambda", "topics": topics, "function": f"{function}receipts:live", "role_names": ["receipts"]}
    labels = {"kind": "lambda", "topics": {"orders.orders.order_items": "labels"}, "function": f"{function}labels"}
    account = seeded(changed(PROD, consumers={"receipts": named, "labels": labels}))
    functions, iam = account.aws("lambda"), account.aws("iam")
    for name, role in (("receipts", "receipts"), ("labels", "function-labels")):
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        assert trust["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
        arn = functions.get_function_configuration(FunctionName=name)["Role"]
        assert arn.endswith(f":role/{role}")
        assert f"function {name}" in account.seeded.created
    assert functions.get_alias(FunctionName="receipts", Name="live")["FunctionVersion"] == "$LATEST"
    assert "role receipts" in account.seeded.created
    again = applications.create_functions(account.environment, iam, functions)
    assert again == applications.create_roles(account.environment, iam) == []


def test_every_created_resource_is_reported(seeded: Callable[[Document], SeededAccount]) -> None:
    made = "\n".join(seeded(PROD).seeded.created)
    for thing in ("vpc-0abc1234def567890", "orders-prod.example:3306", "cdc/orders", "billing-app", "oncall"):
        assert thing in made


def test_an_existing_network_has_private_subnets_with_a_nat_route(seeded: Callable[[Document], SeededAccount]) -> None:
    content = document("dev")
    account, network = seeded(content), content["network"]
    ec2 = account.aws("ec2")
    subnets = ec2.describe_subnets(SubnetIds=network["private_subnet_ids"])["Subnets"]
    assert {subnet["VpcId"] for subnet in subnets} == {network["vpc_id"]}
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 3
    for subnet in network["private_subnet_ids"]:
        [table] = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])[
            "RouteTables"
        ]
        [out] = [route for route in table["Routes"] if route["DestinationCidrBlock"] == "0.0.0.0/0"]
        assert out["NatGatewayId"]
    assert account.vpc_of("shop-dev") == network["vpc_id"]


@pytest.mark.parametrize(
    "network",
    [
        changed(PROD["network"], peerings=None, externally_routed=True),
        EXISTING_NETWORK | {"externally_routed": True},
    ],
    ids=["new", "existing"],
)
def test_with_external_routing_the_database_is_in_another_vpc(
    network: Document, seeded: Callable[[Document], SeededAccount]
) -> None:
    account = seeded(changed(PROD, network=network))
    there = account.vpc_of("orders-prod")
    assert there != network.get("vpc_id")
    ours = network.get("cidr_block") or str(account.block(network["vpc_id"]))
    assert not account.block(there).overlaps(IPv4Network(ours))


def test_of_several_peerings_the_database_is_behind_the_one_of_its_name(
    seeded: Callable[[Document], SeededAccount],
) -> None:
    account = seeded(with_stock(changed(PROD, network__peerings__stock=STOCK_PEERING)))
    assert account.vpc_of("orders-prod") == PROD["network"]["peerings"]["orders"]["vpc_id"]
    assert account.vpc_of("stock-prod") == STOCK_PEERING["vpc_id"]
    logins = account.seeded.logins
    assert set(logins) == {"cdc/orders", "cdc/stock"}
    assert logins["cdc/orders"].username != logins["cdc/stock"].username


def test_connectors_may_share_a_cluster_and_a_secret(seeded: Callable[[Document], SeededAccount]) -> None:
    source = PROD["connectors"]["orders"]["source"] | {"server_id": 5402}
    another = PROD["connectors"]["orders"] | {"source": source, "topics": {"prefix": "again"}}
    account = seeded(changed(PROD, connectors__again=another))
    assert set(account.seeded.endpoints) == {"orders-prod"}
    assert set(account.seeded.logins) == {"cdc/orders"}


def test_security_group_of_an_existing_cluster(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(changed(PROD, kafka=EXISTING_KAFKA))
    assert account.vpc_of_group(EXISTING_KAFKA["security_group_id"])


def test_scram_secrets_have_a_customer_managed_key(seeded: Callable[[Document], SeededAccount]) -> None:
    content = changed(
        PROD,
        kafka__scram_secrets=["AmazonMSK_billing"],
        kafka__certificate_authority_arns=[AUTHORITY],
        kafka__prometheus={"security_group_ids": ["sg-0123456789abcdef1"]},
    )
    account = seeded(content)
    assert account.aws("secretsmanager").describe_secret(SecretId="AmazonMSK_billing")["KmsKeyId"]
    assert account.vpc_of_group("sg-0123456789abcdef1")


@pytest.mark.parametrize(("create", "there"), [(False, 1), (True, 0)])
def test_a_state_store_exists_where_it_is_managed_elsewhere(
    create: bool, there: int, seeded: Callable[[Document], SeededAccount]
) -> None:
    account = seeded(changed(PROD, state__create=create))
    buckets = [bucket["Name"] for bucket in account.aws("s3").list_buckets()["Buckets"]]
    assert buckets.count("acme-cdc-state") == there
    assert account.aws("dynamodb").list_tables()["TableNames"] == ["acme-cdc-locks"] * there


@pytest.mark.parametrize(
    ("content", "account"),
    [
        (changed(PROD, account_id="210987654321", alarms={}), "210987654321"),
        (
            changed(PROD, account_id=None, alarms__sns_topic_arn="arn:aws:sns:us-east-1:111122223333:oncall"),
            "111122223333",
        ),
        (document("dev"), "123456789012"),
    ],
    ids=["guarded", "named", "any"],
)
def test_the_account(content: Document, account: str) -> None:
    assert account_id(Environment.model_validate({"name": "seeded", **content})) == account


def test_a_permissions_boundary_exists(seeded: Callable[[Document], SeededAccount]) -> None:
    arn = "arn:aws:iam::123456789012:policy/teams/boundary"
    account = seeded(changed(PROD, permissions_boundary=arn))
    assert account.aws("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "boundary"


def test_an_instance_has_backups_its_own_parameters_and_a_group(seeded: Callable[[Document], SeededAccount]) -> None:
    account = seeded(
        changed(PROD, connectors__orders__source__cluster=None, connectors__orders__source__instance="shop")
    )
    [found] = account.aws("rds").describe_db_instances(DBInstanceIdentifier="shop")["DBInstances"]
    assert found["Engine"] == "mysql"
    assert found["BackupRetentionPeriod"] > 0
    assert found["Endpoint"]["Address"] == "shop.example"
    [parameters] = found["DBParameterGroups"]
    assert not parameters["DBParameterGroupName"].startswith("default.")
    peering = PROD["network"]["peerings"]["orders"]["vpc_id"]
    assert found["DBSubnetGroup"]["VpcId"] == peering
    assert [account.vpc_of_group(one["VpcSecurityGroupId"]) for one in found["VpcSecurityGroups"]] == [peering]


def test_of_a_server_only_its_group_is_created(seeded: Callable[[Document], SeededAccount]) -> None:
    group = "sg-0abc1234def567899"
    host = {"address": "db.internal", "security_group_id": group}
    account = seeded(changed(PROD, connectors__orders__source__cluster=None, connectors__orders__source__host=host))
    assert account.vpc_of_group(group)
    assert account.aws("rds").describe_db_clusters()["DBClusters"] == []
    assert account.aws("rds").describe_db_instances()["DBInstances"] == []


@pytest.mark.parametrize(("create", "there"), [(False, ["cdc"]), (True, [])])
def test_a_glue_registry_exists_unless_the_stacks_create_it(
    create: bool, there: list[str], seeded: Callable[[Document], SeededAccount]
) -> None:
    account = seeded(changed(PROD, schema_registry={"kind": "glue", "name": "cdc", "create": create}))
    assert [one["RegistryName"] for one in account.aws("glue").list_registries()["Registries"]] == there


def test_of_a_registry_by_url_its_group_and_its_login_are_created(seeded: Callable[[Document], SeededAccount]) -> None:
    group = "sg-0abc1234def567898"
    registry = {
        "kind": "confluent",
        "url": "https://registry.internal:8081",
        "security_group_id": group,
        "secret": "cdc/registry",
        "password_field": "token",
    }
    account = seeded(changed(PROD, schema_registry=registry, connectors__orders__format="avro"))
    assert account.vpc_of_group(group)
    kept = account.aws("secretsmanager").get_secret_value(SecretId="cdc/registry")["SecretString"]
    assert json.loads(kept).keys() == {"username", "token"}
