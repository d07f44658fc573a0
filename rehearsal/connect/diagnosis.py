"""Finds out why a connector does not run: the cause, the next step, and the log lines that show it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rehearsal.connect import refusals, stages
from rehearsal.connect.signatures import LAST, SIGNATURES, Signature
from rehearsal.iam.permissions.routed_topics import decided_by
from rehearsal.processes.findings import Finding

_EVIDENCE_LINES: Final = 6
_PREFIX: Final = "topic.prefix"
_EVIDENCE_WIDTH: Final = 400
_RECORD: Final = re.compile(r"\[\d{4}-\d\d-\d\d [\d:,]+\] (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) ")
_JVM: Final = re.compile(r"Terminating due to|Error |Exception in thread")
_THROWN: Final = re.compile(r"[\w.$]+(?:Exception|Error)\b")
_FRAME: Final = re.compile(r"\s+(?:at |\.\.\. )")
_EXCEPTION: Final = re.compile(r"Caused by:|\] (?:ERROR|FATAL) |^[\w.$]+(?:Exception|Error)\b")


_DEAD_WORKER: Final = "Uncaught exception in herder work thread"
# The task runs but will never capture anything; MSK Connect still shows RUNNING.
_TASK_CANNOT_RECOVER: Final = re.compile(
    r"no changes will be captured|Going to restart connector after|ERROR Producer failure"
)
_TASK: Final = "Creating task "
STREAMING: Final = re.compile(r"Connected to binlog at")
FAILED: Final = re.compile(
    r"uncaught and unrecoverable exception|failed initialization and will not be started"
    r"|Failed to start (?:connector|task)"
)


def diagnose(*texts: str, configuration: Mapping[str, str]) -> list[Finding]:
    """The causes in the first of ``texts`` that has one: stack traces, error responses, ``problems`` of a log.

    Without a known cause it is the last exception or line. ``configuration`` is the connector's and its worker's.
    """
    for text in texts:
        if found := explained(text, configuration=configuration):
            return found
    lines = [line for text in texts for line in text.splitlines() if line.strip() and not _FRAME.match(line)]
    last = ([line for line in lines if _EXCEPTION.search(line)] or lines or ["its log is empty"])[-1]
    return [Finding(f"the connector does not run: {last.strip()}", evidence=_shorten(lines[-_EVIDENCE_LINES:]))]


def explained(text: str, *, configuration: Mapping[str, str]) -> list[Finding]:
    """The known causes in ``text``; none where it has none. See ``diagnose``."""
    for read in _READERS:
        if found := read(text, configuration):
            return found
    return []


def _known(text: str, configuration: Mapping[str, str]) -> list[Finding]:
    return _first(SIGNATURES, text, configuration)


def _last(text: str, configuration: Mapping[str, str]) -> list[Finding]:
    return _first(LAST, text, configuration)


def _first(signatures: Sequence[Signature], text: str, configuration: Mapping[str, str]) -> list[Finding]:
    for one in signatures:
        if match := one.pattern.search(text):
            values = _Values({key.replace(".", "_"): value for key, value in configuration.items()})
            values.update({name: _on_one_line(found) for name, found in match.groupdict().items()})
            cause, step = one.cause.format_map(values), one.next_step.format_map(values)
            found = Finding(cause, step, _evidence(text, match))
            return [found.at(property=_at_fault(one, match, configuration), **_places(match))]
    return []


def _at_fault(one: Signature, match: re.Match[str], configuration: Mapping[str, str]) -> str:
    """The property that the message names, else the one that has the value in the message."""
    named = match.groupdict()
    if one.property == _PREFIX and (topic := named.get("topic")):
        return decided_by(topic, configuration) or one.property
    if key := named.get("key") or one.property:
        return key
    value = named.get("value") or named.get("name")
    return next((key for key, given in configuration.items() if value and given == value), "")


def _places(match: re.Match[str]) -> dict[str, str]:
    named = match.groupdict()
    return {kind: named.get(kind) or "" for kind in ("table", "topic")}


def _on_one_line(text: str | None) -> str:
    return "; ".join((text or "").strip().splitlines())


# In this order: what failed in a stage of the task, messages of servers, the connector's validation, the worker's.
_READERS: Final = (stages.failed, _known, refusals.refused, _last)


def cannot_recover(log: str) -> bool:
    """Whether the worker or its newest task has logged an error that it does not recover from."""
    _, created, task = log.rpartition(_TASK)
    return _DEAD_WORKER in log or bool(created and _TASK_CANNOT_RECOVER.search(task))


def problems(log: str) -> str:
    """The warnings and errors in a worker's log, with their stack traces, and the JVM's own messages."""
    return "\n".join(_problem_lines(log))


def _problem_lines(log: str) -> Iterator[str]:
    """An exception below a record belongs to it: Debezium logs some at INFO, of what it does without."""
    bad = recorded = False
    for line in log.splitlines():
        if record := _RECORD.match(line):
            recorded, bad = True, record[1] in {"WARN", "ERROR", "FATAL"}
            if bad:
                yield line
        elif bad or _JVM.match(line) or (not recorded and _THROWN.match(line)):
            yield line


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _evidence(text: str, match: re.Match[str]) -> str:
    """The lines of the match, without those of a stack."""
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    lines = text[start : end if end >= 0 else None].splitlines()
    return _shorten([line for line in lines if not line.startswith("\t")][:_EVIDENCE_LINES])


def _shorten(lines: list[str]) -> str:
    return "\n".join(line[:_EVIDENCE_WIDTH] for line in lines)
