"""All rules that join values of an environment file, and how they are asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from modules.environment.checks import (
    account_rules,
    adoption_rules,
    broker_rules,
    connector_rules,
    consumer_rules,
    database_rules,
    document_rules,
    group_rules,
    platform_rules,
    property_rules,
    reach_rules,
    registry_rules,
    rulebook,
    source_rules,
    tls_rules,
    topic_rules,
    worker_rules,
)
from modules.messages.problems import Problem

# Importing them is what writes their rules down.
__all__ = [
    "account_rules",
    "adoption_rules",
    "broken",
    "broker_rules",
    "connector_rules",
    "consumer_rules",
    "database_rules",
    "document_rules",
    "group_rules",
    "platform_rules",
    "property_rules",
    "reach_rules",
    "registry_rules",
    "source_rules",
    "tls_rules",
    "topic_rules",
    "warned",
    "worker_rules",
]


def broken(sections: Mapping[str, Any], *, document: object, partial: bool = False) -> Iterator[Problem]:
    """What the sections of an environment break; ``document`` is the whole of it, as written or as read."""
    return rulebook.run(rulebook.RULES, {**sections, "document": document}, partial=partial)


def warned(sections: Mapping[str, Any]) -> list[Problem]:
    """What is allowed, and worth a second thought."""
    return list(rulebook.run(rulebook.ADVICE, sections))
