"""The role of the deployed connector loses a permission, as by somebody's hand; an apply gives it back."""

import json

from tests.rehearsal.pipeline.deployed import Deployed


def narrow(world: Deployed, *, sid: str, action: str) -> None:
    """Takes one action out of the statement ``sid``."""
    iam, role = world.aws("iam"), world.connector["serviceExecutionRoleArn"].rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    [statement] = [one for one in document["Statement"] if one["Sid"] == sid]
    statement["Action"].remove(action)
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
