"""Checks of how events are written: consumers of another format, or of another schema registry, cannot read them."""

from collections.abc import Iterator
from typing import Final

from cdc.plans.checks.described import changed, unknown
from cdc.plans.reading import meaning
from cdc.plans.reading.connectors import Connector
from cdc.plans.reading.resources import UNKNOWN
from cdc.plans.rules import events as rules
from cdc.plans.rules.rule import Finding
from modules.debezium.configuration import RELEASE
from modules.debezium.definitions import release, resolved
from modules.debezium.formats import JSON, KEY, VALUE

_SCHEMAS: Final = "schemas.enable"
_REGISTRY: Final = ("schema.registry.url", "apicurio.registry.url", "registry.name", "region")
_OF_WORKERS: Final = (JSON, "false")  # where the plan does not contain the worker


def check(stack: str, before: Connector | None, after: Connector) -> Iterator[Finding]:
    """A new connector is not checked: no consumer has read other events of it."""
    for alias in (KEY, VALUE) if before else ():
        assert before
        if UNKNOWN in (after.given(alias), after.given(f"{alias}.{_SCHEMAS}")):
            yield unknown(stack, after, alias)
        elif (written := _written(before, alias)) != _written(after, alias):
            same = written[0] == _written(after, alias)[0]
            yield changed(rules.FORMAT_CHANGED, stack, f"{alias}.{_SCHEMAS}" if same else alias, before, after)
        else:
            yield from _registry(stack, alias, before, after)


def _written(one: Connector, alias: str) -> tuple[str, str]:
    """The class, and whether JSON has schemas."""
    if one.given(alias) is not None:
        return _class_and_schemas(one.given(alias), one.given(f"{alias}.{_SCHEMAS}"))
    if not isinstance(one.worker, dict):
        return _OF_WORKERS
    return _class_and_schemas(one.worker.get(alias), one.worker.get(f"{alias}.{_SCHEMAS}"))


def _class_and_schemas(class_: object, schemas: object) -> tuple[str, str]:
    name = meaning.text(class_) or ""
    found = resolved(str(name), release(RELEASE).converters) or str(name)
    return found, str(meaning.text(schemas) or "true").lower() if found == JSON else ""


def _registry(stack: str, alias: str, before: Connector, after: Connector) -> Iterator[Finding]:
    for name in _REGISTRY:
        key = f"{alias}.{name}"
        old, new = _address(before, key), _address(after, key)
        if new is UNKNOWN:
            yield unknown(stack, after, key)
        elif old is not None and old != new:
            yield changed(rules.REGISTRY_CHANGED, stack, key, before, after)


def _address(one: Connector, key: str) -> object:
    value = meaning.text(one.given(key))
    return value.rstrip("/").lower() if isinstance(value, str) and "://" in value else value
