"""The Lambda function that restarts the failed tasks of connectors, and connectors whose secret has changed.

The alarm on failed tasks invokes it. It restarts at once, then looks again after 2, 4, 8, 16, 30 and 30 minutes, as
long as the alarm lasts: a one-time schedule, one a connector, invokes it. After the seventh restart it gives up. What
a restart cannot repair stops it at once. Both end in an error, and the alarm on this function's errors says so.

A running task keeps the password that it started with, so a secret with another current version invokes it too: it
restarts all tasks of the connectors that use the secret, once; it tries again, with the same waits, where it cannot.

It needs nothing but the runtime: Python's library and boto3.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from modules.self_healing import causes

# Minutes before the next restart, after each; Strimzi's automatic restart has the same limits.
WAITS: Final = (2, 4, 8, 16, 30, 30, 30)
# Errors older than this before an alarm do not explain it: the alarm takes five minutes, its metrics a few more.
BEFORE_ALARM_SECONDS: Final = 900
_SUBJECT: Final = 100
_NAME: Final = 64
RESTARTED: Final = "restarted"
# Secrets Manager's own event, which needs no trail.
SECRET_CHANGED: Final = "Secret Label Updated"


class RestartCannotHelpError(Exception):
    """The cause of the failure is one that no restart removes."""


class GaveUpError(Exception):
    """The task has failed again after every restart."""


@dataclass(frozen=True)
class Settings:
    """From the function's environment; ``minute`` is a minute in seconds, shorter in a rehearsal."""

    function_arn: str
    connectors: tuple[str, ...]
    topic_arn: str
    group: str
    scheduler_role_arn: str
    minute: float

    @classmethod
    def read(cls, variables: Mapping[str, str], function_arn: str) -> "Settings":
        return cls(
            function_arn=function_arn,
            connectors=tuple(variables["CONNECTORS"].split(",")),
            topic_arn=variables.get("TOPIC_ARN", ""),
            group=variables["SCHEDULE_GROUP"],
            scheduler_role_arn=variables["SCHEDULER_ROLE_ARN"],
            minute=float(variables.get("MINUTE_SECONDS", "60")),
        )


@dataclass(frozen=True)
class Step:
    """The restart number ``attempt``, from 1, of ``connector`` while ``alarm`` lasts; ``since`` is in epoch seconds.

    Lines of the worker's log after ``since`` belong to this failure. Without an alarm its secret has changed.
    """

    connector: str
    alarm: str
    attempt: int
    since: float

    @property
    def schedule(self) -> str:
        """The name of the schedule of the next step; Scheduler's names are short."""
        name = self.connector if self.alarm else f"{self.connector}-secret"
        return name if len(name) <= _NAME else f"{name[: _NAME - 13]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def handle(event: Mapping[str, Any], context: Any) -> None:
    """Lambda's entry point: for events of the alarm, of Secrets Manager, and of the schedule, which has the step."""
    settings = Settings.read(os.environ, context.invoked_function_arn)
    if event.get("detail-type") == SECRET_CHANGED:
        steps = [Step(name, "", 1, time.time()) for name in users(event["detail"]["name"], settings.connectors)]
    else:
        steps = [_first(event["alarmData"]) if "alarmData" in event else Step(**event["step"])]
    for step in steps:
        if step.connector not in settings.connectors:
            raise ValueError(f"connector must be one of {settings.connectors}, got {step.connector!r}")
        Healer(settings).run(step)


def _first(alarm: Mapping[str, Any]) -> Step:
    metrics = alarm["configuration"]["metrics"]
    dimensions = next(one["metricStat"]["metric"]["dimensions"] for one in metrics if "metricStat" in one)
    return Step(dimensions["ConnectorName"], alarm["alarmName"], 1, time.time() - BEFORE_ALARM_SECONDS)


