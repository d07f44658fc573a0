"""Terraform, with its provider from the registry or from a mirror on this machine.

    python -m cdc.terraform STACK_DIR ARGUMENT...         terraform ARGUMENT... in that folder
    eval "$(python -m cdc.terraform env STACK_DIR)"       the same settings for the shell

A mirror is a folder ``registry.terraform.io`` one or two levels below /opt, /srv or /usr/local, where Terraform
does not look by itself. The user's own CLI configuration is never replaced or changed.
"""

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from modules.cache_folder import NAME, cache_folder
from modules.messages.output import filtered

REGISTRY = "registry.terraform.io"
ROOTS = (Path("/opt"), Path("/srv"), Path("/usr/local"))
CONFIG_FILE = "TF_CLI_CONFIG_FILE"

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class TerraformError(Exception):
    """Terraform is missing, or a command failed."""


def executable() -> str:
    """The path of ``terraform``."""
    found = shutil.which("terraform")
    if not found:
        raise TerraformError("terraform must be on PATH: install Terraform 1.10 or later")
    return found


def target() -> str:
    """This machine's platform in Terraform's notation: ``linux_amd64``."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{MACHINES.get(machine, machine)}"


def pinned_providers(stack: Path) -> dict[str, str]:
    """The registry's providers that ``stack`` pins to one version: ``{"hashicorp/aws": "5.100.0"}``."""
    required = json.loads((stack / "cdk.tf.json").read_text())["terraform"].get("required_providers", {})
    pinned = {}
    for provider in required.values():
        parts = provider["source"].split("/")
        host, namespace, name = [REGISTRY, "hashicorp"][: 3 - len(parts)] + parts
        version = re.fullmatch(r"=?\s*(\d+\.\d+\.\d+)", provider.get("version", ""))
        if host == REGISTRY and version:
            pinned[f"{namespace}/{name}"] = version[1]
    return pinned


def find_mirror(provider: str, version: str, *, roots: Sequence[Path] = ROOTS) -> Path | None:
    """The first folder whose ``registry.terraform.io`` has ``provider``, packed or unpacked, for this machine."""
    packed = f"terraform-provider-{provider.split('/')[1]}_{version}_{target()}.zip"
    for root in roots:
        for registry in sorted([*root.glob(REGISTRY), *root.glob(f"*/{REGISTRY}")]):
            folder = registry / provider
            unpacked = folder / version / target()
            if (folder / packed).is_file() or (unpacked.is_dir() and any(unpacked.iterdir())):
                return registry.parent
    return None


def own_configuration(home: Path) -> Path | None:
    """The user's own configuration file, which Terraform would ignore if ``TF_CLI_CONFIG_FILE`` were set."""
    folder = home / ".terraform.d"
    files = [home / ".terraformrc", *sorted(folder.glob("*.tfrc")), *sorted(folder.glob("*.tfrc.json"))]
    return next((file for file in files if file.is_file()), None)


def environment(
    stack: Path,
    *,
    base: Mapping[str, str] | None = None,
    roots: Sequence[Path] = ROOTS,
    home: Path | None = None,
) -> dict[str, str]:
    """``base`` (by default this process's environment) with the settings to find the providers of ``stack``.

    Prints the mirror that is used to stderr. Adds nothing if ``TF_CLI_CONFIG_FILE`` names a file that exists; a
    missing file counts as unset, so that the user's own files are read.
    """
    variables = {"CHECKPOINT_DISABLE": "1", **(os.environ if base is None else base)}
    home = home or Path.home()
    if (given := variables.pop(CONFIG_FILE, "")) and Path(given).is_file():
        return {**variables, CONFIG_FILE: given}
    found = {p: (v, m) for p, v in pinned_providers(stack).items() if (m := find_mirror(p, v, roots=roots))}
    if not found:
        return variables
    mirrors = ", ".join(f"{provider} {version} in {mirror}" for provider, (version, mirror) in found.items())
    if own := own_configuration(home):
        print(f"terraform: provider installation is configured by {own}; mirrors not used: {mirrors}", file=sys.stderr)
        return variables
    print(f"terraform: provider mirror: {mirrors}", file=sys.stderr)
    text = configuration({provider: mirror for provider, (_, mirror) in found.items()})
    variables[CONFIG_FILE] = str(_write(_cache(variables, home), text))
    return variables


