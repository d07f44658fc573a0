"""What a rehearsal prints at its end: what its roles used, and how to reach what was kept."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from cdc.rehearse import permission_report, show
from rehearsal.outcome import Outcome

ARN = "arn:aws:kafka:us-east-1:123456789012"
CLUSTER = "cdc-rehearsal/6f1c2f4e-0000-4000-8000-000000000000-2"
ROLE = "cdc-rehearsal-shop-worker"
BROKERS = ",".join(f"b-{number}.cdcrehearsal.0123456.c2.kafka.us-east-1.amazonaws.com:9098" for number in (1, 2, 3))
ENDPOINTS = {
    "aws": "http://127.99.1.1:4566",
    "brokers": {"cdc-rehearsal": "127.99.1.5:9092,127.99.1.6:9092,127.99.1.7:9092"},
    "iam": {"cdc-rehearsal": BROKERS},
    "hosts": "/cache/rehearsals/1/kafka/cdc-rehearsal/hosts",
    "certificate": "/cache/rehearsals/1/iam/ca.pem",
    "connect": {"cdc-rehearsal-shop": "http://127.99.1.8:8083"},
    "mysql": {"shop": {"address": "127.99.1.2:3306", "socket": "/cache/mysql.sock"}},
}


@pytest.fixture(params=[80, 200])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is printed, in a terminal and in a log."""
    console = Console(file=(said := io.StringIO()), width=request.param)
    for module in (permission_report, show):
        monkeypatch.setattr(module, "out", console)
    return said


def permission(action: str, resource: str) -> dict[str, str]:
    return {"policy": ROLE, "statement": "Events", "action": f"kafka-cluster:{action}", "resource": resource}


def topic(name: str) -> str:
    return f"{ARN}:topic/{CLUSTER}/{name}"


def report(**changes: Any) -> Mapping[str, Any]:
    """Of a role with nothing wrong."""
    unused = permission("DescribeCluster", f"{ARN}:cluster/{CLUSTER}") | {"reason": "AWS documents it"}
    used = [permission("WriteData", topic("shop")), permission("WriteData", topic("shop.*"))]
    return {"role": ROLE, "used": used, "unused": [unused], "denied": [], "harmless": [], **changes}


def outcome(*, permissions: Sequence[Mapping[str, Any]] = (), **more: Any) -> Outcome:
    return Outcome("rehearsal", substitutions=(), steps=(), permissions=permissions, **more)


WIDER = report(unused=[permission("AlterTopic", topic("shop.*")) | {"reason": None}])
DENIED = report(
    denied=[{"action": "kafka-cluster:ReadData", "resource": topic("shop"), "why": "no statement allows it"}]
)


@pytest.mark.parametrize(
    ("found", "judged"),
    [
        (report(), "2 used, 1 unused for a reason, 0 denied"),
        (WIDER, "2 used, 0 unused for a reason, 1 wider than needed, 0 denied"),
        (DENIED, "2 used, 1 unused for a reason, 1 denied"),
    ],
)
def test_a_role_is_a_line(found: Mapping[str, Any], judged: str) -> None:
    assert permission_report.judged(found) == judged


def test_a_summary_says_what_roles_used_and_where_the_reasons_are(terminal: io.StringIO) -> None:
    show.summary(outcome(permissions=[report()]), "mine/rehearsal.yaml")
    said = terminal.getvalue()
    assert f"{ROLE}  2 used, 1 unused for a reason, 0 denied" in said
    assert "cdc rehearse mine/rehearsal.yaml --explain-permissions" in said
    assert "warning" not in said
    assert "denied:" not in said


def test_what_is_wider_than_needed_is_a_warning(terminal: io.StringIO) -> None:
    show.summary(outcome(permissions=[report(role="fine"), WIDER]), "rehearsal")
    warnings = [line for line in terminal.getvalue().splitlines() if line.startswith("warning")]
    assert warnings == [f"warning: {ROLE} is wider than needed: kafka-cluster:AlterTopic on topic/shop.*"]


def test_what_was_denied_is_listed(terminal: io.StringIO) -> None:
    found = outcome(permissions=[DENIED], second_plan_empty=True)
    show.summary(found, "rehearsal")
    line = f"denied: {ROLE} may not kafka-cluster:ReadData on topic/shop: no statement allows it"
    assert line in terminal.getvalue().splitlines()
    assert not found.passed


def test_without_roles_there_is_no_report(terminal: io.StringIO) -> None:
    show.summary(outcome(), "rehearsal")
    assert "permissions" not in terminal.getvalue()


def test_what_is_kept_is_told_in_lines_that_can_be_copied(terminal: io.StringIO) -> None:
    show.endpoints(outcome(endpoints=ENDPOINTS))
    said = dict(line.split("  ", 1) for line in terminal.getvalue().replace("\n  ", "\n").splitlines() if "  " in line)
    assert {part: where.strip() for part, where in said.items()} == {
        "AWS": "http://127.99.1.1:4566",
        "brokers (IAM over TLS)": f"cdc-rehearsal  {BROKERS}",
        "hosts file for clients": ENDPOINTS["hosts"],
        "certificate authority": ENDPOINTS["certificate"],
        "brokers (plain inspection)": "cdc-rehearsal  127.99.1.5:9092,127.99.1.6:9092,127.99.1.7:9092",
        "Kafka Connect": "cdc-rehearsal-shop  http://127.99.1.8:8083",
        "MySQL": "shop  address  127.99.1.2:3306 socket  /cache/mysql.sock",
    }
    assert "cdc rehearse rehearsal --stop" in terminal.getvalue()


def test_what_is_not_kept_is_not_told(terminal: io.StringIO) -> None:
    show.endpoints(outcome())
    assert terminal.getvalue() == ""
