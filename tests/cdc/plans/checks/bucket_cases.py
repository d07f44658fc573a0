"""Buckets: versioning, and how long current and old versions are kept."""

from typing import Any, Final

from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

BUCKET, VERSIONING = "aws_s3_bucket", "aws_s3_bucket_versioning"
LIFECYCLE: Final = "aws_s3_bucket_lifecycle_configuration"
NAME: Final = "acme-cdc-state"
EXISTS: Final = same(BUCKET, {"bucket": NAME})


def rule(*, days: int | None = None, old: int | None = None, prefix: str = "", **more: Any) -> Document:
    """A rule that deletes current versions after ``days``, old ones after ``old``."""
    parts: Document = {"id": "r", "status": "Enabled", "filter": [{"prefix": prefix}], "expiration": []}
    if days:
        parts["expiration"] = [{"days": days}]
    if old:
        parts["noncurrent_version_expiration"] = [{"noncurrent_days": old}]
    return parts | more


def lifecycle(old: list[Document] | None, new: list[Document] | None) -> Document:
    before, after = (None if rules is None else {"bucket": NAME, "rule": rules} for rules in (old, new))
    return change(LIFECYCLE, before, after)


def versions(days: int, **more: Any) -> Document:
    return rule(noncurrent_version_expiration=[{"noncurrent_days": days, **more}])


def inline(*sides: Document) -> Document:
    """As providers before version 4 had it: blocks of the bucket."""
    return plan(change(BUCKET, *({"bucket": NAME, **side} for side in sides)))


def versioned(*status: str | None) -> Document:
    sides = [{"bucket": NAME, "versioning_configuration": [{"status": one}]} if one else None for one in status]
    return change(VERSIONING, *sides)


REFUSED: Final = {
    "current versions expire": Case(
        plan(lifecycle([rule(old=365)], [rule(old=365, days=1)]), EXISTS), "objects-expire-sooner"
    ),
    "current versions expire sooner": Case(plan(lifecycle([rule(days=90)], [rule(days=30)])), "objects-expire-sooner"),
    "current versions expire on a date": Case(
        plan(lifecycle([], [rule(expiration=[{"date": "2027-01-01T00:00:00Z", "days": 0}])])), "objects-expire-sooner"
    ),
    "of more objects": Case(
        plan(lifecycle([rule(days=7, prefix="tmp/")], [rule(days=7, prefix="")])), "objects-expire-sooner"
    ),
    "of objects without a tag": Case(
        plan(lifecycle([rule(days=7, filter=[{"tag": [{"key": "a", "value": "b"}]}])], [rule(days=7)])),
        "objects-expire-sooner",
    ),
    "a rule is enabled": Case(
        plan(lifecycle([rule(days=7, status="Disabled")], [rule(days=7)])), "objects-expire-sooner"
    ),
    "a second rule is sooner": Case(
        plan(lifecycle([rule(old=90)], [rule(old=90), rule(old=7, prefix="states/")])), "versions-expire-sooner"
    ),
    "fewer old versions are kept": Case(
        plan(lifecycle([versions(90, newer_noncurrent_versions=5)], [versions(90)])), "versions-expire-sooner"
    ),
    "a new resource for a bucket that is there": Case(
        plan(lifecycle(None, [rule(old=1)]), EXISTS), "versions-expire-sooner"
    ),
    "a new resource for a bucket of another state": Case(
        plan(lifecycle(None, [rule(days=1)])), "objects-expire-sooner"
    ),
    "when they expire is not known": Case(
        plan(
            change(
                LIFECYCLE,
                {"bucket": NAME, "rule": [rule(old=90)]},
                {"bucket": NAME, "rule": [rule()]},
                unknown={"rule": [{"noncurrent_version_expiration": [{"noncurrent_days": True}]}]},
            )
        ),
        "unknown-until-apply",
    ),
    "in a block of the bucket": Case(
        inline({"lifecycle_rule": []}, {"lifecycle_rule": [{"enabled": True, "expiration": [{"days": 1}]}]}),
        "objects-expire-sooner",
    ),
    "old versions in a block of the bucket": Case(
        inline(
            {"lifecycle_rule": [{"enabled": True, "noncurrent_version_expiration": [{"days": 90}]}]},
            {"lifecycle_rule": [{"enabled": True, "noncurrent_version_expiration": [{"days": 9}]}]},
        ),
        "versions-expire-sooner",
    ),
    "versioning in a block of the bucket": Case(
        inline({"versioning": [{"enabled": True}]}, {"versioning": [{"enabled": False}]}), "versioning-ended"
    ),
    "versioning is suspended by a new resource": Case(plan(versioned(None, "Suspended"), EXISTS), "versioning-ended"),
    "versioning is suspended": Case(plan(versioned("Enabled", "Suspended")), "versioning-ended"),
    "whether versioning stays is not known": Case(
        plan(
            change(
                VERSIONING,
                {"bucket": NAME, "versioning_configuration": [{"status": "Enabled"}]},
                {"bucket": NAME, "versioning_configuration": [{}]},
                unknown={"versioning_configuration": [{"status": True}]},
            )
        ),
        "unknown-until-apply",
    ),
}

