"""Each check of an account: once where all is well, once for each reason to fail, in an embedded AWS."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from cdc.aws import Aws
from cdc.deployer.stacks import policy_of
from cdc.findings import Finding, Level, Result
from cdc.preflight.aws import aurora, checks, kafka, log_policies, quotas
from modules.environment.environment import Environment
from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.seed import Endpoint, account_id, seed
from tests.account import Account, account
from tests.synthesized import Document, changed
from tests.terraform.variants import ACCOUNT, CUSTOM_PLUGIN, EXISTING_KAFKA, EXISTING_NETWORK, PROD

OK, WARNING, ERROR, UNKNOWN = Level.OK, Level.WARNING, Level.ERROR, Level.UNKNOWN
EXISTING: Document = changed(PROD, network=EXISTING_NETWORK)
SUBNET = EXISTING_NETWORK["private_subnet_ids"][0]
PEERED: Document = changed(
    PROD,
    alarms={},
    consumers={},
    state={"kind": "local"},
    plugins__debezium_mysql=None,
    plugins={"debezium-mysql": {"archive": "build/plugins/debezium-mysql.zip"}},
    connectors__orders__source__cluster="orders-peered",
    connectors__orders__source__secret="cdc/peered",
)


class World:
    """An account with all that EXISTING and PEERED name."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def client(self, service: str) -> Any:
        return self._account.client(service)

    def results(self, content: Document = EXISTING) -> list[Result]:
        environment = _environment(content)
        return [*checks.check(environment, Aws(environment.region))]

    def found(self, check: str, **changes: Any) -> list[Finding]:
        """What a check finds with EXISTING changed, or with the document ``of``."""
        environment = _environment(changed(changes.pop("of", EXISTING), **changes))
        [wanted] = [one for one in checks.CHECKS if one.name == check]
        return [*wanted.judge(environment, wanted.read(Aws(environment.region), environment))]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    file = tmp_path_factory.mktemp("account") / "prod.yaml"
    file.write_text(yaml.safe_dump(EXISTING))
    with account(file) as started:
        peered = Environment.model_validate({"name": "prod", **PEERED})
        seed(peered, aws=started.access, endpoints={"orders-peered": Endpoint("peered.example", 3306)}, archives={})
        yield started


