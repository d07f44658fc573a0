"""An application that reads events: its IAM policy and its security group."""

from collections.abc import Sequence

from modules.deployment import Deployment
from modules.environment.models.consumers import ApplicationConsumer as ConsumerConfig
from modules.iam import client_policies, documents
from modules.kafka import Kafka
from modules.network import Network
from modules.registry import UrlRegistry
from modules.synthesis.sdk import Construct, IamPolicy, IamRolePolicyAttachment, SecurityGroup


class Consumer(Construct):
    """An IAM policy for one application's topics and groups, and a security group if it has none of its own.

    Public: ``policy_arn`` (str), ``security_group_id`` (str; None if it has its own).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: ConsumerConfig,
        deployment: Deployment,
        network: Network,
        kafka: Kafka,
        signals: Sequence[str] = (),
        schemas: Sequence[documents.Statement] = (),
        registry_access: UrlRegistry | None = None,
    ) -> None:
        """``signals`` are the signal topics that it writes to."""
        super().__init__(scope, id_)
        name = deployment.name(id_, "consumer")
        document = client_policies.consumer(config, arns=kafka.arns, signals=signals, schemas=schemas)
        policy = IamPolicy(
            self,
            "policy",
            name=name,
            path=deployment.iam_path,
            description=f"Reads events as {id_}",
            policy=document,
        )
        self.policy_arn = policy.arn
        for role in config.role_names:
            IamRolePolicyAttachment(self, f"attach-{role}", role=role, policy_arn=policy.arn)
        self.security_group_id = None if config.security_group_ids else self._own_group(name, network, kafka)
        if registry_access and self.security_group_id:
            registry_access.allow(self, security_group_id=self.security_group_id, add_egress=True)

    def _own_group(self, name: str, network: Network, kafka: Kafka) -> str:
        group = SecurityGroup(
            self, "group", name=name, description="Reads events", vpc_id=network.vpc_id, tags={"Name": name}
        )
        kafka.allow(self, security_group_id=group.id, add_egress=True)
        return group.id
