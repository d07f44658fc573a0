"""The account's dashboards with the values of their metrics."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from rehearsal.aws.dashboards import Metrics
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, aws_client

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=100)
NAMES = (f"shown-{number}" for number in count())  # metrics stay


@pytest.fixture
def cloudwatch(aws: EmbeddedAws) -> Any:
    return aws_client(aws, "cloudwatch")


@pytest.fixture
def name(cloudwatch: Any) -> Iterator[str]:
    """Of a dashboard, and the beginning of alarms' names: both are deleted."""
    yield (name := next(NAMES))
    found = cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    for one in found:
        cloudwatch.delete_dashboards(DashboardNames=[one["DashboardName"]])
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix=f"{name}-")["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=[one["AlarmName"] for one in alarms])


def put(cloudwatch: Any, namespace: str, metric: str, *values: tuple[int, float], **dimensions: str) -> None:
    """Values by their second since the beginning."""
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    for second, value in values:
        datum = {
            "MetricName": metric,
            "Dimensions": named,
            "Value": value,
            "Timestamp": BEGAN + timedelta(seconds=second),
        }
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])


def shown(cloudwatch: Any, name: str, *widgets: dict[str, Any]) -> list[dict[str, Any]]:
    body = json.dumps({"widgets": [{"x": 0, "y": 0, "width": 6, "height": 6, **one} for one in widgets]})
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    [found] = [one for one in Metrics(cloudwatch, BEGAN).dashboards() if one["name"] == name]
    listed: list[dict[str, Any]] = found["widgets"]
    return listed


def graph(*metrics: list[Any], limit: float | None = None) -> dict[str, Any]:
    made = {"title": "a graph", "region": REGION, "stat": "Maximum", "period": 60, "metrics": list(metrics)}
    if limit is not None:
        made["annotations"] = {"horizontal": [{"label": "alarm", "value": limit}]}
    return {"type": "metric", "properties": made}


def lines(cloudwatch: Any, name: str, *metrics: list[Any]) -> dict[str, Any]:
    """The points of each line."""
    [widget] = shown(cloudwatch, name, graph(*metrics))
    return {one["label"]: one["points"] for one in widget["lines"]}


def test_a_line_has_the_values_of_its_metric_alone(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, name, "Tasks", (10, 1), (13, 3), (40, 2), ConnectorName="a")
    put(cloudwatch, name, "Tasks", (10, 9), ConnectorName="b")
    found = lines(cloudwatch, name, [name, "Tasks", "ConnectorName", "a", {"label": "of a"}])
    assert found == {"of a": [(10.0, 3.0), (40.0, 2.0)]}


def test_a_metric_without_values_has_no_points(cloudwatch: Any, name: str) -> None:
    [widget] = shown(cloudwatch, name, graph(["AWS/Kafka", name, "Broker ID", "1", {"label": "broker 1"}], limit=85))
    assert widget["limits"] == [85]
    assert widget["lines"] == [{"label": "broker 1", "metrics": [f"AWS/Kafka {name}"], "points": []}]


def test_a_sum_has_a_value_where_all_of_its_metrics_have_one(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, name, "User", (10, 4), (20, 5))
    put(cloudwatch, name, "System", (20, 7), (30, 8))
    found = lines(
        cloudwatch,
        name,
        [{"expression": "m0x0 + m0x1", "label": "CPU", "id": "sum0"}],
        [name, "User", {"id": "m0x0", "visible": False}],
        [name, "System", {"id": "m0x1", "visible": False}],
    )
    assert found == {"CPU": [(20.0, 12.0)]}


def test_alarms_have_their_states_and_those_without_a_value_no_data(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, name, "Known", (10, 1))
    arns = []
    for metric in ("Known", "Unknown"):  # as Terraform puts them
        watched = {"Metric": {"Namespace": name, "MetricName": metric, "Dimensions": []}, "Period": 60, "Stat": "Sum"}
        query = {"Id": "m0", "MetricStat": watched, "ReturnData": True}
        cloudwatch.put_metric_alarm(
            AlarmName=f"{name}-{metric}-query", Metrics=[query], EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        arns.append(f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}-{metric}-query")
        alarm = f"{name}-{metric}"
        cloudwatch.put_metric_alarm(
            AlarmName=alarm, Namespace=name, MetricName=metric, Statistic="Maximum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        arns.append(f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{alarm}")
    cloudwatch.set_alarm_state(AlarmName=f"{name}-Known", StateValue="ALARM", StateReason="here")
    arns.append(f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}-gone")
    alarms = {"type": "alarm", "properties": {"title": "Alarms", "alarms": arns}}
    [widget, text] = shown(cloudwatch, name, alarms, {"type": "text", "properties": {"markdown": "## How far?"}})
    assert widget["states"] == {
        f"{name}-Known-query": "OK",
        f"{name}-Known": "ALARM",
        f"{name}-Unknown-query": "INSUFFICIENT_DATA",
        f"{name}-Unknown": "INSUFFICIENT_DATA",
    }
    assert text == {"type": "text", "text": "How far?"}


def test_the_lag_of_each_connector(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, f"msk-cdc/{name}", "Lag", (30, 4.5), (12, 7.5), (15, 2))
    found = Metrics(cloudwatch, BEGAN).lag()
    assert found[name] == [(10.0, 7.5), (30.0, 4.5)]
