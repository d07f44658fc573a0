"""Where alarms are sent."""

from modules.environment import names
from modules.environment.models.base import Model


class Alarms(Model):
    """Where alarms are sent; without a topic they are visible in CloudWatch only."""

    sns_topic_arn: names.TopicArn | None = None
