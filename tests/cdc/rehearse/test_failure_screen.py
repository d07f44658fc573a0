"""A failed rehearsal is one screen, at any width."""

import pytest

from cdc.rehearse import failure_screen
from rehearsal.failures import Failure
from rehearsal.outcome import Outcome
from rehearsal.processes.findings import Finding
from rehearsal.steps import Step

FILE = "/home/somebody/projects/cdc/environments/a-rather-long-name-of-an-environment.yaml"
FOUND = Finding(
    "the transform key (ValueToKey) fails on an event: DataException: Field does not exist: nope",
    "correct it, or let a predicate choose the events that it fits",
    "Caused by: org.apache.kafka.connect.errors.DataException: Field does not exist: nope, " + "and more " * 30,
    {
        "connector": "shop",
        "transform": "key",
        "topic": "shop.shop.customers",
        "property": "transforms.key.type",
        "line": f"{FILE}:23: connectors.shop.properties.transforms.key.type",
    },
)


def outcome(*findings: Finding, what: str = "a connector does not run") -> Outcome:
    step = Step("snapshot", at=40, seconds=12.5)
    return Outcome("dev", (), (), failure=Failure(what, findings, "everything"), failed_step=step)


@pytest.mark.parametrize("width", [80, 100])
def test_a_failure_is_one_screen(width: int) -> None:
    lines = list(failure_screen.lines(outcome(FOUND), width=width))
    assert lines[:3] == ["", "failed: snapshot, after 0:52: a connector does not run", ""]
    labels = [line[:8].strip() for line in lines[3:] if line[:8].strip()]
    assert labels == ["cause", "where", "next", "seen"]
    assert f"        {FOUND.where['line'].split(': ')[0]}:" in "\n".join(lines)
    assert len(lines) < 20
    assert [line for line in lines if len(line) > width] == [
        line for line in lines if FILE in line and len(line) > width
    ]
    words = " ".join("\n".join(lines).split())
    assert "where connector shop, transform key, topic shop.shop.customers" in words


def test_a_cause_that_was_said_is_not_said_again() -> None:
    lines = list(failure_screen.lines(outcome(Finding("no more events"), what="no more events"), width=80))
    assert lines == ["", "failed: snapshot, after 0:52: no more events", "", ""]


def test_three_findings_are_shown() -> None:
    found = [Finding(f"cause {number}") for number in range(5)]
    lines = list(failure_screen.lines(outcome(*found), width=80))
    assert [line for line in lines if line.startswith("cause")] == [f"cause   cause {number}" for number in range(3)]
    assert "and 2 more" in lines


def test_a_long_evidence_is_cut() -> None:
    lines = list(failure_screen.lines(outcome(Finding("it fails", evidence="\n".join(map(str, range(30))))), width=80))
    assert lines[lines.index("seen    0") :] == ["seen    0", "        1", "        2", "        3", ""]