NEW: Final = change(BUCKET, None, {"bucket": NAME})
ALLOWED: Final = {
    "of fewer objects": Case(
        plan(lifecycle([rule(days=7)], [rule(days=7, prefix="tmp/")])), near="objects-expire-sooner"
    ),
    "later": Case(plan(lifecycle([rule(days=7)], [rule(days=8)])), near="objects-expire-sooner"),
    "only delete markers expire": Case(
        plan(lifecycle([], [rule(expiration=[{"days": 0, "expired_object_delete_marker": True}])])),
        near="objects-expire-sooner",
    ),
    "parts of uploads that were never completed": Case(
        plan(lifecycle([], [rule(abort_incomplete_multipart_upload=[{"days_after_initiation": 1}])])),
        near="objects-expire-sooner",
    ),
    "a disabled rule": Case(plan(lifecycle([], [rule(days=1, status="Disabled")])), near="objects-expire-sooner"),
    "rules in another order": Case(
        plan(lifecycle([rule(old=90), rule(old=7, prefix="x")], [rule(old=7, prefix="x"), rule(old=90)])),
        near="versions-expire-sooner",
    ),
    "another shape of the same filter": Case(
        plan(
            lifecycle(
                [rule(old=7, filter=[{"prefix": "x"}])],
                [rule(old=7, filter=[{"and": [{"prefix": "x", "tags": {"a": "b"}}]}])],
            )
        ),
        near="versions-expire-sooner",
    ),
    "more old versions are kept": Case(
        plan(lifecycle([versions(90)], [versions(90, newer_noncurrent_versions=5)])), near="versions-expire-sooner"
    ),
    "the resource is destroyed": Case(plan(lifecycle([rule(old=90)], None)), near="versions-expire-sooner"),
    "with a new bucket": Case(plan(lifecycle(None, [rule(old=1)]), NEW), near="versions-expire-sooner"),
    "versioning of a new bucket": Case(plan(versioned(None, "Disabled"), NEW), near="versioning-ended"),
    "versioning is enabled by a new resource": Case(plan(versioned(None, "Enabled"), EXISTS), near="versioning-ended"),
    "a bucket without versioning": Case(
        inline({"versioning": [{"enabled": False}]}, {"versioning": [{"enabled": False}], "tags": {}}),
        near="versioning-ended",
    ),
    "a block that the provider computes": Case(
        plan(
            change(
                BUCKET,
                {"bucket": NAME, "lifecycle_rule": [{"enabled": True, "expiration": [{"days": 1}]}]},
                {"bucket": NAME, "tags": {}},
                unknown={"lifecycle_rule": True},
            )
        ),
        near="objects-expire-sooner",
    ),
}
