"""The Kafka cluster: a managed MSK cluster, or an existing one."""

from typing import Annotated, Final, Literal

from pydantic import Field

from modules.environment import msk, names
from modules.environment.models.base import Model

_SIZES: Final = names.OneOf(
    msk.STANDARD_BROKERS + msk.EXPRESS_BROKERS,
    "kafka.t3.small, kafka.m5.large to 24xlarge, or .large to .16xlarge of kafka.m7g or express.m7g",
)


class Prometheus(Model):
    """The brokers' exporters, and the security groups of the scrapers."""

    security_group_ids: Annotated[names.Many[names.SecurityGroupId], Field(min_length=1)]


class ProvisionedKafka(Model):
    """A managed MSK cluster with IAM over TLS; sizes in GiB per broker."""

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
    """An existing MSK cluster with IAM authentication; rules are added to its security group."""

    kind: Literal["existing"]
    cluster_arn: names.ClusterArn
    security_group_id: names.SecurityGroupId

    @property
    def cluster_name(self) -> str:
        return self.cluster_arn.split("/")[1]


Kafka = Annotated[ProvisionedKafka | ExistingKafka, Field(discriminator="kind")]
