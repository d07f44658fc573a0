"""Whether the caller may deploy: IAM simulates the deployer's policy for it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdc.aws import Aws
from cdc.deployer.calls import UnrecordedTypeError
from cdc.deployer.stacks import policy_of
from cdc.deployer.statements import Condition, Permission
from cdc.findings import Finding, ok, unknown, warning
from modules.environment.environment import Environment

_ALLOWED: Final = "allowed"
_SHOWN: Final = 5


@dataclass(frozen=True)
class Simulated:
    """``missing`` are those of ``count`` permissions that ``caller`` does not have; ``why`` says why none was tried."""

    caller: str
    count: int = 0
    missing: Sequence[Permission] = ()
    why: str = ""


def read(aws: Aws, environment: Environment) -> Simulated:
    """Raises ClientError where the caller may not simulate."""
    caller = aws.client("sts").get_caller_identity()
    try:
        permissions = policy_of(environment, account=caller["Account"]).permissions
    except (OSError, UnrecordedTypeError) as error:
        return Simulated(caller["Arn"], why=str(error))
    source = _source(aws, caller["Arn"])
    groups = defaultdict[tuple[str, Condition | None], list[Permission]](list)
    for one in permissions:
        groups[one.resource, one.condition].append(one)
    missing = [one for on, found in groups.items() for one in _denied(aws, source, on, found)]
    return Simulated(caller["Arn"], len(permissions), missing)


def _source(aws: Aws, arn: str) -> str:
    """The role of a session; a session's ARN does not have the role's path."""
    if ":assumed-role/" not in arn:
        return arn
    found: str = aws.client("iam").get_role(RoleName=arn.split("/")[1])["Role"]["Arn"]
    return found


def _denied(
    aws: Aws, source: str, on: tuple[str, Condition | None], permissions: Sequence[Permission]
) -> Iterator[Permission]:
    resource, condition = on
    context: list[dict[str, Any]] = (
        [{"ContextKeyName": condition.key, "ContextKeyValues": [condition.value], "ContextKeyType": "string"}]
        if condition
        else []
    )
    decided = aws.pages(
        "iam",
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=source,
        ActionNames=sorted({one.action for one in permissions}),
        ResourceArns=[resource],
        ContextEntries=context,
    )
    allowed = {one["EvalActionName"] for one in decided if one["EvalDecision"] == _ALLOWED}
    return (one for one in permissions if one.action not in allowed)


def judge(environment: Environment, found: Simulated) -> Iterator[Finding]:
    """A warning: who checks need not be who deploys."""
    fix = f"before a deploy as this caller, give it the policy of cdc deployer-policy {environment.name}"
    lines = [f"{one.action} on {one.resource}" for one in found.missing]
    if found.why:
        yield unknown(f"the deployer's permissions could not be simulated: {found.why}", "build the plugin first")
    elif lines:
        more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        yield warning(f"{found.caller} may not {', '.join(lines[:_SHOWN])}{more}", fix)
    else:
        yield ok(f"{found.caller} has the deployer's {found.count} permissions")
