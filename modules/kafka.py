"""The Kafka cluster: a managed MSK cluster, or an existing one."""

from collections.abc import Sequence
from typing import Any

from modules.deployment import Deployment
from modules.environment import msk
from modules.environment.models.kafka import (
    ExistingKafka as ExistingKafkaConfig,
    ProvisionedKafka as ProvisionedKafkaConfig,
)
from modules.iam.client_policies import ClusterArns
from modules.logs import log_group
from modules.network import Network
from modules.properties_file import as_lines, as_text
from modules.security_group_rules import Peer, egress, ingress
from modules.storage.encryption import Key
from modules.synthesis.sdk import (
    AppautoscalingPolicy,
    AppautoscalingTarget,
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

# The cluster's address in every platform stack; a test checks it.
CLUSTER_ADDRESS = "aws_msk_cluster.kafka_cluster_4FCB1297"
# Storage utilization, in percent, at which volumes are expanded.
STORAGE_TARGET = 60


def server_properties(config: ProvisionedKafkaConfig, *, max_message_bytes: int | None = None) -> str:
    """Safe defaults for change data capture, overridden by the user's; Express brokers fix replication themselves.

    ``max_message_bytes`` is that of the largest events.
    """
    safe = {"auto.create.topics.enable": "false"}
    if max_message_bytes:
        safe |= dict.fromkeys(("message.max.bytes", "replica.fetch.max.bytes"), str(max_message_bytes))
    if not config.express:
        safe |= {
            "default.replication.factor": str(config.replication_factor),
            "min.insync.replicas": str(max(1, config.replication_factor - 1)),
            # MSK's default is true, which can lose acknowledged events.
            "unclean.leader.election.enable": "false",
        }
    return as_lines(safe | {key: as_text(value) for key, value in config.server_properties.items()})


class Kafka(Construct):
    """A cluster with IAM over TLS; only security groups passed to ``allow`` reach the brokers.

    Public: ``cluster_arn``, ``bootstrap`` (host:port,…), ``security_group_id``, ``arns`` (for policies).
    """

    cluster_arn: str
    bootstrap: str
    security_group_id: str
    arns: ClusterArns
    ports: tuple[int, ...] = (msk.IAM_PORT,)

    def allow(
        self, client: Construct, *, security_group_id: str, ports: Sequence[int] | None = None, add_egress: bool = False
    ) -> list[TerraformResource]:
        """Allow a security group on ``ports`` (default: all); the rules are created under ``client``.

        ``add_egress`` adds the egress rules too, for a security group that this project manages.
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
            if add_egress:
                rules.append(
                    egress(
                        client, f"kafka-{port}", group=security_group_id, peer=brokers, port=port, description="Kafka"
                    )
                )
        return rules

    def _arns(self) -> ClusterArns:
        """Locals, so that no policy document contains a quoted expression."""
        stems = {
            name: TerraformLocal(self, name, Fn.replace(self.cluster_arn, ":cluster/", f":{kind}/"))
            for name, kind in (("topics", "topic"), ("groups", "group"))
        }
        topics, groups = stems["topics"].as_string, stems["groups"].as_string
        return ClusterArns(cluster=self.cluster_arn, topics=topics, groups=groups)


class ExistingKafka(Kafka):
    """An existing cluster: looked up by ARN; rules are added to its security group."""

    def __init__(self, scope: Construct, id_: str, *, config: ExistingKafkaConfig) -> None:
        super().__init__(scope, id_)
        with_iam = Postcondition(
            condition='${self.bootstrap_brokers_sasl_iam != ""}',
            error_message=f"kafka.cluster_arn: {config.cluster_name} has no IAM authentication: enable it first",
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
    """A managed MSK cluster in the private subnets, with its configuration, storage, logs and SCRAM secrets.

    Public in addition: ``zookeeper`` (host:port,… over TLS; None with KRaft).
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
        max_message_bytes: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._max_message_bytes = max_message_bytes
        self._config = config
        self._deployment = deployment
        self._key = key
        self.name = deployment.name()
        self.ports = tuple(self._client_ports())
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
        self._autoscale_storage()
        self._scram_secrets()

    def _client_ports(self) -> list[int]:
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
            # A configuration in use cannot be replaced: no kafka_versions, and a fixed name.
            name=self.name,
            description="Safe settings for change data capture",
            server_properties=server_properties(config, max_message_bytes=self._max_message_bytes),
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
        name = self._deployment.log_group("brokers")
        logs = log_group(self, name=name, retention_days=self._config.log_retention_days, key=self._key)
        return {"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.name}}}

    def _exporters(self) -> dict[str, Any] | None:
        """JMX and node exporters, reachable from the scrapers' security groups only."""
        if not self._config.prometheus:
            return None
        parent = Construct(self, "prometheus")
        for group in self._config.prometheus.security_group_ids:
            self.allow(Construct(parent, group), security_group_id=group, ports=msk.EXPORTER_PORTS)
        enabled = {"enabled_in_broker": True}
        return {"prometheus": {"jmx_exporter": enabled, "node_exporter": enabled}}

    def _lifecycle(self) -> TerraformResourceLifecycle:
        autoscaled = "broker_node_group_info[0].storage_info[0].ebs_storage_info[0].volume_size"
        return TerraformResourceLifecycle(
            prevent_destroy=True,
            # Only with autoscaling: else a larger volume_gib would never be applied.
            ignore_changes=[autoscaled] if self._config.autoscale_to_gib else None,
            precondition=[self._version_precondition()],
        )

    def _version_precondition(self) -> Precondition:
        """The region must offer the version: the data source returns the first that it offers."""
        version = self._config.kafka_version
        others = [other for other in msk.all_versions() if other != version]
        found = DataAwsMskKafkaVersion(self, "version", preferred_versions=[version, *others])
        return Precondition(
            condition=Token.as_string(Op.eq(found.version, version)),
            error_message=(
                f"kafka.version: this region does not offer {version}; it offers {found.version};"
                " all versions: aws kafka list-kafka-versions"
            ),
        )

    def _autoscale_storage(self) -> None:
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
                # EBS volumes cannot shrink.
                "disable_scale_in": True,
            },
        )

    def _scram_secrets(self) -> None:
        for name in self._config.scram_secrets:
            scope = Construct(self, f"scram-{name}")
            secret = DataAwsSecretsmanagerSecret(scope, "secret", name=name)
            MskSingleScramSecretAssociation(scope, "association", cluster_arn=self.cluster_arn, secret_arn=secret.arn)
