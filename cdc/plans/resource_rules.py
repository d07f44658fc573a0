"""Rules about stored data: cluster, keys, buckets, lock table; and about the brokers' configuration."""

from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from typing import Final

from cdc.plans import findings as rules
from cdc.plans.findings import Finding, Rule
from cdc.plans.properties import shown_at
from cdc.plans.reading import Plan
from cdc.plans.resources import UNKNOWN, Resource, Side
from modules.properties_file import parse

Check = Callable[[str, Resource], Iterator[Finding]]

_HOUR: Final = 3_600_000
# The first that is set applies; Kafka's default is a week.
_RETENTION: Final = {"log.retention.ms": 1, "log.retention.minutes": 60_000, "log.retention.hours": _HOUR}
_DEFAULT_RETENTION: Final = 168 * _HOUR
# Where not set: MSK's default for the election, Kafka's for the policy.
_DEFAULTS: Final = {"unclean.leader.election.enable": "true", "log.cleanup.policy": "delete"}


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about stored data and brokers, in the order of the plan."""
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
    for before, after in _kept(resource):
        if after.get("is_enabled") is UNKNOWN:
            yield _unknown(stack, resource, "is_enabled")
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
        yield _unknown(stack, resource, "status")
    elif after not in (None, "Enabled"):
        yield Finding(rules.VERSIONING_ENDED, stack, resource.title, f"versioning of {bucket} becomes {after}")


def _expiry(stack: str, resource: Resource) -> Iterator[Finding]:
    for before, after in _kept(resource):
        if after.has_unknown("rule"):
            yield _unknown(stack, resource, "rule")
        elif (days := _days(after)) < _days(before):
            old = _shown(_days(before), " days")
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


def _broker_configuration(stack: str, resource: Resource) -> Iterator[Finding]:
    path = "server_properties"
    for before, after in _kept(resource):
        if after.get(path) is UNKNOWN:
            yield _unknown(stack, resource, path)
            continue
        hidden = before.hides(path) or after.hides(path)
        for rule, what, values in _weakened(parse(before.get(path)), parse(after.get(path))):
            what_changes = what if hidden else f"{what} from {values[0]} to {values[1]}"
            yield Finding(rule, stack, resource.title, what_changes)


def _weakened(old: dict[str, str], new: dict[str, str]) -> Iterator[tuple[Rule, str, tuple[str, str]]]:
    """Rules that the new properties break, what changes, and the old and new value."""
    if _retention(new) < _retention(old):
        values = _shown(_retention(old) / _HOUR, " hours"), _shown(_retention(new) / _HOUR, " hours")
        yield rules.RETENTION_SHORTENED, "log.retention changes", values
    if _size(new) < _size(old):
        yield rules.RETENTION_SHORTENED, "log.retention.bytes changes", (_shown(_size(old)), _shown(_size(new)))
    for key in ("min.insync.replicas", "default.replication.factor"):
        if _number(new.get(key), 1) < _number(old.get(key), 1):
            yield rules.FEWER_REPLICAS, f"{key} changes", (old[key], new.get(key, "the default"))
    for key, rule, wrong in _SETTINGS:
        was, is_ = (one.get(key, _DEFAULTS[key]) for one in (old, new))
        if was != is_ and wrong(is_):
            yield rule, f"{key} changes", (was, is_)


_SETTINGS: Final[tuple[tuple[str, Rule, Callable[[str], bool]], ...]] = (
    ("unclean.leader.election.enable", rules.UNCLEAN_ELECTION, lambda value: value.lower() != "false"),
    ("log.cleanup.policy", rules.CLEANUP_CHANGED, lambda _: True),
)


def _retention(of: dict[str, str]) -> float:
    """In ms; infinite where a value is negative."""
    for key, factor in _RETENTION.items():
        if key in of:
            value = _number(of[key], _DEFAULT_RETENTION / factor)
            return inf if value < 0 else value * factor
    return _DEFAULT_RETENTION


def _size(of: dict[str, str]) -> float:
    value = _number(of.get("log.retention.bytes"), -1)
    return inf if value < 0 else value


def _number(text: str | None, default: float) -> float:
    try:
        return default if text is None else float(text)
    except ValueError:
        return default


def _shown(value: float, unit: str = "") -> str:
    return "unlimited" if value == inf else f"{value:.10g}{unit}"


def _kept(resource: Resource) -> Iterator[tuple[Side, Side]]:
    """Both sides of a resource that is updated or replaced."""
    if resource.changes and resource.before and resource.after:
        yield resource.before, resource.after


def _unknown(stack: str, resource: Resource, attribute: str) -> Finding:
    what = f"{attribute} changes to a value that is known only after the apply"
    return Finding(rules.UNKNOWN_UNTIL_APPLY, stack, resource.title, what)


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
    "aws_msk_configuration": (_broker_configuration,),
}
