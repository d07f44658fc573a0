"""Applications that read events."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Discriminator, Field, Tag

from modules.environment import names
from modules.environment.models.base import Model

_APPLICATION: Final = "application"


class ApplicationConsumer(Model):
    """An application that reads events with a Kafka client. Without a security group, one is created for it.

    ``signals`` are connectors whose signal topic it writes to.
    """

    kind: Literal["application"] = "application"
    topics: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    groups: Annotated[names.Many[names.TopicPattern], Field(min_length=1)]
    signals: names.Many[names.Name] = ()
    security_group_ids: names.Many[names.SecurityGroupId] = ()
    role_names: names.Many[names.RoleName] = ()


class LambdaConsumer(Model):
    """A Lambda function that event source mappings invoke with events, one mapping for each topic.

    ``topics`` has the consumer group of each topic's mapping. Without a function, no mapping is created, and without
    role names, a role for the function.
    """

    kind: Literal["lambda"]
    topics: Annotated[names.Keyed[names.TopicName, names.LambdaGroup], Field(min_length=1)]
    function: names.FunctionArn | None = None
    starting_position: Literal["TRIM_HORIZON", "LATEST"] = "TRIM_HORIZON"
    batch_size: Annotated[int, Field(ge=1, le=10000)] = 100
    role_names: names.Many[names.RoleName] = ()

    # The pollers of a mapping have the brokers' security group, and only read.
    signals: ClassVar[tuple[str, ...]] = ()
    security_group_ids: ClassVar[tuple[str, ...]] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.topics.values())

    @property
    def function_name(self) -> str | None:
        """Without the version or alias that the ARN may have."""
        return self.function.split(":")[6] if self.function else None


def consumer_kind(value: Any) -> str:
    """The kind of a consumer: an application where it has none."""
    kind = value.get("kind", _APPLICATION) if isinstance(value, dict) else getattr(value, "kind", _APPLICATION)
    return str(kind)


Consumer = Annotated[
    Annotated[ApplicationConsumer, Tag("application")] | Annotated[LambdaConsumer, Tag("lambda")],
    Discriminator(consumer_kind),
]
