"""The policies of a deployer and an operator: permissions, in statements, and these in documents of IAM's size."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from cdc.deployer import calls, live, operating
from cdc.deployer.resources import Place, Resources
from cdc.deployer.statements import Condition, Permission
from modules.environment.environment import Environment
from rehearsal.iam.actions.kinds import kinds

# Characters of a managed policy, without white space (IAM user guide, IAM and AWS STS quotas).
MOST_CHARACTERS: Final = 6144
# Where an ARN names no region, the request's must be the environment's; IAM's own requests have another.
_REGIONAL: Final = (
    "application-autoscaling",
    "cloudwatch",
    "ec2",
    "glue",
    "kafka",
    "kafkaconnect",
    "kms",
    "lambda",
    "logs",
)


@dataclass(frozen=True)
class Policy:
    """``permissions`` with their reasons, and the ``documents`` that give them, each of at most MOST_CHARACTERS."""

    permissions: Sequence[Permission]
    documents: Sequence[str]


def deployer_policy(environment: Environment, resources: Resources, *, read_only: bool) -> Policy:
    """The policy for the stacks of ``environment``; raises UnrecordedTypeError."""
    found = (
        *_recorded(resources, read_only=read_only),
        *live.permissions(environment, resources, read_only=read_only),
    )
    return _policy(found, resources.place)


def operator_policy(environment: Environment, place: Place) -> Policy:
    """The policy of who operates ``environment``, and restores its state; it changes nothing that a deploy creates."""
    return _policy((*operating.permissions(environment, place), *live.of_state(environment, place)), place)


def _policy(found: Iterable[Permission], place: Place) -> Policy:
    placed = {_in_region(one, place) for one in found}
    permissions = sorted(placed, key=lambda one: (one.action, one.resource, one.why, str(one.condition)))
    return Policy(permissions, list(_documents(_statements(permissions))))


def _recorded(resources: Resources, *, read_only: bool) -> Iterator[Permission]:
    for type_ in sorted(resources.types):
        for action in calls.actions(type_, read_only=read_only):
            for kind in kinds(action):
                for arn in resources.arns(type_, kind):
                    yield Permission(action, arn, type_)


def _in_region(permission: Permission, place: Place) -> Permission:
    service = permission.action.partition(":")[0]
    if permission.resource != "*" or service not in _REGIONAL or permission.condition:
        return permission
    return replace(permission, condition=Condition("StringEquals", "aws:RequestedRegion", place.region))


def _statements(permissions: Iterable[Permission]) -> Iterator[dict[str, Any]]:
    """One for each set of resources and condition, with all actions of a service on it."""
    actions = defaultdict[_On, list[str]](list)
    for (action, condition), arns in _resources(permissions).items():
        actions[_On(action.partition(":")[0], condition, tuple(sorted(arns)))].append(action)
    for on, names in sorted(actions.items(), key=lambda item: (item[0].service, item[0].arns, str(item[0].condition))):
        statement = {"Effect": "Allow", "Action": sorted(names), "Resource": list(on.arns)}
        yield {**statement, "Condition": on.condition.document} if on.condition else statement


class _On(NamedTuple):
    """What a statement's actions are on."""

    service: str
    condition: Condition | None
    arns: tuple[str, ...]


def _resources(permissions: Iterable[Permission]) -> dict[tuple[str, Condition | None], set[str]]:
    """The resources of each action and condition, without what is allowed on every one, or without condition, too."""
    found = defaultdict[tuple[str, Condition | None], set[str]](set)
    for one in permissions:
        found[one.action, one.condition].add(one.resource)
    kept = {}
    for (action, condition), arns in found.items():
        left = {"*"} if "*" in arns else arns - (found.get((action, None), set()) if condition else set())
        if left:
            kept[action, condition] = left
    return kept


def _documents(statements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """As few documents as the order of the statements allows; a statement that is too long is split by its actions."""
    held = list[Mapping[str, Any]]()
    for statement in (part for whole in statements for part in _parts(whole)):
        if held and len(_text([*held, statement])) > MOST_CHARACTERS:
            yield _text(held)
            held = []
        held.append(statement)
    if held:
        yield _text(held)


def _parts(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if len(_text([statement])) <= MOST_CHARACTERS:
        yield statement
        return
    key = "Resource" if len(statement["Resource"]) > len(statement["Action"]) else "Action"
    half = len(statement[key]) // 2
    for part in (statement[key][:half], statement[key][half:]):
        yield from _parts({**statement, key: part})


def _text(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
