"""Rules about connectors: their place in the binary log, their topics, and how they meet in a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cdc.plans import connectors, findings as rules
from cdc.plans.connectors import Connector, Connectors
from cdc.plans.findings import Finding, Rule
from cdc.plans.reading import Plan
from cdc.plans.resources import UNKNOWN

# Another value of these is another connector, whatever its name.
_FIXED: Final = {
    "topic.prefix": rules.PREFIX_CHANGED,
    "schema.history.internal.kafka.topic": rules.HISTORY_CHANGED,
    "database.hostname": rules.SOURCE_CHANGED,
}
# Values that leave something out, whatever was there before.
_LOSING: Final[dict[str, tuple[tuple[str, ...], Rule]]] = {
    "snapshot.mode": (("initial_only",), rules.STREAMING_ENDED),
    "event.processing.failure.handling.mode": (("warn", "skip", "ignore"), rules.EVENTS_SKIPPED),
    "inconsistent.schema.handling.mode": (("warn", "skip"), rules.EVENTS_SKIPPED),
    "errors.tolerance": (("all",), rules.EVENTS_SKIPPED),
    "schema.history.internal.skip.unparseable.ddl": (("true",), rules.EVENTS_SKIPPED),
}


def judge(plan: Plan) -> Iterator[Finding]:
    """What ``plan`` does to its connectors."""
    found = connectors.read(plan)
    for before, after in found.going_on:
        if after.resource.changes:
            yield from _changed(plan.stack, before, after)
    for old, new in found.renamed:
        what = f"{old.name} is destroyed and {new.name} ({new.address}) created for its work"
        yield Finding(rules.CONNECTOR_RENAMED, plan.stack, old.address, what)
    for one in found.removed:
        yield Finding(rules.CONNECTOR_DESTROYED, plan.stack, one.address, f"{one.name} is destroyed")
    for one in found.added:
        yield from _losing(plan.stack, None, one)


def _changed(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    if before.side.get("name") != after.side.get("name"):
        what = f"{before.name} is destroyed and {after.name} created in its place"
        yield Finding(rules.CONNECTOR_RENAMED, stack, after.address, what)
        return
    yield from _offsets(stack, before, after)
    for key, rule in _FIXED.items():
        old, new = before.configured(key), after.configured(key)
        if new is UNKNOWN:
            yield _unjudged(stack, after, key)
        elif old != new and old is not None:
            yield Finding(rule, stack, after.address, _told(key, before, after))
    yield from _losing(stack, before, after)


def _offsets(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = before.offsets, after.offsets
    if _same_worker(before, after) and old is not None:
        return
    if old is UNKNOWN or new is UNKNOWN:
        yield _unjudged(stack, after, "offset.storage.topic")
    elif old != new or (old is None and after.resource.replaces):
        topics = " to ".join(topic or "MSK Connect's own" for topic in (old, new))
        what = f"offset.storage.topic of {after.name} changes from {topics}"
        yield Finding(rules.OFFSETS_CHANGED, stack, after.address, what)


def _same_worker(before: Connector, after: Connector) -> bool:
    old, new = (one.side.get("worker_configuration", 0, "arn") for one in (before, after))
    return old == new and new is not UNKNOWN


def _losing(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    for key, (values, rule) in _LOSING.items():
        old = before.configured(key) if before else None
        new = after.configured(key)
        if before is None and rule is rules.STREAMING_ENDED:
            continue  # a new one has nothing to lose
        if old != new and new in values:
            yield Finding(rule, stack, after.address, _told(key, before, after))


def _told(key: str, before: Connector | None, after: Connector) -> str:
    if before is None or before.configured(key) is None:
        return f"{key} of {after.name} is {after.shown(key)}"
    return f"{key} of {after.name} changes from {before.shown(key)} to {after.shown(key)}"


def _unjudged(stack: str, one: Connector, key: str) -> Finding:
    what = f"{key} of {one.name} changes to what is not known yet"
    return Finding(rules.CANNOT_BE_JUDGED, stack, one.address, what)


@dataclass(frozen=True)
class _Reader:
    """A connector that reads a database, in the plan of a stack; ``was`` and ``will`` are its two sides."""

    stack: str
    was: Connector | None
    will: Connector | None

    @property
    def is_touched(self) -> bool:
        return any(one.resource.changes for one in (self.was, self.will) if one)


def judge_together(plans: Sequence[Plan]) -> Iterator[Finding]:
    """Server ids that two connectors have, be they of one plan or of several: each pair once, on the one that comes."""
    readers = [reader for plan in plans for reader in _readers(plan.stack, connectors.read(plan))]
    told: set[frozenset[int]] = set()
    for number, comer in enumerate(readers):
        for other, holder in enumerate(readers):
            pair = frozenset((number, other))
            if comer.will and len(pair) == 2 and pair not in told and (found := _held(comer, comer.will, holder)):
                told.add(pair)
                yield _reused(comer.stack, comer.will, found)
                break


def _reused(stack: str, comer: Connector, found: str) -> Finding:
    what = f"database.server.id of {comer.name} is {comer.shown('database.server.id')}, which {found}"
    return Finding(rules.SERVER_ID_REUSED, stack, comer.address, what)


def _readers(stack: str, found: Connectors) -> Iterator[_Reader]:
    yield from (_Reader(stack, before, after) for before, after in found.going_on)
    yield from (_Reader(stack, None, new) for new in (*found.added, *(new for _, new in found.renamed)))
    yield from (_Reader(stack, old, None) for old in (*found.removed, *(old for old, _ in found.renamed)))
    yield from (_Reader(stack, one, one) for one in found.forgotten)


def _held(comer: _Reader, will: Connector, holder: _Reader) -> str:
    """How ``holder`` has the server id; nothing where it has not, or is the same connector."""
    if _has(holder.will, will) and (comer.is_touched or not holder.is_touched):
        assert holder.will
        return f"{holder.will.name} has as well"
    comes = comer.was is None or comer.was.server_id != will.server_id
    if comes and _has(holder.was, will):
        assert holder.was
        return f"{holder.was.name} has until this is applied"
    return ""


def _has(holder: Connector | None, will: Connector) -> bool:
    if holder is None or will.server_id in (None, UNKNOWN):
        return False
    other = holder.key != will.key
    return other and holder.server_id == will.server_id and holder.may_read_with(will)
