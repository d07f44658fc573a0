"""The IAM actions of an operation of AWS's APIs; most have its name.

Source: Amazon S3 user guide, "Required permissions for Amazon S3 API operations"; of tags at a creation, each
service's guide and the Service Authorization Reference ("dependent actions").
"""

from collections.abc import Mapping
from typing import Any, Final

# The signing names of services whose actions begin with another word.
_PREFIXES: Final = {"monitoring": "cloudwatch"}
_S3: Final = {
    "DeleteBucketCors": ("PutBucketCORS",),
    "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "DeleteBucketTagging": ("PutBucketTagging",),
    "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
    "GetBucketCors": ("GetBucketCORS",),
    "GetBucketEncryption": ("GetEncryptionConfiguration",),
    "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "GetBucketReplication": ("GetReplicationConfiguration",),
    "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "HeadBucket": ("ListBucket",),
    "HeadObject": ("GetObject",),
    "ListObjectVersions": ("ListBucketVersions",),
    "ListObjects": ("ListBucket",),
    "ListObjectsV2": ("ListBucket",),
    "PutBucketEncryption": ("PutEncryptionConfiguration",),
    "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "CreateMultipartUpload": ("PutObject",),
    "UploadPart": ("PutObject",),
    "CompleteMultipartUpload": ("PutObject",),
    "DeleteObjects": ("DeleteObject",),
}
# Every caller may.
_FREE: Final = ("sts:GetCallerIdentity",)
_VERSION: Final = "VersionId"
_OF_VERSIONS: Final = {
    "GetObject": "GetObjectVersion",
    "HeadObject": "GetObjectVersion",
    "GetObjectTagging": "GetObjectVersionTagging",
    "DeleteObject": "DeleteObjectVersion",
}
# With tags at the creation, the caller needs this too; "" stands for every other operation.
_TAGS: Final = ("Tags", "tags", "TagSpecifications", "TagSpecification", "Tagging")
_TAGGING: Final = {
    "application-autoscaling": {"RegisterScalableTarget": "TagResource"},
    "cloudwatch": {"PutCompositeAlarm": "TagResource", "PutMetricAlarm": "TagResource"},
    "dynamodb": {"CreateTable": "TagResource"},
    "events": {"PutRule": "TagResource"},
    "glue": {"CreateRegistry": "TagResource"},
    "iam": {"CreatePolicy": "TagPolicy", "CreateRole": "TagRole"},
    "kafka": {"CreateCluster": "TagResource", "CreateClusterV2": "TagResource"},
    "kafkaconnect": {
        "CreateConnector": "TagResource",
        "CreateCustomPlugin": "TagResource",
        "CreateWorkerConfiguration": "TagResource",
    },
    "kms": {"CreateKey": "TagResource"},
    "lambda": {"CreateEventSourceMapping": "TagResource", "CreateFunction": "TagResource"},
    "logs": {"CreateLogGroup": "TagResource"},
    "s3": {"PutObject": "PutObjectTagging"},
    "scheduler": {"CreateScheduleGroup": "TagResource"},
    "sns": {"CreateTopic": "TagResource"},
}
_TAGGING_OF_EC2: Final = "ec2:CreateTags"
# A key with a policy of one's own.
_KEY_POLICY: Final = ("kms:CreateKey", "Policy", "kms:PutKeyPolicy")


def actions(service: str, operation: str, input_: Mapping[str, Any]) -> tuple[str, ...]:
    """What ``operation`` of ``service``, a signing name, with this input needs a permission for."""
    prefix = _PREFIXES.get(service, service)
    action = f"{prefix}:{operation}"
    if action in _FREE:
        return ()
    if prefix == "s3":
        return _s3(operation, input_)
    found = [action]
    if any(input_.get(name) for name in _TAGS):
        found += _tagging(prefix, operation)
    if action == _KEY_POLICY[0] and input_.get(_KEY_POLICY[1]):
        found.append(_KEY_POLICY[2])
    return tuple(found)


def _tagging(prefix: str, operation: str) -> list[str]:
    if prefix == "ec2":
        return [_TAGGING_OF_EC2] if operation.startswith(("Allocate", "Authorize", "Create")) else []
    name = _TAGGING.get(prefix, {}).get(operation)
    return [f"{prefix}:{name}"] if name else []


def _s3(operation: str, input_: Mapping[str, Any]) -> tuple[str, ...]:
    if input_.get(_VERSION) and operation in _OF_VERSIONS:
        return (f"s3:{_OF_VERSIONS[operation]}",)
    names = _S3.get(operation, (operation,))
    tagged = _tagging("s3", operation) if input_.get("Tagging") else []
    return (*(f"s3:{name}" for name in names), *tagged)
