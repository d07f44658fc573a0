"""The checks of a connector that runs: is it what was asked for, and does it work?"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from cdc.aws import Aws
from cdc.findings import Finding, Result, error, ok, unknown, warning
from cdc.verify.expected import Expected
from cdc.verify.observed import MINUTES, Observed, observed
from modules.messages.secrecy import shown_value
from rehearsal.connect.diagnosis import explained, problems

Check: TypeAlias = Callable[[Expected, Observed], Iterator[Finding]]
_CHANGING: Final = ("CREATING", "UPDATING", "RESTARTING", "RESUMING")
_PAUSED: Final = ("PAUSING", "PAUSED")
_ERROR: Final = re.compile(r"\] (?:ERROR|FATAL) ")
_SHOWN: Final = 300
_AGAIN: Final = "correct the cause, and apply again"


def state(_: Expected, found: Observed) -> Iterator[Finding]:
    if found.state == "RUNNING":
        yield ok("RUNNING")
    elif found.state in _CHANGING:
        yield unknown(f"{found.state} still", "wait, as with --wait")
    elif found.state in _PAUSED:
        yield error(f"must be RUNNING, is {found.state}: somebody paused it", "cdc resume")
    else:
        why = f": {found.failure}" if found.failure else ""
        yield error(f"must be RUNNING, is {found.state}{why}", _AGAIN)


def operation(_: Expected, found: Observed) -> Iterator[Finding]:
    """AWS undoes an update that fails, and the provider reports success all the same."""
    latest = found.operation
    if latest is None:
        yield ok("no update or restart since it was created")
    elif latest.under_way:
        yield unknown(f"{latest.type} is {latest.state}", "wait, as with --wait")
    elif latest.failed:
        yield error(
            f"{latest.type} ended as {latest.outcome}",
            f"{_AGAIN}; if the change is reverted instead, cdc restart: the last operation counts",
        )
    else:
        yield ok(f"{latest.type}: {latest.state}")


def configuration(expected: Expected, found: Observed) -> Iterator[Finding]:
    wrong = [*_differences(expected.configuration, found.configuration)]
    for message in wrong:
        yield error(message, "plan and apply again; if it stays, see the operation's error")
    if not wrong:
        yield ok(f"all {len(expected.configuration)} properties as synthesized")


def _differences(wanted: Mapping[str, str | None], found: Mapping[str, str]) -> Iterator[str]:
    for key in sorted(wanted.keys() | found.keys()):
        if key not in found:
            yield f"{key} must be set, is not"
        elif key not in wanted:
            yield f"{key} must not be set, is {shown_value(key, found[key])}"
        elif (value := wanted[key]) not in (None, found[key]):
            yield f"{key} must be {shown_value(key, value)}, is {shown_value(key, found[key])}"


def capacity(expected: Expected, found: Observed) -> Iterator[Finding]:
    wanted, got = (expected.mcu, expected.workers), (found.mcu, found.workers)
    if wanted == got:
        yield ok(f"{found.workers} of {found.mcu} MCU, Kafka Connect {found.version}")
    else:
        yield error(f"must have {_size(*wanted)}, has {_size(*got)}", _AGAIN)
    if expected.version != found.version:
        yield error(f"must run Kafka Connect {expected.version}, runs {found.version}", _AGAIN)


def _size(mcu: int, workers: int) -> str:
    return f"{workers} of {mcu} MCU"


def plugin(expected: Expected, found: Observed) -> Iterator[Finding]:
    yield from _same("plugin", expected.plugin, found.plugin)


def worker_configuration(expected: Expected, found: Observed) -> Iterator[Finding]:
    yield from _same("worker configuration", expected.worker_configuration, found.worker_configuration)


def _same(what: str, wanted: str, arn: str) -> Iterator[Finding]:
    name = arn.split("/")[1] if "/" in arn else ""
    if wanted in (arn, name):
        yield ok(name)
    else:
        yield error(f"the {what} must be {wanted}, is {name or 'none'}", _AGAIN)


def tasks(_: Expected, found: Observed) -> Iterator[Finding]:
    """MSK Connect shows RUNNING for a connector whose task failed; the metrics do not."""
    running, failed = (found.metrics[name] for name in ("RunningTaskCount", "ErroredTaskCount"))
    if failed and failed[-1] > 0:
        yield error(f"{failed[-1]:.0f} task failed{_cause(found)}", "correct the cause, and restart the connector")
    elif running and running[-1] >= 1:
        yield ok(f"{running[-1]:.0f} running")
    elif running:
        yield error(f"no task runs{_cause(found)}", "correct the cause, and restart the connector")
    elif found.old:
        yield error(f"silence: no metrics of tasks in {MINUTES} minutes", "read the log; restart the connector")
    else:
        yield unknown("no metrics of tasks yet", "wait, as with --wait")


def records(expected: Expected, found: Observed) -> Iterator[Finding]:
    """With heartbeats a connector never writes nothing for long, whatever its tables do."""
    rates = found.metrics["SourceRecordWriteRate"]
    if not rates:
        yield unknown("no rate of records yet", "look for events; docs/deploy.md says how")
    elif any(rates):
        yield ok(f"{max(rates):.2f} records a second at most in {MINUTES} minutes")
    elif expected.heartbeats and found.old:
        yield error(
            f"silence: no record in {MINUTES} minutes, not even a heartbeat{_cause(found)}",
            "read the log; restart the connector",
        )
    else:
        yield unknown("no record yet", "wait for a change")


def log(_: Expected, found: Observed) -> Iterator[Finding]:
    """Errors of the last minutes, explained by the known signatures."""
    text = problems(found.log)
    if not _ERROR.search(text):
        yield ok(f"no error in {MINUTES} minutes" if found.log else f"no line in {MINUTES} minutes")
        return
    for one in explained(text, configuration=found.configuration):
        yield warning(one.cause, one.next_step or "read the log")
        return
    last = [line for line in text.splitlines() if _ERROR.search(line)][-1]
    yield warning(f"an error of unknown cause: {last[:_SHOWN]}", "read the log")


def _cause(found: Observed) -> str:
    known = explained(problems(found.log), configuration=found.configuration)
    return f": {known[0].cause}" if known else ""


# In the order of the report; what AWS does not say yet of those that WAITED names, may still come.
CHECKS: Final[Mapping[str, Check]] = {
    "state": state,
    "operation": operation,
    "configuration": configuration,
    "capacity": capacity,
    "plugin": plugin,
    "worker configuration": worker_configuration,
    "tasks": tasks,
    "records": records,
    "log": log,
}
WAITED: Final = ("state", "operation", "tasks")


def check(aws: Aws, expected: Expected) -> Iterator[Result]:
    """All findings about a connector. Raises ClientError, BotoCoreError."""
    where = f"connector {expected.name}"
    found = observed(aws, expected.name, log_group=expected.log_group)
    if found is None:
        yield Result(where, "state", error("must exist, it does not", "apply the connect stack"))
        return
    for name, judge in CHECKS.items():
        for finding in judge(expected, found):
            yield Result(where, name, finding)
