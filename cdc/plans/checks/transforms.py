"""Checks of transforms that drop events or columns: what each of them drops is compared, not what it is called."""

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from cdc.plans.checks.described import unknown
from cdc.plans.reading import meaning
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.properties import shown_key
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding, Rule
from modules.debezium import lag
from modules.debezium.configuration import RELEASE
from modules.debezium.definitions import release, resolved

_LIST: Final = "transforms"
_UNWRAPPING: Final = ("ExtractNewRecordState", "UnwrapFromEnvelope")
_MODE: Final = "delete.tombstone.handling.mode"
_FIELDS: Final = ("exclude", "blacklist", "include", "whitelist")


class _Transform(NamedTuple):
    """One of the list: its class, its own properties and those of its predicate, without the names of both."""

    alias: str
    of: str
    properties: dict[str, object]
    predicate: Hashable

    @property
    def last(self) -> str:
        return self.of.rpartition(".")[2].partition("$")[0]

    def word(self, name: str) -> str | None:
        value = self.properties.get(name)
        return value.lower() if isinstance(value, str) else None


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """A new connector is not checked: no consumer has seen other events of it."""
    if before is None:
        return
    if after.configured(_LIST) is UNKNOWN:
        yield unknown(stack, after, _LIST)
        return
    old = {key for key, *_ in _losses(before)}
    for key, rule, one, what in _losses(after):
        if key not in old:
            described = f"the transform {shown_key(one.alias)} ({shown_key(one.of)}) of {after.name} {what}"
            yield Finding(rule, stack, after.address, described)


def _losses(one: Connector) -> Iterator[tuple[Hashable, Rule, _Transform, str]]:
    """What transforms drop: equal keys drop the same."""
    for transform in _transforms(one):
        own: Hashable = frozenset(transform.properties.items())
        last = transform.last
        if last in _UNWRAPPING:
            if _drops_deletes(transform, tombstones=one.meant("tombstones.on.delete") != "false"):
                key = ("deletes", transform.predicate)
                yield key, rules.EVENTS_DROPPED, transform, "drops the events of deleted rows"
        elif last == "EventRouter":
            yield (last, transform.predicate), rules.EVENTS_DROPPED, transform, "drops updates and deletes"
        elif last.endswith("Filter") or "drop" in last.lower().removesuffix("dropheaders"):
            yield (transform.of, own, transform.predicate), rules.EVENTS_DROPPED, transform, "drops events"
        elif transform.of.endswith("ReplaceField$Value"):
            if fields := frozenset((key, transform.properties.get(key)) for key in _FIELDS if transform.word(key)):
                yield (last, fields, transform.predicate), rules.COLUMNS_REMOVED, transform, "removes fields"
        elif transform.of not in (lag.CLASS, *release(RELEASE).transforms):
            yield (transform.of, own, transform.predicate), rules.UNKNOWN_TRANSFORM, transform, "is not known"


def _drops_deletes(unwrap: _Transform, *, tombstones: bool) -> bool:
    """By today's property, else by the two of Debezium 2, which are read together."""
    mode = unwrap.word(_MODE)
    if mode is None and {"delete.handling.mode", "drop.tombstones"} & unwrap.properties.keys():
        dropped = unwrap.word("delete.handling.mode") in ("drop", None)
        return dropped and (unwrap.word("drop.tombstones") != "false" or not tombstones)
    return mode == "drop" or (mode in ("tombstone", None) and not tombstones)


def _transforms(one: Connector) -> Iterator[_Transform]:
    known = release(RELEASE).transforms
    for alias in one.members(_LIST):
        own = _behind(one, f"transforms.{alias}.")
        name, predicate, negated = (own.pop(key, None) for key in ("type", "predicate", "negate"))
        of = name if isinstance(name, str) else ""
        conditions: Hashable = None
        if isinstance(predicate, str):
            negate = isinstance(negated, str) and negated.lower() == "true"
            conditions = negate, frozenset(_behind(one, f"predicates.{predicate}.").items())
        yield _Transform(alias, resolved(of, known) or of, own, conditions)


def _behind(one: Connector, start: str) -> dict[str, object]:
    return {key.removeprefix(start): meaning.text(one.configured(key)) for key in one.keys if key.startswith(start)}
