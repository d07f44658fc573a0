"""Help texts of all commands: no markup, and complete summaries in the list of commands."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cdc.cli import app

COLUMNS = 80


def commands(command: Any, *names: str) -> Iterator[tuple[str, ...]]:
    """The command itself, and those below it, by their names."""
    yield names
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, *names, name)


COMMANDS = [*commands(typer.main.get_command(app))]


def shown(*names: str) -> list[str]:
    done = CliRunner().invoke(app, [*names, "--help"], terminal_width=COLUMNS)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_all_levels_are_tested() -> None:
    assert {(), ("check",), ("state",), ("state", "restore"), ("plugin", "build")} < {*COMMANDS}


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help_has_no_markup(names: tuple[str, ...]) -> None:
    for line in shown(*names):
        assert not {"`", "*"} & {*line}, line
        assert len(line) <= COLUMNS


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_summaries_of_commands_are_not_truncated(names: tuple[str, ...]) -> None:
    lines = shown(*names)
    listed = lines[lines.index("Commands:") + 1 :] if "Commands:" in lines else []
    for line in filter(None, listed):
        assert not line.endswith("..."), line
        assert line.endswith("."), line
