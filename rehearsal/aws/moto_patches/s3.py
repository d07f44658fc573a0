"""S3: bucket policies, versions of objects, and whose a bucket is."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.common_types import TYPE_RESPONSE
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response

from rehearsal.aws.moto_patches.replacing import replace

# The embedded AWS speaks plain HTTP on loopback, in the place of an AWS that is asked over TLS.
_REQUEST: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "Bool": lambda is_, wanted: is_ == wanted,
    "NumericLessThan": lambda is_, than: float(is_) < float(than),
}


def weigh_conditions() -> None:
    """AWS heeds a statement where its condition holds; to moto a condition that it does not know always denies."""

    def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        statements = json.loads(self.policy)["Statement"]
        heeded = [statement for statement in statements if _holds(statement.pop("Condition", {}))]
        return IAMPolicy(json.dumps({"Statement": heeded})).is_action_permitted(action, resource)

    replace(FakeBucket, get_permission=get_permission)


def _holds(condition: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a request meets ``condition``: as on AWS, not where it asks for what the request does not say."""
    return all(
        key in _REQUEST and operator in _OPERATORS and _OPERATORS[operator](_REQUEST[key], wanted)
        for operator, values in condition.items()
        for key, wanted in values.items()
    )


def delete_single_versions() -> None:
    """AWS deletes the version asked for while versioning is suspended, too; moto then deletes all, or fails.

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


def expect_owners() -> None:
    """AWS refuses a look at a bucket that is not of the account that was expected; moto does not ask."""
    head = S3Response.head_bucket

    def head_bucket(self: S3Response) -> TYPE_RESPONSE:
        expected = self.headers.get("x-amz-expected-bucket-owner")
        _, owner = s3_backends.bucket_accounts.get(self.bucket_name, (None, expected))
        if expected not in (None, owner):
            return 403, {}, ""
        return head(self)

    replace(S3Response, head_bucket=head_bucket)
