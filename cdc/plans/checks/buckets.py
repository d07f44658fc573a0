"""Checks of buckets: versioning, and how long current and old versions are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from cdc.plans.checks.resources import how, shown, unknown
from cdc.plans.reading.plan import Plan
from cdc.plans.reading.properties import shown_at
from cdc.plans.reading.resources import UNKNOWN, Resource, Side
from cdc.plans.rules import stored_data as rules
from cdc.plans.rules.rule import Finding

BUCKET: Final = "aws_s3_bucket"
_VERSIONING: Final = "aws_s3_bucket_versioning"
_LIFECYCLE: Final = "aws_s3_bucket_lifecycle_configuration"


def check(plan: Plan) -> Iterator[Finding]:
    """Findings about buckets; those of a bucket that is destroyed, or that is new, have no further ones."""
    left_out = {one.side.get("bucket") for one in plan.of(BUCKET) if one.destroys or (one.creates and not one.before)}
    for resource in plan.of(BUCKET, _VERSIONING, _LIFECYCLE):
        if not resource.changes or resource.forgets or resource.side.get("bucket") in {*left_out, UNKNOWN}:
            continue
        if resource.type != _LIFECYCLE:
            yield from _versioning(plan.stack, resource)
        if resource.type != _VERSIONING:
            yield from _expiry(plan.stack, resource)


def _versioning(stack: str, resource: Resource) -> Iterator[Finding]:
    """Destroying the resource suspends versioning; replacing it suspends it too, and for good if the apply fails."""
    bucket = shown_at(resource.side, "bucket")
    before, after = (side and _status(side) for side in (resource.before, resource.after))
    if resource.destroys and before == "Enabled" and resource.type == _VERSIONING:
        yield Finding(rules.VERSIONING_ENDED, stack, resource.title, f"versioning of {bucket} is {how(resource)}")
    elif before in ("Suspended", "Disabled") or (before is None and resource.type == BUCKET):
        return
    elif after is UNKNOWN:
        yield unknown(stack, resource, "status")
    elif after not in (None, "Enabled"):
        yield Finding(rules.VERSIONING_ENDED, stack, resource.title, f"versioning of {bucket} becomes {after}")


def _status(side: Side) -> Any:
    """Of the resource, or of the block that earlier providers had in the bucket."""
    enabled = side.get("versioning", 0, "enabled")
    if isinstance(enabled, bool):
        return "Enabled" if enabled else "Suspended"
    return enabled if enabled is UNKNOWN else side.get("versioning_configuration", 0, "status")


@dataclass(frozen=True)
class _Expiry:
    """Deletes current or old versions of the objects that ``conditions`` select, after ``days``.

    ``kept`` is how many newer old versions there must be.
    """

    current: bool
    prefix: str
    conditions: frozenset[str]
    days: float
    kept: float

    def includes(self, other: "_Expiry") -> bool:
        """Whether it deletes all that ``other`` does, and as early."""
        wider = other.prefix.startswith(self.prefix) and self.conditions <= other.conditions
        sooner = self.days <= other.days and self.kept <= other.kept
        return self.current == other.current and wider and sooner


def _expiry(stack: str, resource: Resource) -> Iterator[Finding]:
    """A new resource deletes where nothing did; one that is destroyed deletes no longer."""
    after = resource.after
    if after is None:
        return
    name = "lifecycle_rule" if resource.type == BUCKET else "rule"
    if after.has_unknown(name) and (resource.before or resource.type == _LIFECYCLE):
        if resource.type == _LIFECYCLE or after.get(name) is not UNKNOWN:
            yield unknown(stack, resource, name)
        return
    old = _expiries(resource.before, name) if resource.before else []
    new = [one for one in _expiries(after, name) if not any(other.includes(one) for other in old)]
    for current in (True, False):
        if sooner := min((one for one in new if one.current is current), key=lambda one: one.days, default=None):
            yield _sooner(stack, resource, sooner, old)


def _sooner(stack: str, resource: Resource, one: _Expiry, old: list[_Expiry]) -> Finding:
    rule = rules.OBJECTS_EXPIRE_SOONER if one.current else rules.VERSIONS_EXPIRE_SOONER
    kind = "current" if one.current else "old"
    before = min((other.days for other in old if other.current is one.current), default=inf)
    instead = f" instead of {shown(before, ' days')}" if before != one.days else " of more objects, or of more versions"
    what = f"{kind} versions in {shown_at(resource.side, 'bucket')} expire after {one.days:g} days{instead}"
    return Finding(rule, stack, resource.title, what)


def _expiries(side: Side, name: str) -> list[_Expiry]:
    found = side.get(name)
    return [one for rule in (() if found is UNKNOWN else found or ()) if _enabled(rule) for one in _of(rule)]


def _enabled(rule: dict[str, Any]) -> bool:
    return rule.get("status") == "Enabled" or rule.get("enabled") is True


def _of(rule: dict[str, Any]) -> Iterator[_Expiry]:
    prefix, conditions = _selection(rule)
    for part in rule.get("expiration") or ():
        # A date deletes all that is there by then; AWS returns 0 days with a date, or for delete markers.
        days = 0 if part.get("date") else part.get("days") or inf
        if days < inf:
            yield _Expiry(True, prefix, conditions, days, 0)
    for part in rule.get("noncurrent_version_expiration") or ():
        days = part.get("noncurrent_days") or part.get("days") or inf
        if days < inf:
            yield _Expiry(False, prefix, conditions, days, part.get("newer_noncurrent_versions") or 0)


def _selection(rule: dict[str, Any]) -> tuple[str, frozenset[str]]:
    """The prefix and the other conditions of a rule's filter."""
    prefixes, conditions = [rule.get("prefix") or ""], [f"tag {item}" for item in (rule.get("tags") or {}).items()]
    for part in rule.get("filter") or ():
        for one in (part, *(part.get("and") or ())):
            prefixes.append(one.get("prefix") or "")
            tags = [(tag.get("key"), tag.get("value")) for tag in one.get("tag") or ()]
            conditions += [f"tag {tag}" for tag in (*tags, *(one.get("tags") or {}).items())]
            sizes = ("object_size_greater_than", "object_size_less_than")
            conditions += [f"{key} {one[key]}" for key in sizes if one.get(key)]
    return max(prefixes, key=len), frozenset(conditions)
