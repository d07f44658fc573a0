"""The page of a rehearsal has what the rehearsal found, in one file that needs no other."""

import re
from dataclasses import replace
from typing import Any

import pytest

from cdc.rehearse.page.page import Material, page
from rehearsal.outcome import Outcome
from tests.cdc.rehearse.page.material import FAILED, SVG, material, recorded, shown
from tests.html_pages import SECTIONS, Shown

MEGABYTE = 1_000_000


def section(found: Shown, id_: str) -> str:
    """The text of a section."""
    [text] = [node.text for node in found.nodes if node.tag == "section" and node.attributes["id"] == id_]
    return text


def test_the_recorded_document_is_that_of_today() -> None:
    """What ``--json`` prints, and what only a page shows."""
    today = Outcome("rehearsal", (), ()).document
    assert recorded().keys() - {"summary", "observed", "failed"} == today.keys()
    assert recorded()["observed"].keys() == {"missing", "samples", "arrivals", "lag", "dashboards"}


def test_a_page_has_every_part() -> None:
    found = shown()
    assert found.sections == list(SECTIONS)
    assert [f"#{id_}" for id_ in SECTIONS] == found.attributes("a", "href")
    assert found.classes("verdict") == ["verdict passed"]
    assert found.text.index("passed in 2:40") < found.text.index("Timeline")
    assert "create 17, update 8, delete 8, schema change 1" in found.text
    assert "lost 0, dropped 0, duplicates 0" in found.text
    assert "2026-11-29 20:10 UTC, cdc 1.0" in found.text


def test_the_same_material_is_the_same_page() -> None:
    assert page(material()) == page(material())


def test_a_page_needs_no_other_file_and_runs_nothing() -> None:
    content = page(material())
    found = Shown.of(content)
    assert found.external == []
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "form"}
    [policy] = [node.attributes["content"] for node in found.nodes if "Policy" in node.attributes.get("http-equiv", "")]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "prefers-color-scheme:dark" in found.texts("style")[0]
    assert "width=device-width, initial-scale=1" in found.attributes("meta", "content")
    assert len(content) < MEGABYTE / 4


def test_the_timeline_has_each_step_where_it_was() -> None:
    found, steps = shown(), recorded()["steps"]
    text = section(found, "timeline")
    bars = [node.attributes["style"] for node in found.nodes if node.attributes.get("class") == "bar"]
    assert len(bars) == len(steps) == 11
    places = [tuple(map(float, re.findall(r"[\d.]+(?=%)", bar))) for bar in bars]
    for step, (left, width) in zip(steps, places, strict=True):
        assert step["name"] in text
        assert step["result"] in text
        assert left == pytest.approx(100 * step["at"] / recorded()["seconds"], abs=0.1)
        assert 0 <= left <= left + width <= 100.1
    assert [left for left, _ in places] == sorted(left for left, _ in places)


def test_events_by_table_with_samples() -> None:
    text = section(shown(), "events")
    for flow in recorded()["flows"]:
        [(topic, count)] = flow["topics"].items()
        assert f"{flow['source']}{topic} {count}" in text
    for sample in recorded()["observed"]["samples"]:
        assert f"topic {sample['topic']}, partition {sample['partition']}, offset {sample['offset']}" in text
    assert 'key {"id": 21}' in text
    assert "no value: a tombstone" in text
    assert "name 21" in text
    assert "name 22" in text


def test_what_an_update_changed_is_marked() -> None:
    value = {"op": "u", "before": {"id": 1, "tier": "basic"}, "after": {"id": 1, "tier": "plus", "new": None}}
    found = shown(observed={"samples": [sample(value)]})
    changed = [node.text for node in found.nodes if node.attributes.get("class") == "changed"]
    assert changed == ["tier", "new"]


def sample(value: Any) -> dict[str, Any]:
    """An event of a table with this value."""
    place = {"topic": "shop.orders", "partition": 0, "offset": 7}
    return {"connector": "shop", "table": "shop.orders", "kind": "update", **place, "key": {"id": 1}, "value": value}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"schema": {"type": "struct"}, "payload": {"op": "c", "before": None, "after": {"id": 5}}}, "columnafterid5"),
        ({"id": 5, "deleted": False}, "fieldvalueid5deletedfalse"),
        ("plain text", "plain text"),
        ([1, 2], "[1, 2]"),
        ({"op": "q", "after": {"id": 5}}, "fieldvalueopqafter"),
    ],
    ids=["with its schema", "without an envelope", "text", "a list", "another op"],
)
def test_events_of_other_shapes(value: Any, text: str) -> None:
    assert text in section(shown(observed={"samples": [sample(value)]}), "events")


def test_an_event_that_cannot_be_decoded() -> None:
    found = sample(None) | {"error": "not JSON"}
    assert "cannot be decoded: not JSON" in section(shown(observed={"samples": [found]}), "events")


def test_long_values_are_shortened() -> None:
    text = section(shown(observed={"samples": [sample({"op": "c", "after": {"doc": "x" * 5000}})]}), "events")
    assert f"{'x' * 80}… (5000 characters)" in text
    assert "x" * 81 not in text


