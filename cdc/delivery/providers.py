"""``cdc lock-providers``: writes the provider's hashes for all platforms to Terraform's lock file."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc import terraform
from cdc.console import err, fail, out
from modules.synthesis.locked_providers import LOCK_FILE, copy_lock_file
from modules.user_files.writing import replacing

PLATFORMS: Final = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")


def pinned_stack(folder: Path) -> Path:
    """A stack with the provider only, to learn its version, which only the bindings know."""
    from modules.synthesis import sdk  # starts Node

    app = sdk.App(outdir=str(folder), skip_validation=True)
    stack = sdk.TerraformStack(app, "provider")
    sdk.AwsProvider(stack, "aws")
    app.synth()
    return folder / "stacks" / "provider"


def lock_providers(
    platforms: Annotated[
        list[str] | None, typer.Option("--platform", help="A platform, such as linux_amd64; default: Linux and macOS.")
    ] = None,
) -> None:
    """Write .terraform.lock.hcl with hashes for all platforms.

    Commit it: each synthesis copies it to every stack.
    """
    chosen = platforms or list(PLATFORMS)
    with tempfile.TemporaryDirectory(prefix="msk-cdc-") as folder:
        try:
            _lock(pinned_stack(Path(folder)), chosen)
        except (terraform.TerraformError, OSError) as error:
            fail(error)
    out.print(f"{LOCK_FILE}: {', '.join(chosen)}; commit it", markup=False)


def _lock(stack: Path, platforms: list[str]) -> None:
    copy_lock_file(Path(), [stack])
    mirrors = [
        mirror
        for provider, version in terraform.pinned_providers(stack).items()
        if (mirror := terraform.find_mirror(provider, version))
    ]
    with err.status(f"hashing the provider for {', '.join(platforms)}"):
        terraform.run(
            stack,
            "providers",
            "lock",
            *(f"-platform={platform}" for platform in platforms),
            *(f"-fs-mirror={mirror}" for mirror in mirrors[:1]),
        )
    with replacing(Path(LOCK_FILE)) as file:
        file.write((stack / LOCK_FILE).read_bytes())