def copies_providers(
    variables: Mapping[str, str] = os.environ, *, roots: Sequence[Path] = ROOTS, home: Path | None = None
) -> bool:
    """Whether Terraform downloads a copy of each provider for each stack: nothing names a mirror or a cache."""
    given = variables.get(CONFIG_FILE, "")
    mirrors = any(registry for root in roots for registry in (*root.glob(REGISTRY), *root.glob(f"*/{REGISTRY}")))
    cached = variables.get("TF_PLUGIN_CACHE_DIR") or (given and Path(given).is_file())
    return not (cached or mirrors or own_configuration(home or Path.home()))


def configuration(mirrors: Mapping[str, Path]) -> str:
    """A CLI configuration with mirrors for these providers; all others come from their registry."""
    blocks = [
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(path))}\n    include = [{_quoted([provider])}]\n  }}\n"
        for provider, path in mirrors.items()
    ]
    blocks.append(f"  direct {{\n    exclude = [{_quoted(mirrors)}]\n  }}\n")
    return "provider_installation {\n" + "".join(blocks) + "}\n"


def is_generated(configuration_file: str) -> bool:
    """Whether ``environment`` has written this CLI configuration."""
    path = Path(configuration_file)
    return path.parent.name.startswith(NAME) and path.suffix == ".tfrc"


def _quoted(providers: Sequence[str] | Mapping[str, Path]) -> str:
    return ", ".join(f'"{REGISTRY}/{provider}"' for provider in providers)


def _cache(variables: Mapping[str, str], home: Path) -> Path:
    """The user's cache folder, or a temporary folder where it cannot be written."""
    folder = cache_folder(variables, home=home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
    return folder


def _write(folder: Path, text: str) -> Path:
    """A file in ``folder``, named after its content's hash; it is renamed into place when it is complete."""
    path = folder / f"terraform-{sha256(text.encode()).hexdigest()[:16]}.tfrc"
    if not path.is_file():
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    return path


def run(
    stack: Path, *arguments: str, variables: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """``terraform ARGUMENTS`` in ``stack``, without prompts; TerraformError contains Terraform's own output."""
    given = environment(stack) if variables is None else variables
    settings = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_ARGS": f"{given.get('TF_CLI_ARGS', '')} -no-color"}
    process = subprocess.run(
        [executable(), f"-chdir={stack}", *arguments],
        env={**given, **settings},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    if check and process.returncode:
        output = re.sub(r"[╷│╵] ?", "", process.stderr or process.stdout).strip()
        raise TerraformError(f"terraform {arguments[0]} failed in {stack}:\n{output}")
    return process


def _exports(variables: Mapping[str, str]) -> str:
    names = (CONFIG_FILE, "CHECKPOINT_DISABLE")
    lines = (f"export {n}={shlex.quote(variables[n])}" if n in variables else f"unset {n}" for n in names)
    return "\n".join(lines)


@filtered()
def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 2 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    is_env = arguments[0] == "env"
    stack = Path(arguments[1] if is_env else arguments[0])
    if not (stack / "cdk.tf.json").is_file():
        print(f"a stack folder must contain cdk.tf.json, got {stack}: run make synth first", file=sys.stderr)
        return 1
    try:
        variables = environment(stack)
        if is_env:
            print(_exports(variables))
            return 0
        os.execve(executable(), ["terraform", f"-chdir={stack}", *arguments[1:]], variables)
    except TerraformError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
