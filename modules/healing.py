"""A Lambda function that restarts failed tasks, and connectors whose secret has changed, with a role of its own."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Final

from modules.deployment import Deployment
from modules.iam import documents, healing_policies
from modules.iam.roles import role
from modules.logs import log_group
from modules.self_healing import archive
from modules.storage import assets
from modules.storage.encryption import Key
from modules.synthesis.sdk import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchLogGroup,
    Construct,
    IamRole,
    IamRolePolicy,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionLoggingConfig,
    LambdaPermission,
    SchedulerScheduleGroup,
)

LOG_RETENTION_DAYS: Final = 30
TIMEOUT_SECONDS: Final = 120
MEMORY_MIB: Final = 256
ALARMS: Final = "lambda.alarms.cloudwatch.amazonaws.com"
EVENTS: Final = "events.amazonaws.com"
SECRET_CHANGED: Final = "Secret Label Updated"


@dataclass(frozen=True)
class HealedConnector:
    """A connector whose failed tasks are restarted; ``log_group`` has its worker's log, ``secrets`` are names."""

    name: str
    alarm: str
    log_group: str
    secrets: tuple[str, ...]


class SelfHealing(Construct):
    """The function, what it may do, and its schedules: see ``modules.self_healing.function``.

    Public: ``name`` (str, known at synthesis), ``arn`` (str).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        topic_arn: str | None,
        deployment: Deployment,
        key: Key,
        connectors: list[HealedConnector],
    ) -> None:
        super().__init__(scope, id_)
        self.name = deployment.name("self-healing")
        self._deployment = deployment
        self._connectors = connectors
        self._topic = topic_arn
        self._scheduler_role = f"{self.name}-scheduler"
        self._log_group = deployment.log_group("self-healing")
        logs = log_group(self, name=self._log_group, retention_days=LOG_RETENTION_DAYS, key=key)
        self._schedules = SchedulerScheduleGroup(self, "schedules", name=self.name)
        self._lambda = self._function(logs)
        self.arn = self._lambda.arn
        self._restart_with_new_secrets()

    def allow_alarm(self, key: str, alarm_arn: str) -> None:
        """The alarm of the connector ``key`` may invoke the function."""
        LambdaPermission(
            self,
            f"alarm-{key}",
            action="lambda:InvokeFunction",
            function_name=self._lambda.function_name,
            principal=ALARMS,
            source_account=self._deployment.account_id,
            source_arn=alarm_arn,
        )

    def _restart_with_new_secrets(self) -> None:
        """A secret with another current version starts the function, by Secrets Manager's own event."""
        scope = Construct(self, "secrets")
        names = sorted({secret for connector in self._connectors for secret in connector.secrets})
        pattern = {
            "source": ["aws.secretsmanager"],
            "detail-type": [SECRET_CHANGED],
            "detail": {"name": names, "labelUpdated": ["AWSCURRENT"]},
        }
        rule = CloudwatchEventRule(
            scope,
            "rule",
            name=f"{self.name}-secrets",
            description="The password of a connector has changed",
            event_pattern=json.dumps(pattern, sort_keys=True),
        )
        CloudwatchEventTarget(scope, "target", rule=rule.name, arn=self.arn)
        LambdaPermission(
            scope,
            "permission",
            action="lambda:InvokeFunction",
            function_name=self._lambda.function_name,
            principal=EVENTS,
            source_arn=rule.arn,
        )

    def _function(self, logs: CloudwatchLogGroup) -> LambdaFunction:
        scheduler = self._scheduler()
        role, permissions = self._role()
        content = archive.archive()
        asset = assets.asset(self, "archive", content, name="self-healing.zip")
        function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description="Restarts the failed tasks of connectors",
            filename=asset.path,
            source_code_hash=base64.b64encode(hashlib.sha256(content).digest()).decode(),
            handler=archive.HANDLER,
            runtime=archive.RUNTIME,
            role=role.arn,
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MIB,
            environment=LambdaFunctionEnvironment(variables=self._variables(scheduler)),
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=logs.name),
            depends_on=[permissions],
        )
        # An error is the end of a recovery, for people to see: it must not be repeated.
        LambdaFunctionEventInvokeConfig(
            self, "invocations", function_name=function.function_name, maximum_retry_attempts=0
        )
        return function

    def _variables(self, scheduler: IamRole) -> dict[str, str]:
        variables = {
            "CONNECTORS": ",".join(connector.name for connector in self._connectors),
            "SCHEDULE_GROUP": self._schedules.name,
            "SCHEDULER_ROLE_ARN": scheduler.arn,
        }
        return variables | ({"TOPIC_ARN": self._topic} if self._topic else {})

    def _scheduler(self) -> IamRole:
        """The role with which EventBridge Scheduler invokes the function."""
        scope = Construct(self, "scheduler")
        name = self._scheduler_role
        trust = healing_policies.scheduler_trust(self._deployment, group=self.name)
        invoker = role(scope, "role", name=name, trust=trust, deployment=self._deployment)
        document = healing_policies.invocation(self._deployment.arn("lambda", f"function:{self.name}"))
        IamRolePolicy(scope, "permissions", name=name, role=invoker.id, policy=document)
        return invoker

    def _role(self) -> tuple[IamRole, IamRolePolicy]:
        trust = documents.service_trust("lambda.amazonaws.com")
        own = role(self, "role", name=self.name, trust=trust, deployment=self._deployment)
        document = healing_policies.self_healing(
            self._deployment,
            connectors=[connector.name for connector in self._connectors],
            alarms=[connector.alarm for connector in self._connectors],
            worker_logs=[connector.log_group for connector in self._connectors],
            own_logs=self._log_group,
            schedule_group=self.name,
            scheduler_role=self._scheduler_role,
            topic_arn=self._topic,
        )
        return own, IamRolePolicy(self, "permissions", name=self.name, role=own.id, policy=document)
