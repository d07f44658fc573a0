"""Creates in the embedded AWS the resources that a deploy expects to exist, under the ids in the environment file.

It uses AWS's APIs only, so it runs in any process. The embedded AWS's moto must be patched to accept chosen ids.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from modules.debezium import configuration
from modules.environment.environment import Environment
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.plugins import PublishedPlugin, RegisteredPlugin
from modules.environment.models.schema_registry import GlueRegistry
from modules.environment.models.sources import ClusterSource, InstanceSource
from modules.environment.models.state import S3State
from rehearsal.aws import applications
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.custom_id import CUSTOM_ID_TAG
from rehearsal.aws.seed_network import Networks, Vpc

USERNAME: Final = "debezium"
_ANY_ACCOUNT: Final = "123456789012"
_FAMILY: Final = "aurora-mysql8.0"
_VERSION: Final = "8.0.mysql_aurora.3.08.0"
_INSTANCE_FAMILY: Final = "mysql8.0"
_INSTANCE_VERSION: Final = "8.0.40"


class Endpoint(NamedTuple):
    """The host and port of a database."""

    hostname: str
    port: int


@dataclass(frozen=True)
class Login:
    """The user of a database; ``repr`` does not show the password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Seeded:
    """What was created: logins by secret name, endpoints by ``source.database``, and a line for each resource."""

    logins: Mapping[str, Login]
    endpoints: Mapping[str, Endpoint]
    created: tuple[str, ...]


def account_id(environment: Environment) -> str:
    """``account_id`` of the file, else the account of an ARN in it, else any account."""
    if environment.account_id:
        return environment.account_id
    named = re.search(r'"arn:[a-z-]+:[a-z-]+:[a-z0-9-]+:([0-9]{12}):', environment.model_dump_json())
    return named[1] if named else _ANY_ACCOUNT


def seed(
    environment: Environment, *, aws: AwsAccess, endpoints: Mapping[str, Endpoint], archives: Mapping[str, Path]
) -> Seeded:
    """Creates what ``environment`` names and no stack of it creates, in the embedded AWS.

    ``endpoints`` are those of the databases, by ``source.database``, ``archives`` the ZIPs of published plugins. Of
    ``kafka: {kind: existing}`` only the security group is created, not the cluster.
    """
    return _Seeder(environment, aws, endpoints).create_all(archives)


