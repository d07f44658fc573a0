"""The output at the end of a rehearsal."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cdc.console import out, table
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
_SAMPLE_WIDTH: Final = 100
_WIDTH: Final = max(map(len, _PARTS))


def summary(outcome: Outcome, environment: str) -> None:
    """Prints resources, events, permissions and differences from AWS; ``environment`` is the command's argument."""
    if outcome.sample:
        out.print("\none event, as an application received it (--json has all of it):")
        out.print(_short(outcome.sample), markup=False, highlight=False, soft_wrap=True)
    out.print(table("", ["", ""], [
        ["resources", _counts(outcome.resources)],
        ["changes made", _counts(outcome.changes)],
        ["events received", _counts(outcome.events)],
        ["lost", str(outcome.lost)],
        ["dropped on purpose", str(outcome.dropped)],
        ["duplicates", str(outcome.duplicates)],
        ["first event after", f"{outcome.first_event:.1f} s" if outcome.first_event else "never"],
        ["second plan", "empty" if outcome.second_plan_empty else "NOT EMPTY"],
    ]))  # fmt: skip
    out.print("\nwhat became of the events:")
    for flow in outcome.flows:
        out.print(f"  {flow.connector}: {flow}", markup=False, highlight=False, soft_wrap=True)
    for table_name, why in outcome.unfilled.items():
        out.print(f"{table_name}: not every change was made: {why}", markup=False)
    permission_report.show(outcome.permissions, environment)
    rows = [[one.name, one.deployed, one.here] for one in outcome.substitutions]
    out.print(table("\ndifferences from AWS:", ["what", "deployed", "here"], rows))


def _short(sample: Mapping[str, Any]) -> str:
    """One line."""
    text = f"{sample['topic']} {json.dumps(sample['key'])} {json.dumps(sample['value'])}"
    return text if len(text) <= _SAMPLE_WIDTH else f"{text[: _SAMPLE_WIDTH - 1]}…"


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
