"""The deployed dashboard, drawn from the metrics that the embedded AWS has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from cdc.rehearse.page import plots
from cdc.rehearse.page.elements import element

_STATES: Final = {"OK": "good", "ALARM": "bad"}
_NO_DATA: Final = "INSUFFICIENT_DATA"


def drawn(dashboards: Sequence[Mapping[str, Any]], *, end: float) -> Iterator[Element]:
    """The widgets in their order; one whose metrics a rehearsal does not have says so."""
    for dashboard in dashboards:
        yield element("h3", dashboard["name"])
        graphs: list[Element] = []
        for widget in dashboard["widgets"]:
            if widget["type"] == "metric":
                graphs.append(_graph(widget, end))
                continue
            yield from _row(graphs)
            graphs = []
            yield from _alarms(widget) if widget["type"] == "alarm" else [element("h3", widget["text"])]
        yield from _row(graphs)


def _row(graphs: Sequence[Element]) -> Iterator[Element]:
    if graphs:
        yield element("div", *graphs, class_="plots")


def _graph(widget: Mapping[str, Any], end: float) -> Element:
    lines = [plots.Line(one["label"], one["points"]) for one in widget["lines"]]
    metrics = dict.fromkeys(name for one in widget["lines"] for name in one["metrics"])
    limit = f"; alarm at {', '.join(f'{one:g}' for one in widget['limits'])}" if widget["limits"] else ""
    empty = f"no value in this rehearsal of {', '.join(metrics)}, which AWS publishes{limit}"
    return plots.figure(widget["title"], lines, end=end, limits=widget["limits"], empty=empty)


def _alarms(widget: Mapping[str, Any]) -> Iterator[Element]:
    states: Mapping[str, str] = widget["states"]
    known = {name: state for name, state in states.items() if state != _NO_DATA}
    chips = [
        element("li", f"{name}: ", element("span", state, class_=_STATES.get(state))) for name, state in known.items()
    ]
    yield element("p", element("strong", widget["title"]), f", {len(states)} in all:")
    if chips:
        yield element("ul", *chips, class_="chips")
    if silent := [name for name, state in states.items() if state == _NO_DATA]:
        summary = f"{len(silent)} watch metrics that a rehearsal does not have"
        yield element("details", element("summary", summary), element("p", ", ".join(silent)))


def _chip(alarm: str, state: str) -> Element:
    return element("li", f"{alarm}: ", element("span", state, class_=_STATES.get(state)))
