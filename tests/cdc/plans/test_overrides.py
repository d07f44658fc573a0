"""The overrides file: its keys, the findings that it allows, and expiry."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cdc.plans.overrides import Accepted, Confirmation, Override, OverridesError, apply, confirmation, load
from cdc.plans.rules import connectors as rules, network
from cdc.plans.rules.rule import Finding

UNTIL: Final = date(2026, 12, 31)
GIVEN: Final = {
    "rule": "connector-destroyed",
    "address": "aws_mskconnect_connector.x",
    "reason": "its application was shut down",
    "until": UNTIL,
}
FINDING: Final = Finding(rules.CONNECTOR_DESTROYED, "prod-connect", "aws_mskconnect_connector.x", "x is destroyed")


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "plan-overrides.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def override(**changes: Any) -> Override:
    return Override.model_validate(GIVEN | changes)


def test_a_file_is_read(tmp_path: Path) -> None:
    assert load(written(tmp_path, [GIVEN, {**GIVEN, "stack": "prod-connect"}])) == (
        override(),
        override(stack="prod-connect"),
    )
    assert load(written(tmp_path, [{**GIVEN, "until": "2026-12-31"}])) == (override(),)


@pytest.mark.parametrize("content", ["", "[]", "# none yet\n"])
def test_a_file_without_overrides_is_valid(tmp_path: Path, content: str) -> None:
    assert load(written(tmp_path, content)) == ()


WRONG: Final = {
    "a rule is missing": ({**GIVEN, "rule": None}, "rule"),
    "a reason of spaces": ({**GIVEN, "reason": "  "}, "[0].reason: must not be empty"),
    "a date that does not exist": (
        {**GIVEN, "until": "2026-02-30"},
        "[0].until: must be a date, YYYY-MM-DD, and 2026-02-30 does not exist",
    ),
    "a date as a number": ({**GIVEN, "until": 20261231}, "[0].until: must be a date, YYYY-MM-DD"),
    "a timestamp": ({**GIVEN, "until": "2026-12-31T10:00:00"}, "[0].until: must be a date"),
    "an unknown key": ({**GIVEN, "environment": "prod"}, "[0].environment: is an unknown key"),
    "a misspelled rule": (
        {**GIVEN, "rule": "connector-destroy"},
        "there is no rule 'connector-destroy'; did you mean connector-destroyed?",
    ),
    "an unknown rule": ({**GIVEN, "rule": "xyz"}, "there is no rule 'xyz'; rules are cluster-destroyed, "),
}


@pytest.mark.parametrize(("content", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_override_is_an_error(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    with pytest.raises(OverridesError) as error:
        load(written(tmp_path, [content]))
    assert message in str(error.value)


@pytest.mark.parametrize("key", GIVEN)
def test_each_key_is_required(tmp_path: Path, key: str) -> None:
    with pytest.raises(OverridesError, match=rf"plan-overrides\.yaml:1: \[0\]\.{key}: is missing$"):
        load(written(tmp_path, [{one: value for one, value in GIVEN.items() if one != key}]))


@pytest.mark.parametrize("content", [GIVEN, "text", "[: no yaml"])
def test_a_file_must_be_a_list(tmp_path: Path, content: Any) -> None:
    with pytest.raises(OverridesError, match=r"must be a list of overrides|is not YAML"):
        load(written(tmp_path, content))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OverridesError, match="cannot be read"):
        load(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("given", "covers"),
    [
        ({}, True),
        ({"stack": "prod-connect"}, True),
        ({"stack": "dev-connect"}, False),
        ({"rule": "connector-renamed"}, False),
        ({"address": "aws_mskconnect_connector.y"}, False),
    ],
)
def test_an_override_allows_its_rule_at_its_address(given: dict[str, str], covers: bool) -> None:
    findings = apply([FINDING], [override(**given)], today=UNTIL)
    assert bool(findings.allowed) is covers
    assert bool(findings.refused) is not covers
    assert bool(findings.unused) is not covers


def test_an_override_is_valid_through_its_last_day() -> None:
    assert apply([FINDING], [override()], today=UNTIL).allowed == ((FINDING, override()),)
    later = apply([FINDING], [override()], today=date(2027, 1, 1))
    assert (later.refused, later.allowed, later.expired, later.unused) == ((FINDING,), (), (override(),), ())


def test_the_first_valid_override_gives_the_reason() -> None:
    old, first, second = override(until=date(2026, 1, 1)), override(reason="first"), override(reason="second")
    findings = apply([FINDING], [old, first, second], today=UNTIL)
    assert findings.allowed == ((FINDING, first),)
    assert (findings.expired, findings.unused) == ((old,), ())


TO_CONFIRM: Final = {"confirm": "peering-removed", "address": "aws_vpc_peering_connection.x"}
STOPPED: Final = Finding(network.PEERING_REMOVED, "prod-platform", TO_CONFIRM["address"], "it is destroyed")


def test_a_confirmation_needs_no_reason_and_no_last_day(tmp_path: Path) -> None:
    [given] = load(written(tmp_path, [TO_CONFIRM]))
    assert given == Confirmation(confirm="peering-removed", address="aws_vpc_peering_connection.x")
    assert apply([STOPPED], [given], today=date.max).passes


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        ([], False),
        ([Confirmation.model_validate(TO_CONFIRM | {"address": "aws_vpc_peering_connection.y"})], False),
        ([Confirmation.model_validate(TO_CONFIRM | {"stack": "dev-platform"})], False),
        ([Confirmation.model_validate(TO_CONFIRM | {"until": "2026-12-30"})], False),
        ([Confirmation.model_validate(TO_CONFIRM | {"until": "2026-12-31", "stack": "prod-platform"})], True),
        ([confirmation("peering-removed@aws_vpc_peering_connection.x")], True),
        ([override(rule="peering-removed", address="aws_vpc_peering_connection.x")], True),
    ],
)
def test_what_stops_a_connector_waits_for_a_confirmation_or_an_override(given: list[Accepted], passes: bool) -> None:
    result = apply([STOPPED], given, today=UNTIL)
    assert (result.passes, result.to_confirm, result.refused) == (passes, () if passes else (STOPPED,), ())


def test_data_loss_cannot_be_confirmed(tmp_path: Path) -> None:
    loss = {"confirm": "connector-destroyed", "address": FINDING.address}
    message = "connector-destroyed loses data, so it cannot be confirmed: write an override with rule, reason and until"
    with pytest.raises(OverridesError, match=rf"plan-overrides\.yaml:2: \[0\]\.confirm: {message}$"):
        load(written(tmp_path, [loss]))
    with pytest.raises(OverridesError, match=rf"--confirm must be RULE@ADDRESS, got '.*': {message}$"):
        confirmation("connector-destroyed@aws_mskconnect_connector.x")


def test_an_entry_is_an_override_or_a_confirmation(tmp_path: Path) -> None:
    with pytest.raises(OverridesError, match=r"\[0\]\.rule: is an unknown key$"):
        load(written(tmp_path, [TO_CONFIRM | {"rule": "peering-removed"}]))


@pytest.mark.parametrize("text", ["peering-removed", "peering-removed@", "@x", "peering@x", ""])
def test_a_wrong_confirmation_is_an_error(text: str) -> None:
    with pytest.raises(OverridesError, match=r"--confirm must be RULE@ADDRESS, got "):
        confirmation(text)


LINES: Final = {
    "a date that does not exist, without quotes": (
        "- rule: connector-destroyed\n  address: x\n  reason: gone\n  until: 2026-02-30\n",
        ":4: [0].until: must be a date, YYYY-MM-DD, and 2026-02-30 does not exist",
    ),
    "a month that does not exist": (
        "- {rule: connector-destroyed, address: x, reason: gone,\n   until: 2026-13-01}\n",
        ":2: [0].until: must be a date, YYYY-MM-DD, and 2026-13-01 does not exist",
    ),
    "a key twice": (
        "- confirm: peering-removed\n  address: x\n\n  address: y\n",
        ":4: [0].address: must not be repeated, line 2 has it already",
    ),
    "a key twice in the second entry": (
        "- {confirm: peering-removed, address: x}\n- rule: connector-destroyed\n  rule: key-destroyed\n"
        "  address: x\n  reason: y\n  until: 2026-01-01\n",
        ":3: [1].rule: must not be repeated, line 2 has it already",
    ),
    "an unknown key": ("- confirm: peering-removed\n  address: x\n  why: z\n", ":3: [0].why: is an unknown key"),
    "a mapping for text": ("- confirm: peering-removed\n  address: {a: b}\n", ":2: [0].address: "),
    "a list for text": ("- confirm: [a]\n  address: x\n", ":1: [0].confirm: "),
    "a number for text": ("- confirm: peering-removed\n  address: 17\n", ":2: [0].address: "),
    "text for an entry": ("- confirm: peering-removed\n  address: x\n- text\n", ":3: [1]: "),
    "null for an entry": ("-\n", ":1: [0]: "),
    "a mapping": ("rule: x\n", ":1: must be a list of overrides"),
    "a key that is a list": ("- ? [a]\n  : b\n", ":1: is not YAML: "),
    "a tag": ("- !!python/object:os.system x\n", ":1: is not YAML: "),
    "two documents": ("- a\n---\n- b\n", ":2: is not YAML: "),
    "a tab": ("- a: b\n\tc: d\n", ":2: is not YAML: "),
    "an alias of itself": ("- &a [*a]\n", ":1: is not YAML: an alias stands for itself"),
}


@pytest.mark.parametrize(("content", "message"), LINES.values(), ids=LINES)
def test_an_error_has_its_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(OverridesError) as error:
        load(path := written(tmp_path, content))
    assert f"{path}{message}" in str(error.value)


def test_all_errors_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(OverridesError) as error:
        load(written(tmp_path, "- confirm: x\n- rule: y\n  rule: z\n"))
    found = [line.split("plan-overrides.yaml:")[1].split(": ")[:2] for line in str(error.value).splitlines()]
    assert found[0] == ["3", "[1].rule"]
    assert ["1", "[0].address"] in found
    assert ["2", "[1].until"] in found
