"""A name in a plan cannot write to the terminal, or end a line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app
from tests.cdc.plans.small import change, plan

NAME = "x\x1b[2J\x1b[Hno data loss found\u202e\ud800\nrefused: nothing"


@pytest.mark.parametrize("arguments", [["plan-guard"], ["plan-guard", "--json"], ["plan-summary"]])
def test_control_characters_of_a_name_are_escaped(tmp_path: Path, arguments: list[str]) -> None:
    connector = change("aws_mskconnect_connector", {"name": NAME, "connector_configuration": {}}, None, name=NAME)
    (path := tmp_path / "plan\x1b.json").write_text(json.dumps(plan(connector)))
    done = CliRunner().invoke(app, [*arguments, str(path)])
    assert done.exit_code == (0 if "plan-summary" in arguments else 1)
    assert "\\x1b[2J" in done.output or "\\u001b[2J" in done.output
    assert not [char for char in done.output if not char.isprintable() and char != "\n"]
    assert not any(line.startswith("refused: nothing") for line in done.output.splitlines())


def test_neither_can_the_name_of_a_file(tmp_path: Path) -> None:
    (path := tmp_path / "plan\x1b[2J.json").write_text("no JSON")
    done = CliRunner().invoke(app, ["plan-guard", str(path)])
    assert done.exit_code == 2
    assert "plan\\x1b[2J.json: is not JSON" in done.output
