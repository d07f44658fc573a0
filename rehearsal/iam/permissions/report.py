"""The permission report: what each role used, what it did not use and why it has it, and what it was denied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rehearsal.aws.backends import ConnectorSpec
from rehearsal.iam.permissions import reasons, routed_topics
from rehearsal.iam.permissions.decision_log import DecisionLog, PermissionUse
from rehearsal.iam.permissions.reason import Role as Kind
from rehearsal.iam.policies.policy import PolicyError, Statement
from rehearsal.iam.roles import NoRoleError, Roles

_EVENTS: Final = "Events"
_UNDER_PREFIX: Final = ".*"
_ROUTED: Final = "a transform routes events elsewhere; those that it does not take keep their topics under the prefix"


@dataclass(frozen=True)
class Permission:
    """An action on a resource that a statement allows, both as in the policy."""

    statement: Statement
    action: str
    resource: str

    @property
    def document(self) -> dict[str, str]:
        """As JSON prints it."""
        return {
            "policy": self.statement.policy,
            "statement": self.statement.sid or str(self.statement.index),
            "action": self.action,
            "resource": self.resource,
        }


def permissions(log: DecisionLog, roles: Roles, connectors: Mapping[str, ConnectorSpec]) -> list[dict[str, Any]]:
    """A report for each role that made a request; ``connectors`` are those of connectors, by name.

    A role that no longer exists, or has an invalid policy, has no permissions in the report.
    """
    return [_report(name, roles, log, connectors.get(name)) for name in log.roles]


def _report(name: str, roles: Roles, log: DecisionLog, connector: ConnectorSpec | None) -> dict[str, Any]:
    uses = log.uses
    granted = {permission: _use(name, permission) in uses for permission in _granted(name, roles)}
    return {
        "role": name,
        "used": [permission.document for permission, used in granted.items() if used],
        "unused": [
            permission.document | {"reason": _reason(connector, permission)}
            for permission, used in granted.items()
            if not used
        ],
        "denied": [
            {"action": denial.action, "resource": denial.resource, "why": denial.reason} for denial in log.denials(name)
        ],
        "harmless": [{"action": action, "resource": resource} for action, resource in log.harmless(name)],
    }


def _granted(name: str, roles: Roles) -> Iterator[Permission]:
    try:
        role = roles.get(name)
    except (NoRoleError, PolicyError):
        return
    for policy in role.identity:
        for statement in policy.statements:
            if statement.effect == "Allow":
                for action in statement.actions:
                    for resource in statement.resources:
                        yield Permission(statement, action, resource)


def _use(role: str, permission: Permission) -> PermissionUse:
    statement = permission.statement
    return PermissionUse(role, statement.policy, statement.index, permission.action, permission.resource)


def _reason(connector: ConnectorSpec | None, permission: Permission) -> str | None:
    """Why the role, of ``connector`` or of a consumer, has an unused permission; None for one that it does not need."""
    kind: Kind = "connector" if connector else "consumer"
    statement = permission.statement.sid or ""
    try:
        known = reasons.lookup(kind, statement, permission.action).unseen
    except LookupError:
        return None
    if not known and connector and statement == _EVENTS and permission.resource.endswith(_UNDER_PREFIX):
        return _ROUTED if routed_topics.has_router(connector.configuration) else None
    return known or None
