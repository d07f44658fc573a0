"""Checks of what holds data: cluster, keys, buckets, lock table."""

from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from typing import Final

from cdc.plans.checks.resources import kept, shown, unknown
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import stored_data as rules
from cdc.plans.rules.rule import Finding, Rule

Check = Callable[[str, Resource], Iterator[Finding]]


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about stored data, in the order of the plan."""
    destroyed = {_bucket(one) for one in plan.of("aws_s3_bucket") if one.destroys}
    for type_, checks in _CHECKS.items():
        for resource in plan.of(type_):
            if type_.startswith("aws_s3_bucket_") and _bucket(resource) in destroyed:
                continue  # destroyed with its bucket, which is reported
            for one in checks:
                yield from one(plan.stack, resource)


def _bucket(resource: Resource) -> object:
    return resource.side.get("bucket")


def _destroyed(stack: str, resource: Resource, *, rule: Rule, kind: str, name: str) -> Iterator[Finding]:
    if resource.destroys:
        yield Finding(rule, stack, resource.title, f"{kind} {shown_at(resource.side, name)} is {_how(resource)}")


def _how(resource: Resource) -> str:
    if not resource.replaces:
        return "destroyed"
    because = ", ".join(resource.forced_by)
    return f"replaced (forces replacement: {because})" if because else "replaced"


def _key_disabled(stack: str, resource: Resource) -> Iterator[Finding]:
    for before, after in kept(resource):
        if after.get("is_enabled") is UNKNOWN:
            yield unknown(stack, resource, "is_enabled")
        elif before.get("is_enabled") is not False and after.get("is_enabled") is False:
            yield Finding(rules.KEY_DISABLED, stack, resource.title, f"key {shown_at(before, 'arn')} is disabled")


def _state_alias(stack: str, resource: Resource) -> Iterator[Finding]:
    name = str(resource.side.get("name"))
    if resource.destroys and name.startswith("alias/cdc-") and name.endswith("-state"):
        what = f"{shown_at(resource.side, 'name')} is {_how(resource)}"
        yield Finding(rules.STATE_ALIAS_DESTROYED, stack, resource.title, what)


def _versioning(stack: str, resource: Resource) -> Iterator[Finding]:
    """Destroying the resource suspends versioning; replacing it suspends it too, and for good if the apply fails."""
    bucket = shown_at(resource.side, "bucket")
    path = ("versioning_configuration", 0, "status")
    if resource.before is None or resource.before.get(*path) != "Enabled":
        return
    after = resource.after.get(*path) if resource.after else None
    if resource.destroys:
        yield Finding(rules.VERSIONING_ENDED, stack, resource.title, f"versioning of {bucket} is {_how(resource)}")
    elif after is UNKNOWN:
        yield unknown(stack, resource, "status")
    elif after not in (None, "Enabled"):
        yield Finding(rules.VERSIONING_ENDED, stack, resource.title, f"versioning of {bucket} becomes {after}")


def _expiry(stack: str, resource: Resource) -> Iterator[Finding]:
    for before, after in kept(resource):
        if after.has_unknown("rule"):
            yield unknown(stack, resource, "rule")
        elif (days := _days(after)) < _days(before):
            old = shown(_days(before), " days")
            what = f"old versions in {shown_at(after, 'bucket')} expire after {days:g} days instead of {old}"
            yield Finding(rules.VERSIONS_EXPIRE_SOONER, stack, resource.title, what)


def _days(side: Side) -> float:
    """After how many days the first rule deletes old versions."""
    found = [
        part.get("noncurrent_days") or inf
        for rule in side.get("rule") or ()
        if rule.get("status") == "Enabled"
        for part in rule.get("noncurrent_version_expiration") or ()
    ]
    return min(found, default=inf)


def _guarded(rule: Rule, kind: str, name: str) -> Check:
    return partial(_destroyed, rule=rule, kind=kind, name=name)


_CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "aws_msk_cluster": (_guarded(rules.CLUSTER_DESTROYED, "the MSK cluster", "cluster_name"),),
    "aws_kms_key": (_guarded(rules.KEY_DESTROYED, "the key", "arn"), _key_disabled),
    "aws_kms_alias": (_state_alias,),
    "aws_s3_bucket": (_guarded(rules.BUCKET_DESTROYED, "the bucket", "bucket"),),
    "aws_s3_bucket_versioning": (_versioning,),
    "aws_s3_bucket_lifecycle_configuration": (_expiry,),
    "aws_dynamodb_table": (_guarded(rules.LOCK_TABLE_DESTROYED, "the lock table", "name"),),
}
