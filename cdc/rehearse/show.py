"""The output at the end of a rehearsal."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cdc.console import out
from cdc.display import clock
from cdc.rehearse import permission_report
from rehearsal.deploy.stacks import PLATFORM
from rehearsal.outcome import Outcome

# A class with its package, which would not fit: --json has it whole.
_CLASS: Final = re.compile(r"\b(?:[a-z_]\w*\.){3,}([A-Z]\w+)")
_SAMPLE_LINES: Final = 4


def summary(outcome: Outcome, environment: str) -> None:
    """Prints resources, events, permissions and differences from AWS; ``environment`` is the command's argument."""
    if outcome.sample:
        _sample(outcome.sample)
    _rows("", [
        ("resources", _counts(outcome.resources)),
        ("changes made", _counts(outcome.changes)),
        ("events received", f"{_counts(outcome.events)}, {_span(outcome)}" if outcome.events else "none"),
        ("lost", str(outcome.lost)),
        ("dropped on purpose", str(outcome.dropped)),
        ("duplicates", str(outcome.duplicates)),
        ("first event after", f"{outcome.first_event:.1f} s" if outcome.first_event else "never"),
        ("second plan", "empty" if outcome.second_plan_empty else "NOT EMPTY"),
    ])  # fmt: skip
    if outcome.flows:
        _rows("what became of the events:", [(flow.connector, str(flow)) for flow in outcome.flows])
    for table_name, why in outcome.unfilled.items():
        out.print(f"{table_name}: not every change was made: {why}", markup=False)
    permission_report.show(outcome.permissions, environment)
    _rows(
        "differences from AWS:",
        [(one.name, _CLASS.sub(r"\1", f"{one.here}; deployed: {one.deployed}")) for one in outcome.substitutions],
    )


def _span(outcome: Outcome) -> str:
    """Which events were counted: not only those of the changes made."""
    applied = any(step.name == "plan" for step in outcome.steps)
    return "since the first start" if applied else "with the snapshot"


def _sample(event: Mapping[str, Any]) -> None:
    """An event in a few lines."""
    place = f"topic {event['topic']}, partition {event['partition']}, offset {event['offset']}"
    if "key" in event:
        key = event["key"]
        place += f", key {key if isinstance(key, str) else json.dumps(key, ensure_ascii=False)}"
    out.print("\none event, as an application received it (--json has all of it):", markup=False)
    out.print(place, markup=False, soft_wrap=True)
    value = event.get("value")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    lines = textwrap.wrap(text, out.width, max_lines=_SAMPLE_LINES, placeholder=" …")
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def _rows(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Two columns; names, which may be copied, are never broken."""
    out.print(f"\n{title}" if title else "", style="bold", markup=False)
    label = max((len(name) for name, _ in rows), default=0) + 2
    for name, text in rows:
        wrapped = textwrap.wrap(text, max(20, out.width - label), break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(wrapped or [""]):
            out.print(f"{'' if number else name:{label}}{line}", markup=False, soft_wrap=True)


def last_line(outcome: Outcome) -> str:
    """``passed in 2:14: 164 resources, 240 changes, nothing lost``."""
    proven = [f"{sum(outcome.resources.values())} resources"] if outcome.resources else []
    if changes := sum(outcome.changes.values()):
        proven.append(f"{changes} changes")
    if not outcome.failure:
        proven.append(f"{outcome.lost} lost" if outcome.lost else "nothing lost")
    result = "passed" if outcome.passed else "failed"
    return f"{result} in {clock(outcome.seconds)}{': ' if proven else ''}{', '.join(proven)}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.items() if count)


def endpoints(outcome: Outcome, environment: str, *, again: bool = False) -> None:
    """Prints how to reach each part of a kept rehearsal: each line below a title can be copied.

    ``again`` prints only the file of ``save_endpoints``.
    """
    if not outcome.endpoints:
        return
    found = list(_parts(outcome, environment, again=again))
    out.print("\nrunning:", style="bold", markup=False)
    for line in _lines(
        [("how to reach each part", [f"cat {_how_to_reach(outcome)}"]), *found[-2:]] if again else found
    ):
        out.print(line, markup=False, soft_wrap=True)


def save_endpoints(outcome: Outcome, environment: str, *, again: bool = False) -> None:
    """Writes what ``endpoints`` prints to a file of the kept rehearsal."""
    if outcome.endpoints:
        with suppress(OSError):
            _how_to_reach(outcome).write_text("\n".join([*_lines(_parts(outcome, environment, again=again)), ""]))


def _how_to_reach(outcome: Outcome) -> Path:
    return Path(outcome.endpoints["keys"]).with_name("how-to-reach.txt")


def _lines(parts: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for part, lines in parts:
        yield part
        yield from (f"  {line}" for line in lines)


def _parts(outcome: Outcome, environment: str, *, again: bool) -> Iterator[tuple[str, list[str]]]:
    at = outcome.endpoints
    clients = at.get("clients") or {}
    yield "AWS, for its command line and SDKs", [at["aws"], f". {at['keys']} && aws kafkaconnect list-connectors"]
    if at["brokers"]:
        yield "brokers (IAM over TLS), as a role that may do everything", [*_servers(at["iam"])]
        yield "  their hosts file and certificate authority", [at["hosts"], at["certificate"]]
        if "client" in clients:
            yield "  a Java client: variables and properties", [f". {clients['role']}", clients["client"]]
        yield "brokers (plain, to look at data)", [*_servers(at["brokers"]), *([clients["plain"]] if clients else [])]
    if at["connect"]:
        yield "Kafka Connect", [f"{url}/connectors/{name}/status" for name, url in at["connect"].items()]
    if "registry" in at:
        yield "schema registry, for applications: it asks for no login", [f"{at['registry']}/apis"]
    yield (
        "MySQL, as a user that may do everything",
        [
            f"mysql --defaults-file={clients['mysql'][name]}" if clients else f"{name} {place['address']}"
            for name, place in at["mysql"].items()
        ],
    )
    if clients:
        folders = [f"terraform -chdir={folder} plan" for folder in clients["stacks"]]
        yield "Terraform, and cdc's own commands", [f". {clients['terraform']}", *folders]
    if again or PLATFORM in outcome.resources:
        yield "deploy a changed environment file to it", [f"cdc rehearse {environment} --apply"]
    yield "stop it", [f"cdc rehearse {environment} --stop"]


def _servers(by_name: Mapping[str, str]) -> Iterator[str]:
    """One server a line: all of a cluster in one line would not fit."""
    return (server for servers in by_name.values() for server in servers.split(","))


def logs_of(outcome: Outcome) -> list[str]:
    """Where to look at a failed rehearsal: its folder, or the kept servers' logs."""
    if outcome.logs:
        return [f"logs and configurations: {outcome.logs}"]
    if outcome.endpoints:
        return [f"logs of the servers: {Path(outcome.endpoints['keys']).parent}"]
    return []
