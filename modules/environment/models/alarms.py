"""Where alarms go."""

from modules.environment import names
from modules.environment.models.base import Model


class Alarms(Model):
    """Where alarms go; without a topic they still show in CloudWatch."""

    sns_topic_arn: names.TopicArn | None = None
