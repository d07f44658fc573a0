"""The clusters that roles reach, by the policies in a plan."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from cdc.plans.reading.plan import Plan
from cdc.plans.reading.policies import expression
from cdc.plans.reading.resources import UNKNOWN, Resource, Side

INLINE: Final = "aws_iam_role_policy"
_ROLE: Final = "aws_iam_role"
_MANAGED: Final = "aws_iam_policy"
_ATTACHMENT: Final = "aws_iam_role_policy_attachment"
_ARN: Final = re.compile(r"arn:([^:]*):kafka:([^:]*):([^:]*):([^/:]+)/(.+)")
_ANY: Final = re.compile(r"\*|arn:[^:]*:(?:kafka|\*).*\*")
_ACTIONS: Final = ("kafka-cluster:connect", "kafka-cluster:writedata", "kafka-cluster:readdata")


@dataclass
class Role:
    """What the policies of a role in the plan grant; ``changed`` are those that the plan changes, by title."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    unknown: bool = False
    changed: dict[str, Resource] = field(default_factory=dict)

    @property
    def lost(self) -> list[str]:
        """Clusters that it reached before, and not after the plan."""
        return self.uncovered(self.before)

    def uncovered(self, clusters: Iterable[str]) -> list[str]:
        """Those of ``clusters`` that it does not reach after the plan."""
        covers = [expression(pattern) for pattern in self.after]
        return sorted(one for one in clusters if not any(cover.fullmatch(one) for cover in covers))

    @property
    def gained(self) -> list[str]:
        """What it reaches after the plan only."""
        return sorted(self.after - self.before)


def read(plan: Plan) -> dict[str, Role]:
    """By name; a role that the plan creates has it too."""
    roles: dict[str, Role] = defaultdict(Role)
    for name, resource, path in _policies(plan):
        role = roles[name]
        if resource.changes:
            role.changed[resource.title] = resource
        role.before |= {one for one in _granted(resource.before, path) if not {"*", "?"} & {*one}}
        role.after |= _granted(resource.after, path)
        role.unknown |= resource.after is not None and resource.after.get(*path) is UNKNOWN
    return roles


def name_of(arn: object) -> str | None:
    """The last part of a role's ARN."""
    return arn.rpartition("/")[2] if isinstance(arn, str) and ":role/" in arn else None


def _policies(plan: Plan) -> Iterator[tuple[str, Resource, tuple[str | int, ...]]]:
    """Role, the resource that holds a policy of it, and where in it the policy is."""
    for resource in plan.of(INLINE):
        if name := _text(resource, "role"):
            yield name, resource, ("policy",)
    for resource in plan.of(_ROLE):
        if name := _text(resource, "name"):
            inline = max((len(_list(side)) for side in (resource.before, resource.after) if side), default=0)
            yield from ((name, resource, ("inline_policy", number, "policy")) for number in range(inline))
    attached = defaultdict(set)
    for resource in plan.of(_ATTACHMENT):
        if (name := _text(resource, "role")) and (arn := _text(resource, "policy_arn")):
            attached[arn].add(name)
    for resource in plan.of(_MANAGED):
        yield from ((name, resource, ("policy",)) for name in sorted(attached[_text(resource, "arn")]))


def _text(resource: Resource, attribute: str) -> str:
    values = (side.get(attribute) for side in (resource.before, resource.after) if side)
    return next((value for value in values if isinstance(value, str)), "")


def _list(side: Side) -> list[Any]:
    found = side.get("inline_policy")
    return found if isinstance(found, list) else []


def _granted(side: Side | None, path: tuple[str | int, ...]) -> frozenset[str]:
    """The clusters, as ``cluster:aws:us-east-1:123456789012:NAME/ID``, where * stands for anything."""
    policy = side.get(*path) if side else None
    return _clusters(policy) if isinstance(policy, str) else frozenset()


@lru_cache(maxsize=4096)
def _clusters(policy: str) -> frozenset[str]:
    try:
        statements = _listed(json.loads(policy)["Statement"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return frozenset()
    allowed = [one for one in statements if isinstance(one, dict) and one.get("Effect") == "Allow" and _connects(one)]
    found = (_cluster(str(each)) for one in allowed for each in _listed(one.get("Resource")))
    return frozenset(one for one in found if one)


def _connects(statement: dict[str, Any]) -> bool:
    patterns = (expression(str(each).lower()) for each in _listed(statement.get("Action")))
    return any(pattern.fullmatch(action) for pattern in patterns for action in _ACTIONS)


def _cluster(resource: str) -> str:
    """Empty for what is not Kafka's."""
    if found := _ARN.fullmatch(resource):
        partition, region, account, kind, path = found.groups()
        return f"{kind}:{partition}:{region}:{account}:{'/'.join(path.split('/')[:2])}"
    return "*" if _ANY.fullmatch(resource) else ""


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else [] if node is None else [node]
