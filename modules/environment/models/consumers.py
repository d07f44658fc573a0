"""Applications that read events."""

from typing import Annotated

from pydantic import Field

from modules.environment import names
from modules.environment.models.base import Model


class Consumer(Model):
    """An application that reads events. Without a security group, one is created for it.

    ``signals`` are connectors whose signal topic it writes to.
    """

    topics: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    groups: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    signals: names.Many[names.Name] = ()
    security_group_ids: names.Many[names.SecurityGroupId] = ()
    role_names: names.Many[names.RoleName] = ()
