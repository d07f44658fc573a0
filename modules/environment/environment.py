"""One environment: the content of its file.

Pure: no SDK, no AWS, no environment variables. Rules about several values (a zone and its region, a connector and its
plugin) are in ``modules.environment.checks``; every Environment satisfies all of them.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from modules.debezium.formats import Registry
from modules.environment import names, registries
from modules.environment.checks import rules
from modules.environment.models.alarms import Alarms
from modules.environment.models.base import Model
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer
from modules.environment.models.kafka import Kafka
from modules.environment.models.network import Network
from modules.environment.models.plugins import Plugin
from modules.environment.models.schema_registry import SchemaRegistry
from modules.environment.models.state import State
from modules.messages.problems import failure


class Environment(Model):
    """One environment: the content of its file; its name is the file's name."""

    name: names.EnvironmentName
    region: names.Region
    account_id: names.AccountId | None = None
    tags: names.Keyed[names.TagKey, names.TagValue] = {}
    permissions_boundary: names.PolicyArn | None = None
    iam_path: names.IamPath | None = None
    state: State
    network: Network
    kafka: Kafka
    schema_registry: SchemaRegistry | None = None
    plugins: Annotated[names.Keyed[names.Name, Plugin], Field(min_length=1)]
    connectors: Annotated[names.Keyed[names.Name, Connector], Field(min_length=1)]
    consumers: names.Keyed[names.Name, Consumer] = {}
    alarms: Alarms = Alarms()

    @property
    def partition(self) -> str:
        """The AWS partition of the region, as in ARNs."""
        return names.partition(self.region)

    @property
    def max_message_bytes(self) -> int | None:
        """Of the largest events of all connectors; None where Kafka's default is enough."""
        return max((one.topics.max_message_bytes or 0 for one in self.connectors.values()), default=0) or None

    @property
    def registry(self) -> Registry | None:
        """The schema registry as converters find it."""
        return registries.found(self.schema_registry, self.region)

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if problems := list(rules.broken(dict(self), document=dict(self))):
            raise failure(problems)
        return self
