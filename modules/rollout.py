"""What makes a first rollout go in order: the connect stack says in one line that the platform comes first."""

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

    HCP Terraform offers nothing to ask before its state is read; Terraform's own error names the workspace there.
    """
    platform = f"{config.name}-platform"
    rest = f"apply it first, then plan {config.name}-connect"
    lifecycle: dict[str, Any] = {
        "postcondition": [
            {
                "condition": f"${{length(setsubtract({json.dumps(list(outputs))}, keys(self.outputs))) == 0}}",
                "error_message": f"{platform} has not put out all that {config.name}-connect reads: {rest}",
            }
        ]
    }
    if there := _state_is_there(connect, platform, config):
        # Elsewhere than in the default workspace, a backend keeps the state under another name.
        condition = f'${{terraform.workspace != "default" || {there}}}'
        lifecycle["precondition"] = [{"condition": condition, "error_message": f"{platform} has no state yet: {rest}"}]
    connect.add_override(f"data.terraform_remote_state.{lookup(platform)}.lifecycle", lifecycle)


def lookup(stack: str) -> str:
    """What CDKTF calls the look-up of another stack's outputs."""
    return f"cross-stack-reference-input-{stack}"


def _state_is_there(connect: TerraformStack, platform: str, config: Environment) -> str | None:
    """An expression; None where nothing can tell."""
    state = config.state
    if isinstance(state, LocalState):
        return f'fileexists("{local_path(platform)}")'
    if not isinstance(state, S3State):
        return None
    key, provider = s3_key(platform), _provider(connect, state, config)
    DataAwsS3Objects(connect, _OBJECTS, bucket=state.bucket, prefix=key, max_keys=1, provider=provider)
    return f'contains(data.aws_s3_objects.{_OBJECTS}.keys, "{key}")'


def _provider(connect: TerraformStack, state: S3State, config: Environment) -> AwsProvider | None:
    """A provider in the bucket's region, where that is not the environment's."""
    if state.region in (None, config.region):
        return None
    accounts = [config.account_id] if config.account_id else None
    return AwsProvider(connect, "aws-state", alias="state", region=state.region, allowed_account_ids=accounts)
