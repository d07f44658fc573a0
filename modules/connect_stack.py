"""The stack of what changes often: plugins, connectors, consumers, alarms and the dashboard."""

from functools import cached_property

from modules import plugin, rollout, source, states
from modules.connector import Connector
from modules.consumer import Consumer
from modules.debezium import topics
from modules.debezium.configuration import imports_trust_store
from modules.environment.environment import Environment
from modules.environment.models.consumers import LambdaConsumer as LambdaConfig
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.plugins import ArchivePlugin, PublishedPlugin
from modules.environment.models.schema_registry import UrlRegistry as UrlConfig
from modules.environment.models.sources import HostSource
from modules.environment.models.state import S3State
from modules.environment.plugin_archives import measures_lag
from modules.environment_stack import EnvironmentStack
from modules.healing import HealedConnector, SelfHealing
from modules.iam import documents, registry_policies
from modules.lambda_consumer import LambdaConsumer, allow_pollers
from modules.monitoring.alarms import Healer, Monitoring, failed_task_alarm
from modules.monitoring.dashboard import Dashboard
from modules.monitoring.notifications import Notifications
from modules.registry import UrlRegistry
from modules.stacks import Platform
from modules.storage.bucket import PrivateBucket
from modules.synthesis.sdk import Construct, TerraformOutput, TerraformResource

KEEP_PLUGIN_DAYS = 90


