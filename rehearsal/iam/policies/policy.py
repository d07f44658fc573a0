"""Evaluates IAM policies: identity-based policies, a permissions boundary, role trust policies.

Source: IAM User Guide, "Policy evaluation logic", "Permissions boundaries for IAM entities".
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rehearsal.iam.policies import statements
from rehearsal.iam.policies.conditions import Context
from rehearsal.iam.policies.errors import PolicyError
from rehearsal.iam.policies.principals import Principal
from rehearsal.iam.policies.statements import Effect, Statement

__all__ = [
    "Decision",
    "Match",
    "Policy",
    "PolicyError",
    "Principal",
    "Request",
    "Statement",
    "decide",
    "parse",
    "trusts",
]

Reason = Literal["allowed", "explicit deny", "no statement allows it", "the permissions boundary does not allow it"]

# Whether a Version supports policy variables.
_VARIABLES: Final = {"2008-10-17": False, "2012-10-17": True}
_UNVERSIONED: Final = "2008-10-17"


@dataclass(frozen=True)
class Request:
    """An AWS request. ``context`` has condition keys, case-insensitive; a tuple is a multivalued key."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    principal: Principal | None = None


@dataclass(frozen=True)
class Policy:
    """A policy document, with the name for errors and reports."""

    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Match:
    """A statement that applies to a request, and the first of its patterns that matched, as in the document.

    A pattern is empty for NotAction, for NotResource, and for the resource of a trust policy.
    """

    statement: Statement
    matched_action: str
    matched_resource: str


@dataclass(frozen=True)
class Decision:
    """``decisive`` is the Deny or Allow that decided, ``policy`` the name of its policy, empty if none decided.

    ``matching`` are all Allow statements of identity or trust policies that apply, whatever the decision.
    """

    reason: Reason
    policy: str
    decisive: Match | None
    matching: tuple[Match, ...]

    @property
    def allowed(self) -> bool:
        return self.reason == "allowed"

    @property
    def statement(self) -> Statement | None:
        return self.decisive.statement if self.decisive else None

    @property
    def matched_action(self) -> str:
        return self.decisive.matched_action if self.decisive else ""

    @property
    def matched_resource(self) -> str:
        return self.decisive.matched_resource if self.decisive else ""


def parse(name: str, document: str | Mapping[str, Any]) -> Policy:
    """Parses a document, JSON or a mapping; raises PolicyError for one that IAM would refuse.

    Without Version it is 2008-10-17, which has no policy variables.
    """
    found = _read(name, document)
    if unknown := sorted(found.keys() - {"Version", "Id", "Statement"}):
        raise PolicyError(f"policy {name}: an element must be one of Version, Id, Statement, got {', '.join(unknown)}")
    version = found.get("Version", _UNVERSIONED)
    variables = _VARIABLES.get(str(version))
    if variables is None:
        raise PolicyError(f"policy {name}: Version must be one of {', '.join(_VARIABLES)}, got {version!r}")
    return Policy(name, statements.parse(name, found, variables=variables))


def decide(
    request: Request, *, identity: Sequence[Policy], boundary: Policy | None = None, known: Collection[str]
) -> Decision:
    """Decides by policies and boundary: a Deny in any wins; else an Allow is needed, with a boundary in both.

    ``known`` are the supported condition keys, with wildcards. Raises PolicyError where a statement for this action
    and resource has another key, or an unknown operator.
    """
    context = Context(request.context, known)
    found = [match for policy in identity for match in _matches(policy, request, context)]
    bounding = list(_matches(boundary, request, context)) if boundary else []
    allows = _with_effect("Allow", found)
    if denies := _with_effect("Deny", [*found, *bounding]):
        return _decided("explicit deny", denies[0], allows)
    if not allows:
        return Decision("no statement allows it", "", None, allows)
    if boundary and not bounding:
        return Decision("the permissions boundary does not allow it", boundary.name, None, allows)
    return _decided("allowed", allows[0], allows)


def trusts(request: Request, trust: Policy, known: Collection[str]) -> Decision:
    """Whether a trust policy allows ``request.principal`` to assume the role; raises as ``decide`` does.

    A principal that is trusted through its account also needs an Allow in its own policies, which is not checked.
    """
    found = list(_matches(trust, request, Context(request.context, known), trust=True))
    allows = _with_effect("Allow", found)
    if denies := _with_effect("Deny", found):
        return _decided("explicit deny", denies[0], allows)
    return _decided("allowed", allows[0], allows) if allows else Decision("no statement allows it", "", None, allows)


def _decided(why: Reason, decisive: Match, allows: tuple[Match, ...]) -> Decision:
    return Decision(why, decisive.statement.policy, decisive, allows)


def _with_effect(effect: Effect, found: Sequence[Match]) -> tuple[Match, ...]:
    return tuple(match for match in found if match.statement.effect == effect)


def _matches(policy: Policy, request: Request, context: Context, *, trust: bool = False) -> Iterator[Match]:
    """Evaluates every statement, so that an unsupported one is always reported."""
    for statement in policy.statements:
        try:
            match = _match(statement, request, context, trust=trust)
        except PolicyError as error:
            raise PolicyError(f"{statement}: {error}") from None
        if match:
            yield match


def _match(statement: Statement, request: Request, context: Context, *, trust: bool) -> Match | None:
    if trust is (statement.resource is not None):
        raise PolicyError(
            f"must have {'Principal, not Resource, in a trust' if trust else 'Resource, not Principal, in an identity'}"
            " policy"
        )
    action = statement.action.matching_pattern(request.action, context.variable)
    if action is None:
        return None
    resource = (
        "" if statement.resource is None else statement.resource.matching_pattern(request.resource, context.variable)
    )
    if resource is None or (trust and not _named(statement, request.principal)):
        return None
    results = [condition.holds(context) for condition in statement.conditions]
    return Match(statement, action, resource) if all(results) else None


def _named(statement: Statement, principal: Principal | None) -> bool:
    if principal is None:
        raise PolicyError("a request for a trust policy must have a principal")
    return any(principal.matches(kind, name) for kind, name in statement.principals)


def _read(name: str, document: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(document, str):
        return document
    try:
        found = json.loads(document, object_pairs_hook=_unique_keys)
    except PolicyError as error:
        raise PolicyError(f"policy {name}: {error}") from None
    except json.JSONDecodeError as error:
        raise PolicyError(f"policy {name}: must be JSON, {error}") from None
    if not isinstance(found, dict):
        raise PolicyError(f"policy {name}: must be an object, got {found!r}")
    return found


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        raise PolicyError(f"the keys of an object must be unique, got {', '.join(repeated)} twice")
    return found
