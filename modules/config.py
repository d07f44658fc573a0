"""The environment file as closed, immutable models.

Pure: no SDK, no AWS, no environment variables. A type says what one value may be; what joins two
values (a zone and its region, a connector and its plugin) is a rule of ``modules.checks.rules``, and an
Environment, however made, keeps them all.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from modules import msk, names
from modules.checks import rules
from modules.checks.problems import failure


class Model(BaseModel):
    """Every part of an environment: closed and immutable; what YAML reads as another type is refused."""

    # Built once, within Environment; an error never shows its input, which may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True, hide_input_in_errors=True)


class S3State(Model):
    """State in S3; ``create`` says that the bucket and lock table are ours (stack ``<env>-state``)."""

    kind: Literal["s3"]
    bucket: names.BucketName
    lock_table: names.TableName
    lockfile: bool = False
    create: bool = True
    region: names.Region | None = None
    kms_key_arn: names.KeyArn | None = None


class CloudState(Model):
    """State in HCP Terraform: one workspace per stack, named after it."""

    kind: Literal["cloud"]
    organization: names.Organization
    project: names.Project | None = None
    hostname: names.Hostname | None = None


class LocalState(Model):
    """State in a file beside the stack: for trying out only."""

    kind: Literal["local"]


State = Annotated[S3State | CloudState | LocalState, Field(discriminator="kind")]


class Peering(Model):
    """A VPC that holds databases: its address range, and its route tables that need a way back."""

    vpc_id: names.VpcId
    cidr_block: names.PeerBlock
    route_table_ids: Annotated[names.Many[names.RouteTableId], Field(min_length=1)]


class NewNetwork(Model):
    """A VPC of our own. Subnets take fixed slots by zone letter, so a zone can be added later."""

    kind: Literal["new"]
    cidr_block: names.VpcBlock
    availability_zones: Annotated[names.Many[names.Zone], Field(min_length=2, max_length=3)]
    nat: Literal["per_zone", "single", "none"] = "per_zone"
    peerings: names.Keyed[names.Name, Peering] = {}
    externally_routed: bool = False
    log_retention_days: names.RetentionDays = 30

    @property
    def zones(self) -> int:
        return len(self.availability_zones)


class ExistingNetwork(Model):
    """Somebody else's VPC: private subnets, one in each zone, with a way to AWS's services."""

    kind: Literal["existing"]
    vpc_id: names.VpcId
    private_subnet_ids: Annotated[names.Many[names.SubnetId], Field(min_length=2, max_length=3)]
    externally_routed: bool = False

    @property
    def zones(self) -> int:
        return len(self.private_subnet_ids)


Network = Annotated[NewNetwork | ExistingNetwork, Field(discriminator="kind")]


_SIZES: Final = names.OneOf(
    msk.STANDARD_BROKERS + msk.EXPRESS_BROKERS,
    "kafka.t3.small, kafka.m5.large to 24xlarge, or .large to .16xlarge of kafka.m7g or express.m7g",
)


class Prometheus(Model):
    """The brokers' exporters, and the security groups of what scrapes them."""

    security_group_ids: Annotated[names.Many[names.SecurityGroupId], Field(min_length=1)]


class ProvisionedKafka(Model):
    """An MSK cluster with IAM over TLS; sizes in GiB per broker."""

    kind: Literal["provisioned"]
    version: names.KafkaVersion = "3.9.x"
    coordination: msk.Coordination = "zookeeper"
    instance_type: Annotated[str, _SIZES] = "kafka.m7g.large"
    brokers: Annotated[int, Field(ge=2)] = 3
    volume_gib: Annotated[int, Field(ge=1, le=16384)] | None = None
    autoscale_to_gib: Annotated[int, Field(ge=1, le=16384)] | None = None
    server_properties: names.Keyed[str, names.Property] = {}
    scram_secrets: names.Many[names.ScramSecretName] = ()
    certificate_authority_arns: names.Many[names.CertificateAuthorityArn] = ()
    monitoring: msk.Monitoring = "PER_BROKER"
    prometheus: Prometheus | None = None
    log_retention_days: names.RetentionDays = 30

    @property
    def kafka_version(self) -> str:
        return msk.kafka_version(self.version, self.coordination)

    @property
    def express(self) -> bool:
        return msk.is_express(self.instance_type)

    @property
    def volume_size(self) -> int:
        """GiB of EBS for each broker; Express brokers have none."""
        return self.volume_gib or 100

    @property
    def replication_factor(self) -> int:
        return min(3, self.brokers)


