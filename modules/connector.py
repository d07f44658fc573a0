"""A Debezium MySQL connector on MSK Connect, with its role, security group, worker configuration and logs."""

import hashlib
from typing import Any

from modules.debezium import configuration, lag, topics
from modules.debezium.formats import OF_REGISTRIES, Registry
from modules.deployment import Deployment
from modules.environment import msk
from modules.environment.models.connectors import Connector as ConnectorConfig
from modules.iam import client_policies, registry_policies
from modules.iam.roles import role
from modules.kafka import Kafka
from modules.logs import log_group
from modules.monitoring.alarms import MonitoredConnector
from modules.network import Network
from modules.plugin import Plugin
from modules.properties_file import as_lines
from modules.registry import UrlRegistry
from modules.security_group_rules import Peer, aws_services, egress
from modules.source import Database
from modules.storage.bucket import PrivateBucket
from modules.storage.encryption import Key
from modules.storage.trust_store import TrustStore
from modules.synthesis.sdk import (
    Construct,
    DataAwsSecretsmanagerSecret,
    Fn,
    IamRole,
    IamRolePolicy,
    MskconnectConnector,
    MskconnectConnectorPlugin,
    MskconnectConnectorPluginCustomPlugin,
    MskconnectWorkerConfiguration,
    SecurityGroup,
    TerraformResource,
    TerraformResourceLifecycle,
)
from modules.template_text import escaped


