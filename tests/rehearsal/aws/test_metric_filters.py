"""Lines of a log become metrics, alarms and one message, as the connect stack asks for it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from rehearsal.aws.automation.filter_patterns import FilterPattern, PatternError
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, aws_client

LAG = '[..., marker = "cdc-lag", connector = "orders", seconds, source]'
ERRORS = "[worker, moment, level = ERROR || level = FATAL, ...]"
WORKER = "[Worker-0bb8afa0b01391c41] [2021-09-06 16:02:54,151]"
GROUP = "/workers/measured"
NAMESPACES = (f"msk-cdc/orders-{number}" for number in count())  # metrics stay
TOPIC = f"arn:aws:sns:{REGION}:123456789012:measured"


@pytest.mark.parametrize(
    ("pattern", "line", "fields"),
    [
        (LAG, f"{WORKER} INFO [orders|task-0] cdc-lag orders 1.5 (cdc.Lag:87)", {"seconds": "1.5"}),
        (LAG, f"{WORKER} INFO cdc-lag orders 1.5 (cdc.Lag:87)", {"seconds": "1.5"}),
        (LAG, f"{WORKER} INFO cdc-lag other 1.5 (cdc.Lag:87)", None),
        (LAG, f"{WORKER} INFO cdc-lag orders 1.5 more (cdc.Lag:87)", None),
        (LAG, "1.5 (cdc.Lag:87)", None),
        (
            ERRORS,
            f"{WORKER} ERROR Stopped after 1.5 s (a.B:1)",
            {"level": "ERROR", "worker": "Worker-0bb8afa0b01391c41"},
        ),
        (ERRORS, f"{WORKER} FATAL Stopped (a.B:1)", {"level": "FATAL"}),
        (ERRORS, f"{WORKER} WARN an ERROR was seen (a.B:1)", None),
        (ERRORS, "[Worker-0bb8afa0b01391c41] \tat a.B.c(B.java:1)", None),
        ("[a, b]", "x y", {"a": "x", "b": "y"}),
        ("[a, b]", "x", None),
        ('[a, b = "y z"]', 'x "y z"', {"b": "y z"}),
        ("[a = 4*, b != 404, c >= 10]", "40 403 10.5", {"c": "10.5"}),
        ("[a = 4*, b != 404, c >= 10]", "40 404 10.5", None),
        ("[a, b, c >= 10 && c < 20]", "1 2 20", None),
        ("[a >= 1]", "many", None),
        ("", "anything at all", {}),
    ],
)
def test_a_pattern_matches_lines(pattern: str, line: str, fields: Mapping[str, str] | None) -> None:
    found = FilterPattern(pattern).fields(line)
    assert (found is None) is (fields is None)
    assert (fields or {}).items() <= (found or {}).items()


@pytest.mark.parametrize("pattern", ["ERROR", '{ $.level = "ERROR" }', "[a, ..., b, ...]", "[a b]"])
def test_other_patterns_are_errors(pattern: str) -> None:
    with pytest.raises(PatternError, match="got"):
        FilterPattern(pattern)


class Measured:
    """A log group with both filters, their alarms, and a composite of these that notifies a topic."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.namespace = next(NAMESPACES)
        logs = aws_client(aws, "logs")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="worker")
        self.write(f"{WORKER} INFO cdc-lag orders 9999.0 (cdc.Lag:87)")  # before there is a filter
        time.sleep(0.6)
        self._filter("Lag", LAG, {"metricValue": "$seconds"})
        self._filter("WorkerErrors", ERRORS, {"metricValue": "1", "defaultValue": 0})
        self._alarm("Lag", 300, "breaching", "Average")
        self._alarm("WorkerErrors", 0, "notBreaching", "Sum")
        aws_client(aws, "sns").create_topic(Name="measured")
        self.queue = aws_client(aws, "sqs").create_queue(QueueName="measured")["QueueUrl"]
        endpoint = f"arn:aws:sqs:{REGION}:123456789012:measured"
        aws_client(aws, "sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=endpoint)
        aws_client(aws, "cloudwatch").put_composite_alarm(
            AlarmName="orders",
            AlarmRule='ALARM("orders-Lag") OR ALARM("orders-WorkerErrors")',
            AlarmActions=[TOPIC],
            OKActions=[TOPIC],
        )

    def _filter(self, name: str, pattern: str, value: dict[str, Any]) -> None:
        metric = {"metricName": name, "metricNamespace": self.namespace, **value}
        aws_client(self.aws, "logs").put_metric_filter(
            logGroupName=GROUP, filterName=name, filterPattern=pattern, metricTransformations=[metric]
        )

    def _alarm(self, name: str, threshold: float, missing: str, statistic: str) -> None:
        metric = {"Namespace": self.namespace, "MetricName": name}
        aws_client(self.aws, "cloudwatch").put_metric_alarm(
            AlarmName=f"orders-{name}",
            Metrics=[{"Id": "m0", "MetricStat": {"Metric": metric, "Period": 300, "Stat": statistic}}],
            ComparisonOperator="GreaterThanThreshold",
            Threshold=threshold,
            EvaluationPeriods=1,
            TreatMissingData=missing,
        )

    def write(self, *lines: str) -> None:
        events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
        aws_client(self.aws, "logs").put_log_events(logGroupName=GROUP, logStreamName="worker", logEvents=events)

    @property
    def states(self) -> dict[str, str]:
        found = aws_client(self.aws, "cloudwatch").describe_alarms(AlarmNamePrefix="orders")
        alarms = [*found["MetricAlarms"], *found["CompositeAlarms"]]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}

    def messages(self, expected: int) -> list[str]:
        """Waits for as many: an alarm changes its state before it notifies."""
        end = time.monotonic() + 30
        found = self._received()
        while len(found) < expected and time.monotonic() < end:
            found += self._received()
        return found

    def _received(self) -> list[str]:
        received = aws_client(self.aws, "sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        notified = [json.loads(json.loads(one["Body"])["Message"]) for one in received.get("Messages", [])]
        return [f"{one['AlarmName']} {one['NewStateValue']}" for one in notified]

    def until(self, wanted: Mapping[str, str], meanwhile: Callable[[], None] = lambda: None) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and self.states != wanted:
            meanwhile()
            time.sleep(0.2)
        assert self.states == wanted


@pytest.fixture
def measured(aws: EmbeddedAws) -> Iterator[Measured]:
    yield Measured(aws)
    aws_client(aws, "cloudwatch").delete_alarms(AlarmNames=["orders-Lag", "orders-WorkerErrors", "orders"])
    aws_client(aws, "sns").delete_topic(TopicArn=TOPIC)
    aws_client(aws, "sqs").delete_queue(QueueUrl=aws_client(aws, "sqs").get_queue_url(QueueName="measured")["QueueUrl"])
    aws_client(aws, "logs").delete_log_group(logGroupName=GROUP)


def states(lag: str, errors: str, connector: str) -> dict[str, str]:
    return {"orders-Lag": lag, "orders-WorkerErrors": errors, "orders": connector}


def test_one_failure_is_one_message(measured: Measured) -> None:
    late = f"{WORKER} INFO cdc-lag orders 400.0 (cdc.Lag:87)"
    soon = f"{WORKER} INFO cdc-lag orders 1.0 (cdc.Lag:87)"
    broken = f"{WORKER} ERROR broken (a.B:1)"
    measured.until(states("OK", "OK", "OK"), lambda: measured.write(soon))
    assert measured.messages(0) == []
    measured.until(states("ALARM", "ALARM", "ALARM"), lambda: measured.write(late, broken))
    assert measured.messages(1) == ["orders ALARM"]
    measured.until(states("OK", "OK", "OK"), lambda: measured.write(soon))
    assert measured.messages(1) == ["orders OK"]
    assert measured.messages(0) == []


def test_a_log_that_stops_is_an_alarm_on_the_lag(measured: Measured) -> None:
    measured.write(f"{WORKER} INFO cdc-lag orders 1.0 (cdc.Lag:87)")
    measured.until(states("ALARM", "OK", "ALARM"))


def test_lines_from_before_the_filter_do_not_count(measured: Measured) -> None:
    measured.write(f"{WORKER} INFO cdc-lag orders 1.0 (cdc.Lag:87)")
    measured.until(states("ALARM", "OK", "ALARM"))
    published = aws_client(measured.aws, "cloudwatch").list_metrics(Namespace=measured.namespace)["Metrics"]
    assert {one["MetricName"] for one in published} == {"Lag", "WorkerErrors"}
    values = aws_client(measured.aws, "cloudwatch").get_metric_statistics(
        Namespace=measured.namespace,
        MetricName="Lag",
        StartTime=datetime.now(UTC) - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(hours=1),
        Period=7200,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert [one["Maximum"] for one in values] == [1.0]
