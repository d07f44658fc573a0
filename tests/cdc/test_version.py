"""The version: in the package's metadata, in the changelog and on the command line."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app
from cdc.version import NAME, version
from tests.places import ROOT

HEADING = re.compile(r"^## \[(?P<version>[^]]+)\](?: - (?P<date>\S+))?$", re.MULTILINE)


def headings() -> list[tuple[str, str | None]]:
    """Versions of the changelog as they stand there, with their dates."""
    return [(found["version"], found["date"]) for found in HEADING.finditer((ROOT / "CHANGELOG.md").read_text())]


def test_the_command_prints_the_installed_version() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"cdc {metadata.version(NAME)}\n")


def test_what_is_installed_is_the_checkouts_version() -> None:
    assert version() == version("not-installed")


def test_code_that_is_not_installed_reads_its_checkout(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.8.7"\n')
    assert version("not-installed", checkout=tmp_path) == "9.8.7"
    assert version(NAME, checkout=tmp_path) == metadata.version(NAME)


def test_the_changelog_ends_with_this_version() -> None:
    (unreleased, none), (newest, date), *older = headings()
    assert (unreleased, none, newest) == ("Unreleased", None, version("not-installed"))
    dates = [date, *(date for _, date in older)]
    assert all(date and re.fullmatch(r"\d{4}-\d\d-\d\d", date) for date in dates)
    assert dates == sorted(dates, key=str, reverse=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("License-Expression", "Apache-2.0"), ("License-File", "LICENSE"), ("Requires-Python", ">=3.11")],
)
def test_the_metadata_names_the_licence_and_pythons(field: str, value: str) -> None:
    assert metadata.metadata(NAME).get_all(field) == [value]


def test_the_licence_is_apaches_text() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert [int(number) for number in re.findall(r"^   (\d)\. ", text, flags=re.MULTILINE)] == list(range(1, 10))
    assert text.rstrip().endswith("limitations under the License.")
