"""Rules about the groups of consumers; ``checks.rulebook`` says how one is written."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from modules.debezium.internal import covers, overlap
from modules.environment.checks.rulebook import advice, known, rule
from modules.environment.models.consumers import Consumer, LambdaConsumer
from modules.messages.problems import Path, Problem, shown


class Membership(NamedTuple):
    """A group that a consumer reads ``topics`` in, or a pattern of groups, and its place in the file."""

    consumer: str
    path: Path
    group: str
    topics: tuple[str, ...]


@rule
def mappings_have_groups_of_their_own(consumers: dict[str, Consumer]) -> Iterator[Problem]:
    """AWS takes a group for one event source mapping only, and members of one group share a topic's partitions."""
    taken: dict[str, str] = {}
    for key, consumer in consumers.items():
        for one in memberships(key, consumer) if isinstance(consumer, LambdaConsumer) else ():
            here = shown(one.path)
            if taken.setdefault(one.group, here) != here:
                yield Problem(one.path, f"must be a group of its own: {taken[one.group]} has it", one.group)


@rule
def groups_are_of_one_consumer(consumers: dict[str, Consumer]) -> Iterator[Problem]:
    """Kafka gives each partition to one member of a group: each application would get a part of the events."""
    for first, second, topic in _shared(consumers):
        if first.group == second.group and "*" not in first.group:
            wanted = f"must be a group of its own: {shown(first.path)} has it, and each would get a part of the events"
            yield Problem(second.path, f"{wanted} of {topic}", second.group)


@advice
def groups_stay_apart(consumers: dict[str, Consumer]) -> Iterator[Problem]:
    """Two patterns allow a group that both applications may join."""
    for first, second, topic in _shared(consumers):
        if "*" in first.group or "*" in second.group:
            message = (
                f"{shown(first.path)} ({first.group}) allows groups of the same name: in one group, each application"
                f" gets a part of the events of {topic}"
            )
            yield Problem(second.path, message, second.group)


def memberships(key: str, consumer: Consumer) -> Iterator[Membership]:
    """The consumer groups of a consumer, or patterns of them."""
    if isinstance(consumer, LambdaConsumer):
        for topic, group in consumer.topics.items():
            yield Membership(key, ("consumers", key, "topics", topic), group, (topic,))
        return
    for index, pattern in enumerate(consumer.groups):
        yield Membership(key, ("consumers", key, "groups", index), pattern, tuple(consumer.topics))


def _shared(consumers: dict[str, Consumer]) -> Iterator[tuple[Membership, Membership, str]]:
    """Pairs of memberships of two consumers that may be in one group on one topic, and the topic.

    Two mappings are never: ``mappings_have_groups_of_their_own`` refuses them on any topic.
    """
    of_each = [list(memberships(key, consumers[key])) for key, _ in known(consumers, _membership)]
    for ones, others in combinations(of_each, 2):
        for first in ones:
            for second in others:
                mapped = all(isinstance(consumers[one.consumer], LambdaConsumer) for one in (first, second))
                if not mapped and overlap(first.group, second.group):
                    yield from ((first, second, topic) for topic in _common(first.topics, second.topics)[:1])


def _membership(consumer: Consumer) -> tuple[object, ...]:
    return consumer.topics, consumer.groups


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Topics of ``one`` that ``other`` reads too; the narrower name where one is a pattern."""
    return [a if covers(b, a) else b for a in one for b in other if overlap(a, b)]
