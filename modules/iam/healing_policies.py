"""IAM policy documents of self-healing: its function's, and its scheduler's."""

from collections.abc import Sequence

from modules.deployment import Deployment
from modules.iam.documents import Statement, allow, document, service_trust


def scheduler_trust(deployment: Deployment, *, group: str) -> str:
    """EventBridge Scheduler assumes the role for schedules of this group (its guide: the group's ARN is the source)."""
    return service_trust(
        "scheduler.amazonaws.com",
        {
            "StringEquals": {
                "aws:SourceAccount": deployment.account_id,
                "aws:SourceArn": deployment.arn("scheduler", f"schedule-group/{group}"),
            }
        },
    )


def invocation(function_arn: str) -> str:
    return document(allow("Invoke", ["lambda:InvokeFunction"], [function_arn]))


def _logs(deployment: Deployment, names: Sequence[str]) -> list[str]:
    arns = [deployment.arn("logs", f"log-group:{name}") for name in names]
    return [*arns, *(f"{arn}:*" for arn in arns)]


def _publish(deployment: Deployment, topic_arn: str) -> list[Statement]:
    through = {"kms:ViaService": deployment.via_service("sns"), "kms:EncryptionContext:aws:sns:topicArn": topic_arn}
    return [
        allow("Publish", ["sns:Publish"], [topic_arn]),
        # A topic may be encrypted, with any key; the encryption context limits this to messages of this topic.
        allow(
            "TopicKey",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [deployment.arn("kms", "key/*")],
            Condition={"StringEquals": through},
        ),
    ]


def self_healing(
    deployment: Deployment,
    *,
    connectors: Sequence[str],
    alarms: Sequence[str],
    worker_logs: Sequence[str],
    own_logs: str,
    schedule_group: str,
    scheduler_role: str,
    topic_arn: str | None,
) -> str:
    """What the function that restarts failed tasks may do: nothing to what is not named here."""
    # A replacement has the same name and another id.
    arns = [deployment.arn("kafkaconnect", f"connector/{name}/*") for name in connectors]
    schedules = deployment.arn("scheduler", f"schedule/{schedule_group}/*")
    passed = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    statements = [
        allow("Restart", ["kafkaconnect:DescribeConnector", "kafkaconnect:RestartConnector"], arns),
        # It has no resource type.
        allow("List", ["kafkaconnect:ListConnectors"], "*"),
        allow("Alarms", ["cloudwatch:DescribeAlarms"], [deployment.arn("cloudwatch", f"alarm:{n}") for n in alarms]),
        allow("WorkerLogs", ["logs:FilterLogEvents"], _logs(deployment, worker_logs)),
        allow("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], _logs(deployment, [own_logs])),
        allow(
            "Schedules",
            ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
            [schedules],
        ),
        allow("SchedulerRole", ["iam:PassRole"], [deployment.role_arn(scheduler_role)], Condition=passed),
    ]
    return document(*statements, *(_publish(deployment, topic_arn) if topic_arn else []))
