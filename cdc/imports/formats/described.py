"""Connectors and workers as read from any format: properties and other settings."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from modules.properties_file import as_text

NOTHING: Final = "nothing"
_REFERENCE: Final = re.compile(r"[A-Za-z_][\w.\[\]*-]*")


class InputError(Exception):
    """An input has no connector, or cannot be read. The message shows none of its content."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that is not in the input but only an expression, of Terraform or CloudFormation."""

    expression: str

    def __str__(self) -> str:
        return self.expression if _REFERENCE.fullmatch(self.expression) else "an expression"


Value = str | Unresolved


@dataclass(frozen=True)
class Worker:
    """A worker configuration; connectors refer to it by its ``names``, of which a properties file has none."""

    names: frozenset[str]
    properties: Mapping[str, Value]


@dataclass(frozen=True)
class Described:
    """A connector. ``source`` is its file; ``worker`` the configuration of its worker, None if unknown.

    ``settings`` are settings of MSK Connect other than properties, by path, without secrets.
    ``irregular`` are keys whose value was no text, number or truth value, with what it was.
    """

    source: str
    name: Value | None
    properties: Mapping[str, Value]
    arn: str | None = None
    kafkaconnect_version: Value | None = None
    mcu: Value | None = None
    workers: Value | None = None
    autoscaled: bool = False
    worker: Mapping[str, Value] | None = None
    worker_names: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)
    irregular: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Content:
    """The content of one input."""

    connectors: list[Described] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.connectors or self.workers)


def scalar(value: object) -> Value | None:
    """``value`` as a property, or None if it cannot be one."""
    if isinstance(value, Unresolved):
        return value
    return as_text(value) if isinstance(value, str | int | float | bool) else None


def properties(config: Mapping[Any, Any]) -> tuple[dict[str, Value], dict[str, str]]:
    """The properties of ``config``, and the keys whose values cannot be properties.

    A list of scalars becomes text with commas, as Kafka has lists.
    """
    found: dict[str, Value] = {}
    irregular: dict[str, str] = {}
    for key, value in config.items():
        name = str(key)
        if isinstance(value, list) and value and all(isinstance(scalar(item), str) for item in value):
            found[name] = ",".join(str(scalar(item)) for item in value)
        elif (text := scalar(value)) is not None:
            found[name] = text
        else:
            irregular[name] = _kind(value)
    return found, irregular


def _kind(value: object) -> str:
    if value is None or value == []:
        return NOTHING
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, Mapping) else "something else"


def linked(contents: Iterable[Content]) -> list[Described]:
    """The connectors of all inputs, each with the worker configuration that it names.

    One that names none has the one that has no name, for they were given together.
    """
    contents = list(contents)
    workers = [worker for content in contents for worker in content.workers]
    return [_with_worker(one, workers) for content in contents for one in content.connectors]


def _with_worker(one: Described, workers: list[Worker]) -> Described:
    if one.worker is not None:
        return one
    found = [worker for worker in workers if worker.names & one.worker_names]
    if not found and not one.worker_names:
        found = [worker for worker in workers if not worker.names]
    return replace(one, worker=found[0].properties) if len(found) == 1 else one
