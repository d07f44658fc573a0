"""Which Kafka cluster brokers belong to."""

import re
from collections.abc import Iterable
from typing import Final

from cdc.plans.reading import meaning

# b-1.cdcprod.abc123.c2.kafka.us-east-1.amazonaws.com, also with -public or a mechanism behind the broker's number.
_MSK: Final = re.compile(r"(?:b|boot)-[a-z0-9-]+\.(?:[a-z-]+\.)?(?P<cluster>[^.]+\.[^.]+\.c\d+\.kafka\.[^:]+)")
_PORT: Final = re.compile(r":\d+$")


def _brokers(servers: object) -> frozenset[str]:
    """Names of brokers, without their ports and what stands before them."""
    return frozenset(_PORT.sub("", each.rpartition("://")[2]).lower().rstrip(".") for each in meaning.members(servers))


def _clusters(brokers: Iterable[str]) -> frozenset[str]:
    """MSK's brokers have their cluster in their names."""
    return frozenset(found["cluster"] for each in brokers if (found := _MSK.fullmatch(each)))


def elsewhere(old: object, new: object) -> bool:
    """Whether ``new`` lists brokers of another cluster: their order, number and ports do not matter."""
    before, after = _brokers(old), _brokers(new)
    if not before:
        return False
    if _clusters(before) and _clusters(after):
        return not _clusters(after) <= _clusters(before)
    return before.isdisjoint(after)


def surely_elsewhere(one: object, other: object) -> bool:
    """Whether both are brokers of MSK, and of different clusters."""
    ours, theirs = _clusters(_brokers(one)), _clusters(_brokers(other))
    return bool(ours and theirs) and ours.isdisjoint(theirs)
