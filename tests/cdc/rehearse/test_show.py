"""The output of a rehearsal: the permission report, and how to reach a kept rehearsal."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cdc.rehearse import permission_report, show
from rehearsal.failures import Failure
from rehearsal.outcome import Outcome
from rehearsal.steps import Step
from rehearsal.substitutions import Substitution

ARN = "arn:aws:kafka:us-east-1:123456789012"
CLUSTER = "cdc-rehearsal/6f1c2f4e-0000-4000-8000-000000000000-2"
ROLE = "cdc-rehearsal-shop-worker"
BROKERS = ",".join(f"b-{number}.cdcrehearsal.0123456.c2.kafka.us-east-1.amazonaws.com:9098" for number in (1, 2, 3))
ENDPOINTS = {
    "aws": "http://127.99.1.1:4566",
    "keys": "/cache/rehearsals/1/aws.env",
    "brokers": {"cdc-rehearsal": "127.99.1.5:9092,127.99.1.6:9092,127.99.1.7:9092"},
    "iam": {"cdc-rehearsal": BROKERS},
    "hosts": "/cache/rehearsals/1/kafka/cdc-rehearsal/hosts",
    "certificate": "/cache/rehearsals/1/iam/ca.pem",
    "connect": {"cdc-rehearsal-shop": "http://127.99.1.8:8083"},
    "mysql": {"shop": {"address": "127.99.1.2:3306", "socket": "/cache/mysql.sock"}},
    "registry": "http://127.99.1.9:8080",
}


@pytest.fixture(params=[80, 200])
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The output, as in a terminal and in a log."""
    console = Console(file=(output := io.StringIO()), width=request.param)
    for module in (permission_report, show):
        monkeypatch.setattr(module, "out", console)
    return output


def permission(action: str, resource: str) -> dict[str, str]:
    return {"policy": ROLE, "statement": "Events", "action": f"kafka-cluster:{action}", "resource": resource}


def topic(name: str) -> str:
    return f"{ARN}:topic/{CLUSTER}/{name}"


def report(**changes: Any) -> Mapping[str, Any]:
    """The report of a role without findings."""
    unused = permission("DescribeCluster", f"{ARN}:cluster/{CLUSTER}") | {"reason": "AWS documents it"}
    used = [permission("WriteData", topic("shop")), permission("WriteData", topic("shop.*"))]
    return {"role": ROLE, "used": used, "unused": [unused], "denied": [], "harmless": [], **changes}


def outcome(*, permissions: Sequence[Mapping[str, Any]] = (), **more: Any) -> Outcome:
    return Outcome("rehearsal", substitutions=(), steps=(), permissions=permissions, **more)


UNNEEDED = report(unused=[permission("AlterTopic", topic("shop.*")) | {"reason": None}])
DENIED = report(
    denied=[{"action": "kafka-cluster:ReadData", "resource": topic("shop"), "why": "no statement allows it"}]
)


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        (report(), "2 used, 1 unused but needed, 0 denied"),
        (UNNEEDED, "2 used, 0 unused but needed, 1 not needed, 0 denied"),
        (DENIED, "2 used, 1 unused but needed, 1 denied"),
    ],
)
def test_a_role_is_one_line(found: Mapping[str, Any], counts: str) -> None:
    assert permission_report.counts(found) == counts


def test_the_summary_has_counts_and_the_command_for_the_reasons(terminal: io.StringIO) -> None:
    show.summary(outcome(permissions=[report()]), "mine/rehearsal.yaml")
    output = terminal.getvalue()
    assert f"{ROLE}  2 used, 1 unused but needed, 0 denied" in output
    assert "cdc rehearse mine/rehearsal.yaml --explain-permissions" in output
    assert "warning" not in output
    assert "denied:" not in output


def test_an_unneeded_permission_is_a_warning(terminal: io.StringIO) -> None:
    show.summary(outcome(permissions=[report(role="fine"), UNNEEDED]), "rehearsal")
    warnings = [line for line in terminal.getvalue().splitlines() if line.startswith("warning")]
    assert warnings == [f"warning: {ROLE} does not need kafka-cluster:AlterTopic on topic/shop.*"]


