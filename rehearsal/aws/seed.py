"""What a deploy expects to exist already, made in the embedded AWS from the environment that names it.

All of it through AWS's own interfaces, so from any process; that of the embedded AWS must be mended, or it would not
take the ids that the environment file names.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka, ProvisionedKafka
from modules.environment.models.plugins import PublishedPlugin
from modules.environment.models.state import S3State
from rehearsal.aws.client import client
from rehearsal.aws.moto_patches import CHOSEN
from rehearsal.aws.seed_network import Networks, Place

USERNAME: Final = "debezium"
_ANY_ACCOUNT: Final = "123456789012"
_FAMILY: Final = "aurora-mysql8.0"
_VERSION: Final = "8.0.mysql_aurora.3.08.0"


class Endpoint(NamedTuple):
    """Where a database answers."""

    hostname: str
    port: int


@dataclass(frozen=True)
class Login:
    """A database's user; the password is never shown."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Seeded:
    """What was made: logins by their secret's name, endpoints by their cluster's, and a line on each thing."""

    logins: Mapping[str, Login]
    endpoints: Mapping[str, Endpoint]
    made: tuple[str, ...]


def account_id(environment: Environment) -> str:
    """The account that the file guards, or that its ARNs lie in, or any."""
    if environment.account_id:
        return environment.account_id
    named = re.search(r'"arn:[a-z-]+:[a-z-]+:[a-z0-9-]+:([0-9]{12}):', environment.model_dump_json())
    return named[1] if named else _ANY_ACCOUNT


def seed(
    environment: Environment, *, url: str, endpoints: Mapping[str, Endpoint], archives: Mapping[str, Path]
) -> Seeded:
    """Makes what ``environment`` names and no stack of it does, in the embedded AWS at ``url``.

    ``endpoints``: where the database behind each source cluster answers. ``archives``: the ZIP behind each published
    plugin. The cluster of ``kafka: {kind: existing}`` itself is not made, only its security group.
    """
    return _Seed(environment, url, endpoints).everything(archives)


class _Seed:
    def __init__(self, environment: Environment, url: str, endpoints: Mapping[str, Endpoint]) -> None:
        self._environment = environment
        self._url = url
        self._endpoints = endpoints
        self._made: list[str] = []
        self._networks = Networks(environment, ec2=self._client("ec2"), made=self._made.append)

    def everything(self, archives: Mapping[str, Path]) -> Seeded:
        self._clusters()
        logins = self._secrets()
        self._groups()
        self._roles()
        self._topic()
        self._scram_logins()
        self._state_store()
        self._plugins(archives)
        return Seeded(logins, dict(self._endpoints), tuple(self._made))

    def _client(self, service: str, region: str | None = None) -> Any:
        return client(self._url, service, region or self._environment.region)

    def _clusters(self) -> None:
        """Aurora MySQL clusters; connectors may share one."""
        made: set[str] = set()
        for key, connector in self._environment.connectors.items():
            if connector.source.cluster not in made:
                made.add(connector.source.cluster)
                self._cluster(connector.source.cluster, self._networks.of_database(key, connector))

    def _cluster(self, name: str, place: Place) -> None:
        """With row-based binary logs, by a parameter group of its own."""
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
            VpcSecurityGroupIds=[self._networks.group(place, f"aurora-{name}")],
            Tags=[{"Key": CHOSEN, "Value": hostname}],
        )
        self._made.append(f"Aurora cluster {name} at {hostname}:{port}")

    def _secrets(self) -> dict[str, Login]:
        """A login in each secret that a connector reads; no two have the same user, who may meet in one database."""
        manager = self._client("secretsmanager")
        names = dict.fromkeys(connector.source.secret for connector in self._environment.connectors.values())
        users = [USERNAME, *(f"{USERNAME}{number}" for number in range(2, len(names) + 1))]
        logins = {name: Login(user, secrets.token_urlsafe()) for name, user in zip(names, users, strict=True)}
        for name, login in logins.items():
            content = {"username": login.username, "password": login.password}
            manager.create_secret(Name=name, SecretString=json.dumps(content))
            self._made.append(f"secret {name}")
        return logins

    def _groups(self) -> None:
        """The security groups of applications, of scrapers and of a cluster that exists."""
        kafka = self._environment.kafka
        given = [group for consumer in self._environment.consumers.values() for group in consumer.security_group_ids]
        if isinstance(kafka, ExistingKafka):
            given.append(kafka.security_group_id)
        elif kafka.prometheus:
            given += kafka.prometheus.security_group_ids
        for group in dict.fromkeys(given):
            self._networks.group(self._networks.of_applications(), f"given-{group}", group_id=group)

    def _roles(self) -> None:
        """The roles of applications."""
        given = [role for consumer in self._environment.consumers.values() for role in consumer.role_names]
        assumed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [assumed]})
        for role in dict.fromkeys(given):
            self._client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=trust)
            self._made.append(f"role {role}")

    def _topic(self) -> None:
        if arn := self._environment.alarms.sns_topic_arn:
            *_, region, _, name = arn.split(":")
            self._client("sns", region).create_topic(Name=name)
            self._made.append(f"topic {name}")

    def _scram_logins(self) -> None:
        """Secrets under a customer key, as MSK wants them."""
        kafka = self._environment.kafka
        if isinstance(kafka, ProvisionedKafka) and kafka.scram_secrets:
            key = self._client("kms").create_key()["KeyMetadata"]["KeyId"]
            for name in kafka.scram_secrets:
                content = {"username": name.removeprefix("AmazonMSK_"), "password": secrets.token_urlsafe()}
                self._client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(content), KmsKeyId=key)
                self._made.append(f"secret {name}")

    def _state_store(self) -> None:
        """A bucket and a lock table that another environment made."""
        state = self._environment.state
        if isinstance(state, S3State) and not state.create:
            self._bucket(state.bucket, state.region)
            self._client("dynamodb", state.region).create_table(
                TableName=state.lock_table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            )
            self._made.append(f"table {state.lock_table}")

    def _plugins(self, archives: Mapping[str, Path]) -> None:
        """The objects behind published plugins; several may share a bucket, or be the same version of one object."""
        plugins = self._environment.plugins.items()
        published = {name: plugin for name, plugin in plugins if isinstance(plugin, PublishedPlugin)}
        for bucket in dict.fromkeys(plugin.bucket for plugin in published.values()):
            self._bucket(bucket)
        objects = {(plugin.bucket, plugin.key, plugin.version): archives[name] for name, plugin in published.items()}
        for (bucket, key, version), archive in objects.items():
            with archive.open("rb") as body:
                self._client("s3").put_object(Bucket=bucket, Key=key, Body=body, Tagging=urlencode({CHOSEN: version}))
            self._made.append(f"object s3://{bucket}/{key} ({version})")

    def _bucket(self, name: str, region: str | None = None) -> None:
        region = region or self._environment.region
        s3 = self._client("s3", region)
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
        s3.create_bucket(Bucket=name, **elsewhere)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self._made.append(f"bucket {name}")
