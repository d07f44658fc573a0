"""The policies of an environment: the deployer's from a fresh synthesis, the operator's from the file alone."""

import json
import tempfile
from pathlib import Path

from cdc.deployer.policy import Policy, deployer_policy, operator_policy
from cdc.deployer.resources import Place, Resources
from modules.environment.environment import Environment

_ANY_ACCOUNT = "*"


def policy_of(environment: Environment, *, read_only: bool = False, account: str | None = None) -> Policy:
    """The policy for ``environment``; its account is that of the file, else ``account``, else any.

    Raises OSError for a plugin's archive that is missing, UnrecordedTypeError.
    """
    from modules.app import build  # takes half a second, which other commands do not need

    with tempfile.TemporaryDirectory() as folder:
        build([environment], Path(folder)).synth()
        stacks = [json.loads(file.read_text()) for file in sorted(Path(folder).glob("stacks/*/cdk.tf.json"))]
    place = _place(environment, account)
    return deployer_policy(environment, Resources(stacks, place, environment=environment.name), read_only=read_only)


def operator_policy_of(environment: Environment, *, account: str | None = None) -> Policy:
    """The policy of who operates ``environment``; its account is that of the file, else ``account``, else any."""
    return operator_policy(environment, _place(environment, account))


def _place(environment: Environment, account: str | None) -> Place:
    return Place(environment.partition, environment.region, environment.account_id or account or _ANY_ACCOUNT)
