"""The file of what may pass: what it must hold, whom it covers, and until when."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cdc.plans import findings as rules
from cdc.plans.findings import Finding
from cdc.plans.overrides import Override, OverridesError, apply, load

UNTIL: Final = date(2026, 12, 31)
GIVEN: Final = {
    "rule": "connector-destroyed",
    "address": "aws_mskconnect_connector.x",
    "reason": "its application is gone",
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
def test_a_file_without_overrides_is_fine(tmp_path: Path, content: str) -> None:
    assert load(written(tmp_path, content)) == ()


WRONG: Final = {
    "a rule is missing": ({**GIVEN, "rule": None}, "rule"),
    "a reason of spaces": ({**GIVEN, "reason": "  "}, "[0].reason: must not be empty"),
    "a day that is none": ({**GIVEN, "until": "2026-02-30"}, "[0].until: "),
    "a day as a number": ({**GIVEN, "until": 20261231}, "[0].until: must be a day, yyyy-mm-dd"),
    "a moment": ({**GIVEN, "until": "2026-12-31T10:00:00"}, "[0].until: must be a day"),
    "a key of another file": ({**GIVEN, "environment": "prod"}, "[0].environment: is an unknown key"),
    "a rule with a slip": (
        {**GIVEN, "rule": "connector-destroy"},
        "there is no rule 'connector-destroy'; did you mean connector-destroyed?",
    ),
    "a rule from nowhere": ({**GIVEN, "rule": "xyz"}, "there is no rule 'xyz'; rules are cluster-destroyed, "),
}


@pytest.mark.parametrize(("content", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_override_is_told(tmp_path: Path, content: dict[str, Any], told: str) -> None:
    with pytest.raises(OverridesError) as error:
        load(written(tmp_path, [content]))
    assert told in str(error.value)


@pytest.mark.parametrize("key", GIVEN)
def test_each_key_must_be_there(tmp_path: Path, key: str) -> None:
    with pytest.raises(OverridesError, match=rf"plan-overrides\.yaml: \[0\]\.{key}: is missing$"):
        load(written(tmp_path, [{one: value for one, value in GIVEN.items() if one != key}]))


@pytest.mark.parametrize("content", [GIVEN, "text", "[: no yaml"])
def test_a_file_that_is_no_list_is_told(tmp_path: Path, content: Any) -> None:
    with pytest.raises(OverridesError, match=r"must be a list of overrides|is not YAML"):
        load(written(tmp_path, content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
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
def test_an_override_covers_its_rule_at_its_address(given: dict[str, str], covers: bool) -> None:
    judged = apply([FINDING], [override(**given)], today=UNTIL)
    assert bool(judged.passed) is covers
    assert bool(judged.refused) is not covers
    assert bool(judged.unused) is not covers


def test_an_override_holds_through_its_last_day_and_no_longer() -> None:
    assert apply([FINDING], [override()], today=UNTIL).passed == ((FINDING, override()),)
    later = apply([FINDING], [override()], today=date(2027, 1, 1))
    assert (later.refused, later.passed, later.expired, later.unused) == ((FINDING,), (), (override(),), ())


def test_the_first_override_that_holds_gives_the_reason() -> None:
    old, first, second = override(until=date(2026, 1, 1)), override(reason="first"), override(reason="second")
    judged = apply([FINDING], [old, first, second], today=UNTIL)
    assert judged.passed == ((FINDING, first),)
    assert (judged.expired, judged.unused) == ((old,), ())
