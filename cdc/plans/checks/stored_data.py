"""Checks of what holds data: cluster, keys, buckets, lock table."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from cdc.plans.checks.resources import how, kept, unknown
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource
from cdc.plans.rules import stored_data as rules
from cdc.plans.rules.rule import Finding, Rule

Check = Callable[[str, Resource], Iterator[Finding]]


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about stored data, in the order of the plan."""
    for type_, checks in _CHECKS.items():
        for resource in plan.of(type_):
            for one in checks:
                yield from one(plan.stack, resource)


def _destroyed(stack: str, resource: Resource, *, rule: Rule, kind: str, name: str) -> Iterator[Finding]:
    if resource.destroys:
        yield Finding(rule, stack, resource.title, f"{kind} {shown_at(resource.side, name)} is {how(resource)}")


def _key_disabled(stack: str, resource: Resource) -> Iterator[Finding]:
    for before, after in kept(resource):
        if after.get("is_enabled") is UNKNOWN:
            yield unknown(stack, resource, "is_enabled")
        elif before.get("is_enabled") is not False and after.get("is_enabled") is False:
            yield Finding(rules.KEY_DISABLED, stack, resource.title, f"key {shown_at(before, 'arn')} is disabled")


def _state_alias(stack: str, resource: Resource) -> Iterator[Finding]:
    name = str(resource.side.get("name"))
    if resource.destroys and name.startswith("alias/cdc-") and name.endswith("-state"):
        what = f"{shown_at(resource.side, 'name')} is {how(resource)}"
        yield Finding(rules.STATE_ALIAS_DESTROYED, stack, resource.title, what)


def _guarded(rule: Rule, kind: str, name: str) -> Check:
    return partial(_destroyed, rule=rule, kind=kind, name=name)


_CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "aws_msk_cluster": (_guarded(rules.CLUSTER_DESTROYED, "the MSK cluster", "cluster_name"),),
    "aws_kms_key": (_guarded(rules.KEY_DESTROYED, "the key", "arn"), _key_disabled),
    "aws_kms_alias": (_state_alias,),
    "aws_s3_bucket": (_guarded(rules.BUCKET_DESTROYED, "the bucket", "bucket"),),
    "aws_glue_registry": (_guarded(rules.REGISTRY_DESTROYED, "the schema registry", "registry_name"),),
    "aws_dynamodb_table": (_guarded(rules.LOCK_TABLE_DESTROYED, "the lock table", "name"),),
}
