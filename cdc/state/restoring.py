"""Restoring an earlier state of a stack as a new version, written by terraform state push; nothing is deleted."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from cdc import terraform
from cdc.state.account import Account
from cdc.state.errors import StateError
from cdc.state.objects import Digest, StateObject, Version
from modules import app
from rehearsal.deploy.terraform import Terraform

# Enough versions to find the highest serial, which Terraform increments by one.
_NEWEST = 20


def restore(account: Account, state: StateObject, version: Version) -> int:
    """Makes ``version`` the latest state of a stack, under its lock; returns the new serial. Raises TerraformError."""
    if locks := state.locks():
        raise StateError(
            f"{state.stack} must not be locked, got lock {locks[0].id} of {locks[0].who} ({locks[0].operation})"
        )
    if state.digest() is Digest.DIFFERS:
        state.update_digest()  # else Terraform refuses to read the state that it is to replace
    assert version.content is not None, "only a state can be restored"
    serial = max(one.serial for one in [version, *state.versions(_NEWEST)]) + 1
    folder = Path(tempfile.mkdtemp(prefix="msk-cdc-"))
    try:
        _push(account, state, folder, version.content | {"serial": serial})
    finally:
        shutil.rmtree(folder)
    return serial


def _push(account: Account, state: StateObject, folder: Path, content: dict[str, Any]) -> None:
    """Pushes from a root module with only the backend, which needs no provider."""
    app.build([account.environment], folder / "app", connect=False).synth()
    synthesized = folder / "app" / "stacks" / f"{account.environment.name}-platform" / "cdk.tf.json"
    backend = json.loads(synthesized.read_text())["terraform"]["backend"]
    backend["s3"]["key"] = state.key
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": backend}}))
    (folder / "restored.tfstate").write_text(json.dumps(content))
    run = Terraform(folder, terraform.executable(), terraform.environment(folder), graceful=True)
    run.init()
    run.push("restored.tfstate")
