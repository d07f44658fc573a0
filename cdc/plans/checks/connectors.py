"""Rules about connectors: their committed offsets, their topics, and server ids that two of them share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cdc.plans.reading import connectors
from cdc.plans.reading.connectors import Connector, Connectors
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import connectors as rules, general
from cdc.plans.rules.rule import Finding, Rule

# A connector with another value of these is another connector, whatever its name.
_FIXED: Final = {
    "topic.prefix": rules.PREFIX_CHANGED,
    "schema.history.internal.kafka.topic": rules.HISTORY_CHANGED,
    "database.hostname": rules.SOURCE_CHANGED,
}
_GROUP: Final = "signal.kafka.groupId"
# Values that lose events, whatever the value was before.
_LOSSY: Final[dict[str, tuple[tuple[str, ...], Rule]]] = {
    "snapshot.mode": (("initial_only",), rules.STREAMING_ENDED),
    "event.processing.failure.handling.mode": (("warn", "skip", "ignore"), rules.EVENTS_SKIPPED),
    "event.converting.failure.handling.mode": (("warn", "skip"), rules.VALUES_EMPTIED),
    "event.deserialization.failure.handling.mode": (("warn", "skip", "ignore"), rules.EVENTS_SKIPPED),
    "inconsistent.schema.handling.mode": (("warn", "skip"), rules.EVENTS_SKIPPED),
    "errors.tolerance": (("all",), rules.EVENTS_SKIPPED),
    "schema.history.internal.skip.unparseable.ddl": (("true",), rules.EVENTS_SKIPPED),
}
# Values that are safe, and become a lossy default when they are removed.
_UNTIL_REMOVED: Final = {"event.converting.failure.handling.mode": "fail"}


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the connectors of ``plan``."""
    found = connectors.read(plan)
    for before, after in found.kept:
        if after.resource.changes:
            yield from _changed(plan.stack, before, after)
    for old, new in found.renamed:
        what = f"{old.name} is destroyed and {new.name} ({new.address}) is created to replace it"
        yield Finding(rules.CONNECTOR_RENAMED, plan.stack, old.address, what)
    for one in found.removed:
        yield Finding(rules.CONNECTOR_DESTROYED, plan.stack, one.address, f"{one.name} is destroyed")
    for one in found.added:
        yield from _lossy(plan.stack, None, one)


def _changed(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    if before.side.get("name") != after.side.get("name"):
        what = f"{before.name} is destroyed and {after.name} is created to replace it"
        yield Finding(rules.CONNECTOR_RENAMED, stack, after.address, what)
        return
    yield from _offsets(stack, before, after)
    for key, rule in _FIXED.items():
        old, new = before.configured(key), after.configured(key)
        if new is UNKNOWN:
            yield _unknown(stack, after, key)
        elif old != new and old is not None:
            yield Finding(rule, stack, after.address, _described(key, before, after))
    yield from _signal_group(stack, before, after)
    yield from _lossy(stack, before, after)


def _signal_group(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = before.configured(_GROUP), after.configured(_GROUP)
    if None not in (old, new) and old != new:
        yield Finding(rules.SIGNAL_GROUP_CHANGED, stack, after.address, _described(_GROUP, before, after))


def _offsets(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = before.offsets, after.offsets
    if _same_worker(before, after) and old is not None:
        return
    if old is UNKNOWN or new is UNKNOWN:
        yield _unknown(stack, after, "offset.storage.topic")
    elif old is None and new is not None and new == before.default_offsets:
        return
    elif old != new or (old is None and after.resource.replaces):
        topics = " to ".join(topic or "MSK Connect's default" for topic in (old, new))
        what = f"offset.storage.topic of {after.name} changes from {topics}"
        yield Finding(rules.OFFSETS_CHANGED, stack, after.address, what)


def _same_worker(before: Connector, after: Connector) -> bool:
    old, new = (one.side.get("worker_configuration", 0, "arn") for one in (before, after))
    return old == new and new is not UNKNOWN


def _lossy(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    for key, (values, rule) in _LOSSY.items():
        old = before.configured(key) if before else None
        new = after.configured(key)
        if before is None and rule is rules.STREAMING_ENDED:
            continue  # a new connector has not streamed yet
        removed = new is None and key in _UNTIL_REMOVED and _word(old) == _UNTIL_REMOVED[key]
        if removed or (_word(old) != _word(new) and _word(new) in values):
            yield Finding(rule, stack, after.address, _described(key, before, after))


def _word(value: object) -> object:
    """Debezium and Connect read words trimmed and without case."""
    return value.strip().lower() if isinstance(value, str) else value


def _described(key: str, before: Connector | None, after: Connector) -> str:
    if before is None or before.configured(key) is None:
        return f"{key} of {after.name} is {after.shown(key)}"
    return f"{key} of {after.name} changes from {before.shown(key)} to {after.shown(key)}"


def _unknown(stack: str, one: Connector, key: str) -> Finding:
    what = f"{key} of {one.name} changes to a value that is known only after the apply"
    return Finding(general.UNKNOWN_UNTIL_APPLY, stack, one.address, what)


@dataclass(frozen=True)
class _Reader:
    """A connector of a stack that reads a database, before and after the plan."""

    stack: str
    before: Connector | None
    after: Connector | None

    @property
    def changes(self) -> bool:
        return any(one.resource.changes for one in (self.before, self.after) if one)


def check_together(plans: Sequence[Plan]) -> Iterator[Finding]:
    """Server ids that two connectors share, in one plan or in several: each pair once, on the one that is new to it."""
    readers = [reader for plan in plans for reader in _readers(plan.stack, connectors.read(plan))]
    reported: set[frozenset[int]] = set()
    for number, reader in enumerate(readers):
        for other_number, other in enumerate(readers):
            pair = frozenset((number, other_number))
            if not reader.after or len(pair) == 1 or pair in reported:
                continue
            if conflict := _conflict(reader, reader.after, other):
                reported.add(pair)
                yield _reused(reader.stack, reader.after, conflict)
                break


def _reused(stack: str, one: Connector, conflict: str) -> Finding:
    what = f"database.server.id of {one.name} is {one.shown('database.server.id')}, which {conflict}"
    return Finding(rules.SERVER_ID_REUSED, stack, one.address, what)


def _readers(stack: str, found: Connectors) -> Iterator[_Reader]:
    yield from (_Reader(stack, before, after) for before, after in found.kept)
    yield from (_Reader(stack, None, new) for new in (*found.added, *(new for _, new in found.renamed)))
    yield from (_Reader(stack, old, None) for old in (*found.removed, *(old for old, _ in found.renamed)))
    yield from (_Reader(stack, one, one) for one in found.forgotten)


def _conflict(reader: _Reader, after: Connector, other: _Reader) -> str:
    """How ``other`` uses the server id of ``after``; empty where it does not, or is the same connector."""
    if _uses_id_of(other.after, after) and (reader.changes or not other.changes):
        assert other.after
        return f"{other.after.name} has as well"
    is_new = reader.before is None or reader.before.server_id != after.server_id
    if is_new and _uses_id_of(other.before, after):
        assert other.before
        return f"{other.before.name} has until this is applied"
    return ""


def _uses_id_of(other: Connector | None, after: Connector) -> bool:
    if other is None or after.server_id in (None, UNKNOWN):
        return False
    return other.key != after.key and other.server_id == after.server_id and other.may_read_with(after)
