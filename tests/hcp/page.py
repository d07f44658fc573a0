"""The command lines of docs/hcp-terraform.md, run as they are written."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "hcp-terraform.md"
_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, list[str]]:
    """The command lines below each heading that has some."""
    _, *parts = re.split(r"^#+ ", PAGE.read_text(), flags=re.MULTILINE)
    found = {}
    for part in parts:
        heading, _, text = part.partition("\n")
        lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
        if lines:
            assert all(line.startswith("$ ") for line in lines), heading
            found[heading] = [line.removeprefix("$ ") for line in lines]
    return found


def follow(heading: str, *, folder: Path, variables: Mapping[str, str]) -> str:
    """What the lines below ``heading`` print, one after another in one shell; every question is answered with yes."""
    script = "\n".join(["set -euo pipefail", *sections()[heading]])
    with subprocess.Popen(["yes", "yes"], stdout=subprocess.PIPE) as yes:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env={**variables, "TF_CLI_ARGS": "-no-color"},
            stdin=yes.stdout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        yes.terminate()
    assert done.returncode == 0, done.stdout
    return done.stdout
