"""Where alarms are sent, and what they start."""

from typing import Annotated

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model


class Alarms(Model):
    """Where alarms are sent: to a topic that exists, or by ``email``; without both they are visible in CloudWatch only.

    ``self_healing``: a failed task is restarted, by a function that the alarm on failed tasks starts. ``lag``: each
    connector's lag is measured, and ``lag_seconds`` of it for a quarter of an hour are an alarm. ``dashboard``: a
    CloudWatch dashboard shows what the alarms watch.
    """

    sns_topic_arn: names.TopicArn | None = None
    email: names.EmailAddress | None = None
    self_healing: bool = True
    dashboard: bool = True
    lag: bool = True
    lag_seconds: Annotated[int, Field(ge=60, le=604800)] = 300
