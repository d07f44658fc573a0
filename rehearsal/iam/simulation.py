"""IAM's SimulatePrincipalPolicy, answered by the embedded evaluator, which moto does not have."""

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

from rehearsal.aws.service import ServiceError
from rehearsal.iam.policies import policy
from rehearsal.iam.policies.errors import PolicyError
from rehearsal.iam.policies.policy import Request
from rehearsal.iam.roles import CONDITION_KEYS, NoRoleError, Role, Roles

OPERATION: Final = ("iam", "SimulatePrincipalPolicy")
_DENIED: Final = {"explicit deny": "explicitDeny"}


class Simulation:
    """Whether the policies of a role allow each action on each resource; the rehearsal's own key may do everything."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def __call__(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The output for the operation's input; raises ServiceError."""
        context = {one["ContextKeyName"]: one["ContextKeyValues"][0] for one in given.get("ContextEntries") or ()}
        role = self._role(str(given["PolicySourceArn"]))
        pairs = product(given["ActionNames"], given.get("ResourceArns") or ["*"])
        return {
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": _decision(role, Request(action, resource, context)) if role else "allowed",
                }
                for action, resource in pairs
            ],
            "IsTruncated": False,
        }

    def _role(self, arn: str) -> Role | None:
        if ":role/" not in arn:
            return None
        try:
            return self._roles.get(arn.rpartition("/")[2])
        except NoRoleError as error:
            raise ServiceError("NoSuchEntity", str(error)) from error


def _decision(role: Role, request: Request) -> str:
    known = [*CONDITION_KEYS, *request.context]
    try:
        found = policy.decide(request, identity=role.identity, boundary=role.boundary, known=known)
    except PolicyError as error:
        raise ServiceError("InvalidInput", str(error)) from error
    return "allowed" if found.allowed else _DENIED.get(found.reason, "implicitDeny")
