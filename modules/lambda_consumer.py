"""A Lambda function that reads events: its role's policy, and an event source mapping for each topic."""

from collections.abc import Sequence

from modules.deployment import Deployment
from modules.environment import msk
from modules.environment.models.consumers import LambdaConsumer as LambdaConfig
from modules.iam import client_policies, documents, lambda_policies
from modules.iam.roles import role
from modules.kafka import Kafka, ProvisionedKafka
from modules.network import Network
from modules.security_group_rules import aws_services
from modules.synthesis.sdk import (
    Construct,
    IamPolicy,
    IamRolePolicyAttachment,
    LambdaEventSourceMapping,
    LambdaEventSourceMappingAmazonManagedKafkaEventSourceConfig,
    TerraformResource,
)


def allow_pollers(client: Construct, *, kafka: Kafka, network: Network) -> list[TerraformResource]:
    """Lets the brokers' group reach itself: the pollers of event source mappings have that group.

    A group that the environment makes gets the way out, too, to the brokers and to the API that invokes the function;
    an existing cluster's group has its own.
    Source: Lambda developer guide, "Configuring your Amazon MSK cluster and Amazon VPC network".
    """
    group, made = kafka.security_group_id, isinstance(kafka, ProvisionedKafka)
    rules = kafka.allow(client, security_group_id=group, ports=[msk.IAM_PORT], add_egress=made)
    if made:
        rules += aws_services(client, group=group, endpoints=network.endpoint_security_group_id)
    return rules


class LambdaConsumer(Construct):
    """The policy of a function's role, the role where none is named, and the mappings once there is a function.

    Public: ``policy_arn`` (str), ``role_arn`` (str; None where roles are named).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: LambdaConfig,
        deployment: Deployment,
        kafka: Kafka,
        pollers: Sequence[TerraformResource],
        schemas: Sequence[documents.Statement] = (),
    ) -> None:
        """``pollers`` are the rules without which no mapping reaches the brokers."""
        super().__init__(scope, id_)
        mappings = lambda_policies.mappings(deployment, config, kafka.arns)
        policy = IamPolicy(
            self,
            "policy",
            name=deployment.name(id_, "consumer"),
            path=deployment.iam_path,
            description=f"Reads events as {id_}",
            policy=client_policies.consumer(config, arns=kafka.arns, schemas=schemas, mappings=mappings),
        )
        self.policy_arn = policy.arn
        self.role_arn: str | None = None
        names = list(config.role_names)
        if not names:
            trust = documents.service_trust(lambda_policies.SERVICE)
            own = role(self, "role", name=deployment.name(id_, "lambda"), trust=trust, deployment=deployment)
            self.role_arn, names = own.arn, [own.name]
        ids = [f"attach-{name}" for name in config.role_names] or ["attach"]
        attached = [
            IamRolePolicyAttachment(self, one, role=name, policy_arn=policy.arn)
            for one, name in zip(ids, names, strict=True)
        ]
        self._mappings(config, kafka, [*attached, *pollers])

    def _mappings(self, config: LambdaConfig, kafka: Kafka, needed: Sequence[TerraformResource]) -> None:
        """Lambda reads with the function's role, and AWS refuses a mapping while the role may not."""
        if config.function is None:
            return
        parent = Construct(self, "mappings")
        for topic, group in config.topics.items():
            LambdaEventSourceMapping(
                parent,
                topic,
                event_source_arn=kafka.cluster_arn,
                function_name=config.function,
                topics=[topic],
                starting_position=config.starting_position,
                batch_size=config.batch_size,
                amazon_managed_kafka_event_source_config=(
                    LambdaEventSourceMappingAmazonManagedKafkaEventSourceConfig(consumer_group_id=group)
                ),
                depends_on=list(needed),
            )
