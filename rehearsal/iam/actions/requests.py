"""What one request to the embedded AWS needs permissions for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.core.request import Request

from rehearsal.aws.dispatch import Target
from rehearsal.aws.service import request_input
from rehearsal.iam.actions import kinds
from rehearsal.iam.actions.kinds import ANY, KINDS, OBJECT, POLICY, ROLE
from rehearsal.iam.actions.operations import actions

# The ARN of a role, by its name.
RoleArn = Callable[[str], str | None]

_PASS_ROLE: Final = "iam:PassRole"
_REGION: Final = "aws:RequestedRegion"
# Roles that a request hands to a service: the parameter, and the service.
_PASSED: Final = {
    "CreateConnector": ("serviceExecutionRoleArn", "kafkaconnect.amazonaws.com"),
    "CreateFlowLogs": ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    "CreateFunction": ("Role", "lambda.amazonaws.com"),
    "UpdateFunctionConfiguration": ("Role", "lambda.amazonaws.com"),
}
# What AWS has instead of ``*`` and ``?`` in the ARN of a resource that exists.
_EXISTING: Final = str.maketrans({"*": "x", "?": "x"})


@dataclass(frozen=True)
class Access:
    """An action on the ARN of a resource, ``*`` where the action knows no resources; ``context`` has condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a request goes: the embedded account."""

    partition: str
    account: str
    role_arn: RoleArn


def needed(request: Request, target: Target, place: Place) -> Iterator[Access]:
    """All that ``request`` needs; raises UnknownActionError for an action of an unknown service."""
    given = request_input(target.service, request)
    context = {_REGION: target.region}
    for action in actions(target.service, target.operation, given):
        for resource in _resources(action, given, target, place):
            yield Access(action, resource, context)
    parameter, service = _PASSED.get(target.operation, ("", ""))
    if role := given.get(parameter):
        yield Access(_PASS_ROLE, role, {"iam:PassedToService": service})


def _resources(action: str, given: Mapping[str, Any], target: Target, place: Place) -> Iterator[str]:
    found = kinds.kinds(action)
    if action.endswith(kinds.OF_TAGS):
        # The ARN in a request for tags says which kind it is of; a request that creates says it by its name.
        found = (kinds.tagged(target.service, target.operation) or found[0],)
    for kind in found:
        yield "*" if kind == ANY else _arn(kind, _name(kind, given), given, target.region, place)


def _name(kind: str, given: Mapping[str, Any]) -> str:
    return next((found for one in KINDS[kind].parameters if (found := _value(given, one))), "")


def _value(given: Any, parameter: str) -> str:
    for step in parameter.split("."):
        given = given.get(step) if isinstance(given, Mapping) else None
    if isinstance(given, list):  # one of several names counts
        given = given[0] if given else None
    return str(given) if given else ""


def _arn(kind: str, name: str, given: Mapping[str, Any], region: str, place: Place) -> str:
    """The ARN that the request has, or that of the name in it."""
    if name.startswith("arn:"):
        return name
    if kind == ROLE and name and (known := place.role_arn(name)):
        return known
    if kind in (ROLE, POLICY):
        name = f"{given.get('Path', '/')}{name}"
    if kind == OBJECT:
        name = f"{name}/{given.get('Key', '*')}"
    full = KINDS[kind].arn.format(partition=place.partition, region=region, account=place.account, name=name or "*")
    return full.translate(_EXISTING)
