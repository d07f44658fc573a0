"""Checks of properties that skip events, empty values, end the stream or take it again."""

from collections.abc import Iterator
from typing import Any, Final

from cdc.plans.checks.described import changed, unknown
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding, Rule

# Words that lose events, whatever the word was before.
_LOSSY: Final[dict[str, tuple[tuple[str, ...], Rule]]] = {
    "event.processing.failure.handling.mode": (("warn", "skip", "ignore"), rules.EVENTS_SKIPPED),
    "event.converting.failure.handling.mode": (("warn", "skip"), rules.VALUES_EMPTIED),
    "inconsistent.schema.handling.mode": (("warn", "skip", "ignore"), rules.EVENTS_SKIPPED),
    "errors.tolerance": (("all",), rules.EVENTS_SKIPPED),
    "schema.history.internal.skip.unparseable.ddl": (("true",), rules.EVENTS_SKIPPED),
}
_MODE: Final = "snapshot.mode"
_STREAMS: Final = "snapshot.mode.configuration.based.start.stream"
_REPEATING: Final = ("always", "when_needed", "configuration_based", "custom")
_REBUILDING: Final = ("recovery", "schema_only_recovery")
_OPERATIONS: Final = "skipped.operations"
_CHANGES: Final = frozenset("cud")
_FILTERS: Final = ("gtid.source.includes", "gtid.source.excludes")
_ROWS: Final = "gtid.source.filter.dml.events"


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """A new connector is checked for what its properties say, not for what their defaults do."""
    yield from _lossy(stack, before, after)
    yield from _operations(stack, before, after)
    yield from _gtids(stack, before, after)
    if before:  # a new connector has not streamed yet
        yield from _snapshots(stack, before, after)


def _lossy(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    for key, (words, rule) in _LOSSY.items():
        new = _applies(key, before, after)
        if new is UNKNOWN:
            yield unknown(stack, after, key)
        elif new in words and _applied(key, before) != new:
            yield changed(rule, stack, key, before, after)


def _applies(key: str, before: Connector | None, after: Connector) -> Any:
    return None if before is None and after.given(key) is None else after.meant(key)


def _applied(key: str, before: Connector | None) -> Any:
    return before.meant(key) if before else None


def _operations(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """Of a new connector only where it skips every change: it has no consumer yet that misses one."""
    new = _applies(_OPERATIONS, before, after)
    if new is UNKNOWN:
        yield unknown(stack, after, _OPERATIONS)
        return
    lost = _skipped(new) - _skipped(_applied(_OPERATIONS, before))
    if lost and (before or lost >= _CHANGES):
        yield changed(rules.OPERATIONS_SKIPPED, stack, _OPERATIONS, before, after)


def _skipped(operations: frozenset[str] | None) -> frozenset[str]:
    return (operations or frozenset()) - {"none"}


def _gtids(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    for key in _FILTERS:
        old = frozenset(before.members(key)) if before else frozenset()
        if after.given(key) is UNKNOWN:
            yield unknown(stack, after, key)
        elif old != frozenset(after.members(key)):
            yield changed(rules.GTID_FILTER_CHANGED, stack, key, before, after)
    filters = before and any(map(after.members, _FILTERS))
    if before and filters and before.meant(_ROWS) == "false" and after.meant(_ROWS) == "true":
        yield changed(rules.GTID_FILTER_CHANGED, stack, _ROWS, before, after)


def _snapshots(stack: str, before: Connector, after: Connector) -> Iterator[Finding]:
    old, new = before.meant(_MODE), after.meant(_MODE)
    if new is UNKNOWN:
        yield unknown(stack, after, _MODE)
    elif _ends(after) and not _ends(before):
        key = _MODE if new != old else _STREAMS
        yield changed(rules.STREAMING_ENDED, stack, key, before, after)
    elif new != old and new in _REPEATING:
        yield changed(rules.SNAPSHOT_REPEATED, stack, _MODE, before, after)
    elif new in _REBUILDING and old not in _REBUILDING:
        yield changed(rules.HISTORY_REBUILT, stack, _MODE, before, after)


def _ends(one: Connector) -> bool:
    """Whether it stops after its snapshot."""
    mode: object = one.meant(_MODE)
    return mode == "initial_only" or (mode, one.meant(_STREAMS)) == ("configuration_based", "false")
