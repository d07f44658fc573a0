"""docs/plans.md names every rule, and its example override is valid."""

import re
from pathlib import Path

import yaml

from cdc.plans.findings import RULES
from cdc.plans.overrides import load
from tests.places import ROOT

PAGE = (ROOT / "docs" / "plans.md").read_text()


def test_every_rule_is_in_the_table() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [*RULES]


def test_the_example_override_is_valid(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(- rule: .*?)```", PAGE, re.DOTALL)
    assert found
    (path := tmp_path / "plan-overrides.yaml").write_text(found[1])
    [override] = load(path)
    assert override.model_dump(exclude_none=True) == yaml.safe_load(found[1])[0]