class Connector(Construct):
    """A connector whose name and offset topic never change: after a replacement it resumes from its offset.

    With ``measures_lag`` the plugin has this project's transform, and the worker logs the lag. Public: ``name`` (str,
    known at synthesis), ``arn`` (str), ``log_group`` (str) and ``secrets`` (names), known at synthesis,
    ``security_group_id`` of the workers (str), and ``monitored``, for its alarms.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: ConnectorConfig,
        deployment: Deployment,
        network: Network,
        kafka: Kafka,
        database: Database,
        plugin: Plugin,
        key: Key,
        debezium_version: str,
        measures_lag: bool,
        registry: Registry | None = None,
        registry_access: UrlRegistry | None = None,
        bucket: PrivateBucket | None = None,
    ) -> None:
        """``bucket`` is for the trust store of a source with ``tls``."""
        super().__init__(scope, id_)
        self._config = config
        self._debezium_version = debezium_version
        self._registry = registry
        self._registry_access = registry_access if config.format in OF_REGISTRIES else None
        self._measures_lag = measures_lag
        self._deployment = deployment
        self.name = deployment.connector_name(id_, config)
        self._offsets = topics.offsets_of(config, name=self.name)
        # What else is its own is named after its key, whatever it was called before.
        self._prefix = deployment.name(id_)
        self._database = database
        self._trust_store = self._authorities(id_, bucket)
        # Metadata only: the worker reads the value, Terraform never does.
        self.secrets = tuple(configuration.secrets(config, registry))
        self._secret_arns = [
            DataAwsSecretsmanagerSecret(self, _secret_id(secret, config), name=secret).arn for secret in self.secrets
        ]
        self.security_group_id = workers = self._workers(network, kafka)
        self.log_group = deployment.log_group("connectors", id_)
        self._logs = log_group(self, name=self.log_group, retention_days=config.log_retention_days, key=key)
        self.arn = self._connector(network, kafka, plugin, workers, key).arn
        self.monitored = MonitoredConnector(
            name=self.name,
            log_group=self._logs.name,
            snapshot_only=config.snapshot.mode == "initial_only",
            measures_lag=measures_lag,
        )

    def _authorities(self, id_: str, bucket: PrivateBucket | None) -> TrustStore | None:
        tls = self._config.source.tls
        if bucket is None or tls is None or tls.ca_bundle is None:
            return None
        return TrustStore(self, "trust-store", ca_bundle=tls.ca_bundle, connector=id_, bucket=bucket)

    def _workers(self, network: Network, kafka: Kafka) -> str:
        """Id of the workers' security group: egress to brokers, database, DNS and AWS services; no ingress."""
        name = f"{self._prefix}-workers"
        group = SecurityGroup(
            self, "workers", name=name, description="MSK Connect workers", vpc_id=network.vpc_id, tags={"Name": name}
        ).id
        self._rules = [
            *kafka.allow(self, security_group_id=group, ports=[msk.IAM_PORT], add_egress=True),
            *self._database.allow(self, security_group_id=group),
            *self._dns(group, network),
            *self._services(group, network),
        ]
        if self._registry_access:
            self._rules += self._registry_access.allow(self, security_group_id=group, add_egress=True)
        return group

    def _dns(self, group: str, network: Network) -> list[TerraformResource]:
        resolver = Peer(cidr_block=network.cidr_block)
        return [
            egress(self, f"dns-{protocol}", group=group, peer=resolver, port=53, description="DNS", protocol=protocol)
            for protocol in ("tcp", "udp")
        ]

    def _services(self, group: str, network: Network) -> list[TerraformResource]:
        rules = aws_services(self, group=group, endpoints=network.endpoint_security_group_id)
        if self._trust_store and network.s3_prefix_list_id:
            s3 = Peer(prefix_list_id=network.s3_prefix_list_id)
            rules.append(egress(self, "s3", group=group, peer=s3, port=443, description="S3"))
        return rules

    def _role(self, kafka: Kafka, key: Key) -> IamRole:
        trust = client_policies.connector_trust(self._deployment, self.name)
        made = role(self, "role", name=f"{self._prefix}-worker", trust=trust, deployment=self._deployment)
        document = client_policies.connector_execution(
            self._deployment,
            self._config,
            name=self.name,
            arns=kafka.arns,
            offsets=self._offsets,
            secret_arns=self._secret_arns,
            schemas=registry_policies.writer(self._deployment, self._config, self._registry),
            trusted=self._trusted(key),
        )
        self._permissions = IamRolePolicy(
            self, "permissions", name=f"{self._prefix}-worker", role=made.id, policy=document
        )
        return made

    def _trusted(self, key: Key) -> client_policies.EncryptedObjects | None:
        if self._trust_store is None:
            return None
        return client_policies.EncryptedObjects(self._trust_store.arns, self._trust_store.bucket_arn, key.arn)

    def _worker_configuration(self) -> MskconnectWorkerConfiguration:
        properties = configuration.worker_properties(
            self._config, region=self._deployment.region, offset_topic=self._offsets
        )
        content = as_lines(properties)
        digest = hashlib.sha256(content.encode()).hexdigest()
        return MskconnectWorkerConfiguration(
            self,
            "worker-configuration",
            # MSK Connect cannot update it: other content needs another name, created before the old one is destroyed.
            name=f"{self._prefix}-{digest[:12]}",
            properties_file_content=content,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _configuration(self, kafka: Kafka) -> dict[str, str]:
        properties = configuration.connector_properties(
            self._config, debezium_version=self._debezium_version, registry=self._registry
        )
        connection = configuration.connection_properties(
            self._config,
            hostname=self._database.hostname,
            port=str(self._database.port),
            bootstrap=kafka.bootstrap,
            trust_store=self._trust_store_file(),
        )
        # The user's are escaped with all that the file says; ours have Kafka's placeholders.
        given = self._config.properties
        own = {key: value if key in given else escaped(value) for key, value in properties.items()}
        return (lag.measured(own, connector=self.name) if self._measures_lag else own) | connection

    def _trust_store_file(self) -> str | None:
        """A placeholder of the worker's. Joined by Terraform: CDKTF takes its ``${`` for one of its own."""
        if self._trust_store is None:
            return None
        before, _, after = configuration.imported("/", region=self._deployment.region).partition("/")
        return Fn.join("", ["$", before.removeprefix("$"), self._trust_store.path, after])

    def _connector(self, network: Network, kafka: Kafka, plugin: Plugin, workers: str, key: Key) -> MskconnectConnector:
        configuration = self._worker_configuration()
        capacity = self._config.capacity
        custom = MskconnectConnectorPluginCustomPlugin(arn=plugin.arn, revision=plugin.revision)
        return MskconnectConnector(
            self,
            "connector",
            name=self.name,
            kafkaconnect_version=self._config.kafkaconnect_version,
            connector_configuration=self._configuration(kafka),
            capacity={"provisioned_capacity": {"mcu_count": capacity.mcu, "worker_count": capacity.workers}},
            kafka_cluster=self._cluster(network, kafka, workers),
            # Without these two the connector uses no authentication and plain text.
            kafka_cluster_client_authentication={"authentication_type": "IAM"},
            kafka_cluster_encryption_in_transit={"encryption_type": "TLS"},
            plugin=[MskconnectConnectorPlugin(custom_plugin=custom)],
            worker_configuration={"arn": configuration.arn, "revision": configuration.latest_revision},
            service_execution_role_arn=self._role(kafka, key).arn,
            log_delivery={"worker_log_delivery": {"cloudwatch_logs": {"enabled": True, "log_group": self._logs.name}}},
            timeouts={"create": "45m", "update": "45m", "delete": "20m"},
            # A worker that starts before its rules and permissions exist fails, and so does the connector.
            depends_on=[self._permissions, *self._rules],
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=self._bootstrap_attributes(),
                precondition=[
                    *self._database.preconditions,
                    *self._database.runs_with(self._debezium_version),
                    *plugin.preconditions,
                ]
                or None,
            ),
        )

    def _bootstrap_attributes(self) -> list[str]:
        """All attributes with the bootstrap servers: AWS may return fewer of them, or in another order.

        A difference would replace or restart the connector (terraform-provider-aws 21393, 35696).
        """
        keys = configuration.bootstrap_keys(self._config)
        listed = "kafka_cluster[0].apache_kafka_cluster[0].bootstrap_servers"
        return [listed, *(f'connector_configuration["{key}"]' for key in keys)]

    def _cluster(self, network: Network, kafka: Kafka, workers: str) -> dict[str, Any]:
        vpc = {"security_groups": [workers], "subnets": network.private_subnet_ids}
        return {"apache_kafka_cluster": {"bootstrap_servers": kafka.bootstrap, "vpc": vpc}}


def _secret_id(secret: str, config: ConnectorConfig) -> str:
    if secret == config.source.secret:
        return "secret"
    return f"secret-{hashlib.sha256(secret.encode()).hexdigest()[:8]}"
