"""Where alarms are sent, and what they start."""

from modules.environment import names
from modules.environment.models.base import Model


class Alarms(Model):
    """Where alarms are sent; without a topic they are visible in CloudWatch only.

    ``self_healing``: a failed task is restarted, by a function that the alarm on failed tasks starts.
    """

    sns_topic_arn: names.TopicArn | None = None
    self_healing: bool = True
