"""Every command of a runbook exists: of this project's command line, of AWS's, and of CDKTF."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import botocore.session
import pytest
import typer
from botocore import xform_name
from typer.testing import CliRunner

from cdc import cli
from tests import runbook_commands
from tests.places import DOCS, ROOT
from tests.runbook_commands import ELSEWHERE, NOWHERE, PAGES, run_there, starting, why_not

COMMAND = re.compile(r"(^\$ (?:\.venv/bin/)?|`)((?:aws|cdc|cdktf|terraform) [^`\n]+)", re.MULTILINE)
OTHERS = {"cdktf deploy", "terraform apply", "terraform destroy", "terraform state"}
# A place to fill in stands for a value.
PLACEHOLDER = re.compile(r"<[\w-]+>")
NEEDED = {
    "add-a-table", "binlog-purged", "blue-green", "brokers", "connector-failed", "destroy", "disk-full", "failover",
    "kafka-upgrade", "lag", "plugin-upgrade", "re-snapshot", "restore-state", "rotate-a-secret", "schema-history-lost",
    "tasks", "worker-capacity", "worker-errors", "zookeeper-to-kraft",
}  # fmt: skip
WRONG_USE: Final = cast(
    "type[Exception]", typer.BadParameter.__mro__[1]
)  # typer's own copy of click has no public name for it


def commands(text: str) -> Iterator[tuple[list[str], bool]]:
    """Each command, and whether it is a whole one, to be typed: not one that a sentence mentions."""
    for start, found in COMMAND.findall(text):
        yield shlex.split(PLACEHOLDER.sub("value", found)), start != "`"


@cache
def operations(service: str) -> frozenset[str]:
    model = botocore.session.get_session().get_service_model(service)
    return frozenset(xform_name(name, "-") for name in model.operation_names)


def exists(command: list[str], *, whole: bool) -> bool:
    program, first, second = (*command, "", "")[:3]
    if program == "cdc":
        return fits(typer.main.get_command(cli.app), command[1:], whole=whole)
    if program == "aws":
        known = botocore.session.get_session().get_available_services()
        return first in known and second in operations(first)
    return f"{program} {first}" in OTHERS


def fits(command: Any, arguments: list[str], *, whole: bool) -> bool:
    """Whether the command line reads ``arguments`` as a command with all that it needs; it runs nothing."""
    children = getattr(command, "commands", {})
    if children:
        known = bool(arguments) and arguments[0] in children
        return known and fits(children[arguments[0]], arguments[1:], whole=whole)
    if not arguments and not whole:
        return True
    try:
        command.make_context(command.name, list(arguments))
    except WRONG_USE:
        return False
    return True


def test_every_situation_has_its_page() -> None:
    assert {page.stem for page in PAGES} == {*NEEDED, "README"}


def test_every_page_is_opened_by_an_alarm_or_a_question() -> None:
    index = (DOCS / "runbooks/README.md").read_text()
    assert [page for page in NEEDED if f"({page}.md)" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_runbook_exists(page: Path) -> None:
    found = list(commands(page.read_text()))
    assert found
    assert [command for command, whole in found if not exists(command, whole=whole)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_of_every_runbook_is_run(page: Path) -> None:
    run = [command for command in runbook_commands.commands(page) if not why_not(command)]
    assert bool(run) is (page.stem not in NOWHERE)


def test_each_reason_not_to_run_a_command_is_of_a_command() -> None:
    assert [start for start in ELSEWHERE if not starting(start)] == []
    assert {page.stem for page in PAGES} >= NOWHERE.keys()
    assert runbook_commands.missing_tests() == []


def test_what_operators_do_is_among_the_commands_that_are_run() -> None:
    words = {command.split()[1] for command in run_there() if command.startswith("cdc ")}
    assert words == {"drift", "events", "restart", "resume", "snapshot", "status"}


@pytest.mark.parametrize("command", starting("cdc check "))
def test_the_example_passes_the_check_that_pages_begin_with(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(cli.app, shlex.split(command.replace("<name>", "prod"))[1:])
    assert done.exit_code == 0, done.output


def test_a_new_page_needs_a_command_that_is_run(tmp_path: Path) -> None:
    (page := tmp_path / "new.md").write_text("$ cdktf deploy <name>-connect\nSee `cdc status`.\n")
    assert [why_not(command) for command in runbook_commands.commands(page)] == ["tests/delivery/test_cdktf.py"]
    page.write_text("`cdc status <name>`\nmysql> SELECT 1;\n$ aws rds describe-events\n")
    run = [command for command in runbook_commands.commands(page) if not why_not(command)]
    assert run == ["cdc status <name>", "SELECT 1;"]


@pytest.mark.parametrize(
    "text",
    [
        "$ cdc mend prod",
        "$ cdc restart prod orders --failed",
        "$ cdc restart prod",
        "$ cdc verify prod --wait long",
        "$ cdc state mend prod",
        "$ aws kafka fix-cluster",
        "$ aws kafkas list",
        "Run `cdktf fix`",
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    [(command, whole)] = commands(text)
    assert not exists(command, whole=whole)
