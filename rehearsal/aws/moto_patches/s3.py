"""S3: conditions of bucket policies, object versions, and the expected bucket owner."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.common_types import TYPE_RESPONSE
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response

from rehearsal.aws.moto_patches.patching import replace

# Condition keys as on AWS, which is called over TLS; the embedded AWS itself speaks plain HTTP on loopback.
_REQUEST: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "Bool": lambda actual, expected: actual == expected,
    "NumericLessThan": lambda actual, limit: float(actual) < float(limit),
}


def evaluate_policy_conditions() -> None:
    """AWS applies a statement where its condition holds; moto applies one with a condition it does not know always."""

    def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        statements = json.loads(self.policy)["Statement"]
        applicable = [statement for statement in statements if _holds(statement.pop("Condition", {}))]
        return IAMPolicy(json.dumps({"Statement": applicable})).is_action_permitted(action, resource)

    replace(FakeBucket, get_permission=get_permission)


def _holds(condition: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a request meets ``condition``; as on AWS, not where the request does not have the key."""
    return all(
        key in _REQUEST and operator in _OPERATORS and _OPERATORS[operator](_REQUEST[key], expected)
        for operator, values in condition.items()
        for key, expected in values.items()
    )


def delete_single_versions_while_suspended() -> None:
    """AWS deletes a single version also while versioning is suspended; moto then deletes all, or fails.

    Terraform suspends versioning before it empties a bucket.
    """
    delete = S3Backend.delete_object

    def delete_object(
        self: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        bucket = self.get_bucket(bucket_name)
        if not version_id or bucket.versioning_status != "Suspended":
            return delete(self, bucket_name, key_name, version_id=version_id, bypass=bypass)
        kept = [version for version in bucket.keys.getlist(key_name, []) if version.version_id != version_id]
        bucket.keys.setlist(key_name, kept)
        if not kept:
            bucket.keys.pop(key_name)
        return True, {"version-id": version_id}

    replace(S3Backend, delete_object=delete_object)


def check_expected_bucket_owner() -> None:
    """AWS denies HeadBucket where the bucket is not owned by the expected account; moto ignores the owner."""
    head = S3Response.head_bucket

    def head_bucket(self: S3Response) -> TYPE_RESPONSE:
        expected = self.headers.get("x-amz-expected-bucket-owner")
        _, owner = s3_backends.bucket_accounts.get(self.bucket_name, (None, expected))
        if expected not in (None, owner):
            return 403, {}, ""
        return head(self)

    replace(S3Response, head_bucket=head_bucket)
