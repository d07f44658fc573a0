"""A connector as its input describes it, whatever the shape: properties, and what stands beside them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from modules.properties_file import as_text

NOTHING: Final = "nothing"
_REFERENCE: Final = re.compile(r"[A-Za-z_][\w.\[\]*-]*")


class InputError(Exception):
    """An input that holds no connector, or cannot be read. The message shows nothing of its content."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that the input leaves to Terraform, CloudFormation or its user: the expression."""

    expression: str

    def __str__(self) -> str:
        return self.expression if _REFERENCE.fullmatch(self.expression) else "an expression"


Value = str | Unresolved


@dataclass(frozen=True)
class Worker:
    """A worker configuration; ``names`` are all that a connector may call it by."""

    names: frozenset[str]
    properties: Mapping[str, Value]


@dataclass(frozen=True)
class Described:
    """A connector. ``source`` is where it was found; ``worker`` the configuration of its worker, None if not known.

    ``beside`` are settings of MSK Connect that are not properties, by their path: text as it may be shown.
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
    beside: Mapping[str, str] = field(default_factory=dict)
    irregular: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Content:
    """What one input holds."""

    connectors: list[Described] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.connectors or self.workers)


def scalar(value: object) -> Value | None:
    """``value`` as a property; None where it is none."""
    if isinstance(value, Unresolved):
        return value
    return as_text(value) if isinstance(value, str | int | float | bool) else None


def properties(config: Mapping[Any, Any]) -> tuple[dict[str, Value], dict[str, str]]:
    """The properties of ``config``, and the keys that have none as their value.

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
    """The connectors of all inputs, each with the worker configuration that it names."""
    contents = list(contents)
    workers = [worker for content in contents for worker in content.workers]
    return [_with_worker(one, workers) for content in contents for one in content.connectors]


def _with_worker(one: Described, workers: list[Worker]) -> Described:
    if one.worker is not None:
        return one
    named = [worker for worker in workers if worker.names & one.worker_names]
    if not named:
        return one
    return replace(one, worker=named[0].properties)