def unused(reason: str | None, *, statement: str = "Signals") -> dict[str, str | None]:
    return {**permission("ReadData", topic("signals")), "statement": statement, "reason": reason}


@pytest.mark.parametrize(
    ("permissions", "passes"),
    [
        ([report()], True),
        ([report(unused=[unused(None)])], False),
        ([report(unused=[unused("only with signals")])], True),
        # Of a statement that is used, a part may be idle.
        ([report(unused=[unused(None, statement="Events")])], True),
        ([report(unused=[unused(None), unused("only with signals")])], True),
        ([report(), report(role="another", used=[], unused=[unused(None, statement="Events")])], False),
        ([], True),
    ],
    ids=["used", "never used", "explained", "a part", "explained in part", "another role's", "no role"],
)
def test_a_statement_that_nothing_used_fails_the_run(permissions: list[Mapping[str, Any]], passes: bool) -> None:
    found = outcome(permissions=permissions, second_plan_empty=True)
    assert found.passed is passes
    if not passes:
        [line] = found.shortcomings
        assert line.startswith("nothing used the statement ")
        assert f"which {permissions[-1]['role']} has, and no reason is known" in line


def test_a_run_that_stopped_early_does_not_judge_statements() -> None:
    early = outcome(permissions=[report(unused=[unused(None)])], failure=Failure("no", (), "no"))
    assert early.failures == ["no"]


def test_a_denied_permission_is_listed(terminal: io.StringIO) -> None:
    found = outcome(permissions=[DENIED], second_plan_empty=True)
    show.summary(found, "rehearsal")
    line = f"denied: {ROLE} may not kafka-cluster:ReadData on topic/shop: no statement allows it"
    assert line in terminal.getvalue().splitlines()
    assert not found.passed


def test_without_roles_there_is_no_report(terminal: io.StringIO) -> None:
    show.summary(outcome(), "rehearsal")
    assert "permissions" not in terminal.getvalue()


CLIENTS = {
    "mysql": {"shop": "/cache/clients/mysql-shop.cnf"},
    "client": "/cache/clients/client.properties",
    "role": "/cache/clients/client.env",
    "plain": "/cache/clients/plain.properties",
    "terraform": "/cache/clients/terraform.env",
    "stacks": ["/cache/work/stacks/rehearsal-connect"],
}


def test_a_kept_rehearsal_is_described_in_lines_that_can_be_copied(terminal: io.StringIO) -> None:
    show.endpoints(
        outcome(endpoints={**ENDPOINTS, "clients": CLIENTS}, resources={"platform": 41}), "mine/rehearsal.yaml"
    )
    lines = terminal.getvalue().splitlines()
    assert {line.strip() for line in lines if line.startswith("  ")} >= {
        "http://127.99.1.1:4566",
        f". {ENDPOINTS['keys']} && aws kafkaconnect list-connectors",
        *BROKERS.split(","),
        str(ENDPOINTS["hosts"]),
        str(ENDPOINTS["certificate"]),
        f". {CLIENTS['role']}",
        str(CLIENTS["client"]),
        "127.99.1.6:9092",
        str(CLIENTS["plain"]),
        "http://127.99.1.8:8083/connectors/cdc-rehearsal-shop/status",
        "http://127.99.1.9:8080/apis",
        "mysql --defaults-file=/cache/clients/mysql-shop.cnf",
        f". {CLIENTS['terraform']}",
        "terraform -chdir=/cache/work/stacks/rehearsal-connect plan",
        "cdc rehearse mine/rehearsal.yaml --apply",
        "cdc rehearse mine/rehearsal.yaml --stop",
    }
    assert [line for line in lines if len(line) > 80] == []


