"""Policies of keys, topics, buckets, endpoints and flow logs: pure functions of names and ARNs."""

from collections.abc import Sequence
from typing import Any, Final

from modules.deployment import Deployment
from modules.iam.documents import Statement, allow, document, service_trust

_KEY_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
_KEY_USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
_ALARMS: Final = {"Service": "cloudwatch.amazonaws.com"}


def alarm_topic(deployment: Deployment, topic_arn: str) -> str:
    """The policy of a topic to which only this environment's alarms, and roles of the account, may publish."""
    condition = _of_alarms(deployment)
    return document(allow("Alarms", ["sns:Publish"], topic_arn, Principal=_ALARMS, Condition=condition))


def _of_alarms(deployment: Deployment) -> dict[str, Any]:
    return {
        "StringEquals": {"aws:SourceAccount": deployment.account_id},
        "ArnLike": {"aws:SourceArn": deployment.arn("cloudwatch", f"alarm:{deployment.name()}-*")},
    }


def key(
    deployment: Deployment,
    *,
    services: Sequence[str],
    grants: Sequence[str],
    log_groups: bool,
    alarms: bool = False,
) -> str:
    """The policy of a customer managed key: the account administers it, and uses it only through ``services``.

    ``grants`` are services that create grants, to use the key without the caller. ``alarms`` publish to a topic that
    the key encrypts.
    """
    account = {"AWS": deployment.root_arn}
    caller = {"kms:CallerAccount": deployment.account_id}

    def via(names: Sequence[str]) -> dict[str, Any]:
        return {"kms:ViaService": [deployment.via_service(name) for name in names]}

    statements = [
        allow("Administration", _KEY_ADMINISTRATION, "*", Principal=account),
        allow("Use", _KEY_USE, "*", Principal=account, Condition={"StringEquals": caller | via(services)}),
    ]
    if grants:
        condition = {
            "StringEquals": caller | via(grants),
            "Bool": {"kms:GrantIsForAWSResource": "true"},
        }
        statements.append(allow("Grants", ["kms:CreateGrant"], "*", Principal=account, Condition=condition))
    if log_groups:
        logs = {"Service": deployment.logs_principal}
        groups = deployment.arn("logs", f"log-group:{deployment.log_group('*')}")
        context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        # DescribeKey has no encryption context, so it would never match.
        actions = [action for action in _KEY_USE if action != "kms:DescribeKey"]
        statements.append(allow("Logs", actions, "*", Principal=logs, Condition=context))
    if alarms:
        actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
        condition = _of_alarms(deployment)
        statements.append(allow("Alarms", actions, "*", Principal=_ALARMS, Condition=condition))
    return document(*statements)


def flow_logs_trust(deployment: Deployment) -> str:
    return service_trust(
        "vpc-flow-logs.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": deployment.account_id},
            "ArnLike": {"aws:SourceArn": deployment.arn("ec2", "vpc-flow-log/*")},
        },
    )


def flow_logs(log_group_arn: str) -> str:
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return document(allow("Write", actions, [log_group_arn, f"{log_group_arn}:*"]))


def s3_endpoint(deployment: Deployment, *, write_accounts: Sequence[str]) -> str:
    """What the S3 endpoint of the VPC lets through: reading anywhere, writing to buckets of known accounts only.

    AWS's services and registries keep what they hand out in buckets of their own, whose names they do not document.
    """
    own = {"StringEquals": {"aws:ResourceAccount": [deployment.account_id, *write_accounts]}}
    return document(
        allow("Read", ["s3:Get*", "s3:List*"], "*", Principal="*"),
        allow("OwnBuckets", ["s3:*"], "*", Principal="*", Condition=own),
    )


def tls_only(bucket_arn: str) -> str:
    """Denies every request to the bucket without TLS 1.2 or later."""

    def deny(sid: str, condition: Statement) -> Statement:
        statement = allow(sid, ["s3:*"], [bucket_arn, f"{bucket_arn}/*"], Principal="*", Condition=condition)
        return statement | {"Effect": "Deny"}

    return document(
        deny("PlainHttp", {"Bool": {"aws:SecureTransport": "false"}}),
        deny("OldTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    )
