"""Every command of a runbook exists: of this project's command line, of AWS's, and of CDKTF."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from cdc import cli
from tests.places import DOCS

PAGES = sorted((DOCS / "runbooks").glob("*.md"))
COMMAND = re.compile(r"(?:^\$ |`)((?:aws|cdc|cdktf|terraform) [^`\n]+)", re.MULTILINE)
OTHERS = {"cdktf deploy", "terraform apply"}


def commands(text: str) -> Iterator[list[str]]:
    return (found.split() for found in COMMAND.findall(text))


@cache
def operations(service: str) -> frozenset[str]:
    model = botocore.session.get_session().get_service_model(service)
    return frozenset(xform_name(name, "-") for name in model.operation_names)


def exists(command: list[str]) -> bool:
    program, first, second = (*command, "", "")[:3]
    if program == "cdc":
        return first in {one.name or getattr(one.callback, "__name__", "") for one in cli.app.registered_commands}
    if program == "aws":
        known = botocore.session.get_session().get_available_services()
        return first in known and second in operations(first)
    return f"{program} {first}" in OTHERS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_runbook_exists(page: Path) -> None:
    found = list(commands(page.read_text()))
    assert found
    assert [command for command in found if not exists(command)] == []


@pytest.mark.parametrize("text", ["$ cdc mend prod", "$ aws kafka fix-cluster", "$ aws kafkas list", "Run `cdktf fix`"])
def test_a_command_that_does_not_exist_is_found(text: str) -> None:
    [command] = commands(text)
    assert not exists(command)
