"""Rules about consumers; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator
from typing import Final

from modules.debezium import topics
from modules.debezium.internal import overlap
from modules.environment.checks.rulebook import advice, known, rule
from modules.environment.models.connectors import Connector
from modules.environment.models.consumers import Consumer, LambdaConsumer
from modules.messages.problems import Path, Problem, either

# Lambda quotas: 6 MB for the request of an invocation, in which an event is base64, a third longer.
_INVOCATION_BYTES: Final = 6 * 1000**2 * 3 // 4


def topics_of(key: str, consumer: Consumer) -> Iterator[tuple[Path, str]]:
    """The topics or patterns that a consumer reads, with their places in the file."""
    mapped = isinstance(consumer, LambdaConsumer)
    for index, pattern in enumerate(consumer.topics):
        yield ("consumers", key, "topics", pattern if mapped else index), pattern


@rule
def consumers_signal_by_topics(consumers: dict[str, Consumer], connectors: dict[str, Connector]) -> Iterator[Problem]:
    """A signal table is in the database, where no role counts."""
    reading = [key for key, signals in known(connectors, lambda one: one.signals) if signals and signals.topic]
    for name, keys in known(consumers, lambda consumer: consumer.signals):
        for index, key in enumerate(keys):
            if key not in reading:
                wanted = f"must be {either(reading)}, which" if reading else "must be left out: no connector"
                has = "has" if len(reading) < 2 else "have"
                yield Problem(("consumers", name, "signals", index), f"{wanted} {has} signals.topic", key)


@advice
def events_fit_an_invocation(consumers: dict[str, Consumer], connectors: dict[str, Connector]) -> Iterator[Problem]:
    """An event that is larger fails its mapping's batch until the event expires."""
    for name, consumer in consumers.items():
        for path, topic in topics_of(name, consumer) if isinstance(consumer, LambdaConsumer) else ():
            for key, connector in connectors.items():
                limit = connector.topics.max_message_bytes or 0
                if limit > _INVOCATION_BYTES and any(overlap(topic, one) for one in topics.event_topics(connector)):
                    message = (
                        f"connector {key} may write events of {limit} bytes there, and Lambda cannot be invoked with"
                        f" one of more than about {_INVOCATION_BYTES}: the mapping then stops at that event"
                    )
                    yield Problem(path, message, topic)
