"""Checks of what makes a connector the one it is: its name, its committed offsets, its topics, its database."""

from collections.abc import Callable, Iterator
from typing import Final

from cdc.plans.checks import captured, events, formats, kafka, producers, transforms
from cdc.plans.checks.described import changed, differs, unknown
from cdc.plans.reading import connectors
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import connectors as rules
from cdc.plans.rules.rule import Finding

Check = Callable[[str, Connector | None, Connector], Iterator[Finding]]

# A connector with another value of these is another connector, whatever its name.
_FIXED: Final = {
    "topic.prefix": rules.PREFIX_CHANGED,
    "database.hostname": rules.SOURCE_CHANGED,
    "connector.class": rules.CLASS_CHANGED,
}
_GROUP: Final = "signal.kafka.groupId"


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the connectors of ``plan``."""
    found = connectors.read(plan)
    for before, after in found.kept:
        if after.resource.changes:
            yield from _kept(plan.stack, before, after)
    for old, new in found.renamed:
        what = f"{old.name} is destroyed and {new.name} ({new.address}) is created to replace it"
        yield Finding(rules.CONNECTOR_RENAMED, plan.stack, old.address, what)
    for one in found.removed:
        yield Finding(rules.CONNECTOR_DESTROYED, plan.stack, one.address, f"{one.name} is destroyed")
    for one in found.added:
        for each in _CHECKS:
            yield from each(plan.stack, None, one)


def _kept(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    if before.side.get("name") != after.side.get("name"):
        what = f"{before.name} is destroyed and {after.name} is created to replace it"
        yield Finding(rules.CONNECTOR_RENAMED, stack, after.address, what)
        return
    yield from _offsets(stack, before, after)
    if after.side.get("connector_configuration") is UNKNOWN:
        yield unknown(stack, after, "connector_configuration")
        return
    yield from _identity(stack, before, after)
    for each in _CHECKS:
        yield from each(stack, before, after)


def _identity(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    for key, rule in _FIXED.items():
        if after.meant(key) is UNKNOWN:
            yield unknown(stack, after, key)
        elif differs(key, before, after):
            yield changed(rule, stack, key, before, after)
    if _reads_signals(before) and _reads_signals(after) and differs(_GROUP, before, after):
        yield changed(rules.SIGNAL_GROUP_CHANGED, stack, _GROUP, before, after)


def _reads_signals(one: Connector) -> bool:
    """From Kafka, where a consumer group keeps its place."""
    return one.given(_GROUP) is not None or "kafka" in map(str.lower, one.members("signal.enabled.channels"))


def _offsets(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = before.offsets, after.offsets
    if _same_worker(before, after) and old is not None:
        return
    if old is UNKNOWN or new is UNKNOWN:
        yield unknown(stack, after, "offset.storage.topic")
    elif old is None and new is not None and new == before.default_offsets:
        return
    elif old != new or (old is None and after.resource.replaces):
        topics = " to ".join(topic or "MSK Connect's default" for topic in (old, new))
        what = f"offset.storage.topic of {after.name} changes from {topics}"
        yield Finding(rules.OFFSETS_CHANGED, stack, after.address, what)


def _same_worker(before: Connector, after: Connector) -> bool:
    """Also where the plan does not contain its properties."""
    old, new = (one.side.get("worker_configuration", 0, "arn") for one in (before, after))
    own = (one.meant(connectors.OWN_OFFSETS) for one in (before, after))
    return old == new and new is not UNKNOWN and len({*own}) == 1


_CHECKS: Final[tuple[Check, ...]] = (
    *(kafka.check, events.check, captured.check, transforms.check, producers.check),
    formats.check,
)
