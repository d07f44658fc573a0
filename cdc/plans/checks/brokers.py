"""Checks of the brokers' configuration, of the same resource and of another one that the cluster is given."""

import re
from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Final

from cdc.plans.checks.resources import kept, shown, unknown
from cdc.plans.reading import properties
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import brokers as rules
from cdc.plans.rules.rule import Finding, Rule
from modules.properties_file import parse

CLUSTER: Final = "aws_msk_cluster"
CONFIGURATION: Final = "aws_msk_configuration"
_CONTENT: Final = "server_properties"
_HOUR: Final = 3_600_000
# The first that is set applies; Kafka's default is a week.
_RETENTION: Final = {"log.retention.ms": 1, "log.retention.minutes": 60_000, "log.retention.hours": _HOUR}
_DEFAULT_RETENTION: Final = 168 * _HOUR
_OFFSETS: Final = "offsets.retention.minutes"
_DEFAULT_OFFSETS: Final = 7 * 24 * 60
# Where not set: MSK's default for the election, Kafka's for the policy.
_DEFAULTS: Final = {"unclean.leader.election.enable": "true", "log.cleanup.policy": "delete"}
_NUMBER: Final = re.compile(r"[+-]?\d{1,19}")

Settings = Mapping[str, str]


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the brokers' configuration, in the order of the plan."""
    for resource in plan.of(CONFIGURATION):
        for before, after in kept(resource):
            yield from _compared(plan, resource, before, after)
    for resource in plan.of(CLUSTER):
        for before, after in kept(resource):
            if not resource.destroys:
                yield from _exchanged(plan, resource, before, after)


def _exchanged(plan: Plan, cluster: Resource, before: Side, after: Side) -> Iterator[Finding]:
    """Of a cluster that gets another configuration, or another revision of one."""
    old, new = (one.get("configuration_info", 0, "arn") for one in (before, after))
    if old == new:
        if _other_revision(plan, before, after):
            yield _hidden(plan, cluster, f"revision {after.get('configuration_info', 0, 'revision'):g} of {new}")
        return
    was = _configuration(plan, old) if old else Side({})
    if new is None:
        yield from _compared(plan, cluster, was or Side({}), Side({}), removed=True)
        return
    is_ = _made(plan, cluster) if new is UNKNOWN else _configuration(plan, new)
    if was is None or is_ is None:
        yield _hidden(plan, cluster, str(old if was is None else new) if UNKNOWN not in (old, new) else "another one")
        return
    yield from _compared(plan, cluster, was, is_)


def _hidden(plan: Plan, cluster: Resource, which: str) -> Finding:
    what = f"the brokers' configuration is exchanged, and this plan does not show the settings of {which}"
    return Finding(rules.CONFIGURATION_EXCHANGED, plan.stack, cluster.title, what)


def _other_revision(plan: Plan, before: Side, after: Side) -> bool:
    """Whether it is a revision that is neither the latest nor made by this plan."""
    path = ("configuration_info", 0, "revision")
    old, new = before.get(*path), after.get(*path)
    if old == new or None in (old, new) or new is UNKNOWN:
        return False
    found = _configuration(plan, after.get("configuration_info", 0, "arn"))
    return found is None or found.get("latest_revision") not in (new, UNKNOWN)


def _configuration(plan: Plan, arn: object) -> Side | None:
    """The configuration with this ARN after the plan, or before where the plan destroys it."""
    for resource in plan.of(CONFIGURATION):
        sides = [side for side in (resource.after, resource.before) if side]
        if any(side.get("arn") == arn for side in sides):
            return resource.before if resource.destroys else sides[0]
    return None


def _made(plan: Plan, cluster: Resource) -> Side | None:
    """The configuration that this plan creates for the cluster."""
    made = [one for one in plan.of(CONFIGURATION) if one.after and one.after.get("arn") is UNKNOWN]
    named = plan.referred(cluster.address, "configuration_info")
    found = [one for one in made if one.address in named] or made
    return found[0].after if len(found) == 1 else None


def _compared(plan: Plan, resource: Resource, before: Side, after: Side, *, removed: bool = False) -> Iterator[Finding]:
    if removed:
        what = "the brokers' configuration is removed, and MSK's defaults apply"
        yield Finding(rules.CONFIGURATION_EXCHANGED, plan.stack, resource.title, what)
    if after.get(_CONTENT) is UNKNOWN:
        yield unknown(plan.stack, resource, _CONTENT)
        return
    hidden = before.hides(_CONTENT) or after.hides(_CONTENT)
    for rule, what, values in weakened(*(_settings(side) for side in (before, after))):
        shown_values = (properties.setting(what, value) for value in values)
        change = f"{what} changes" if hidden else "{} changes from {} to {}".format(what, *shown_values)
        yield Finding(rule, plan.stack, resource.title, change)


def _settings(side: Side) -> dict[str, str]:
    """Trimmed, as Kafka reads them."""
    content = side.get(_CONTENT)
    found = parse(content) if isinstance(content, str) else {}
    return {key.strip(): value.strip() for key, value in found.items()}


def weakened(old: Settings, new: Settings) -> Iterator[tuple[Rule, str, tuple[str, str]]]:
    """Rules that the new properties break, what changes, and the old and new value."""
    if _retention(new) < _retention(old):
        values = shown(_retention(old) / _HOUR, " hours"), shown(_retention(new) / _HOUR, " hours")
        yield rules.RETENTION_SHORTENED, "log.retention", values
    if _size(new) < _size(old):
        yield rules.RETENTION_SHORTENED, "log.retention.bytes", (shown(_size(old)), shown(_size(new)))
    if (kept_now := _number(new.get(_OFFSETS), _DEFAULT_OFFSETS)) < _number(old.get(_OFFSETS), _DEFAULT_OFFSETS):
        values = shown(_number(old.get(_OFFSETS), _DEFAULT_OFFSETS)), shown(kept_now)
        yield rules.OFFSETS_RETENTION_SHORTENED, _OFFSETS, values
    for key in ("min.insync.replicas", "default.replication.factor"):
        if _number(new.get(key), 1) < _number(old.get(key), 1):
            yield rules.FEWER_REPLICAS, key, (old.get(key, "the default"), new.get(key, "the default"))
    for key, rule, wrong in _SETTINGS:
        was, is_ = (_word(one.get(key, _DEFAULTS[key])) for one in (old, new))
        if was != is_ and wrong(is_):
            yield rule, key, (was, is_)


def _word(value: str) -> str:
    """A word or list of words as Kafka compares them: without case and order."""
    return ",".join(sorted(part.strip() for part in value.lower().split(",")))


_SETTINGS: Final[tuple[tuple[str, Rule, Callable[[str], bool]], ...]] = (
    ("unclean.leader.election.enable", rules.UNCLEAN_ELECTION, lambda value: value != "false"),
    ("log.cleanup.policy", rules.CLEANUP_CHANGED, lambda _: True),
)


def _retention(of: Settings) -> float:
    """In ms; infinite where a value is negative."""
    for key, factor in _RETENTION.items():
        if key in of:
            value = _number(of[key], _DEFAULT_RETENTION / factor)
            return inf if value < 0 else value * factor
    return _DEFAULT_RETENTION


def _size(of: Settings) -> float:
    value = _number(of.get("log.retention.bytes"), -1)
    return inf if value < 0 else value


def _number(text: str | None, default: float) -> float:
    """As Kafka reads whole numbers; it accepts no other, so another one changes nothing."""
    return int(text) if text is not None and _NUMBER.fullmatch(text) else default
