"""Imports of the inputs beside this file."""

from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from typer.testing import CliRunner

from cdc.cli import app

INPUTS: Final = Path(__file__).with_name("inputs")
# A worker configuration is an input of its own, beside the connector that runs with it.
WORKERS: Final = {"museum.json": "museum-worker.json", "roaster.json": "roaster-worker.json"}


class Imported(NamedTuple):
    """What a run printed, and how it ended."""

    status: int
    output: str
    report: str

    @property
    def document(self) -> dict[str, Any]:
        """The YAML that it printed."""
        return yaml.safe_load(self.output) or {}

    @property
    def connectors(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document.get("connectors") or {}
        return found

    def notes(self, kind: str) -> list[str]:
        """The lines of the report of one kind, without what comes before it."""
        return [line.split(f": {kind}: ", 1)[1] for line in self.report.splitlines() if f": {kind}: " in line]


def run(*arguments: str, stdin: bytes | None = None) -> Imported:
    """``cdc import`` with these arguments."""
    done = CliRunner().invoke(app, ["import", *arguments], input=stdin)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Imported(done.exit_code, done.stdout, done.stderr)


def imported(name: str, *options: str) -> Imported:
    """An input by its name, with its worker configuration where it has one."""
    files = [str(INPUTS / each) for each in (name, WORKERS.get(name)) if each]
    return run(*files, *options)


def given(folder: Path, content: str | bytes, *options: str, name: str = "input") -> Imported:
    """An input of this content."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return run(str(file), *options)