class Healer:
    """Runs the steps of a connector's recovery."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self, step: Step) -> None:
        """One step; raises RestartCannotHelpError, GaveUpError after it has notified the topic."""
        if step.alarm:
            self._heal(step)
        else:
            self._renew(step)

    def _renew(self, step: Step) -> None:
        """Restarts all tasks, which then read the secret."""
        outcome = restart(describe(step.connector), only_failed=False)
        if outcome == RESTARTED:
            self._end(step)
        elif step.attempt > len(WAITS):
            self._stop(step, GaveUpError(f"its secret has changed, and it was {outcome}"))
        else:
            self._schedule(step, since=step.since)
        log(step, f"the secret has changed: {outcome}")

    def _heal(self, step: Step) -> None:
        if step.attempt > 1 and not _in_alarm(step.alarm):
            self._end(step)
            log(step, "healed")
            return
        connector = describe(step.connector)
        if cause := final_cause(connector, since=step.since):
            self._stop(step, RestartCannotHelpError(f"a restart cannot help: {cause}"))
        if step.attempt > len(WAITS):
            self._stop(step, GaveUpError(f"the task has failed again after {len(WAITS)} restarts"))
        restarted = time.time()
        log(step, restart(connector, only_failed=True))
        self._schedule(step, since=restarted)

    def _stop(self, step: Step, error: Exception) -> None:
        self._end(step)
        log(step, str(error))
        self._notify(step.connector, str(error))
        raise error

    def _notify(self, connector: str, text: str) -> None:
        if not self._settings.topic_arn:
            return
        message = f"{connector}: {text}.\nFix the cause, then restart the connector: see docs/recovery.md."
        subject = f"{connector} stays failed"[:_SUBJECT]
        client("sns").publish(TopicArn=self._settings.topic_arn, Subject=subject, Message=message)

    def _schedule(self, step: Step, *, since: float) -> None:
        """The next step, in the connector's one schedule: a step that was planned before is replaced."""
        moment = time.time() + WAITS[step.attempt - 1] * self._settings.minute
        following = {"connector": step.connector, "alarm": step.alarm, "attempt": step.attempt + 1, "since": since}
        schedule = {
            "Name": step.schedule,
            "GroupName": self._settings.group,
            "ScheduleExpression": time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(moment)),
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": self._settings.function_arn,
                "RoleArn": self._settings.scheduler_role_arn,
                "Input": json.dumps({"step": following}),
            },
        }
        scheduler = client("scheduler")
        try:
            scheduler.create_schedule(**schedule)
        except scheduler.exceptions.ConflictException:
            scheduler.update_schedule(**schedule)

    def _end(self, step: Step) -> None:
        scheduler = client("scheduler")
        try:
            scheduler.delete_schedule(Name=step.schedule, GroupName=self._settings.group)
        except scheduler.exceptions.ResourceNotFoundException:
            return


def describe(name: str) -> Mapping[str, Any]:
    """The connector of this name; raises LookupError where there is none."""
    connect = client("kafkaconnect")
    pages = connect.get_paginator("list_connectors").paginate(connectorNamePrefix=name)
    arns = [one["connectorArn"] for page in pages for one in page["connectors"] if one["connectorName"] == name]
    if not arns:
        raise LookupError(f"no connector {name}")
    found: Mapping[str, Any] = connect.describe_connector(connectorArn=arns[0])
    return found


def users(secret: str, connectors: tuple[str, ...]) -> list[str]:
    """The connectors whose configuration refers to ``secret``."""
    reference = f"${{secretsmanager:{secret}:"
    described = {name: describe(name)["connectorConfiguration"] for name in connectors}
    return [name for name, properties in described.items() if any(reference in one for one in properties.values())]


def final_cause(connector: Mapping[str, Any], *, since: float) -> str:
    """The cause in the worker's log after ``since`` that no restart removes; empty where there is none."""
    delivery = connector.get("logDelivery", {}).get("workerLogDelivery", {}).get("cloudWatchLogs", {})
    if not delivery.get("enabled"):
        return ""
    pages = (
        client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=delivery["logGroup"], startTime=int(since * 1000), filterPattern=causes.filter_pattern())
    )
    return causes.final_cause((event["timestamp"], event["message"]) for page in pages for event in page["events"])


def restart(connector: Mapping[str, Any], *, only_failed: bool) -> str:
    """Restarts the connector's tasks, all or those that failed; says what MSK Connect answered.

    The request is signed here: RestartConnector is younger than the boto3 of many runtimes.
    """
    state = connector["connectorState"]
    if state != "RUNNING":
        return f"not restarted: the connector is {state}"
    connect = client("kafkaconnect")
    path = f"/v1/connectors/{quote(connector['connectorArn'], safe='')}/restart"
    url = f"{connect.meta.endpoint_url}{path}?onlyFailedTasks={str(only_failed).lower()}"
    request = AWSRequest("POST", url, data=b"", headers={"Content-Type": "application/json"})
    SigV4Auth(session().get_credentials(), "kafkaconnect", connect.meta.region_name).add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    if answer.status_code == 200:
        return RESTARTED
    return f"not restarted: MSK Connect answered {answer.status_code} {answer.text}"


def _in_alarm(name: str) -> bool:
    alarms = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return any(alarm["StateValue"] == "ALARM" for alarm in alarms)


def log(step: Step, outcome: str) -> None:
    """One line in the function's log."""
    print(json.dumps({"connector": step.connector, "attempt": step.attempt, "outcome": outcome}), flush=True)


@cache
def session() -> boto3.Session:
    return boto3.Session()


@cache
def client(service: str) -> Any:
    return session().client(service)
