"""Widgets of a CloudWatch dashboard, and their places on its grid of 24 columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

COLUMNS: Final = 24
HEIGHT: Final = 6
# What a widget of alarms may show (CloudWatch's dashboard body structure).
MOST_ALARMS: Final = 100

Widget = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of a graph: the sum of ``metrics`` of one namespace and ``dimensions``."""

    label: str
    namespace: str
    metrics: tuple[str, ...]
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A graph over time; ``limit`` is the value that raises an alarm."""

    title: str
    statistic: str
    lines: Sequence[Line]
    limit: float | None = None


class Grid:
    """Places widgets from the top, in rows that fill the width."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._y = 0
        self.widgets: list[Widget] = []

    def alarms(self, title: str, arns: Sequence[str]) -> None:
        """The first ``MOST_ALARMS`` alarms of ``arns``, with their states; no row without any."""
        if arns:
            self._place([("alarm", {"title": title, "alarms": list(arns[:MOST_ALARMS])})], height=3)

    def row(self, title: str, graphs: Sequence[Graph]) -> None:
        """A heading and ``graphs`` side by side; those without lines are left out, and so is an empty row."""
        shown = [graph for graph in graphs if graph.lines]
        if shown:
            self._place([("text", {"markdown": f"## {title}", "background": "transparent"})], height=1)
            self._place([("metric", self._graph(graph)) for graph in shown], height=HEIGHT)

    def _place(self, widgets: Sequence[tuple[str, Widget]], *, height: int) -> None:
        width = COLUMNS // len(widgets)
        for number, (kind, properties) in enumerate(widgets):
            place = {"x": number * width, "y": self._y, "width": width, "height": height}
            self.widgets.append({"type": kind, **place, "properties": properties})
        self._y += height

    def _graph(self, graph: Graph) -> Widget:
        entries = [entry for number, line in enumerate(graph.lines) for entry in _entries(number, line)]
        made: Widget = {
            "title": graph.title,
            "region": self._region,
            "view": "timeSeries",
            "stat": graph.statistic,
            "period": 60,
            "metrics": entries,
            "yAxis": {"left": {"min": 0}},
        }
        if graph.limit is not None:
            made["annotations"] = {"horizontal": [{"label": "alarm", "value": graph.limit}]}
        return made


def _entries(number: int, line: Line) -> list[list[Any]]:
    dimensions = [part for pair in line.dimensions.items() for part in pair]
    metrics = [[line.namespace, metric, *dimensions] for metric in line.metrics]
    if len(metrics) == 1:
        return [[*metrics[0], {"label": line.label}]]
    ids = [f"m{number}x{index}" for index in range(len(metrics))]
    hidden = [[*metric, {"id": id_, "visible": False}] for id_, metric in zip(ids, metrics, strict=True)]
    return [[{"expression": " + ".join(ids), "label": line.label, "id": f"sum{number}"}], *hidden]