class ExistingKafka(Model):
    """An MSK cluster that is there already, with IAM on; its security group gets our rules."""

    kind: Literal["existing"]
    cluster_arn: names.ClusterArn
    security_group_id: names.SecurityGroupId

    @property
    def cluster_name(self) -> str:
        return self.cluster_arn.split("/")[1]


Kafka = Annotated[ProvisionedKafka | ExistingKafka, Field(discriminator="kind")]


class ArchivePlugin(Model):
    """A ZIP on this machine, relative to the directory that synthesis runs in."""

    archive: names.ArchivePath
    debezium_version: names.DebeziumVersion = "3.6.1.Final"


class PublishedPlugin(Model):
    """A ZIP in S3, pinned to one object version."""

    bucket: names.BucketName
    key: names.ArchivePath
    version: names.ObjectVersion
    debezium_version: names.DebeziumVersion = "3.6.1.Final"


def plugin_kind(value: Any) -> str | None:
    """Which of the two a plugin is: the file does not say, its keys do."""
    if isinstance(value, ArchivePlugin) or (isinstance(value, dict) and "archive" in value):
        return "archive"
    published = isinstance(value, PublishedPlugin) or (
        isinstance(value, dict) and value.keys() & {"bucket", "key", "version"}
    )
    return "bucket" if published else None


Plugin = Annotated[
    Annotated[ArchivePlugin, Tag("archive")] | Annotated[PublishedPlugin, Tag("bucket")],
    Discriminator(
        plugin_kind,
        custom_error_type="wanted",
        custom_error_message="must have archive, or bucket, key and version",
    ),
]


class Source(Model):
    """An Aurora MySQL cluster that exists, the secret to read it with, and what to capture.

    ``tables`` are ``database.table``; * stands for any characters but a dot.
    """

    cluster: names.ClusterIdentifier
    secret: names.SecretName
    server_id: Annotated[int, Field(ge=1, le=2**32 - 1)]
    tables: Annotated[names.Many[names.TablePattern], Field(min_length=1)]


class Topics(Model):
    """Where events go: ``<prefix>.<database>.<table>``. The prefix never changes."""

    prefix: names.TopicName
    partitions: Annotated[int, Field(ge=1, le=1000)] = 1


class Snapshot(Model):
    """How the first read is done. Aurora denies the global lock, so any lock is a table lock."""

    mode: Literal["initial", "initial_only", "no_data", "when_needed", "always", "recovery"] = "initial"
    locking: Literal["none", "minimal", "extended"] = "none"


class Signals(Model):
    """Where ad-hoc snapshots are asked for: a table of the source, a Kafka topic, or both."""

    table: names.Table | None = None
    topic: names.TopicName | None = None


class Capacity(Model):
    """MSK Connect units (1 vCPU, 4 GiB each) of one worker."""

    mcu: Literal[1, 2, 4, 8] = 1
    workers: int = 1


class Connector(Model):
    """One Debezium MySQL connector. Its key in the file is its identity."""

    plugin: names.Name
    source: Source
    topics: Topics
    snapshot: Snapshot = Snapshot()
    signals: Signals | None = None
    heartbeat_seconds: Annotated[int, Field(ge=1, le=300)] = 10
    capacity: Capacity = Capacity()
    kafkaconnect_version: msk.KafkaConnectVersion = "3.7.x"
    log_retention_days: names.RetentionDays = 30
    properties: names.Keyed[str, names.Property] = {}


class Consumer(Model):
    """An application that reads events. Without a security group of its own it is given one."""

    topics: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    groups: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    security_group_ids: names.Many[names.SecurityGroupId] = ()
    role_names: names.Many[names.RoleName] = ()


class Alarms(Model):
    """Where alarms go; without a topic they still show in CloudWatch."""

    sns_topic_arn: names.TopicArn | None = None


class Environment(Model):
    """One environment: everything that its file says, and its name, which is the file's."""

    name: names.EnvironmentName
    region: names.Region
    account_id: names.AccountId | None = None
    tags: names.Keyed[names.TagKey, names.TagValue] = {}
    state: State
    network: Network
    kafka: Kafka
    plugins: Annotated[names.Keyed[names.Name, Plugin], Field(min_length=1)]
    connectors: Annotated[names.Keyed[names.Name, Connector], Field(min_length=1)]
    consumers: names.Keyed[names.Name, Consumer] = {}
    alarms: Alarms = Alarms()

    @property
    def partition(self) -> str:
        """The AWS partition that the region lies in, as ARNs spell it."""
        return names.partition(self.region)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if problems := list(rules.broken(dict(self), document=dict(self))):
            raise failure(problems)
        return self
