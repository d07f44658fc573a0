"""IAM roles: each under the environment's path, with its permissions boundary."""

from modules.deployment import Deployment
from modules.synthesis.sdk import Construct, IamRole


def role(scope: Construct, id_: str, *, name: str, trust: str, deployment: Deployment) -> IamRole:
    """A role that ``trust``, a policy document, lets somebody assume."""
    return IamRole(
        scope,
        id_,
        name=name,
        path=deployment.iam_path,
        permissions_boundary=deployment.permissions_boundary,
        assume_role_policy=trust,
    )
