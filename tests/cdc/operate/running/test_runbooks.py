"""The commands of the runbooks, as they are written, on a running pipeline; a place to fill in has its value."""

import json
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
from botocore import xform_name
from typer.testing import CliRunner

from cdc.cli import app
from rehearsal.aws.automation.filter_patterns import FilterPattern
from tests.cdc.operate.running.pipeline import ROUTED, Pipeline
from tests.cdc.operate.running.writing import rows
from tests.rehearsal.connect.lab import CLUSTER, PASSWORD, SECRET
from tests.runbook_commands import run_there

COMMANDS: Final = run_there()
GROUP: Final = "/aws/vendedlogs/cdc/dev/connectors/shop"
ALARM: Final = "cdc-dev-shop-Lag"
LAG: Final = "[Worker-0bb8afa0b01391c41] [2026-11-29 16:02:54,151] INFO cdc-lag shop 0.4 (cdc.Lag:92)"
ERROR: Final = "[Worker-0bb8afa0b01391c41] [2026-11-29 16:02:55,151] ERROR the history is gone (io.debezium.X:1)"

# What the output of a command has that did its work.
SAYS: Final = {
    "drift": "schema history",
    "events": '"name":"Settled"',
    "restart": "cdc-dev-shop",
    "resume": "cdc-dev-shop",
    "snapshot": "COMPLETED",
    "status": "RUNNING",
}


def of(program: str) -> list[str]:
    return [command for command in COMMANDS if command.startswith(program)]


def filled(command: str, **places: str) -> str:
    for place, value in places.items():
        command = command.replace(f"<{place}>", value)
    assert "<" not in command, command
    return command


@pytest.mark.parametrize("command", of("cdc "))
def test_commands_of_this_project(pipeline: Pipeline, command: str) -> None:
    places = {"name": str(pipeline.file), "connector": "shop", "database": "shop", "table": "customers"}
    arguments = shlex.split(filled(command, **places))[1:]
    if arguments[0] in ("events", "restart", "resume"):
        pipeline.lab.settle()
    if arguments[0] == "resume":
        assert pipeline.cdc("pause", "shop", "--yes").exit_code == 0
    done = CliRunner().invoke(app, arguments, input="y\n")
    state = pipeline.describe("shop")["connectorState"]
    if state == "PAUSED":
        pipeline.cdc("resume", "shop", "--yes")
    assert done.exit_code == 0 or arguments[0] == "drift", done.output  # other tests leave plugins behind
    assert SAYS[arguments[0]] in done.output, done.output
    assert state == "RUNNING"


@pytest.fixture
def account(pipeline: Pipeline) -> Iterator[Mapping[str, Any]]:
    """What an alarm's runbook is about: an alarm that is on, and the log of a worker. Yields clients by service."""
    logs, cloudwatch = pipeline.client("logs"), pipeline.client("cloudwatch")
    now = int(time.time() * 1000)
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="worker")
    events = [{"timestamp": now, "message": message} for message in (LAG, ERROR)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="worker", logEvents=events)
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=300,
        MetricName="lag", Namespace="cdc", Period=60, Statistic="Average",
    )  # fmt: skip
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="of this test")
    yield {"logs": logs, "cloudwatch": cloudwatch}
    cloudwatch.delete_alarms(AlarmNames=[ALARM])
    logs.delete_log_group(logGroupName=GROUP)


@pytest.mark.parametrize("command", of("aws "))
def test_commands_of_aws(pipeline: Pipeline, account: Mapping[str, Any], command: str) -> None:
    words = shlex.split(filled(command, name="dev", connector="shop", secret=SECRET))
    client = account.get(words[1]) or pipeline.client(words[1])
    answer = getattr(client, words[2].replace("-", "_"))(**parameters(client, words[2], words[3:], pipeline))
    assert found(command)(answer), answer


def parameters(client: Any, operation: str, words: list[str], pipeline: Pipeline) -> dict[str, Any]:
    """The options of AWS's command line, as the SDK takes them."""
    shapes = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation.replace("-", "_")])
    members = {xform_name(name, "-"): (name, shape) for name, shape in shapes.input_shape.members.items()}
    there = {"file://secret.json": json.dumps({"username": "cdc", "password": PASSWORD})}  # as it is
    made: dict[str, Any] = {}
    for option, word in zip(words[::2], words[1::2], strict=True):
        name, shape = members[option.removeprefix("--")]
        value = there.get(word, word)
        if value == "ARN":
            value = CLUSTER.arn if option == "--cluster-arn" else pipeline.arns["shop"]
        made[name] = (
            int(value) if shape.type_name == "integer" else listed(value) if shape.type_name == "list" else value
        )
    return made


def listed(word: str) -> list[dict[str, Any]]:
    """``Name=…,Values=…``."""
    pairs = dict(part.split("=", 1) for part in word.split(","))
    return [{key: [value] if key == "Values" else value for key, value in pairs.items()}]


def found(command: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an answer has what the runbook looks for."""
    if "filter-log-events" in command:
        pattern = shlex.split(command)[-1]
        wanted = LAG if "cdc-lag" in pattern else ERROR
        # The embedded AWS answers with all lines for a pattern of fields; it knows them in metric filters only.
        lines = (lambda line: FilterPattern(pattern).fields(line) is not None) if pattern.startswith("[") else bool
        return lambda answer: [one["message"] for one in answer["events"] if lines(one["message"])] == [wanted]
    return {
        "describe-alarms": lambda answer: [one["AlarmName"] for one in answer["MetricAlarms"]] == [ALARM],
        "describe-network-interfaces": lambda answer: answer["NetworkInterfaces"] == [],
        "describe-cluster-v2": lambda answer: bool(answer["ClusterInfo"]["ClusterArn"] == CLUSTER.arn),
        "list-cluster-operations-v2": lambda answer: "ClusterOperationInfoList" in answer,
        "list-clusters-v2": lambda answer: "ClusterInfoList" in answer,
        "describe-connector": lambda answer: bool(answer["connectorState"] == "RUNNING"),
        "list-connectors": lambda answer: [one["connectorName"] for one in answer["connectors"]] == ["cdc-dev-shop"],
        "put-secret-value": lambda answer: bool(answer["Name"] == SECRET),
    }[command.split()[2]]


@pytest.mark.parametrize("statement", of("INSERT "))
def test_a_signal_that_is_inserted_reads_the_rows(pipeline: Pipeline, statement: str) -> None:
    grace = ("r", "Grace")
    pipeline.wait_for(lambda: grace in rows(pipeline, ROUTED))
    before = rows(pipeline, ROUTED).count(grace)
    try:
        pipeline.lab.sql(filled(statement, database="crm", table="contacts"))
        pipeline.wait_for(lambda: rows(pipeline, ROUTED).count(grace) > before)
    finally:
        pipeline.lab.sql("DELETE FROM crm.debezium_signal")


def test_the_statements_of_the_database(pipeline: Pipeline) -> None:
    changing = sorted(of("ALTER "), reverse=True)  # a password is retained before it is discarded
    pipeline.lab.sql("CREATE USER 'debezium'@'%' IDENTIFIED BY 'first'")
    try:
        pipeline.lab.sql(*changing, *of("SELECT "))
    finally:
        pipeline.lab.sql("DROP USER 'debezium'@'%'")


def test_no_command_is_forgotten() -> None:
    programs = ("cdc ", "aws ", "INSERT ", "ALTER ", "SELECT ")
    assert [command for command in COMMANDS if not command.startswith(programs)] == []
