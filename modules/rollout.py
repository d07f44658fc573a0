"""The order of a first rollout: the connect stack cannot be planned before the platform is applied."""

import json
from collections.abc import Iterable
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.models.state import LocalState, S3State
from modules.states import local_path, s3_key
from modules.synthesis.sdk import AwsProvider, DataAwsS3Objects, TerraformStack

_OBJECTS: Final = "platform-state"


def platform_first(connect: TerraformStack, *, config: Environment, outputs: Iterable[str]) -> None:
    """Refuses a plan of ``connect`` until the platform has a state with all of these ``outputs``.

    HCP Terraform has no way to check this before the state is read; there Terraform's own error names the workspace.
    """
    platform = f"{config.name}-platform"
    remedy = f"apply it first, then plan {config.name}-connect"
    lifecycle: dict[str, Any] = {
        "postcondition": [
            {
                "condition": f"${{length(setsubtract({json.dumps(list(outputs))}, keys(self.outputs))) == 0}}",
                "error_message": f"{platform} does not have all outputs that {config.name}-connect reads: {remedy}",
            }
        ]
    }
    if exists := _state_exists(connect, platform, config):
        # In another workspace than default, a backend stores the state under another name.
        condition = f'${{terraform.workspace != "default" || {exists}}}'
        lifecycle["precondition"] = [
            {"condition": condition, "error_message": f"{platform} has no state yet: {remedy}"}
        ]
    connect.add_override(f"data.terraform_remote_state.{lookup(platform)}.lifecycle", lifecycle)


def lookup(stack: str) -> str:
    """CDKTF's name of the data source with another stack's outputs."""
    return f"cross-stack-reference-input-{stack}"


def _state_exists(connect: TerraformStack, platform: str, config: Environment) -> str | None:
    """A Terraform expression; None where it cannot be checked."""
    state = config.state
    if isinstance(state, LocalState):
        return f'fileexists("{local_path(platform)}")'
    if not isinstance(state, S3State):
        return None
    key, provider = s3_key(platform), _provider(connect, state, config)
    DataAwsS3Objects(connect, _OBJECTS, bucket=state.bucket, prefix=key, max_keys=1, provider=provider)
    return f'contains(data.aws_s3_objects.{_OBJECTS}.keys, "{key}")'


def _provider(connect: TerraformStack, state: S3State, config: Environment) -> AwsProvider | None:
    """A provider for the bucket's region, if that differs from the environment's."""
    if state.region in (None, config.region):
        return None
    accounts = [config.account_id] if config.account_id else None
    return AwsProvider(connect, "aws-state", alias="state", region=state.region, allowed_account_ids=accounts)
