"""Checks of roles: what the workers of a connector that stays may do, it may still do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cdc.plans.checks.resources import how
from cdc.plans.checks.staying import Staying
from cdc.plans.reading import policies
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.policies import Grant, Policy
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import network as rules
from cdc.plans.rules.rule import Finding

_ROLE, _INLINE = "aws_iam_role", "aws_iam_role_policy"
_MANAGED, _ATTACHMENT = "aws_iam_policy", "aws_iam_role_policy_attachment"
# Consumers never write.
_WRITES: Final = Grant("kafka-cluster:WriteData", "*")
_CONNECT: Final = "kafkaconnect.amazonaws.com"
_SHOWN: Final = 3


@dataclass(frozen=True)
class _Roles:
    """The policies of the plans, before and after, by the roles that have them."""

    plans: Sequence[Plan]
    staying: Staying

    def needed(self, role: object, policy: Policy) -> bool:
        """Whether a connector that stays has the role; where no plan shows that, whether ``policy`` is a worker's."""
        if self.staying.roles is not None:
            return role in self.staying.roles
        return self.staying.shown or any(_WRITES.meets(one) for one in policy.allowed)

    def attached(self, arn: object) -> list[object]:
        """Roles that have a managed policy before the plan."""
        sides = (one.before for plan in self.plans for one in plan.of(_ATTACHMENT) if one.before)
        return [side.get("role") for side in sides if side.get("policy_arn") == arn]

    @cached_property
    def _left(self) -> dict[object, list[Policy]]:
        """The inline and managed policies after the plans, by role; that of a new role is UNKNOWN, and no role's."""
        found: dict[object, list[Policy]] = {}
        managed: dict[object, list[Policy]] = {}
        for plan in self.plans:
            for one in plan.of(_INLINE, _MANAGED):
                if one.after:
                    by, key = (found, "role") if one.type == _INLINE else (managed, "arn")
                    by.setdefault(one.after.get(key), []).append(_policy(one.after))
        for plan in self.plans:
            for one in plan.of(_ATTACHMENT):
                if one.after:
                    policies_of = managed.get(one.after.get("policy_arn"), [])
                    found.setdefault(one.after.get("role"), []).extend(policies_of)
        return found

    def after(self, role: object, resource: Resource) -> Policy:
        """All that the plans leave the role, with what ``resource`` itself allows then."""
        own = [_policy(resource.after)] if resource.after and resource.after.get("role") is UNKNOWN else []
        return Policy().joined([*self._left.get(role, []), *own])

    def managed(self, arn: object) -> Policy | None:
        for plan in self.plans:
            for one in plan.of(_MANAGED):
                if one.before and one.before.get("arn") == arn:
                    return _policy(one.before)
        return None


def check(plans: Sequence[Plan], staying: Staying) -> Iterator[Finding]:
    """Permissions that a worker loses, its whole role, or MSK Connect's right to assume it."""
    roles = _Roles(plans, staying)
    for plan in plans:
        for resource in plan.of(_ROLE, _INLINE, _MANAGED, _ATTACHMENT):
            if resource.changes and not resource.forgets and resource.before:
                for what in _CHECKS[resource.type](resource, resource.before, roles):
                    yield Finding(rules.PERMISSIONS_REMOVED, plan.stack, resource.title, what)


def _policy(side: Side, name: str = "policy") -> Policy:
    text = side.get(name)
    return policies.parse(text) if isinstance(text, str) else Policy()


def _role(resource: Resource, before: Side, roles: _Roles) -> Iterator[str]:
    trust = _policy(before, "assume_role_policy")
    name = before.get("name")
    ours = any(one.principal in ("*", _CONNECT) for one in trust.allowed)
    if not (name in roles.staying.roles if roles.staying.roles is not None else ours):
        return
    after = resource.after
    if after is None:
        yield f"the role {name} is {how(resource)}"
    elif after.get("assume_role_policy") is not UNKNOWN and (
        gone := policies.lost(trust, _policy(after, "assume_role_policy"))
    ):
        yield f"the role {name} no longer allows {_listed(gone)}"


def _inline(resource: Resource, before: Side, roles: _Roles) -> Iterator[str]:
    role = before.get("role")
    yield from _lost(resource, role, _policy(before), roles)


def _managed(resource: Resource, before: Side, roles: _Roles) -> Iterator[str]:
    for role in roles.attached(before.get("arn")):
        yield from _lost(resource, role, _policy(before), roles)


def _attachment(resource: Resource, before: Side, roles: _Roles) -> Iterator[str]:
    role, arn = before.get("role"), before.get("policy_arn")
    if resource.after and all(resource.after.get(key) in (UNKNOWN, before.get(key)) for key in ("role", "policy_arn")):
        return
    policy = roles.managed(arn)
    if policy is not None:
        yield from _lost(resource, role, policy, roles)
    elif roles.staying.roles is not None and role in roles.staying.roles:
        yield f"the role {role} loses the policy {arn}"


def _lost(resource: Resource, role: object, old: Policy, roles: _Roles) -> Iterator[str]:
    if not roles.needed(role, old):
        return
    if resource.after and resource.after.get("policy") is UNKNOWN:
        yield f"what the role {role} allows is known only after the apply"
    elif gone := policies.lost(old, roles.after(role, resource)):
        yield f"the role {role} no longer allows {_listed(gone)}"


def _listed(grants: Sequence[Grant]) -> str:
    more = f" and {len(grants) - _SHOWN} more" if len(grants) > _SHOWN else ""
    return ", ".join(map(str, grants[:_SHOWN])) + more


_CHECKS: Final = {_ROLE: _role, _INLINE: _inline, _MANAGED: _managed, _ATTACHMENT: _attachment}