def test_plots_of_rows_and_lag() -> None:
    found = shown()
    text = section(found, "lag")
    rows = sum(count for _, count in recorded()["observed"]["arrivals"]["cdc-rehearsal-shop"])
    assert f"cdc-rehearsal-shop, {rows:.0f} in all" in text
    assert "cdc-rehearsal-shop, last 8.2" in text
    assert {"Rows received per second", "Seconds behind the database"} <= set(found.attributes("svg", "aria-label"))


def test_without_lag_and_rows() -> None:
    text = section(shown(observed={"missing": {"samples": "it is gone"}, "lag": {}}), "lag")
    assert "no row was received" in text
    assert "no worker has written a line with its lag" in text


def test_a_part_that_could_not_be_read_has_its_reason() -> None:
    missing = {"samples": "DaemonError('gone')", "dashboards": "TimeoutError()", "lag": "KeyError('Lag')"}
    found = shown(observed={"missing": missing})
    assert "samples: could not be read: DaemonError('gone')" in section(found, "events")
    assert "dashboards: could not be read: TimeoutError()" in section(found, "dashboard")
    assert "lag: could not be read: KeyError('Lag')" in section(found, "lag")


def test_the_dashboard_is_drawn_and_what_only_aws_publishes_says_so() -> None:
    found = shown()
    text = section(found, "dashboard")
    order = ("Alarms, 19 in all", "cdc-rehearsal-shop: OK", "Is data flowing?", "Running and failed tasks", "How far")
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert "18 watch metrics that a rehearsal does not have" in text
    assert (
        "no value in this rehearsal of AWS/Kafka CpuUser, AWS/Kafka CpuSystem, which AWS publishes; alarm at 60" in text
    )
    plots = found.attributes("svg", "aria-label")
    assert {"Running and failed tasks", "Errors in the workers' logs", "Workers: memory, per cent"} <= set(plots)
    assert "CPU, per cent" not in plots


def test_alarms_that_are_on_are_marked() -> None:
    alarms = {"type": "alarm", "title": "Alarms", "states": {"a": "ALARM", "b": "OK"}}
    found = shown(observed={"dashboards": [{"name": "cdc-dev", "widgets": [alarms]}]})
    assert [node.text for node in found.nodes if node.attributes.get("class") == "bad"] == ["ALARM"]


def test_differences_are_numbered_as_in_the_picture() -> None:
    text = section(shown(), "differences")
    for number, one in enumerate(recorded()["substitutions"], 1):
        assert f"{number}{one['name']}{one['deployed']}{one['here']}" in text


def test_the_picture_is_an_image_in_the_page() -> None:
    [source] = shown().attributes("img", "src")
    assert source.startswith("data:image/svg+xml;base64,")
    undrawn = Shown.of(page(replace(material(), svg="", undrawn="ValueError('no stack')")))
    assert "could not be drawn: ValueError('no stack')" in section(undrawn, "picture")
    assert "img" not in undrawn.tags


def test_a_failure_is_on_top_with_what_was_there_until_then() -> None:
    found = shown(**FAILED, steps=recorded()["steps"][:3], changes={"create": 0, "update": 0})
    assert "changes made" not in found.texts("dt")
    assert found.classes("verdict") == ["verdict failed"]
    start = found.text.index("failed in 1:08")
    for text in (
        "snapshot, after 1:07: a connector does not run",
        "cause: the user has no privilege",
        "where: connector shop, line rehearsal.yaml:20: connectors.shop",
        "next: grant SELECT",
        "Access denied",
        "all that was said",
        "logs and configurations: /cache/failed/1",
    ):
        assert start < found.text.index(text) < found.text.index("Timeline")
    assert found.classes("failing") == ["failing"]
    assert "what had not been received by then counts as lost" in section(found, "events")
    assert found.sections == list(SECTIONS)
    assert "second plan" not in section(found, "timeline")
    assert "NOT EMPTY" not in found.text  # nothing judged it


def test_what_was_not_proven_is_on_top() -> None:
    found = shown(
        passed=False, failures=["2 events were lost", "shop: silent"], summary="failed in 2:40: 2 lost", lost=2
    )
    assert found.classes("verdict") == ["verdict failed"]
    assert found.text.index("2 events were lost") < found.text.index("shop: silent") < found.text.index("Timeline")


def test_an_error_before_the_first_step() -> None:
    failure = {"what": "missing requirements:", "findings": [], "text": "terraform"}
    document = {"environment": "dev", "passed": False, "summary": "failed before the first step", "failure": failure}
    found = Shown.of(page(Material(document)))
    assert found.sections == []
    assert "missing requirements:" in found.text
    assert "terraform" in found.text


def test_a_large_environment_stays_below_a_megabyte() -> None:
    document = recorded()
    flows, samples = document["flows"], document["observed"]["samples"]
    document["flows"] = [one | {"source": f"shop.table_{n}"} for n in range(100) for one in flows]
    document["observed"]["samples"] = [one | {"table": f"{one['table']}_{n}"} for n in range(100) for one in samples]
    content = page(Material(document, svg=SVG))
    assert len(content) < MEGABYTE
    assert "and 360 more tables" in Shown.of(content).text
