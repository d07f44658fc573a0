"""The Kafka cluster: an MSK cluster of our own, or one that exists."""

from collections.abc import Sequence
from typing import Any

from modules.deployment import Deployment
from modules.encryption import Key
from modules.environment import msk
from modules.environment.models.kafka import (
    ExistingKafka as ExistingKafkaConfig,
    ProvisionedKafka as ProvisionedKafkaConfig,
)
from modules.firewall import Peer, egress, ingress
from modules.network import Network
from modules.policies import ClusterArns
from modules.properties_file import as_lines, as_text
from modules.synthesis.sdk import (
    AppautoscalingPolicy,
    AppautoscalingTarget,
    CloudwatchLogGroup,
    Construct,
    DataAwsMskBootstrapBrokers,
    DataAwsMskKafkaVersion,
    DataAwsSecretsmanagerSecret,
    Fn,
    MskCluster,
    MskConfiguration,
    MskSingleScramSecretAssociation,
    Op,
    Postcondition,
    Precondition,
    SecurityGroup,
    TerraformLocal,
    TerraformResource,
    TerraformResourceLifecycle,
    Token,
)

# Where every platform stack has its cluster: held by a test.
CLUSTER_ADDRESS = "aws_msk_cluster.kafka_cluster_4FCB1297"
# Percent of a broker's volume at which storage grows.
STORAGE_TARGET = 60


def server_properties(config: ProvisionedKafkaConfig) -> str:
    """Safe for change data capture, the user's own merged over; Express fixes replication itself."""
    safe = {"auto.create.topics.enable": "false"}
    if not config.express:
        safe |= {
            "default.replication.factor": str(config.replication_factor),
            "min.insync.replicas": str(max(1, config.replication_factor - 1)),
            # MSK's default is true, and loses acknowledged events.
            "unclean.leader.election.enable": "false",
        }
    return as_lines(safe | {key: as_text(value) for key, value in config.server_properties.items()})


class Kafka(Construct):
    """A cluster with IAM over TLS; brokers answer only to groups passed to ``allow``.

    Public: ``cluster_arn``, ``bootstrap`` (host:port,…), ``security_group_id``, ``arns`` (for policies).
    """

    cluster_arn: str
    bootstrap: str
    security_group_id: str
    arns: ClusterArns
    ports: tuple[int, ...] = (msk.IAM_PORT,)

    def allow(
        self, client: Construct, *, security_group_id: str, ports: Sequence[int] | None = None, ours: bool = False
    ) -> list[TerraformResource]:
        """Open ``ports`` (all there are) to a security group; the rules live under ``client``.

        A group of ours has no rule that lets it out: it gets those as well.
        """
        peer, brokers = Peer(security_group_id), Peer(self.security_group_id)
        rules: list[TerraformResource] = []
        for port in ports or self.ports:
            rules.append(
                ingress(
                    client,
                    f"brokers-{port}",
                    group=self.security_group_id,
                    peer=peer,
                    port=port,
                    description=f"Kafka clients: {client.node.path}",
                )
            )
            if ours:
                rules.append(
                    egress(
                        client, f"kafka-{port}", group=security_group_id, peer=brokers, port=port, description="Kafka"
                    )
                )
        return rules

    def _arns(self) -> ClusterArns:
        """Locals, so that no policy document holds a quoted expression."""
        stems = {
            name: TerraformLocal(self, name, Fn.replace(self.cluster_arn, ":cluster/", f":{kind}/"))
            for name, kind in (("topics", "topic"), ("groups", "group"))
        }
        topics, groups = stems["topics"].as_string, stems["groups"].as_string
        return ClusterArns(cluster=self.cluster_arn, topics=topics, groups=groups)


class ExistingKafka(Kafka):
    """A cluster that is there: looked up by ARN, its security group given our rules."""

    def __init__(self, scope: Construct, id_: str, *, config: ExistingKafkaConfig) -> None:
        super().__init__(scope, id_)
        with_iam = Postcondition(
            condition='${self.bootstrap_brokers_sasl_iam != ""}',
            error_message=f"kafka.cluster_arn: {config.cluster_name} has no IAM authentication: turn it on first",
        )
        brokers = DataAwsMskBootstrapBrokers(
            self,
            "brokers",
            cluster_arn=config.cluster_arn,
            lifecycle=TerraformResourceLifecycle(postcondition=[with_iam]),
        )
        self.cluster_arn = config.cluster_arn
        self.bootstrap = brokers.bootstrap_brokers_sasl_iam
        self.security_group_id = config.security_group_id
        self.arns = self._arns()


