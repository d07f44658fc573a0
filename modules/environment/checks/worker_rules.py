"""Rules about a connector's worker configuration; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.values import of_kafka
from modules.debezium.definitions import Properties, Release, release
from modules.environment import msk_connect
from modules.environment.checks.rulebook import rule
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import Plugin
from modules.messages.problems import Problem, nearest
from modules.properties_file import as_text

_OWNED: Final = {
    "offset.storage.topic": "it is the connector's own, so that a replaced connector resumes from its offset",
    "config.providers": "the provider of secrets is declared for you",
    "key.converter": "set it in properties",
    "value.converter": "set it in properties",
    "header.converter": "set it in properties",
    "producer.max.request.size": "set topics.max_message_bytes",
    "consumer.": "a source connector has no consumer",
    "producer.key.serializer": "Kafka Connect serializes with converters",
    "producer.value.serializer": "Kafka Connect serializes with converters",
    "exactly.once.source.support": "the role has no rights to transactions",
    "topic.creation.enable": "connectors create their topics",
}
# Values with which acknowledged events may be lost, or come in another order.
_ONLY: Final = {
    "producer.acks": (("all", "-1"), "an event that only its leader has is lost with that broker"),
    "producer.enable.idempotence": (("true",), "without it, a retry can write an event twice and out of order"),
}


@rule
def msk_connect_takes_the_worker_property(connector: Connector, plugins: dict[str, Plugin]) -> Iterator[Problem]:
    if connector.plugin not in plugins:
        return
    known = release(plugins[connector.plugin].debezium_version, connector.kafkaconnect_version)
    for key, value in connector.worker.items():
        if wanted := wrong(key, as_text(value), known):
            yield Problem(("worker", key), wanted, value)


def wrong(key: str, value: str, known: Release) -> str | None:
    """Why a file's ``worker`` may not hold this."""
    return refusal(key, known) or _misfit(key, value, known)


def refusal(key: str, known: Release) -> str | None:
    """Why a file's ``worker`` may not hold ``key``; None where it may."""
    if owned := next((why for start, why in _OWNED.items() if key == start or key.startswith(_within(start))), None):
        return f"must be left out: {owned}"
    properties, name = _properties(key, known)
    if name not in properties:
        start = key.removesuffix(name)
        near = nearest(name, [each for each in properties if not refusal(f"{start}{each}", known)])
        return f"is no property of Kafka Connect's worker{f' (did you mean {start}{near}?)' if near else ''}"
    return None if msk_connect.takes(key) else "must be left out: MSK Connect refuses it in a worker configuration"


def _within(start: str) -> str:
    return start if start.endswith(".") else f"{start}."


def _properties(key: str, known: Release) -> tuple[Properties, str]:
    client, _, name = key.partition(".")
    if client == "producer":
        return known.producer, name
    if client == "admin":
        return known.admin, name
    return known.worker, key


def _misfit(key: str, value: str, known: Release) -> str | None:
    if key in _ONLY:
        allowed, why = _ONLY[key]
        return None if value.strip().lower() in allowed else f"must be {allowed[0]}: {why}"
    properties, name = _properties(key, known)
    return of_kafka(properties[name], value)
