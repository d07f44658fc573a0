"""Checks of connectors' roles: whether they still reach the cluster that the connector is on."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdc.plans.reading import connectors, roles
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.reading.roles import Role
from cdc.plans.rules import connectors as rules
from cdc.plans.rules.general import UNKNOWN_UNTIL_APPLY
from cdc.plans.rules.rule import Finding

_ARN: Final = "service_execution_role_arn"


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about the policies of roles, then about connectors that get another role."""
    known = roles.read(plan)
    used = [*_used(plan)]
    # Where a connector does not say its role, any inline policy may be its role's.
    anyone = not used or any(None in names for _, names in used)
    ours = {name for _, names in used for name in names}
    for name, role in known.items():
        if name in ours or anyone:
            yield from _policies(plan.stack, role, sure=name in ours)
    for resource, names in used:
        if resource.changes and len(names) == 2:
            yield from _another(plan.stack, resource, names, known)


def _used(plan: Plan) -> Iterator[tuple[Resource, list[str | None]]]:
    """Each connector with its role before and after the plan."""
    created = {one.address: one.after.get("name") for one in plan.of("aws_iam_role") if one.after}
    for resource in plan.of(connectors.TYPE):
        sides = [side for side in (resource.before, resource.after) if side]
        yield resource, [_name(plan, resource, side, created) for side in sides]


def _name(plan: Plan, resource: Resource, side: Side, created: Mapping[str, Any]) -> str | None:
    arn = side.get(_ARN)
    if arn is not UNKNOWN:
        return roles.name_of(arn)
    named = (created.get(one) for one in plan.referred(resource.address, _ARN))
    return next((name for name in named if isinstance(name, str)), None)


def _policies(stack: str, role: Role, *, sure: bool) -> Iterator[Finding]:
    for title, resource in role.changed.items():
        if not sure and resource.type != roles.INLINE:
            continue
        if role.unknown and role.before and resource.before:
            what = f"what {_shown(resource)} allows changes to a value that is known only after the apply"
            yield Finding(UNKNOWN_UNTIL_APPLY, stack, title, what)
        elif moved := _moved(role.lost, role):
            what = f"{_shown(resource)} allows {moved[1]} instead of {moved[0]}"
            yield Finding(rules.ROLE_TO_OTHER_CLUSTER, stack, title, what)


def _shown(resource: Resource) -> str:
    return f"the policy of role {shown_at(resource.side, 'name' if resource.type == 'aws_iam_role' else 'role')}"


def _moved(lost: list[str], role: Role) -> tuple[str, str] | None:
    """A cluster that is reached no longer, and one that is reached instead."""
    kinds = {one.partition(":")[0]: one for one in role.gained}
    found = next((one for one in lost if one.partition(":")[0] in kinds), None)
    return (_place(found), _place(kinds[found.partition(":")[0]])) if found else None


def _place(cluster: str) -> str:
    return f"cluster {cluster.split(':', 4)[-1]}"


def _another(stack: str, resource: Resource, names: list[str | None], known: Mapping[str, Role]) -> Iterator[Finding]:
    """A connector that gets a role of another name."""
    old, new = names
    if old is None or old == new:
        return
    what = f"the role of {shown_at(resource.side, 'name')} changes from {old} to {new or 'another'}"
    were = known[old].before if old in known else set()
    other = known.get(new or "")
    if not other or not other.after or not were:
        yield Finding(rules.ROLE_CHANGED, stack, resource.title, what)
    elif other.uncovered(were):
        yield Finding(rules.ROLE_TO_OTHER_CLUSTER, stack, resource.title, what)