class ProvisionedKafka(Kafka):
    """An MSK cluster in the private subnets, with its configuration, storage, logs and logins.

    Public besides the cluster's: ``zookeeper`` (host:port,… over TLS; None under KRaft).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: ProvisionedKafkaConfig,
        deployment: Deployment,
        network: Network,
        key: Key,
    ) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._deployment = deployment
        self._key = key
        self.name = deployment.name()
        self.ports = tuple(self._open_ports())
        group = SecurityGroup(
            self,
            "brokers",
            name=deployment.name("brokers"),
            description="MSK brokers",
            vpc_id=network.vpc_id,
            tags={"Name": deployment.name("brokers")},
        )
        self.security_group_id = group.id
        cluster = self._cluster(network)
        self.cluster_arn = cluster.arn
        self.bootstrap = cluster.bootstrap_brokers_sasl_iam
        self.zookeeper = cluster.zookeeper_connect_string_tls if config.coordination == "zookeeper" else None
        self.arns = self._arns()
        self._grow_storage()
        self._scram_logins()

    def _open_ports(self) -> list[int]:
        optional = (
            (msk.SCRAM_PORT, self._config.scram_secrets),
            (msk.MTLS_PORT, self._config.certificate_authority_arns),
        )
        return [msk.IAM_PORT, *(port for port, used in optional if used)]

    def _cluster(self, network: Network) -> MskCluster:
        config = self._config
        configuration = MskConfiguration(
            self,
            "configuration",
            # A configuration in use cannot be replaced: no kafka_versions, and a name for good.
            name=self.name,
            description="Safe settings for change data capture",
            server_properties=server_properties(config),
        )
        return MskCluster(
            self,
            "cluster",
            cluster_name=self.name,
            kafka_version=config.kafka_version,
            number_of_broker_nodes=config.brokers,
            broker_node_group_info=self._broker_nodes(network),
            configuration_info={"arn": configuration.arn, "revision": configuration.latest_revision},
            client_authentication=self._authentication(),
            encryption_info={
                "encryption_at_rest_kms_key_arn": self._key.arn,
                "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
            },
            enhanced_monitoring=config.monitoring,
            open_monitoring=self._exporters(),
            logging_info=self._logging(),
            lifecycle=self._lifecycle(),
        )

    def _broker_nodes(self, network: Network) -> dict[str, Any]:
        nodes = {
            "instance_type": self._config.instance_type,
            "client_subnets": network.private_subnet_ids,
            "security_groups": [self.security_group_id],
        }
        storage = {"ebs_storage_info": {"volume_size": self._config.volume_size}}
        return nodes if self._config.express else nodes | {"storage_info": storage}

    def _authentication(self) -> dict[str, Any]:
        authorities = list(self._config.certificate_authority_arns)
        methods = {
            "sasl": {"iam": True, "scram": bool(self._config.scram_secrets)},
            "unauthenticated": False,
        }
        return methods | {"tls": {"certificate_authority_arns": authorities}} if authorities else methods

    def _logging(self) -> dict[str, Any]:
        logs = CloudwatchLogGroup(
            self,
            "log-group",
            name=self._deployment.log_group("brokers"),
            retention_in_days=self._config.log_retention_days,
            kms_key_id=self._key.arn,
        )
        return {"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}}

    def _exporters(self) -> dict[str, Any] | None:
        """JMX and node metrics, open to the scrapers' groups alone."""
        if not self._config.prometheus:
            return None
        parent = Construct(self, "prometheus")
        for group in self._config.prometheus.security_group_ids:
            self.allow(Construct(parent, group), security_group_id=group, ports=msk.EXPORTER_PORTS)
        on = {"enabled_in_broker": True}
        return {"prometheus": {"jmx_exporter": on, "node_exporter": on}}

    def _lifecycle(self) -> TerraformResourceLifecycle:
        autoscaled = "broker_node_group_info[0].storage_info[0].ebs_storage_info[0].volume_size"
        return TerraformResourceLifecycle(
            prevent_destroy=True,
            # Only where autoscaling owns the size: else a larger volume_gib would never be applied.
            ignore_changes=[autoscaled] if self._config.autoscale_to_gib else None,
            precondition=[self._offered()],
        )

    def _offered(self) -> Precondition:
        """The region offers the version: the data source takes the first it has, ours or another."""
        wanted = self._config.kafka_version
        others = [version for version in msk.all_versions() if version != wanted]
        found = DataAwsMskKafkaVersion(self, "version", preferred_versions=[wanted, *others])
        return Precondition(
            condition=Token.as_string(Op.eq(found.version, wanted)),
            error_message=(
                f"kafka.version: this region does not offer {wanted}; it offers {found.version},"
                " among others: aws kafka list-kafka-versions"
            ),
        )

    def _grow_storage(self) -> None:
        if not self._config.autoscale_to_gib:
            return
        target = AppautoscalingTarget(
            self,
            "storage",
            service_namespace="kafka",
            scalable_dimension="kafka:broker-storage:VolumeSize",
            resource_id=self.cluster_arn,
            min_capacity=1,
            max_capacity=self._config.autoscale_to_gib,
        )
        AppautoscalingPolicy(
            self,
            "storage-growth",
            name=f"{self.name}-storage",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
                "target_value": STORAGE_TARGET,
                # A volume never shrinks.
                "disable_scale_in": True,
            },
        )

    def _scram_logins(self) -> None:
        for name in self._config.scram_secrets:
            scope = Construct(self, f"scram-{name}")
            secret = DataAwsSecretsmanagerSecret(scope, "secret", name=name)
            MskSingleScramSecretAssociation(scope, "association", cluster_arn=self.cluster_arn, secret_arn=secret.arn)
