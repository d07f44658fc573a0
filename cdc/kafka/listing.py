"""Topics as the brokers describe them to the caller: nothing is read from them, and nothing is changed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAuthorizationFailedError

from cdc.kafka.brokers import Brokers
from cdc.kafka.reading import administration, explained

_SETTINGS: Final = "DescribeTopicDynamicConfiguration"


# What to do where a signal topic is missing.
CREATE_SIGNALS: Final = "kafka-topics.sh --create --topic {topic} --partitions 1, then cdc restart"


@dataclass(frozen=True)
class Topic:
    """``settings`` are all in effect, a broker's where the topic has none of its own; None: they were not described."""

    partitions: int
    settings: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Listed:
    """``topics`` are those that the caller may describe, ``denied`` those that it may not; ``skipped`` says why."""

    topics: Mapping[str, Topic]
    denied: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()


def listed(brokers: Brokers, *, named: Collection[str], compared: Callable[[str], bool]) -> Listed:
    """All topics, with the settings of those that are ``compared``.

    ``named`` are asked for by name: the list leaves out what the caller may not describe. Raises BrokersError.
    """
    with administration(brokers) as admin:
        with explained(brokers, "DescribeTopic", *named):
            described = [*admin.describe_topics(), *(admin.describe_topics(sorted(named)) if named else [])]
        found = {one["name"]: len(one["partitions"]) for one in described if not one["error_code"]}
        wanted = [name for name in sorted(found) if compared(name)]
        with explained(brokers, _SETTINGS, *wanted):
            settings = _settings(admin, wanted)
    denied = sorted(one["name"] for one in described if one["error_code"] == TopicAuthorizationFailedError.errno)
    refused = (("DescribeTopic", denied), (_SETTINGS, [name for name in wanted if name not in settings]))
    return Listed(
        {name: Topic(count, settings.get(name)) for name, count in found.items()},
        frozenset(denied),
        tuple(_reason(brokers, action, topics) for action, topics in refused if topics),
    )


def _settings(admin: KafkaAdminClient, names: Collection[str]) -> dict[str, dict[str, str]]:
    """Of the topics whose settings may be described: for others kafka-python returns an empty answer."""
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer: dict[str, dict[str, Any]] = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: str(one["value"]) for key, one in found.items()} for name, found in answer.items() if found}


def _reason(brokers: Brokers, action: str, topics: Collection[str]) -> str:
    first, *others = topics
    return f"{brokers.denied(action, first)}{f' and {len(others)} more' if others else ''}"
