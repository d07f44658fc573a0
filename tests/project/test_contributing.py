"""CONTRIBUTING.md is right: its examples work as they stand there, and the files that it names exist."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import checkout
from tests.places import ROOT
from tests.project.examples import PAGE, Edit, Example, examples


def run(command: str, folder: Path) -> tuple[int, str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONDONT"))}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=variables, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_there_are_three_of_at_most_three_files() -> None:
    found = examples()
    assert [example.name for example in found] == ["A property rule", "An alarm", "An SSM parameter"]
    for example in found:
        assert 2 <= len(example.files) <= 3
        assert all(command.startswith(".venv/bin/pytest ") for command in example.commands)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout.copy(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def folder(copied: Path) -> Iterator[Path]:
    """A copy of the checkout, as it was for every test; compiled once for all of them."""
    files = {copied / file for example in examples() for file in example.files}
    texts = {file: file.read_text() for file in files}
    yield copied
    for file, text in texts.items():
        file.write_text(text)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_can_be_followed(example: Example, folder: Path) -> None:
    [command] = example.commands
    example.apply(folder, tests=True)
    status, output = run(command, folder)
    assert status == 1, output  # tests fail, and nothing else is wrong
    assert " failed" in output

    example.apply(folder, tests=False)
    status, output = run(command, folder)
    assert status == 0, output
    files = " ".join(example.files)
    assert run(f".venv/bin/ruff check {files} && .venv/bin/ruff format --check {files}", folder)[0] == 0


def test_an_edit_without_its_place_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\none = 1\n")
    for missing in (" two = 2", " one = 1"):
        with pytest.raises(AssertionError, match=r"must be in a\.py once"):
            Edit("a.py", (missing, "+more = 3")).apply(tmp_path)


def test_named_files_exist() -> None:
    named = {name for name in re.findall(r"`([\w./-]+)`", PAGE.read_text()) if "/" in name or Path(name).suffix}
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists() and name not in CREATED] == []


# What commands of the page write.
CREATED = {"cdktf.out/", ".terraform.lock.hcl"}


@pytest.mark.parametrize("target", re.findall(r"^\$ make (\w+)", PAGE.read_text(), flags=re.MULTILINE))
def test_named_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