class _Seeder:
    def __init__(self, environment: Environment, aws: AwsAccess, endpoints: Mapping[str, Endpoint]) -> None:
        self._environment = environment
        self._aws = aws
        self._endpoints = endpoints
        self._created: list[str] = []
        self._buckets: set[str] = set()
        self._networks = Networks(environment, ec2=self._client("ec2"), report=self._created.append)

    def create_all(self, archives: Mapping[str, Path]) -> Seeded:
        self._databases()
        logins = self._secrets()
        self._networks.create_named_groups()
        self._roles()
        self._boundary()
        self._topic()
        self._schema_registry()
        self._scram_logins()
        self._state_store()
        self._plugins(archives)
        return Seeded(logins, dict(self._endpoints), tuple(self._created))

    def _client(self, service: str, region: str | None = None) -> Any:
        return client(self._aws, service, region or self._environment.region)

    def _databases(self) -> None:
        """Creates the Aurora MySQL clusters and the RDS instances; connectors may share one."""
        created: set[str] = set()
        for key, connector in self._environment.connectors.items():
            source = connector.source
            if source.database in created:
                continue
            created.add(source.database)
            if isinstance(source, ClusterSource):
                self._cluster(source.cluster, self._networks.vpc_of_database(key, connector))
            elif isinstance(source, InstanceSource):
                self._instance(source.instance, self._networks.vpc_of_database(key, connector))

    def _cluster(self, name: str, place: Vpc) -> None:
        """Creates a cluster with its own parameter group, which sets binlog_format=ROW."""
        hostname, port = self._endpoints[name]
        rds, described = self._client("rds"), f"{name}, which exists already"
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=f"{name}-binlog", DBParameterGroupFamily=_FAMILY, Description=described
        )
        row = {"ParameterName": "binlog_format", "ParameterValue": "ROW", "ApplyMethod": "pending-reboot"}
        rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=f"{name}-binlog", Parameters=[row])
        rds.create_db_subnet_group(
            DBSubnetGroupName=name, DBSubnetGroupDescription=described, SubnetIds=place.database_subnet_ids
        )
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-mysql",
            EngineVersion=_VERSION,
            MasterUsername="admin",
            MasterUserPassword=secrets.token_urlsafe(),
            Port=port,
            DBClusterParameterGroupName=f"{name}-binlog",
            DBSubnetGroupName=name,
            VpcSecurityGroupIds=[self._networks.create_security_group(place, f"aurora-{name}")],
            Tags=[{"Key": CUSTOM_ID_TAG, "Value": hostname}],
        )
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-1",
            DBClusterIdentifier=name,
            Engine="aurora-mysql",
            DBInstanceClass="db.r6g.large",
        )
        self._created.append(f"Aurora cluster {name} at {hostname}:{port}")

    def _instance(self, name: str, place: Vpc) -> None:
        """Creates an instance with backups and its own parameter group, which sets binlog_format=ROW."""
        hostname, port = self._endpoints[f"instance:{name}"]
        rds, described = self._client("rds"), f"{name}, which exists already"
        rds.create_db_parameter_group(
            DBParameterGroupName=f"{name}-binlog", DBParameterGroupFamily=_INSTANCE_FAMILY, Description=described
        )
        row = {"ParameterName": "binlog_format", "ParameterValue": "ROW", "ApplyMethod": "immediate"}
        rds.modify_db_parameter_group(DBParameterGroupName=f"{name}-binlog", Parameters=[row])
        group = f"{name}-instance"
        rds.create_db_subnet_group(
            DBSubnetGroupName=group, DBSubnetGroupDescription=described, SubnetIds=place.database_subnet_ids
        )
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.m7g.large",
            AllocatedStorage=100,
            Engine="mysql",
            EngineVersion=_INSTANCE_VERSION,
            MasterUsername="admin",
            MasterUserPassword=secrets.token_urlsafe(),
            Port=port,
            BackupRetentionPeriod=7,
            DBParameterGroupName=f"{name}-binlog",
            DBSubnetGroupName=group,
            VpcSecurityGroupIds=[self._networks.create_security_group(place, f"instance-{name}")],
            Tags=[{"Key": CUSTOM_ID_TAG, "Value": hostname}],
        )
        self._created.append(f"RDS instance {name} at {hostname}:{port}")

    def _secrets(self) -> dict[str, Login]:
        """Creates each connector's secrets; every secret has another user, as two may be of the same database.

        What other properties than user and password refer to gets a random value.
        """
        manager, connectors = self._client("secretsmanager"), self._environment.connectors.values()
        names = dict.fromkeys(connector.source.secret for connector in connectors)
        users = [USERNAME, *(f"{USERNAME}{number}" for number in range(2, len(names) + 1))]
        logins = {name: Login(user, secrets.token_urlsafe()) for name, user in zip(names, users, strict=True)}
        contents: dict[str, dict[str, str]] = {}
        for connector in connectors:
            for name, keys in configuration.secrets(connector, self._environment.registry).items():
                contents.setdefault(name, {}).update({key: secrets.token_urlsafe() for key in keys})
        for connector in connectors:
            source, login = connector.source, logins[connector.source.secret]
            contents[source.secret] |= {source.username_field: login.username, source.password_field: login.password}
        for name, content in contents.items():
            manager.create_secret(Name=name, SecretString=json.dumps(content))
            self._created.append(f"secret {name}")
        return logins

    def _schema_registry(self) -> None:
        registry = self._environment.schema_registry
        if isinstance(registry, GlueRegistry) and not registry.create:
            self._client("glue").create_registry(RegistryName=registry.name)
            self._created.append(f"schema registry {registry.name}")

    def _roles(self) -> None:
        """Creates the roles of applications."""
        created = applications.create_roles(self._environment, self._client("iam"))
        self._created += [f"role {role}" for role in created]
        functions = applications.create_functions(self._environment, self._client("iam"), self._client("lambda"))
        self._created += [f"function {name}" for name in functions]

    def _boundary(self) -> None:
        """Creates the permissions boundary of the stacks' roles; what it allows is not known here, so it allows all."""
        if arn := self._environment.permissions_boundary:
            path, name = arn.split(":policy", 1)[1].rsplit("/", 1)
            everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
            self._client("iam").create_policy(PolicyName=name, Path=f"{path}/", PolicyDocument=document)
            self._created.append(f"policy {arn}")

    def _topic(self) -> None:
        if arn := self._environment.alarms.sns_topic_arn:
            *_, region, _, name = arn.split(":")
            self._client("sns", region).create_topic(Name=name)
            self._created.append(f"topic {name}")

    def _scram_logins(self) -> None:
        """Creates the SCRAM secrets, encrypted with a customer managed key, as MSK requires."""
        kafka = self._environment.kafka
        if isinstance(kafka, ProvisionedKafka) and kafka.scram_secrets:
            key = self._client("kms").create_key()["KeyMetadata"]["KeyId"]
            for name in kafka.scram_secrets:
                content = {"username": name.removeprefix("AmazonMSK_"), "password": secrets.token_urlsafe()}
                self._client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(content), KmsKeyId=key)
                self._created.append(f"secret {name}")

    def _state_store(self) -> None:
        """Creates a state bucket and lock table that are managed elsewhere."""
        state = self._environment.state
        if isinstance(state, S3State) and not state.create:
            self._bucket(state.bucket, state.region)
            self._client("dynamodb", state.region).create_table(
                TableName=state.lock_table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            )
            self._created.append(f"table {state.lock_table}")

    def _plugins(self, archives: Mapping[str, Path]) -> None:
        """Uploads the published plugins; several may share a bucket, or be the same version of one object."""
        plugins = self._environment.plugins.items()
        published = {name: plugin for name, plugin in plugins if isinstance(plugin, PublishedPlugin)}
        for bucket in dict.fromkeys(plugin.bucket for plugin in published.values()):
            self._bucket(bucket)
        objects = {(plugin.bucket, plugin.key, plugin.version): archives[name] for name, plugin in published.items()}
        for (bucket, key, version), archive in objects.items():
            with archive.open("rb") as body:
                self._client("s3").put_object(
                    Bucket=bucket, Key=key, Body=body, Tagging=urlencode({CUSTOM_ID_TAG: version})
                )
            self._created.append(f"object s3://{bucket}/{key} ({version})")
        for name, plugin in plugins:
            if isinstance(plugin, RegisteredPlugin):
                self._register(plugin, archives[name])

    def _register(self, plugin: RegisteredPlugin, archive: Path) -> None:
        """Creates a custom plugin with the ARN of the file, from an object of its own."""
        bucket, identity = f"registered-{account_id(self._environment)}", plugin.arn.rpartition("/")[2]
        if bucket not in self._buckets:
            self._bucket(bucket)
        with archive.open("rb") as body:
            self._client("s3").put_object(Bucket=bucket, Key=f"{identity}.zip", Body=body)
        location = {"bucketArn": f"arn:{self._environment.partition}:s3:::{bucket}", "fileKey": f"{identity}.zip"}
        self._client("kafkaconnect").create_custom_plugin(
            name=plugin.plugin_name,
            contentType="ZIP",
            location={"s3Location": location},
            tags={CUSTOM_ID_TAG: f"{identity} {plugin.revision}"},
        )
        self._created.append(f"custom plugin {plugin.arn}")

    def _bucket(self, name: str, region: str | None = None) -> None:
        region = region or self._environment.region
        s3 = self._client("s3", region)
        location = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
        s3.create_bucket(Bucket=name, **location)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self._buckets.add(name)
        self._created.append(f"bucket {name}")
