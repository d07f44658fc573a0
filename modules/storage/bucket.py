"""A private S3 bucket."""

from modules.iam import resource_policies
from modules.synthesis.sdk import (
    Construct,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketOwnershipControls,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketVersioningA,
    S3Object,
    TerraformAsset,
    TerraformResource,
    TerraformResourceLifecycle,
)


class PrivateBucket(Construct):
    """Private, versioned, encrypted with ``key_arn``, TLS only; noncurrent versions expire after ``keep_days``.

    Public: ``bucket`` (str, its name), ``arn`` (str), ``required`` (resources that an object depends on).
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, key_arn: str, keep_days: int) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(self, "bucket", bucket=name, lifecycle=TerraformResourceLifecycle(prevent_destroy=True))
        self.bucket = bucket.id
        self.arn = bucket.arn
        self.required: list[TerraformResource] = [self._versioning(), self._encryption(key_arn)]
        self._access()
        self._old_versions(keep_days)

    def _versioning(self) -> TerraformResource:
        return S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.bucket,
            versioning_configuration={"status": "Enabled"},
        )

    def _encryption(self, key_arn: str) -> TerraformResource:
        rule = S3BucketServerSideEncryptionConfigurationRuleA(
            apply_server_side_encryption_by_default={"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn},
            bucket_key_enabled=True,
        )
        return S3BucketServerSideEncryptionConfigurationA(self, "encryption", bucket=self.bucket, rule=[rule])

    def _access(self) -> None:
        blocked = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        owner = {"object_ownership": "BucketOwnerEnforced"}
        S3BucketOwnershipControls(self, "ownership", bucket=self.bucket, rule=owner)
        # S3 refuses two changes of a bucket's access at the same time.
        S3BucketPolicy(
            self, "policy", bucket=self.bucket, policy=resource_policies.tls_only(self.arn), depends_on=[blocked]
        )

    def stored(self, scope: Construct, *, asset: TerraformAsset, key: str, digest: str, content_type: str) -> S3Object:
        """The object of ``asset`` under ``scope``, whose ``key`` has ``digest`` in it: other content is another object.

        What reads the old object still needs it until it is updated: the new one is created first.
        """
        return S3Object(
            scope,
            "object",
            bucket=self.bucket,
            key=key,
            source=asset.path,
            source_hash=digest,
            content_type=content_type,
            depends_on=self.required,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _old_versions(self, keep_days: int) -> None:
        rule = S3BucketLifecycleConfigurationRule(
            id="old-versions",
            status="Enabled",
            filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=keep_days)
            ],
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
            ],
        )
        S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.bucket, rule=[rule], depends_on=[self.required[0]]
        )
