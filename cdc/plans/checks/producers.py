"""Checks of how a worker's producer writes: when an event counts as written, and whether a retry may write it twice."""

from collections.abc import Iterator
from typing import Final

from cdc.plans.reading import meaning, properties, workers
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Side
from cdc.plans.reading.workers import Workers
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding, Rule

# Kafka Connect's defaults for a worker's producer, which are not all those of a producer.
_DEFAULTS: Final = {"acks": "all", "enable.idempotence": "false"}
_RULES: Final = {"acks": rules.ACKS_LOWERED, "enable.idempotence": rules.IDEMPOTENCE_ENDED}
_WORKER: Final = "producer."
_CONNECTOR: Final = "producer.override."

Setting = tuple[str, object]
"""The property that decides, and its value."""


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """Findings about the producer of a connector: its own settings, then those of its worker."""
    for name, rule in _RULES.items():
        key, new = _applies(name, after)
        old = _applies(name, before)[1] if before else _DEFAULTS[name]
        if _weaker(name, old, new):
            yield _finding(rule, stack, after.address, f"{key} of {after.name}", (key, old, new))


def _applies(name: str, one: Connector) -> Setting:
    own = meaning.text(one.configured(_CONNECTOR + name))
    if own is not None:
        return _CONNECTOR + name, own.lower() if isinstance(own, str) else own
    return _WORKER + name, _of_worker(name, one.worker)


def _of_worker(name: str, worker: workers.Properties) -> object:
    if not isinstance(worker, dict):
        return UNKNOWN
    value = meaning.text(worker.get(_WORKER + name))
    return value.lower() if isinstance(value, str) else _DEFAULTS[name]


def _weaker(name: str, old: object, new: object) -> bool:
    if UNKNOWN in (old, new) and not (name == "acks" and isinstance(new, str)):
        return False
    return old != new and (new not in ("all", "-1") if name == "acks" else (old, new) == ("true", "false"))


def _finding(rule: Rule, stack: str, address: str, start: str, values: tuple[str, object, object]) -> Finding:
    key, old, new = values
    was, is_ = (properties.shown(key, value) for value in (old, new))
    return Finding(
        rule, stack, address, f"{start} is {is_}" if old is UNKNOWN else f"{start} changes from {was} to {is_}"
    )


def check_workers(plan: Plan) -> Iterator[Finding]:
    """Findings about worker configurations that no connector of the plan is known to have."""
    read = Workers(plan)
    found = (read.found(one) for one in plan.of("aws_mskconnect_connector"))
    used = {id(one[0]) for one in found if one}
    for resource in plan.of(workers.TYPE):
        if resource.changes and resource.after and id(resource) not in used:
            old = read.properties(resource.before) if resource.before else {}
            new = read.properties(resource.after)
            yield from _of_workers(plan.stack, resource.title, resource.after, (old, new))


def _of_workers(
    stack: str, address: str, side: Side, both: tuple[workers.Properties, workers.Properties]
) -> Iterator[Finding]:
    for name, rule in _RULES.items():
        old, new = (_of_worker(name, each) for each in both)
        if _weaker(name, old, new):
            key = _WORKER + name
            yield _finding(rule, stack, address, f"{key} of worker {shown_at(side, 'name')}", (key, old, new))
