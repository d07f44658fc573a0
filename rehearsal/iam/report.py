"""The permission report: for each role what it used, what it never used and why it has it, and what it was refused."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from rehearsal.iam import reasons
from rehearsal.iam.decisions import Log, Use
from rehearsal.iam.policy import PolicyError, Statement
from rehearsal.iam.reasons import Role as Kind
from rehearsal.iam.roles import NoRoleError, Roles


@dataclass(frozen=True)
class Permission:
    """An action on a resource that a statement allows, both as the policy has them."""

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


def permissions(log: Log, roles: Roles, connectors: Collection[str]) -> list[dict[str, Any]]:
    """A report for each role that asked for anything; ``connectors`` are those that connectors ran under.

    A role that is gone by now, or cannot be read, holds nothing.
    """
    return [_report(name, roles, log, "connector" if name in connectors else "consumer") for name in log.roles]


def _report(name: str, roles: Roles, log: Log, kind: Kind) -> dict[str, Any]:
    uses = log.uses
    held = {permission: _use(name, permission) in uses for permission in _held(name, roles)}
    return {
        "role": name,
        "used": [permission.document for permission, used in held.items() if used],
        "unused": [
            permission.document | {"reason": _reason(kind, permission)} for permission, used in held.items() if not used
        ],
        "denied": [
            {"action": denial.action, "resource": denial.resource, "why": denial.why} for denial in log.denials(name)
        ],
        "harmless": [{"action": action, "resource": resource} for action, resource in log.speculative(name)],
    }


def _held(name: str, roles: Roles) -> Iterator[Permission]:
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


def _use(role: str, permission: Permission) -> Use:
    statement = permission.statement
    return Use(role, statement.policy, statement.index, permission.action, permission.resource)


def _reason(kind: Kind, permission: Permission) -> str | None:
    """Why it stays where no rehearsal sees it used; None for a permission that is wider than needed."""
    try:
        return reasons.lookup(kind, permission.statement.sid or "", permission.action).unseen or None
    except LookupError:
        return None
