"""Checks of where a connector keeps its offsets, schema history and events: its cluster, and its schema history."""

from collections.abc import Iterator
from typing import Final

from cdc.plans.checks.described import changed, differs, unknown
from cdc.plans.reading.clusters import elsewhere, surely_elsewhere
from cdc.plans.reading.connectors import BROKERS, Connector
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import connectors as rules
from cdc.plans.rules.rule import Finding

_CLASS: Final = "schema.history.internal"
_TOPIC: Final = "schema.history.internal.kafka.topic"
_BROKERS: Final = "schema.history.internal.kafka.bootstrap.servers"
# How the classes are called that keep it on the worker, which MSK Connect replaces at will.
_PASSING: Final = ("Memory", "File")
_KAFKA: Final = "KafkaSchemaHistory"


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """Findings about the places, of which some are the brokers' and some Debezium's own clients'."""
    if before:
        yield from _cluster(stack, before, after)
    yield from _kept(stack, before, after)
    if before:
        yield from _moved(stack, before, after)
    if surely_elsewhere(_own(after), after.given(_BROKERS)) and not _apart(before):
        yield changed(rules.HISTORY_ELSEWHERE, stack, _BROKERS, before, after)


def _own(one: Connector) -> object:
    return one.side.get(*BROKERS)


def _apart(one: Connector | None) -> bool:
    """Whether the schema history is in another cluster already."""
    return one is not None and surely_elsewhere(_own(one), one.given(_BROKERS))


def _cluster(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    if _own(after) is UNKNOWN:
        if after.resource.replaces:
            yield unknown(stack, after, "bootstrap_servers")
    elif elsewhere(_own(before), _own(after)):
        old, new = (shown_at(one.side, *BROKERS) for one in (before, after))
        what = f"the brokers of {after.name} change from {old} to {new}"
        yield Finding(rules.OTHER_CLUSTER, stack, after.address, what)


def _kept(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """Whether the schema history outlasts its worker."""
    new = _class(after)
    if isinstance(new, str) and new.startswith(_PASSING) and (before is None or _class(before) != new):
        yield changed(rules.HISTORY_NOT_KEPT, stack, _CLASS, before, after)


def _moved(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = _class(before), _class(after)
    for key in (_CLASS, _TOPIC):
        if after.given(key) is UNKNOWN:
            yield unknown(stack, after, key)
    if UNKNOWN in (old, new):
        return
    if old != new and not str(new).startswith(_PASSING):
        yield changed(rules.HISTORY_CHANGED, stack, _CLASS, before, after)
    elif new == _KAFKA and differs(_TOPIC, before, after):
        yield changed(rules.HISTORY_CHANGED, stack, _TOPIC, before, after)
    elif new == _KAFKA and elsewhere(before.given(_BROKERS), after.given(_BROKERS)):
        yield changed(rules.HISTORY_ELSEWHERE, stack, _BROKERS, before, after)


def _class(one: Connector) -> object:
    """Its last part: packages have changed with the releases."""
    name = one.meant(_CLASS)
    if not isinstance(name, str):
        return name
    return name.rpartition(".")[2].replace("DatabaseHistory", "SchemaHistory")