class Connect(EnvironmentStack):
    """``<env>-connect``: plugins, connectors, consumers, alarms. Changed often."""

    def __init__(self, scope: Construct, *, config: Environment, platform: Platform) -> None:
        super().__init__(scope, "connect", config=config)
        self._platform = platform
        self._bucket: PrivateBucket | None = None
        self._read_without_lock()
        rollout.platform_first(self, config=config, outputs=platform.outputs)
        plugins = self._plugins()
        databases = source.databases(self, config, network=platform.network)
        registry = config.schema_registry
        self._registry_access = UrlRegistry(registry) if isinstance(registry, UrlConfig) else None
        parent = Construct(self, "connectors")
        self.connectors = {
            key: Connector(
                parent,
                key,
                config=connector,
                deployment=self.deployment,
                network=platform.network,
                kafka=platform.kafka,
                database=databases[connector.source.database],
                plugin=plugins[connector.plugin],
                key=platform.key,
                debezium_version=config.plugins[connector.plugin].debezium_version,
                registry=config.registry,
                registry_access=self._registry_access,
                bucket=self._plugin_bucket() if imports_trust_store(connector) else None,
                measures_lag=measures_lag(config, connector.plugin),
            )
            for key, connector in config.connectors.items()
        }
        self._consumers()
        self._alarms()
        self._accepted()
        self._identities(databases)
        for key, connector in self.connectors.items():
            self._output(f"connector_{key}_arn", connector.arn, f"The connector {connector.name}")
            if isinstance(config.connectors[key].source, HostSource):
                group = connector.security_group_id
                self._output(f"connector_{key}_security_group_id", group, f"The workers' group of {connector.name}")

    def _accepted(self) -> None:
        """What connectors may lose, and why: shown with a plan, and nowhere where it takes effect."""
        accepted = {
            key: dict(connector.accept) for key, connector in self.config.connectors.items() if connector.accept
        }
        if accepted:
            TerraformOutput(self, states.ACCEPTED, value=accepted, description="What connectors may lose, and why")

    def _identities(self, databases: dict[str, source.Database]) -> None:
        """So that the state has what the next plan is compared with."""
        identities = {name: dict(one.identity) for name, one in databases.items() if one.identity}
        if identities:
            TerraformOutput(self, states.SOURCES, value=identities, description="The databases, to notice another one")

    def _plugins(self) -> dict[str, plugin.Plugin]:
        parent = Construct(self, "plugins")
        plugins: dict[str, plugin.Plugin] = {}
        for key, config in self.config.plugins.items():
            if isinstance(config, ArchivePlugin):
                plugins[key] = plugin.UploadedPlugin(
                    parent, key, config=config, deployment=self.deployment, bucket=self._plugin_bucket()
                )
            elif isinstance(config, PublishedPlugin):
                plugins[key] = plugin.PublishedPlugin(parent, key, config=config, deployment=self.deployment)
            else:
                plugins[key] = plugin.RegisteredPlugin(parent, key, config=config, deployment=self.deployment)
        return plugins

    def _read_without_lock(self) -> None:
        """Reading the platform's state needs no lock, and a lock table in that configuration is deprecated."""
        if isinstance(self.config.state, S3State):
            source = rollout.lookup(f"{self.config.name}-platform")
            self.add_override(f"data.terraform_remote_state.{source}.config.dynamodb_table", None)

    def _plugin_bucket(self) -> PrivateBucket:
        """The bucket of what is uploaded; made where it is asked for."""
        name = self.deployment.name("plugins", self.deployment.account_id, self.deployment.region)
        key = self._platform.key.arn
        self._bucket = self._bucket or PrivateBucket(
            self, "plugin-bucket", name=name, key_arn=key, keep_days=KEEP_PLUGIN_DAYS
        )
        return self._bucket

    def _consumers(self) -> None:
        self._allow_given_groups()
        parent = Construct(self, "consumers")
        for key, config in self.config.consumers.items():
            schemas = registry_policies.reader(config, [*self.config.connectors.values()], self.config.registry)
            if isinstance(config, LambdaConfig):
                self._lambda(parent, key, config, schemas)
                continue
            consumer = Consumer(
                parent,
                key,
                config=config,
                deployment=self.deployment,
                network=self._platform.network,
                kafka=self._platform.kafka,
                schemas=schemas,
                registry_access=self._registry_access,
                signals=topics.signal_topics(self.config.connectors, config.signals),
            )
            self._output(f"consumer_{key}_policy_arn", consumer.policy_arn, f"The IAM policy of consumer {key}")
            if consumer.security_group_id:
                self._output(
                    f"consumer_{key}_security_group_id",
                    consumer.security_group_id,
                    f"The security group of consumer {key}",
                )

    def _lambda(self, parent: Construct, key: str, config: LambdaConfig, schemas: list[documents.Statement]) -> None:
        consumer = LambdaConsumer(
            parent,
            key,
            config=config,
            deployment=self.deployment,
            kafka=self._platform.kafka,
            pollers=self._pollers,
            schemas=schemas,
        )
        self._output(f"consumer_{key}_policy_arn", consumer.policy_arn, f"The IAM policy of consumer {key}")
        if consumer.role_arn:
            self._output(f"consumer_{key}_role_arn", consumer.role_arn, f"The role for the function of consumer {key}")
        if not config.function:
            mappings = {"cluster_arn": self._platform.kafka.cluster_arn, "groups": dict(config.topics)}
            what = f"What event source mappings of consumer {key} need: the consumer group by topic"
            TerraformOutput(self, f"consumer_{key}_mappings", value=mappings, description=what)

    @cached_property
    def _pollers(self) -> list[TerraformResource]:
        """Of all mappings: AWS refuses a duplicate rule."""
        scope = Construct(self, "pollers")
        return allow_pollers(scope, kafka=self._platform.kafka, network=self._platform.network)

    def _allow_given_groups(self) -> None:
        """Applications may share a security group, and AWS refuses a duplicate rule."""
        given = [group for consumer in self.config.consumers.values() for group in consumer.security_group_ids]
        parent = Construct(self, "consumer-groups")
        for group in sorted(set(given)):
            client = Construct(parent, group)
            self._platform.kafka.allow(client, security_group_id=group)
            if self._registry_access:
                self._registry_access.allow(client, security_group_id=group)

    def _self_healing(self, topic_arn: str | None) -> SelfHealing | None:
        if not self.config.alarms.self_healing:
            return None
        return SelfHealing(
            self,
            "self-healing",
            topic_arn=topic_arn,
            deployment=self.deployment,
            key=self._platform.key,
            connectors=[
                HealedConnector(
                    one.name,
                    alarm=failed_task_alarm(one.name),
                    log_group=one.log_group,
                    secrets=one.secrets,
                )
                for one in self.connectors.values()
            ],
        )

    def _alarms(self) -> None:
        config = self.config.alarms
        notifications = Notifications(
            self, "notifications", config=config, deployment=self.deployment, key=self._platform.key
        )
        topic = notifications.topic_arn
        brokers, healing = self.config.kafka, self._self_healing(topic)
        alarms = Monitoring(
            self,
            "alarms",
            config=config,
            topic_arn=topic,
            cluster=brokers if isinstance(brokers, ProvisionedKafka) else None,
            cluster_name=self.deployment.name(),
            connectors={key: connector.monitored for key, connector in self.connectors.items()},
            healer=Healer(healing.name, healing.arn) if healing else None,
        )
        self._dashboard(alarms, healing)
        if healing:
            for key, alarm_arn in alarms.failed_task_alarms.items():
                healing.allow_alarm(key, alarm_arn)

    def _dashboard(self, alarms: Monitoring, healing: SelfHealing | None) -> None:
        if self.config.alarms.dashboard:
            brokers = self.config.kafka
            Dashboard(
                self,
                "dashboard",
                name=self.deployment.name(),
                region=self.deployment.region,
                config=self.config.alarms,
                cluster=brokers if isinstance(brokers, ProvisionedKafka) else None,
                cluster_name=self.deployment.name(),
                connectors={key: connector.monitored for key, connector in self.connectors.items()},
                alarms=alarms.notifying,
                healer=healing.name if healing else None,
            )
