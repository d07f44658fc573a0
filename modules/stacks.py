"""The stacks of state and platform. Stacks compose constructs; only stacks have outputs."""

from modules import kafka, network
from modules.environment.environment import Environment
from modules.environment.models.consumers import LambdaConsumer as LambdaConfig
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.network import NewNetwork
from modules.environment.models.schema_registry import GlueRegistry as GlueConfig
from modules.environment.models.state import S3State
from modules.environment_stack import EnvironmentStack
from modules.registry import GlueRegistry
from modules.storage.encryption import Key
from modules.storage.state_store import StateStore as StateStoreConstruct
from modules.synthesis.sdk import Construct


class StateStore(EnvironmentStack):
    """``<env>-state``: the bucket and lock table for the state of the environment's stacks."""

    def __init__(self, scope: Construct, *, config: Environment, state: S3State) -> None:
        super().__init__(scope, "state", config=config)
        StateStoreConstruct(self, "store", config=state, deployment=self.deployment)


class Platform(EnvironmentStack):
    """``<env>-platform``: network, key and Kafka. Long-lived, rarely planned."""

    def __init__(self, scope: Construct, *, config: Environment) -> None:
        super().__init__(scope, "platform", config=config)
        self.key = Key(
            self,
            "key",
            name=self.deployment.name(),
            description=f"Change data capture in {config.name}: brokers, logs, plugins",
            deployment=self.deployment,
            services=["kafka", "s3", *(["sns"] if config.alarms.email else [])],
            grants=["kafka"],
            log_groups=True,
            alarms=config.alarms.email is not None,
        )
        self.network = self._network()
        self.kafka = self._kafka()
        if isinstance(config.schema_registry, GlueConfig):
            GlueRegistry(self, "schema-registry", config=config.schema_registry)
        self.outputs = self._add_outputs()

    def _network(self) -> network.Network:
        config = self.config.network
        if isinstance(config, NewNetwork):
            more = {
                network.REGISTRY_ENDPOINT: isinstance(self.config.schema_registry, GlueConfig),
                network.LAMBDA_ENDPOINT: any(isinstance(one, LambdaConfig) for one in self.config.consumers.values()),
            }
            return network.NewNetwork(
                self,
                "network",
                config=config,
                deployment=self.deployment,
                key=self.key,
                endpoints=(*network.ENDPOINTS, *(service for service, needed in more.items() if needed)),
            )
        return network.ExistingNetwork(self, "network", config=config)

    def _kafka(self) -> kafka.Kafka:
        config = self.config.kafka
        if isinstance(config, ProvisionedKafka):
            return kafka.ProvisionedKafka(
                self,
                "kafka",
                config=config,
                deployment=self.deployment,
                network=self.network,
                key=self.key,
                max_message_bytes=self.config.max_message_bytes,
            )
        self._keep_managed_cluster()
        return kafka.ExistingKafka(self, "kafka", config=config)

    def _keep_managed_cluster(self) -> None:
        """A change from provisioned to existing removes the managed cluster from the state and does not destroy it.

        Its prevent_destroy is removed with its block.
        """
        self.add_override("removed", [{"from": kafka.CLUSTER_ADDRESS, "lifecycle": {"destroy": False}}])

    def _add_outputs(self) -> list[str]:
        """Outputs for other stacks and for people; returns their names."""
        outputs: dict[str, tuple[str | list[str], str]] = {
            "bootstrap": (self.kafka.bootstrap, "Brokers for clients with IAM, host:port,…"),
            "cluster_arn": (self.kafka.cluster_arn, "The Kafka cluster"),
            "brokers_security_group_id": (self.kafka.security_group_id, "The brokers' security group"),
            "vpc_id": (self.network.vpc_id, "The VPC of brokers and workers"),
            "private_subnet_ids": (self.network.private_subnet_ids, "The subnets of brokers and workers"),
        }
        if isinstance(self.kafka, kafka.ProvisionedKafka) and self.kafka.zookeeper:
            outputs["zookeeper"] = (self.kafka.zookeeper, "ZooKeeper over TLS, host:port,…")
        for name, (value, description) in outputs.items():
            self._output(name, value, description)
        return list(outputs)
