"""The CloudWatch dashboard: its metrics exist, its limits are the alarms', and nothing covers anything."""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from tests.synthesized import Stack, changed, document
from tests.terraform.variants import EXISTING_KAFKA, VARIANTS, with_stock
from tests.unit.conftest import Synthesize
from tests.unit.published_metrics import published

Widget = dict[str, Any]
PROD = document("prod")
EXPRESS = VARIANTS["express"]


def widgets(stack: Stack) -> list[Widget]:
    dashboard = stack.one("aws_cloudwatch_dashboard", "dashboard/dashboard")
    assert dashboard["dashboard_name"] == "cdc-prod"
    found: list[Widget] = json.loads(dashboard["dashboard_body"])["widgets"]
    return found


def graphs(stack: Stack) -> dict[str, Widget]:
    return {one["properties"]["title"]: one["properties"] for one in widgets(stack) if one["type"] == "metric"}


def metrics(stack: Stack) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of every metric."""
    for graph in graphs(stack).values():
        for namespace, name, *rest in (one for one in graph["metrics"] if isinstance(one[0], str)):
            names = [part for part in rest if isinstance(part, str)]
            yield namespace, name, dict(zip(names[::2], names[1::2], strict=True))


def unknown(stack: Stack, *, express: bool = False) -> list[str]:
    """Metrics that neither AWS publishes nor a metric filter of the stack makes."""
    known = {**published(express=express), **own(stack)}
    return [
        f"{namespace}/{name}"
        for namespace, name, dimensions in metrics(stack)
        if known.get(namespace, {}).get(name) != frozenset(dimensions)
    ]


def own(stack: Stack) -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for one in stack.all("aws_cloudwatch_log_metric_filter").values():
        made = one["metric_transformation"]
        found.setdefault(made["namespace"], {})[made["name"]] = frozenset()
    return found


def test_every_metric_exists(connect: Stack, synth: Synthesize) -> None:
    assert len([*metrics(connect)]) == 3 * 7 + 8
    assert unknown(connect) == []
    assert unknown(synth(EXPRESS)["connect"], express=True) == []


def test_a_metric_that_express_brokers_do_not_publish_is_noticed(connect: Stack) -> None:
    assert "AWS/Kafka/KafkaDataLogsDiskUsed" in unknown(connect, express=True)


def test_every_alarm_watches_a_metric_that_exists(connect: Stack, synth: Synthesize) -> None:
    for stack, express in ((connect, False), (synth(EXPRESS)["connect"], True)):
        known = {**published(express=express), **own(stack)}
        for alarm in stack.all("aws_cloudwatch_metric_alarm").values():
            for metric in (query["metric"] for query in alarm["metric_query"] if "metric" in query):
                dimensions = frozenset(metric.get("dimensions", {}))
                assert known[metric["namespace"]][metric["metric_name"]] == dimensions, metric


def test_the_limits_are_those_of_the_alarms(connect: Stack) -> None:
    alarms = connect.all("aws_cloudwatch_metric_alarm")
    limits = {
        title: graph["annotations"]["horizontal"][0]["value"]
        for title, graph in graphs(connect).items()
        if "annotations" in graph
    }
    assert limits == {
        "Seconds behind the database": alarms["alarms/connectors/orders/Lag"]["threshold"],
        "Workers: CPU, per cent": alarms["alarms/connectors/orders/CpuUtilization"]["threshold"],
        "Workers: memory, per cent": alarms["alarms/connectors/orders/MemoryUtilization"]["threshold"],
        "Disk used, per cent": alarms["alarms/kafka/broker-1/KafkaDataLogsDiskUsed"]["threshold"],
        "CPU, per cent": alarms["alarms/kafka/broker-1/CpuUser-CpuSystem"]["threshold"],
        "Heap after collection, per cent": alarms["alarms/kafka/broker-1/HeapMemoryAfterGC"]["threshold"],
        "Partitions without all replicas": alarms["alarms/kafka/broker-1/UnderReplicatedPartitions"]["threshold"],
    }


def test_the_limit_of_the_lag_follows_the_file(synth: Synthesize) -> None:
    stack = synth(changed(PROD, alarms__lag_seconds=900))["connect"]
    assert graphs(stack)["Seconds behind the database"]["annotations"]["horizontal"][0]["value"] == 900


def test_begins_with_the_alarms_that_notify(connect: Stack) -> None:
    first = widgets(connect)[0]
    assert first["type"] == "alarm"
    notifying = [
        f"${{{connect.address(type_, path)}.arn}}"
        for type_ in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
        for path, alarm in connect.all(type_).items()
        if alarm.get("ok_actions")
    ]
    assert sorted(first["properties"]["alarms"]) == sorted(notifying)


def test_a_large_cluster_has_as_many_alarms_as_a_widget_may_show(synth: Synthesize) -> None:
    stack = synth(changed(PROD, kafka__brokers=30))["connect"]
    assert len(widgets(stack)[0]["properties"]["alarms"]) == 100


@pytest.mark.parametrize(
    "content",
    [PROD, EXPRESS, with_stock(PROD), changed(PROD, kafka=EXISTING_KAFKA)],
    ids=["prod", "express", "two", "existing"],
)
def test_fills_the_grid_and_nothing_covers_anything(content: dict[str, Any], synth: Synthesize) -> None:
    cells = [
        {(x, y) for x in range(one["x"], one["x"] + one["width"]) for y in range(one["y"], one["y"] + one["height"])}
        for one in widgets(synth(content)["connect"])
    ]
    assert all(one.isdisjoint(other) for one, other in combinations(cells, 2))
    assert all(0 <= x < 24 for one in cells for x, _ in one)


def test_each_connector_has_its_lines(synth: Synthesize) -> None:
    found = graphs(synth(with_stock(PROD))["connect"])
    assert [one[-1]["label"] for one in found["Records written per second"]["metrics"]] == ["orders", "stock"]


def test_brokers_of_an_existing_cluster_are_left_out(synth: Synthesize) -> None:
    stack = synth(changed(PROD, kafka=EXISTING_KAFKA))["connect"]
    assert {namespace for namespace, _, _ in metrics(stack)} & {"AWS/Kafka"} == set()
    assert unknown(stack) == []


def test_what_is_off_is_left_out(synth: Synthesize) -> None:
    stack = synth(changed(PROD, alarms={"dashboard": False}))["connect"]
    assert stack.all("aws_cloudwatch_dashboard") == {}


def test_lag_and_self_healing_that_are_off_are_not_shown(synth: Synthesize) -> None:
    found = graphs(synth(changed(PROD, alarms={"lag": False, "self_healing": False}))["connect"])
    assert {"Seconds behind the database", "Restarts that failed"}.isdisjoint(found)
