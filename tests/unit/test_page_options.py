"""Each option that a page names in a sentence exists: of ``cdc``, or of the program that the page is about."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from cdc import cli
from tests.places import ROOT
from tests.unit.test_docs import PAGES

OF_OTHERS: Final = {
    "--app": "cdktf",
    "--auto-approve": "cdktf",
    "--delete-config": "kafka-configs.sh",
    "--only": "the benchmarks",
    "--rows": "the benchmarks",
    "--runs": "the benchmarks",
    "--zookeeper-access": "aws kafka update-connectivity",
}
BLOCK: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE: Final = re.compile(r"`((?:\.venv/bin/)?cdc [^`]+|--[^`]+)`")
OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
CDC: Final[Any] = typer.main.get_command(cli.app)


def options(command: Any) -> set[str]:
    """Of a command and all below it."""
    own = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return {"--help"}.union(own, *(options(one) for one in getattr(command, "commands", {}).values()))


def command(words: list[str]) -> Any:
    """The command that the words begin with."""
    found = CDC
    for word in words:
        if word not in getattr(found, "commands", {}):
            break
        found = found.commands[word]
    return found


def unknown(text: str) -> Iterator[str]:
    """Options in the sentences of a page that nothing has."""
    for code in CODE.findall(BLOCK.sub("", text)):
        named = not code.startswith("-")
        known = options(command(code.split()[1:])) if named else options(CDC) | OF_OTHERS.keys()
        yield from (one for one in OPTION.findall(code) if one not in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_option_of_a_page_exists(page: Path) -> None:
    assert [*unknown(page.read_text())] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Restart it with `--only-failed`, or `cdc restart prod orders --only-failed`.", []),
        ("Restart it without `--only-failed-tasks`.", ["--only-failed-tasks"]),
        ("`.venv/bin/cdc status prod --only-failed`", ["--only-failed"]),
        ("`cdc state show --json`, `cdc --version`, `terraform plan --fix`", []),
        ("`--source URL --fix`", ["--fix"]),
        ("```console\n$ cdc status --fix\n```\nand `--fix`", ["--fix"]),
    ],
)
def test_an_option_that_does_not_exist_is_found(text: str, found: list[str]) -> None:
    assert [*unknown(text)] == found


def test_each_option_of_others_is_on_a_page() -> None:
    used = {option for page in PAGES for code in CODE.findall(page.read_text()) for option in OPTION.findall(code)}
    assert OF_OTHERS.keys() - used == set()