@pytest.fixture
def world(running: Account, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in running.variables({}).items():
        monkeypatch.setenv(name, value)
    return World(running)


@pytest.fixture
def undo() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def worst(findings: list[Finding]) -> Finding:
    return min(findings, key=lambda finding: [ERROR, WARNING, UNKNOWN, OK].index(finding.level))


def refused(findings: list[Finding], said: str, level: Level = ERROR) -> bool:
    """Whether that is the worst, with a fix."""
    found = worst(findings)
    assert (found.level, said in found.message, bool(found.fix)) == (level, True, True), findings
    return True


@pytest.mark.parametrize("peered", [False, True], ids=["existing", "peered"])
def test_where_all_is_well_each_check_says_so(peered: bool, world: World, archive: Path) -> None:
    built = changed(PEERED, plugins={"debezium-mysql": {"archive": str(archive)}})
    seen = world.results(built if peered else EXISTING)
    of_rds = {"RDS", "parameters of RDS"}  # no connector reads an instance
    assert {result.check for result in seen} == {check.name for check in checks.CHECKS} - of_rds
    assert {result.finding.level for result in seen} == {OK}, [r for r in seen if r.finding.level is not OK]


def test_another_account(world: World) -> None:
    assert refused(world.found("account", account_id="210987654321", alarms={}), "must be of account 210987654321")


def test_quotas(world: World, undo: ExitStack) -> None:
    connect = world.client("kafkaconnect")
    assert refused(
        [*quotas.judge(_environment(EXISTING), _used(workers={"one": 60}))], "60 workers unless its quota was raised"
    )
    content = b"key.converter=x\nvalue.converter=y\n"
    for number in range(100):
        made = connect.create_worker_configuration(name=f"w{number}", propertiesFileContent=_base64(content))
        arn = made["workerConfigurationArn"]
        undo.callback(connect.delete_worker_configuration, workerConfigurationArn=arn)
    assert refused(world.found("quotas"), "100 worker configurations unless")


def test_the_callers_permissions(
    running: Account, world: World, undo: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated for the role of the session, with the deployer's policy, and with one action less."""
    documents = policy_of(_environment(EXISTING)).documents
    as_deployer(running, documents, undo, monkeypatch)
    assert worst(found := world.found("permissions")).level is OK, found

    undo.close()
    less = [document.replace('"kafka:CreateCluster",', "") for document in documents]
    as_deployer(running, less, undo, monkeypatch)
    cluster = "arn:aws:kafka:us-east-1:123456789012:cluster/cdc-prod/*"
    assert refused(world.found("permissions"), f"deployer/terraform may not kafka:CreateCluster on {cluster}", WARNING)


def as_deployer(running: Account, documents: Sequence[str], undo: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs in, with what only a reader of its own role needs besides."""
    reading = {"Effect": "Allow", "Action": ["iam:GetRole", "iam:SimulatePrincipalPolicy"], "Resource": "*"}
    own = json.dumps({"Version": "2012-10-17", "Statement": [reading]})
    for name, value in running.deployer([*documents, own]).items():
        monkeypatch.setenv(name, value)
    undo.callback(running.forget_deployer)
    undo.callback(monkeypatch.delenv, "AWS_SESSION_TOKEN")


def test_without_its_archive_no_permission_is_simulated(world: World) -> None:
    gone = changed(PEERED, plugins={"debezium-mysql": {"archive": "build/plugins/gone.zip"}})
    assert refused(world.found("permissions", of=gone), "could not be simulated", UNKNOWN)


def test_policies_for_the_delivery_of_logs(world: World, undo: ExitStack) -> None:
    logs = world.client("logs")

    def put(name: str, document: str) -> None:
        logs.put_resource_policy(policyName=name, policyDocument=document)

    for number in range(log_policies.MOST_POLICIES):
        put(f"policy-{number}", "{}")
        undo.callback(logs.delete_resource_policy, policyName=f"policy-{number}")
    assert refused(
        world.found("log policies"), "room for the resource policy AWSLogDeliveryWrite20150319, has 10 of 10"
    )
    undo.close()

    put(log_policies.DELIVERY, json.dumps({"Resource": "x" * 5000}))
    undo.callback(logs.delete_resource_policy, policyName=log_policies.DELIVERY)
    assert refused(world.found("log policies"), "must have room for log-group:/aws/vendedlogs/*, has 5016 of 5120")
    put(log_policies.DELIVERY, json.dumps({"Resource": "x" * 4500}))
    assert worst(world.found("log policies")).level is OK
    vended = {"Resource": ["x" * 4900, "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/*:log-stream:*"]}
    put(log_policies.DELIVERY, json.dumps(vended))
    assert worst(world.found("log policies")).level is OK


def _used(workers: dict[str, int]) -> quotas.Used:
    return quotas.Used((), (), workers)


def _environment(content: Document) -> Environment:
    return Environment.model_validate({"name": "prod", **content})


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_vpc_and_subnets(world: World) -> None:
    assert refused(world.found("VPCs", network__vpc_id="vpc-0fedcba9876543210"), "must exist")
    subnets = [*EXISTING_NETWORK["private_subnet_ids"][:2], "subnet-0fedcba9876543210"]
    assert refused(world.found("VPCs", network__private_subnet_ids=subnets), "does not exist")


def test_peered_vpcs(world: World) -> None:
    at = "network__peerings__orders__"
    assert refused(world.found("VPCs", of=PEERED, **{f"{at}vpc_id": "vpc-0fedcba9876543210"}), "must exist")
    assert refused(world.found("VPCs", of=PEERED, **{f"{at}cidr_block": "10.9.0.0/16"}), "must be a block of")
    tables = ["rtb-0fedcba9876543210"]
    assert refused(world.found("VPCs", of=PEERED, **{f"{at}route_table_ids": tables}), "does not exist")


def test_free_addresses(world: World, undo: ExitStack) -> None:
    """Subnets as small as AWS allows, with the addresses that AWS keeps for itself."""
    small = _subnet(world, undo, "10.0.96.0/28")
    subnets = [*EXISTING_NETWORK["private_subnet_ids"][:2], small]
    assert refused(world.found("addresses", network__private_subnet_ids=subnets, kafka__brokers=30), "has 11")


def _subnet(world: World, undo: ExitStack, block: str) -> str:
    """A subnet of the VPC with its main route table."""
    ec2, vpc = world.client("ec2"), EXISTING_NETWORK["vpc_id"]
    subnet: str = ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
    undo.callback(ec2.delete_subnet, SubnetId=subnet)
    return subnet


def test_routes_and_endpoints(world: World, undo: ExitStack) -> None:
    ec2, vpc = world.client("ec2"), EXISTING_NETWORK["vpc_id"]
    lonely = _subnet(world, undo, "10.0.100.0/24")
    network = {"network__private_subnet_ids": [*EXISTING_NETWORK["private_subnet_ids"][:2], lonely]}
    assert refused(world.found("routes", **network), f"{lonely} must have a way to secretsmanager, has neither")
    [main] = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    )["RouteTables"]
    table = main["RouteTableId"]
    [internet] = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
        "InternetGateways"
    ]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=internet["InternetGatewayId"])
    undo.callback(ec2.delete_route, RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    assert refused(world.found("routes", **network), "public addresses only")
    made = [
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName="com.amazonaws.us-east-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[table],
        ),
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName="com.amazonaws.us-east-1.secretsmanager",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=[lonely],
        ),
    ]
    ids = [one["VpcEndpoint"]["VpcEndpointId"] for one in made]
    undo.callback(ec2.delete_vpc_endpoints, VpcEndpointIds=ids)
    assert worst(world.found("routes", **network)).level is OK


def test_names_of_hosts(world: World, undo: ExitStack) -> None:
    ec2, vpc = world.client("ec2"), EXISTING_NETWORK["vpc_id"]
    for attribute, level in (("EnableDnsHostnames", WARNING), ("EnableDnsSupport", ERROR)):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": False}})
        undo.callback(ec2.modify_vpc_attribute, VpcId=vpc, **{attribute: {"Value": True}})
        assert refused(world.found("DNS"), attribute[1:], level)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"dbuser": "x", "password": "y"}, "must have username, has dbuser, password"),
        ({"username": {"name": "x"}, "password": "y"}, "username is no text"),
        ("username=x", "must be a JSON object"),
        (["username", "password"], "must be a JSON object"),
    ],
    ids=["keys", "nested", "text", "list"],
)
def test_the_content_of_a_secret(value: Any, said: str, world: World, undo: ExitStack) -> None:
    manager = world.client("secretsmanager")
    before = manager.get_secret_value(SecretId="cdc/orders")["SecretString"]
    undo.callback(manager.put_secret_value, SecretId="cdc/orders", SecretString=before)
    text = value if isinstance(value, str) else json.dumps(value)
    manager.put_secret_value(SecretId="cdc/orders", SecretString=text)
    assert refused(world.found("secrets"), said)


def test_a_secret_that_is_gone(world: World, undo: ExitStack) -> None:
    manager = world.client("secretsmanager")
    assert refused(world.found("secrets", connectors__orders__source__secret="cdc/none"), "must exist")
    assert worst(world.found("keys", connectors__orders__source__secret="cdc/none")).level is OK
    manager.delete_secret(SecretId="cdc/orders")
    undo.callback(manager.restore_secret, SecretId="cdc/orders")
    assert refused(world.found("secrets"), "scheduled for deletion")


def test_the_key_of_a_secret(world: World, undo: ExitStack) -> None:
    kms, manager = world.client("kms"), world.client("secretsmanager")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    manager.update_secret(SecretId="cdc/orders", KmsKeyId=key)
    undo.callback(manager.update_secret, SecretId="cdc/orders", KmsKeyId="alias/aws/secretsmanager")
    root = f"arn:aws:iam::{ACCOUNT}:root"
    role = f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-orders-worker"

    def policy(*statements: dict[str, Any]) -> list[Finding]:
        document = {"Version": "2012-10-17", "Statement": [{"Resource": "*", **one} for one in statements]}
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))
        return world.found("keys")

    everything = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*"}
    assert worst(policy(everything)).level is OK
    assert worst(policy({**everything, "Principal": {"AWS": [role]}, "Action": ["kms:Decrypt"]})).level is OK
    assert refused(policy({**everything, "Action": "kms:Describe*"}), "must allow kms:Decrypt to the account or to")
    assert refused(policy({**everything, "Principal": {"AWS": f"{role}s"}}), "must allow kms:Decrypt")
    assert refused(policy(everything, {**everything, "Effect": "Deny", "Action": "kms:Decrypt"}), "must allow")
    kms.disable_key(KeyId=key)
    assert refused(world.found("keys"), "must be enabled, is Disabled")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "msk-connect/other.zip"}, "no such object"),
        ({"version": "abc"}, "no such"),
        ({"bucket": "acme-nothing"}, "no such object"),
    ],
    ids=["key", "version", "bucket"],
)
def test_a_published_plugin(changes: Document, said: str, world: World) -> None:
    plugin = {**PROD["plugins"]["debezium-mysql"], **changes}
    assert refused(world.found("plugins", plugins={"debezium-mysql": plugin}), said)


def test_a_registered_plugin(world: World, undo: ExitStack, tmp_path: Path) -> None:
    plugin = {"plugins": {"debezium-mysql": {"arn": CUSTOM_PLUGIN, "revision": 2}}}
    assert refused(world.found("plugins", **plugin), "no such custom plugin")
    connect, bucket = world.client("kafkaconnect"), PROD["plugins"]["debezium-mysql"]["bucket"]
    with ZipFile(archive := tmp_path / "plugin.zip", "w") as bundle:
        bundle.writestr("a/b.jar", b"")
    world.client("s3").put_object(Bucket=bucket, Key="registered.zip", Body=archive.read_bytes())
    name, identity = CUSTOM_PLUGIN.split("/")[1:]
    connect.create_custom_plugin(
        name=name,
        contentType="ZIP",
        location={"s3Location": {"bucketArn": f"arn:aws:s3:::{bucket}", "fileKey": "registered.zip"}},
        tags={CUSTOM_ID_TAG: f"{identity} 1"},
    )
    wait(lambda: connect.describe_custom_plugin(customPluginArn=CUSTOM_PLUGIN)["customPluginState"] == "ACTIVE")
    undo.callback(connect.delete_custom_plugin, customPluginArn=CUSTOM_PLUGIN)
    assert refused(world.found("plugins", **plugin), "its latest revision is 1")
    plugin["plugins"]["debezium-mysql"]["revision"] = 1
    assert worst(world.found("plugins", **plugin)).level is OK


def wait(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.01)


def test_versions_of_kafka(world: World) -> None:
    assert refused(world.found("Kafka", kafka__version="3.7.x"), "is DEPRECATED; offered are", WARNING)
    listed = kafka.Kafka({"4.0.x.kraft": "ACTIVE"})
    assert refused([*kafka.judge(_environment(EXISTING), listed)], "must offer Kafka 3.9.x, offers 4.0.x.kraft")


def test_an_existing_cluster(world: World) -> None:
    assert refused(world.found("Kafka", kafka=EXISTING_KAFKA), "must exist")


def test_an_aurora_cluster(world: World, undo: ExitStack) -> None:
    rds = world.client("rds")
    at = "connectors__orders__source__cluster"
    assert refused(world.found("Aurora", **{at: "orders-none"}), "must exist in us-east-1")
    rds.create_db_cluster(
        DBClusterIdentifier="empty", Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword="a-password-1",
        BacktrackWindow=7200,
    )  # fmt: skip
    undo.callback(rds.delete_db_cluster, DBClusterIdentifier="empty", SkipFinalSnapshot=True)
    assert refused(world.found("Aurora", **{at: "empty"}), "must have a writer instance")
    assert refused(world.found("parameters", **{at: "empty"}), "must have a parameter group of its own, has default.")
    assert refused(world.found("backtrack", **{at: "empty"}), "by 2 hours", WARNING)
    rds.create_db_cluster(
        DBClusterIdentifier="elephant", Engine="aurora-postgresql", MasterUsername="admins",
        MasterUserPassword="a-password-1",
    )  # fmt: skip
    undo.callback(rds.delete_db_cluster, DBClusterIdentifier="elephant", SkipFinalSnapshot=True)
    assert refused(world.found("Aurora", **{at: "elephant"}), "must be Aurora MySQL, provisioned or Serverless v2")


def test_parameters_of_the_binary_log(world: World, undo: ExitStack) -> None:
    group = {"DBClusterParameterGroupName": "orders-prod-binlog"}

    def values(format_: str, image: str) -> None:
        given = {"binlog_format": format_, "binlog_row_image": image}.items()
        world.client("rds").modify_db_cluster_parameter_group(
            **group,
            Parameters=[
                {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
                for name, value in given
            ],
        )

    undo.callback(values, "ROW", "FULL")
    values("MIXED", "FULL")
    assert refused(world.found("parameters"), "binlog_format must be ROW, is MIXED")
    values("ROW", "MINIMAL")
    assert refused(world.found("parameters"), "binlog_row_image must be FULL, is MINIMAL")


def test_an_rds_instance(world: World, undo: ExitStack) -> None:
    """As it is seeded, without backups, without ROW, and of another engine."""
    rds = world.client("rds")
    source = {**PROD["connectors"]["orders"]["source"], "instance": "stock"}
    del source["cluster"]

    def found(check: str, **changes: str) -> list[Finding]:
        return world.found(check, connectors__orders__source=source | changes)

    assert refused(found("RDS"), "must exist in us-east-1")
    rds.create_db_parameter_group(
        DBParameterGroupName="stock-binlog", DBParameterGroupFamily="mysql8.0", Description="stock"
    )
    undo.callback(rds.delete_db_parameter_group, DBParameterGroupName="stock-binlog")
    instance = {
        "DBInstanceIdentifier": "stock", "DBInstanceClass": "db.m7g.large", "AllocatedStorage": 100,
        "MasterUsername": "admin", "MasterUserPassword": "a-password-1",
    }  # fmt: skip
    rds.create_db_instance(**instance, Engine="mysql", BackupRetentionPeriod=7, DBParameterGroupName="stock-binlog")
    undo.callback(rds.delete_db_instance, DBInstanceIdentifier="stock", SkipFinalSnapshot=True)
    assert worst(found("RDS")).level is OK
    assert refused(found("parameters of RDS"), "binlog_format must be ROW, is MIXED")
    row = {"ParameterName": "binlog_format", "ParameterValue": "ROW", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="stock-binlog", Parameters=[row])
    assert worst(found("parameters of RDS")).level is OK
    rds.modify_db_instance(DBInstanceIdentifier="stock", BackupRetentionPeriod=0)
    assert refused(found("parameters of RDS"), "automated backups are off")
    rds.create_db_instance(**instance | {"DBInstanceIdentifier": "elephant"}, Engine="postgres")
    undo.callback(rds.delete_db_instance, DBInstanceIdentifier="elephant", SkipFinalSnapshot=True)
    assert refused(found("RDS", instance="elephant"), "must be RDS for MySQL, is postgres")


@pytest.mark.usefixtures("world")
def test_an_instance_that_must_reboot() -> None:
    """As it is read, with an instance that has not taken up its group: the embedded AWS takes it up at once."""
    environment = _environment(EXISTING)
    found = aurora.cluster(Aws(environment.region), "orders-prod")
    assert found
    assert found.reboots == ()
    waiting = replace(found, reboots=("orders-prod-1",))
    assert refused([*aurora.judge_parameters(environment, {"orders-prod": waiting})], "has not taken up")


def test_credentials_that_are_not_accepted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    [only] = world.results()
    assert (only.check, only.finding.level, "not accepted" in only.finding.message) == ("account", ERROR, True)


def test_no_way_to_aws(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    [only] = world.results()
    assert (only.finding.level, "cannot be called" in only.finding.message) == (UNKNOWN, True)


def test_the_seeded_account_is_the_expected_one() -> None:
    assert account_id(_environment(PEERED)) == ACCOUNT
