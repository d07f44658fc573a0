"""The output at the end of a rehearsal."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cdc.console import out
from cdc.display import clock
from cdc.rehearse import permission_report
from rehearsal.outcome import Outcome

# The running parts, by their keys in --json.
_PARTS: Final = {
    "AWS": "aws",
    "  its keys, for a shell": "keys",
    "brokers (IAM over TLS)": "iam",
    "  hosts file for clients": "hosts",
    "  certificate authority": "certificate",
    "brokers (plain inspection)": "brokers",
    "Kafka Connect": "connect",
    "MySQL": "mysql",
}
# A class with its package, which would not fit: --json has it whole.
_CLASS: Final = re.compile(r"\b(?:[a-z_]\w*\.){3,}([A-Z]\w+)")
_SAMPLE_LINES: Final = 4
_WIDTH: Final = max(map(len, _PARTS))


def summary(outcome: Outcome, environment: str) -> None:
    """Prints resources, events, permissions and differences from AWS; ``environment`` is the command's argument."""
    if outcome.sample:
        _sample(outcome.sample)
    _rows("", [
        ("resources", _counts(outcome.resources)),
        ("changes made", _counts(outcome.changes)),
        ("events received", _counts(outcome.events)),
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


def _sample(event: Mapping[str, Any]) -> None:
    """An event in a few lines."""
    place = ", ".join(f"{name} {event[name]}" for name in ("topic", "partition", "offset", "key") if name in event)
    out.print("\none event, as an application received it (--json has all of it):", markup=False)
    out.print(place, markup=False, soft_wrap=True)
    lines = textwrap.wrap(
        json.dumps(event.get("value"), ensure_ascii=False), out.width, max_lines=_SAMPLE_LINES, placeholder=" …"
    )
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


def endpoints(outcome: Outcome) -> None:
    """Prints how to reach each part of a kept rehearsal, in lines that can be copied."""
    if not outcome.endpoints:
        return
    out.print("\nrunning:", markup=False)
    for part, place in _PARTS.items():
        for where in _places(outcome.endpoints[place]):
            out.print(f"{part:{_WIDTH}}  {where}", markup=False, soft_wrap=True)
    out.print(f"stop it with: cdc rehearse {outcome.environment} --stop", markup=False, soft_wrap=True)


def _places(place: object) -> list[str]:
    """One line for each server of a part."""
    if isinstance(place, dict):
        return [f"{name}  {' '.join(_places(at))}" for name, at in place.items()]
    return [str(place)]


def logs_of(outcome: Outcome) -> list[str]:
    """Where to look at a failed rehearsal: its folder, or the kept servers' logs."""
    if outcome.logs:
        return [f"logs and configurations: {outcome.logs}"]
    if outcome.endpoints:
        return [f"logs of the servers: {Path(outcome.endpoints['keys']).parent}"]
    return []
