"""Checks of the brokers' configuration."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Final

from cdc.plans.checks.resources import kept, shown, unknown
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.resources import UNKNOWN, Resource
from cdc.plans.rules import brokers as rules
from cdc.plans.rules.rule import Finding, Rule
from modules.properties_file import parse

_HOUR: Final = 3_600_000
# The first that is set applies; Kafka's default is a week.
_RETENTION: Final = {"log.retention.ms": 1, "log.retention.minutes": 60_000, "log.retention.hours": _HOUR}
_DEFAULT_RETENTION: Final = 168 * _HOUR
# Where not set: MSK's default for the election, Kafka's for the policy.
_DEFAULTS: Final = {"unclean.leader.election.enable": "true", "log.cleanup.policy": "delete"}


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the brokers' configuration, in the order of the plan."""
    for resource in plan.of("aws_msk_configuration"):
        yield from _broker_configuration(plan.stack, resource)


def _broker_configuration(stack: str, resource: Resource) -> Iterator[Finding]:
    path = "server_properties"
    for before, after in kept(resource):
        if after.get(path) is UNKNOWN:
            yield unknown(stack, resource, path)
            continue
        hidden = before.hides(path) or after.hides(path)
        for rule, what, values in _weakened(parse(before.get(path)), parse(after.get(path))):
            what_changes = what if hidden else f"{what} from {values[0]} to {values[1]}"
            yield Finding(rule, stack, resource.title, what_changes)


def _weakened(old: dict[str, str], new: dict[str, str]) -> Iterator[tuple[Rule, str, tuple[str, str]]]:
    """Rules that the new properties break, what changes, and the old and new value."""
    if _retention(new) < _retention(old):
        values = shown(_retention(old) / _HOUR, " hours"), shown(_retention(new) / _HOUR, " hours")
        yield rules.RETENTION_SHORTENED, "log.retention changes", values
    if _size(new) < _size(old):
        yield rules.RETENTION_SHORTENED, "log.retention.bytes changes", (shown(_size(old)), shown(_size(new)))
    for key in ("min.insync.replicas", "default.replication.factor"):
        if _number(new.get(key), 1) < _number(old.get(key), 1):
            yield rules.FEWER_REPLICAS, f"{key} changes", (old[key], new.get(key, "the default"))
    for key, rule, wrong in _SETTINGS:
        was, is_ = (one.get(key, _DEFAULTS[key]) for one in (old, new))
        if was != is_ and wrong(is_):
            yield rule, f"{key} changes", (was, is_)


_SETTINGS: Final[tuple[tuple[str, Rule, Callable[[str], bool]], ...]] = (
    ("unclean.leader.election.enable", rules.UNCLEAN_ELECTION, lambda value: value.lower() != "false"),
    ("log.cleanup.policy", rules.CLEANUP_CHANGED, lambda _: True),
)


def _retention(of: dict[str, str]) -> float:
    """In ms; infinite where a value is negative."""
    for key, factor in _RETENTION.items():
        if key in of:
            value = _number(of[key], _DEFAULT_RETENTION / factor)
            return inf if value < 0 else value * factor
    return _DEFAULT_RETENTION


def _size(of: dict[str, str]) -> float:
    value = _number(of.get("log.retention.bytes"), -1)
    return inf if value < 0 else value


def _number(text: str | None, default: float) -> float:
    try:
        return default if text is None else float(text)
    except ValueError:
        return default
