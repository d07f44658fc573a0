"""Which transform or converter failed on an event, by the stack trace of the task."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from rehearsal.processes.findings import Finding

_CAUSE: Final = re.compile(r"(?m)^Caused by: (?P<error>[\w.$]+)(?:: (?P<why>[^\n]*))?")
_FRAME: Final = re.compile(r"(?m)^\s+at (?:[\w.-]+//?)?(?P<method>[\w.$]+)\(")
_TRANSFORM: Final = "org.apache.kafka.connect.runtime.TransformationStage.apply"
_CONVERTER: Final = "AbstractWorkerSourceTask.lambda$convertTransformedRecord"
# A schema is named after the topic of its table.
_SCHEMA: Final = re.compile(r"Schema\{(?P<topic>[\w.-]+)\.(?:Key|Value|Envelope)\b")
# What a schema registry refuses, with the next step: as Confluent's and Apicurio's clients report its answer.
_REFUSALS: Final = (
    (
        re.compile(r"NotAuthorizedException|error code: 401"),
        "the schema registry refuses the login",
        "correct the secret that schema_registry names, or its fields",
    ),
    (
        re.compile(r"error code: 409|RuleViolationException"),
        "the schema registry refuses another version of a schema",
        "let the new column be NULL or have a default, or change what the registry compares",
    ),
)
_OUTBOX: Final = "io.debezium.transforms.outbox.EventRouter"


def failed(text: str, configuration: Mapping[str, str]) -> list[Finding]:
    """The transform or converter that threw the exception which ended the task, if one did."""
    causes = list(_CAUSE.finditer(text))
    if not causes:
        return []
    if _TRANSFORM in text:
        return [_transform(text, causes[-1], configuration)]
    if _CONVERTER in text:
        return [_converter(text, causes[0], configuration)]
    return []


def _transform(text: str, cause: re.Match[str], configuration: Mapping[str, str]) -> Finding:
    aliases = [alias.strip() for alias in configuration.get("transforms", "").split(",")]
    types = {alias: configuration.get(f"transforms.{alias}.type", "") for alias in aliases}
    found = [alias for alias, of in types.items() if of and _has_frame(text, of)]
    names = " or ".join(f"{alias} ({_short(types[alias])})" for alias in found) or "of the list transforms"
    step = "correct it, or let a predicate choose the events that it fits"
    if any(types[alias] == _OUTBOX for alias in found):
        step = "it fits the events of an outbox table only: let a predicate choose them"
    finding = Finding(f"the transform {names} fails on an event: {_why(cause)}", step, cause[0])
    key = f"transforms.{found[0]}.type" if found else "transforms"
    return finding.at(transform=", ".join(found), topic=_topic(cause[0]), property=key)


def _converter(text: str, cause: re.Match[str], configuration: Mapping[str, str]) -> Finding:
    keys = [key for key in ("key.converter", "value.converter") if _has_frame(text, configuration.get(key, " "))]
    names = " or ".join(f"{key} ({_short(configuration[key])})" for key in keys) or "key.converter or value.converter"
    step = "choose a converter that takes structured events, or a transform that makes what it takes"
    what = f"{names} cannot write an event"
    for pattern, refused, remedy in _REFUSALS:
        if refusal := next((one for one in _CAUSE.finditer(text) if pattern.search(one[0])), None):
            what, step, cause = f"{what}, as {refused}", remedy, refusal
            break
    finding = Finding(f"{what}: {_why(cause)}", step, cause[0])
    return finding.at(topic=_topic(cause[0]), property=keys[0] if keys else "value.converter")


def _has_frame(text: str, type_: str) -> bool:
    """Whether a method of the class is in the stack; ``Cast$Value`` inherits those of ``Cast``."""
    outer = type_.partition("$")[0]
    return any(method.startswith((f"{outer}.", f"{outer}$", f"{outer}Delegate.")) for method in _methods(text))


def _methods(text: str) -> Iterator[str]:
    return (match["method"] for match in _FRAME.finditer(text))


def _short(type_: str) -> str:
    return type_.rpartition(".")[2]


def _why(cause: re.Match[str]) -> str:
    return f"{_short(cause['error'])}: {cause['why']}" if cause["why"] else cause["error"]


def _topic(text: str) -> str:
    match = _SCHEMA.search(text)
    return match["topic"] if match else ""
