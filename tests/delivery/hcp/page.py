"""Runs the commands of docs/hcp-terraform.md as written."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.pages import consoles

PAGE: Final = "hcp-terraform.md"


def sections() -> dict[str, list[str]]:
    """The commands by heading."""
    found = {}
    for heading, listed in consoles(PAGE).items():
        lines = [line for block in listed for line in block.splitlines()]
        assert all(line.startswith("$ ") for line in lines), heading
        found[heading] = [line.removeprefix("$ ") for line in lines]
    return found


def follow(heading: str, *, folder: Path, variables: Mapping[str, str]) -> str:
    """Runs the commands under ``heading`` in one shell; every prompt is answered with yes. Returns their output."""
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
