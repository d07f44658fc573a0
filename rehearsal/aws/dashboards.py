"""The account's CloudWatch dashboards with the values of their metrics, and the metric ``Lag``, for a report."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Final

Point = tuple[float, float]  # seconds since the beginning, value
_PERIOD: Final = 10  # seconds: a rehearsal takes minutes
_NO_DATA: Final = "INSUFFICIENT_DATA"
_ID: Final = re.compile(r"[a-z]\w*")


@dataclass(frozen=True)
class Metrics:
    """Reads metrics by boto3's ``cloudwatch``; seconds count from ``began``, a time with its zone."""

    cloudwatch: Any
    began: datetime

    def dashboards(self) -> list[dict[str, Any]]:
        """Each has a ``name`` and ``widgets``: texts, alarms with their states, and graphs with their lines' points."""
        found = [one["DashboardName"] for one in self._all("list_dashboards", "DashboardEntries")]
        return [{"name": name, "widgets": list(self._widgets(name))} for name in sorted(found)]

    def lag(self) -> dict[str, list[Point]]:
        """The seconds behind the database, by the connector that the namespace of its metric is named after."""
        namespaces = sorted({one["Namespace"] for one in self._all("list_metrics", "Metrics", MetricName="Lag")})
        return {name.rpartition("/")[2]: self._points([name, "Lag"], "Maximum") for name in namespaces}

    def _all(self, operation: str, key: str, **limits: str) -> Iterator[dict[str, Any]]:
        for page in self.cloudwatch.get_paginator(operation).paginate(**limits):
            yield from page.get(key, [])

    def _widgets(self, dashboard: str) -> Iterator[dict[str, Any]]:
        body = json.loads(self.cloudwatch.get_dashboard(DashboardName=dashboard)["DashboardBody"])
        for widget in body["widgets"]:
            kind, shown = widget["type"], widget["properties"]
            if kind == "text":
                yield {"type": kind, "text": shown["markdown"].lstrip("# ")}
            elif kind == "alarm":
                yield {"type": kind, "title": shown["title"], "states": self._states(shown["alarms"])}
            else:
                yield {
                    "type": kind,
                    "title": shown["title"],
                    "limits": [one["value"] for one in shown.get("annotations", {}).get("horizontal", [])],
                    "lines": list(self._lines(shown)),
                }

    def _states(self, arns: Sequence[str]) -> dict[str, str]:
        """By alarm, in the widget's order; of an alarm without a value INSUFFICIENT_DATA, as on AWS."""
        names = [arn.partition(":alarm:")[2] for arn in arns]
        published = {_identity(one) for one in self._all("list_metrics", "Metrics")}
        known = {one["AlarmName"]: one["StateValue"] for one in self._all("describe_alarms", "CompositeAlarms")}
        for one in self._all("describe_alarms", "MetricAlarms"):
            watched = {_identity(metric) for metric in _watched(one)}
            known[one["AlarmName"]] = one["StateValue"] if not watched or watched & published else _NO_DATA
        return {name: known[name] for name in names if name in known}

    def _lines(self, graph: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Those that are visible; an expression is a sum of the graph's other metrics."""
        entries = [(entry[:-1], entry[-1]) for entry in graph["metrics"]]
        by_id = {options["id"]: metric for metric, options in entries if "id" in options}
        for metric, options in entries:
            if options.get("visible", True):
                summed = _ID.findall(options.get("expression", ""))
                metrics = [by_id[one] for one in summed] if summed else [metric]
                points = [self._points(one, graph["stat"]) for one in metrics]
                names = [f"{one[0]} {one[1]}" for one in metrics]
                yield {"label": options["label"], "metrics": names, "points": reduce(_added, points)}

    def _points(self, metric: Sequence[str], statistic: str) -> list[Point]:
        """``metric`` as in a widget: namespace, name, then names and values of dimensions."""
        namespace, name, *pairs = metric
        dimensions = [{"Name": key, "Value": value} for key, value in zip(pairs[::2], pairs[1::2], strict=True)]
        asked = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
        [found] = self.cloudwatch.get_metric_data(
            MetricDataQueries=[
                {"Id": "asked", "MetricStat": {"Metric": asked, "Period": _PERIOD, "Stat": statistic}},
            ],
            StartTime=self.began,
            EndTime=datetime.now(UTC) + timedelta(seconds=1),
        )["MetricDataResults"]
        times = [(moment - self.began).total_seconds() for moment in found["Timestamps"]]
        return sorted((round(at, 1), value) for at, value in zip(times, found["Values"], strict=True))


def _watched(alarm: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metrics of an alarm."""
    queries = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
    return [*queries, *([alarm] if "MetricName" in alarm else [])]


def _identity(metric: Mapping[str, Any]) -> tuple[str, str, frozenset[tuple[str, str]]]:
    dimensions = frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions", []))
    return metric["Namespace"], metric["MetricName"], dimensions


def _added(left: list[Point], right: list[Point]) -> list[Point]:
    """As CloudWatch adds metrics: only where both have a value."""
    other = dict(right)
    return [(at, value + other[at]) for at, value in left if at in other]
