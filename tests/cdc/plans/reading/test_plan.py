"""Reading plans: errors for anything else, and the stack of a plan."""

import json
from typing import Any, Final

import pytest

from cdc.plans.reading.plan import PlanError, parse
from cdc.plans.reading.resources import UNKNOWN, Side
from tests.cdc.plans.conftest import Planned

EMPTY: Final = {"format_version": "1.2", "planned_values": {}, "configuration": {}}
CHANGE: Final = {"address": "aws_vpc.x", "mode": "managed", "type": "aws_vpc", "change": {"actions": ["no-op"]}}

UNREADABLE: Final = {
    "nothing": (b" \n", "is empty; create one with: terraform plan -out tfplan; terraform show -json tfplan"),
    "no JSON": (b"Terraform will perform the following actions:", "is not JSON"),
    "a list": (b"[]", "must be a JSON object"),
    "the plan file itself": (
        b"PK\x03\x04...",
        "is a plan file, not its JSON: use the output of terraform show -json p",
    ),
    "the log of a plan": (b'{"@level":"info"}\n{"@level":"info"}\n', "is the log of terraform plan -json"),
    "a log of one line": (b'{"@message":"x","@level":"info"}', "is the log of terraform plan -json"),
    "a plan that HCP Terraform keeps": (b'{"remote_plan_format":1,"run_id":"run-1"}', "only refers to a plan in HCP"),
    "a state, as terraform show prints it": (b'{"format_version":"1.0","values":{}}', "is a state, not a plan"),
    "a state file": (b'{"version":4,"lineage":"x","resources":[]}', "is a state, not a plan"),
    "an empty state": (b'{"format_version":"1.0"}', "is not a plan"),
    "another format": (json.dumps({**EMPTY, "format_version": "2.0"}).encode(), "format_version must be 1.x"),
    "format 10": (json.dumps({**EMPTY, "format_version": "10.0"}).encode(), "must be 1.x"),
    "an errored plan": (json.dumps({**EMPTY, "errored": True}).encode(), "this plan ended in an error"),
    "an invalid change": (
        json.dumps({**EMPTY, "resource_changes": [{"address": "x"}]}).encode(),
        "resource_changes.0.type is not valid in a plan of format 1: field required",
    ),
    "an unknown action": (
        json.dumps({**EMPTY, "resource_changes": [{**CHANGE, "change": {"actions": ["archive"]}}]}).encode(),
        "resource_changes.0.change.actions.0 is not valid in a plan",
    ),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_anything_but_a_plan_is_an_error(content: bytes, message: str) -> None:
    with pytest.raises(PlanError) as error:
        parse(content, "p")
    assert str(error.value).startswith("p: ")
    assert message in str(error.value)


def test_an_error_never_shows_a_value() -> None:
    secret = {**CHANGE, "change": {"actions": ["update"], "before": "hunter2"}}
    with pytest.raises(PlanError) as error:
        parse(json.dumps({**EMPTY, "resource_changes": [secret]}).encode(), "p")
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plan_is_read_in_the_encodings_that_shells_write(encoding: str) -> None:
    assert parse(json.dumps(EMPTY).encode(encoding), "p").resources == ()


@pytest.mark.parametrize(
    ("change", "stack"),
    [
        ("weekly", "prod-connect"),
        ("first", "prod-connect"),
        ("zones", "prod-platform"),
        ("no platform", "prod-platform"),
        ("no state store", "prod-state"),
    ],
)
def test_a_plan_belongs_to_a_stack(planned: Planned, change: str, stack: str) -> None:
    plan = planned(change)
    assert parse(json.dumps(plan).encode(), "tfplan.json").stack == stack
    plan["configuration"] = {}  # the tags of the resources remain
    assert parse(json.dumps(plan).encode(), "tfplan.json").stack == stack


def test_another_project_is_named_after_its_file(planned: Planned) -> None:
    text = json.dumps(planned("weekly")).replace("msk-cdc", "other")
    assert parse(text.encode(), "tfplan.json").stack == "tfplan.json"


SIDE: Final = Side(
    {"known": {"a": 1}, "list": [{"b": 2}], "none": None},
    unknown={"known": {"c": True}, "list": [{"d": True}], "all": True},
    sensitive={"known": {"a": True}, "whole": True},
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("known", "a"), 1),
        (("known", "c"), UNKNOWN),
        (("known", "x"), None),
        (("list", 0, "b"), 2),
        (("list", 0, "d"), UNKNOWN),
        (("list", 1, "b"), None),
        (("all",), UNKNOWN),
        (("all", "below", 0), UNKNOWN),
        (("none", "below"), None),
    ],
)
def test_a_value_is_known_unknown_or_missing(path: tuple[str | int, ...], value: Any) -> None:
    assert SIDE.get(*path) == value


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        (("known", "a"), True),
        (("known", "c"), False),
        (("known",), True),
        (("whole", "below"), True),
        (("list", 0), False),
    ],
)
def test_a_sensitive_value_hides_its_parts_and_its_parents(path: tuple[str | int, ...], hidden: bool) -> None:
    assert SIDE.hides(*path) is hidden


def test_names_include_unknown_values() -> None:
    assert SIDE.names("known") == ["a", "c"]
    assert SIDE.has_unknown("known")
    assert not SIDE.has_unknown("none")
