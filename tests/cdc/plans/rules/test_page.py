"""docs/plans.md has the tables of the rules, and its examples are valid."""

import re
from pathlib import Path

import pytest
import yaml

from cdc.plans.overrides import confirmation, load
from cdc.plans.rules.catalog import RULES
from cdc.plans.rules.page import PAGE, generated
from cdc.plans.rules.rule import Grade

TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(- .*?)```", TEXT, re.DOTALL)


def test_the_page_is_current() -> None:
    assert generated(TEXT) == TEXT, "run: make rules"


def test_every_rule_is_in_a_table_once() -> None:
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", TEXT, re.MULTILINE)) == sorted(RULES)


def test_a_rule_that_is_missing_is_added_again() -> None:
    assert generated(re.sub(r"^\| `peering-removed` .*\n", "", TEXT, flags=re.MULTILINE)) == TEXT


def test_a_page_without_its_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have the lines"):
        generated(TEXT.replace(f"<!-- end of rules {Grade.TO_CONFIRM} -->", ""))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_all_that_a_reader_needs(rule: object) -> None:
    assert all(str(value).strip() and "|" not in str(value) for value in vars(rule).values())


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_is_valid(tmp_path: Path, block: str) -> None:
    (path := tmp_path / "plan-overrides.yaml").write_text(block)
    [accepted] = load(path)
    assert accepted.model_dump(exclude_none=True) == yaml.safe_load(block)[0]


def test_the_examples_are_of_both_kinds() -> None:
    assert [block.split(":")[0] for block in BLOCKS] == ["- rule", "- confirm"]


def test_the_example_on_the_command_line_is_valid() -> None:
    [given] = re.findall(r"--confirm (\S+@\S+)\n", TEXT)
    assert RULES[confirmation(given).confirm].grade is Grade.TO_CONFIRM