def test_a_change_does_not_repeat_how_to_reach_each_part(terminal: io.StringIO, tmp_path: Path) -> None:
    kept = {**ENDPOINTS, "keys": str(tmp_path / "aws.env"), "clients": CLIENTS}
    show.endpoints(outcome(endpoints=kept, resources={"platform": 41}), "rehearsal")
    first = terminal.getvalue()
    show.save_endpoints(outcome(endpoints=kept), "rehearsal", again=True)
    show.endpoints(outcome(endpoints=kept), "rehearsal", again=True)
    again = terminal.getvalue().removeprefix(first)
    assert again.splitlines()[1:] == [
        "running:",
        "how to reach each part",
        f"  cat {tmp_path}/how-to-reach.txt",
        "deploy a changed environment file to it",
        "  cdc rehearse rehearsal --apply",
        "stop it",
        "  cdc rehearse rehearsal --stop",
    ]
    assert first.endswith((tmp_path / "how-to-reach.txt").read_text())


@pytest.mark.parametrize(("steps", "span"), [(("start", "plan"), "since the first start"), ((), "with the snapshot")])
def test_what_the_events_are_counted_from(terminal: io.StringIO, steps: tuple[str, ...], span: str) -> None:
    made = [Step(name, 0.0) for name in steps]
    show.summary(Outcome("rehearsal", (), made, events={"snapshot": 3}), "rehearsal")
    [line] = [line for line in terminal.getvalue().splitlines() if line.startswith("events received")]
    assert line.removeprefix("events received").strip() == f"snapshot 3, {span}"


def test_what_failed_before_its_brokers_is_described_too(terminal: io.StringIO) -> None:
    early = {**ENDPOINTS, "brokers": {}, "iam": {}, "hosts": "", "connect": {}}
    show.endpoints(outcome(endpoints=early), "rehearsal")
    text = terminal.getvalue()
    assert "brokers" not in text
    assert "--apply" not in text  # there is nothing to change yet
    assert "  shop 127.99.1.2:3306" in text.splitlines()


def test_a_finished_rehearsal_has_no_endpoints(terminal: io.StringIO) -> None:
    show.endpoints(outcome(), "rehearsal")
    assert terminal.getvalue() == ""


SAMPLE = {
    "topic": "shop.shop.customers",
    "partition": 0,
    "offset": 21,
    "key": '{"id":21}',
    "value": {"before": {"id": 21, "notes": "n" * 300}, "after": {"id": 21, "notes": "n" * 300}, "op": "u"},
}
HERE = Substitution(
    "secrets in files",
    "com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider",
    "org.apache.kafka.common.config.provider.FileConfigProvider under the same name, as the plugin has no other",
)


def test_an_event_takes_a_few_lines(terminal: io.StringIO) -> None:
    show.summary(outcome(sample=SAMPLE), "rehearsal")
    before, _, _ = terminal.getvalue().partition("\n\nresources")
    place, *value = before.strip().splitlines()[1:]
    assert place == 'topic shop.shop.customers, partition 0, offset 21, key {"id":21}'
    assert value[0].startswith('{"before": {"id": 21')
    assert len(value) <= 4


def test_no_line_is_longer_than_the_terminal_and_no_name_is_broken(
    terminal: io.StringIO, request: pytest.FixtureRequest
) -> None:
    width = request.node.callspec.params["terminal"]
    show.summary(Outcome("rehearsal", substitutions=[HERE], steps=(), sample=SAMPLE), "rehearsal")
    lines = terminal.getvalue().splitlines()
    assert [line for line in lines if len(line) > width] == []
    for name in ("FileConfigProvider", "SecretsManagerConfigProvider"):
        assert any(name in line for line in lines)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            outcome(
                resources={"state": 14, "connect": 150},
                changes={"create": 200, "update": 40},
                seconds=134.2,
                second_plan_empty=True,
            ),
            "passed in 2:14: 164 resources, 240 changes, nothing lost",
        ),
        (
            outcome(resources={"state": 14}, changes={"create": 2}, seconds=134.2, lost=1, second_plan_empty=True),
            "failed in 2:14: 14 resources, 2 changes, 1 lost",
        ),
        (outcome(seconds=9.9, failure=Failure("no", (), "no")), "failed in 0:09"),
    ],
    ids=["passed", "lost", "failed"],
)
def test_the_last_line_says_what_was_proven(found: Outcome, line: str) -> None:
    assert show.last_line(found) == line
