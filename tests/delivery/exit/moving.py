"""The migration to CDK Terrain of docs/cdk-terrain.md: applies the names and lines of the page."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.places import ROOT

PAGE: Final = (ROOT / "docs/cdk-terrain.md").read_text()
PYTHON: Final = Path(__file__).parent / ".venv/bin/python"
SOURCE: Final = ("main.py", "cdktf.json", "modules", ".terraform.lock.hcl")
SDK: Final = "modules/synthesis/sdk.py"
KEPT: Final = "modules/environment_stack.py"

# (key, before, after) of a file: what is documented to differ, or what differs.
Differences = set[tuple[str, Any, Any]]


@dataclass(frozen=True)
class Written:
    """The files of a synthesis by path, and its stderr."""

    files: Mapping[str, bytes]
    stderr: str

    def json(self) -> dict[str, Any]:
        return {name: json.loads(data) for name, data in self.files.items() if name.endswith(".json")}


def names() -> dict[str, str]:
    """Old and new package names in the façade."""
    return dict(re.findall(r"^\| `(cdktf\w*)` \| `(cdktn\w*)` \|$", PAGE, re.MULTILINE))


def edits() -> dict[str, tuple[str, str]]:
    """Old and new lines by file."""
    return {file: _sides(lines) for file, lines in re.findall(r"^In `(\S+)`:\n\n```diff\n(.*?)```", PAGE, re.M | re.S)}


def _sides(diff: str) -> tuple[str, str]:
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] != "+")
    return before, "".join(line[1:] for line in lines if line[0] != "-")


def edited(file: str) -> str:
    """The project's ``file`` with the page's edits."""
    before, after = edits()[file]
    text = (ROOT / file).read_text()
    assert text.count(before) == 1, f"{file} must contain the replaced lines once, got {text.count(before)}: {before}"
    return text.replace(before, after)


def documented(file: str) -> Differences:
    """The documented differences of ``cdk.tf.json`` or ``manifest.json``."""
    rows = re.findall(rf"^\| `{re.escape(file)}` \| `(\S+)` \| `(\S+)` \| `(\S+)` \|$", PAGE, re.MULTILINE)
    assert rows, f"the page must list the differences of {file}"
    return set(rows)


def move(project: Path, *, keeping_the_provider: bool) -> Path:
    """A migrated copy of the sources of synthesis."""
    for name in SOURCE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, project / name)
    sdk = (ROOT / SDK).read_text()
    for before, after in names().items():
        sdk = re.sub(rf"\b{before}\b", after, sdk)
    (project / SDK).write_text(sdk)
    (project / "Pipfile").write_text(edited("Pipfile"))
    if keeping_the_provider:
        (project / KEPT).write_text(edited(KEPT))
    return project


def synthesize(python: str | Path, project: Path, outdir: Path, *environments: Path, **variables: str) -> Written:
    """The output of ``main.py`` of ``project`` for these environment files."""
    inherited = {key: value for key, value in os.environ.items() if key != "MSK_CDC_STOCK_BINDINGS"}
    process = subprocess.run(
        [python, "main.py", *environments],
        cwd=project,
        env=inherited | {"CDKTF_OUTDIR": str(outdir)} | variables,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    files = (file for file in outdir.rglob("*") if file.is_file())
    return Written({str(file.relative_to(outdir)): file.read_bytes() for file in files}, process.stderr)


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The differences of two documents: dotted key and both values; None for a missing one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from differences(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{path}.{index}")
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def addresses(document: Mapping[str, Any]) -> set[str]:
    """The Terraform addresses of all resources, data sources and outputs of a stack."""
    blocks = {"resource": "", "data": "data."}
    found = {f"{p}{t}.{n}" for b, p in blocks.items() for t, names_ in document.get(b, {}).items() for n in names_}
    return found | {f"output.{name}" for name in document.get("output", {})}
