"""An SNS topic for alarms, with a subscription by e-mail, where nobody has one yet."""

from modules.deployment import Deployment
from modules.environment.models.alarms import Alarms
from modules.iam import resource_policies
from modules.storage.encryption import Key
from modules.synthesis.sdk import Construct, SnsTopic, SnsTopicPolicy, SnsTopicSubscription


class Notifications(Construct):
    """Where alarms are sent: an existing topic, a new one with a subscription by e-mail, or nowhere.

    SNS sends a request to confirm the subscription; until somebody confirms it, no alarm arrives. Public:
    ``topic_arn`` (str or None).
    """

    def __init__(self, scope: Construct, id_: str, *, config: Alarms, deployment: Deployment, key: Key) -> None:
        super().__init__(scope, id_)
        self.topic_arn = config.sns_topic_arn
        if config.email:
            topic = SnsTopic(self, "topic", name=deployment.name("alarms"), kms_master_key_id=key.arn)
            SnsTopicPolicy(self, "policy", arn=topic.arn, policy=resource_policies.alarm_topic(deployment, topic.arn))
            SnsTopicSubscription(self, "email", topic_arn=topic.arn, protocol="email", endpoint=config.email)
            self.topic_arn = topic.arn
