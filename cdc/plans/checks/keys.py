"""Checks of keys' policies and grants: whoever could use a key still can."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cdc.plans.checks.resources import how, unknown
from cdc.plans.reading import policies
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.policies import Grant, Policy
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import stored_data as rules
from cdc.plans.rules.rule import Finding

_KEY, _POLICY, _GRANT = "aws_kms_key", "aws_kms_key_policy", "aws_kms_grant"
# What data needs; and without PutKeyPolicy nobody can undo the change.
_USES: Final = (
    "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext", "kms:PutKeyPolicy", "kms:ReEncryptFrom", "kms:ReEncryptTo",
)  # fmt: skip
_SHOWN: Final = 3


def check(plan: Plan) -> Iterator[Finding]:
    """Uses of a key that its policy or a grant allows no longer."""
    for resource in plan.of(_KEY, _POLICY):
        kept = resource.changes and not resource.forgets and not (resource.type == _KEY and resource.destroys)
        if kept and resource.before:
            yield from _narrowed(plan.stack, resource, resource.before)
    for resource in plan.of(_GRANT):
        yield from _revoked(plan.stack, resource)


def _narrowed(stack: str, resource: Resource, before: Side) -> Iterator[Finding]:
    after = resource.after or Side({})
    if after.get("policy") is UNKNOWN:
        if resource.type == _POLICY or before.get("policy") is not None:
            yield unknown(stack, resource, "policy")
        return
    old, new = _uses(before), _policy(after)
    if new is None:
        new = _default(old)
    if gone := policies.lost(old, new):
        more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        listed = ", ".join(f"{one.action} by {one.principal or 'nobody'}" for one in gone[:_SHOWN])
        what = f"the policy of the key {shown_at(before, 'key_id')} no longer allows {listed}{more}"
        yield Finding(rules.KEY_POLICY_NARROWED, stack, resource.title, what)


def _policy(side: Side) -> Policy | None:
    text = side.get("policy")
    return policies.parse(text) if isinstance(text, str) and text.strip() else None


def _uses(side: Side) -> Policy:
    """The uses that the policy allows, each by itself, so that ``kms:*`` equals a list of all."""
    policy = _policy(side) or Policy()
    allowed = (
        replace(grant, action=use)
        for grant in policy.allowed
        for use in _USES
        if grant.includes(replace(grant, action=use))
    )
    return Policy(tuple(dict.fromkeys(allowed)), policy.denied)


def _default(old: Policy) -> Policy:
    """Where none is written, the account may do all, and its own policies say who."""
    accounts = (one.principal for one in old.allowed if one.principal.isdecimal())
    return Policy(tuple(Grant("kms:*", "*", account) for account in dict.fromkeys(accounts)))


def _revoked(stack: str, resource: Resource) -> Iterator[Finding]:
    before, after = resource.before, resource.after
    if not before or not resource.changes or resource.forgets:
        return
    grantee = shown_at(before, "grantee_principal")
    if after is None or after.get("grantee_principal") not in (UNKNOWN, before.get("grantee_principal")):
        what = f"the grant of the key to {grantee} is {how(resource)}"
    elif not after.has_unknown("operations") and (
        gone := {*(before.get("operations") or ())} - {*(after.get("operations") or ())}
    ):
        what = f"the grant of the key to {grantee} no longer has {', '.join(sorted(map(str, gone)))}"
    else:
        return
    yield Finding(rules.KEY_POLICY_NARROWED, stack, resource.title, what)
