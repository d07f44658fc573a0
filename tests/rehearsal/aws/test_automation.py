"""Alarms, schedules and functions of the embedded AWS: the deployed function restarts what failed, or says why not."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modules.self_healing import archive, causes
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, aws_client, role
from tests.rehearsal.aws.recording_backends import RecordingBackends, RecordingConnector
from tests.rehearsal.aws.test_msk_connect import CONFIGURATION, created

NAME = "healer"
ALARM = "orders-ErroredTaskCount"
WORKER_LOG = "/workers/orders"
OWN_LOG = "/functions/healer"
LOGS = {"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": WORKER_LOG}}}


class Healed:
    """A connector, the function and the alarm that starts it, as the connect stack has them."""

    def __init__(self, aws: EmbeddedAws, connector: RecordingConnector) -> None:
        self.aws = aws
        self.connector = connector
        self.since = datetime.now(UTC)
        self.topic = aws_client(aws, "sns").create_topic(Name="oncall")["TopicArn"]
        self.messages = aws_client(aws, "sqs").create_queue(QueueName="oncall")["QueueUrl"]
        queue = f"arn:aws:sqs:{REGION}:123456789012:oncall"
        aws_client(aws, "sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue)
        aws_client(aws, "scheduler").create_schedule_group(Name=NAME)
        self.function = self._function()
        self.alarm = self._alarm()

    def _function(self) -> str:
        made = aws_client(self.aws, "lambda").create_function(
            FunctionName=NAME,
            Code={"ZipFile": archive.archive()},
            Handler=archive.HANDLER,
            Runtime=archive.RUNTIME,
            Role=role(self.aws),
            Timeout=60,
            Environment={
                "Variables": {
                    "CONNECTORS": "orders",
                    "TOPIC_ARN": self.topic,
                    "SCHEDULE_GROUP": NAME,
                    "SCHEDULER_ROLE_ARN": role(self.aws),
                }
            },
            LoggingConfig={"LogFormat": "Text", "LogGroup": OWN_LOG},
        )
        return str(made["FunctionArn"])

    def _alarm(self) -> str:
        cloudwatch = aws_client(self.aws, "cloudwatch")
        dimensions = [{"Name": "ConnectorName", "Value": "orders"}]
        metric = {"Namespace": "AWS/KafkaConnect", "MetricName": "ErroredTaskCount", "Dimensions": dimensions}
        cloudwatch.put_metric_alarm(
            AlarmName=ALARM,
            Metrics=[{"Id": "m0", "MetricStat": {"Metric": metric, "Period": 600, "Stat": "Maximum"}}],
            ComparisonOperator="GreaterThanThreshold",
            Threshold=0,
            EvaluationPeriods=1,
            TreatMissingData="notBreaching",
            AlarmActions=[self.function],
        )
        return str(cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]["AlarmArn"])

    def allow(self) -> None:
        aws_client(self.aws, "lambda").add_permission(
            FunctionName=NAME,
            StatementId="alarm",
            Action="lambda:InvokeFunction",
            Principal="lambda.alarms.cloudwatch.amazonaws.com",
            SourceAccount="123456789012",
            SourceArn=self.alarm,
        )

    def rule(self, secret: str) -> None:
        """As the connect stack has it."""
        detail = {"name": [secret], "labelUpdated": ["AWSCURRENT"]}
        pattern = {"source": ["aws.secretsmanager"], "detail-type": ["Secret Label Updated"], "detail": detail}
        events = aws_client(self.aws, "events")
        arn = events.put_rule(Name=NAME, EventPattern=json.dumps(pattern))["RuleArn"]
        events.put_targets(Rule=NAME, Targets=[{"Id": "function", "Arn": self.function}])
        aws_client(self.aws, "lambda").add_permission(
            FunctionName=NAME,
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=arn,
        )

    def failed_tasks(self, number: int) -> None:
        aws_client(self.aws, "cloudwatch").put_metric_data(
            Namespace="AWS/KafkaConnect",
            MetricData=[
                {
                    "MetricName": "ErroredTaskCount",
                    "Dimensions": [{"Name": "ConnectorName", "Value": "orders"}],
                    "Timestamp": datetime.now(UTC),
                    "Value": number,
                }
            ],
        )

    def worker_logs(self, line: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": line}
        aws_client(self.aws, "logs").put_log_events(logGroupName=WORKER_LOG, logStreamName="worker", logEvents=[event])

    @property
    def state(self) -> str:
        """The alarm's."""
        found = aws_client(self.aws, "cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
        return str(found[0]["StateValue"])

    @property
    def outcomes(self) -> list[str]:
        """What the function has logged."""
        events = aws_client(self.aws, "logs").filter_log_events(logGroupName=OWN_LOG)["events"]
        return [json.loads(one["message"])["outcome"] for one in events if one["message"].startswith("{")]

    @property
    def schedules(self) -> list[str]:
        return [one["Name"] for one in aws_client(self.aws, "scheduler").list_schedules(GroupName=NAME)["Schedules"]]

    @property
    def notifications(self) -> list[str]:
        found = aws_client(self.aws, "sqs").receive_message(QueueUrl=self.messages).get("Messages", [])
        return [json.loads(one["Body"])["Message"] for one in found]

    def schedule(self, step: dict[str, Any]) -> None:
        aws_client(self.aws, "scheduler").create_schedule(
            Name="orders",
            GroupName=NAME,
            ScheduleExpression=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime()),
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": self.function, "RoleArn": role(self.aws), "Input": json.dumps({"step": step})},
        )

    def errors(self) -> float:
        """How often the function has failed; it is published after the function's log."""
        time.sleep(1)
        found = aws_client(self.aws, "cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": NAME}],
            StartTime=self.since,
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )
        return float(sum(one["Sum"] for one in found["Datapoints"]))

    def publish(self, failed: int, *, until: Callable[[], object]) -> None:
        """Publishes the number of failed tasks until the condition holds."""
        deadline = time.monotonic() + 180
        while not until():
            assert time.monotonic() < deadline, self.outcomes
            self.failed_tasks(failed)
            time.sleep(0.2)


@pytest.fixture
def healed(aws: EmbeddedAws, backends: RecordingBackends) -> Iterator[Healed]:
    logs = aws_client(aws, "logs")
    for group in (WORKER_LOG, OWN_LOG):
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=WORKER_LOG, logStreamName="worker")
    user = {"database.user": "${secretsmanager:cdc/orders:username}"}
    created(aws, logDelivery=LOGS, connectorConfiguration=CONFIGURATION | user)
    one = Healed(aws, backends.connectors[0])
    yield one
    aws_client(aws, "cloudwatch").delete_alarms(AlarmNames=[ALARM])
    aws_client(aws, "lambda").delete_function(FunctionName=NAME)
    aws_client(aws, "scheduler").delete_schedule_group(Name=NAME)
    aws_client(aws, "sns").delete_topic(TopicArn=one.topic)
    aws_client(aws, "sqs").delete_queue(QueueUrl=one.messages)
    for group in (WORKER_LOG, OWN_LOG):
        logs.delete_log_group(logGroupName=group)


def test_failed_tasks_are_restarted_until_the_alarm_ends(healed: Healed) -> None:
    healed.allow()
    healed.worker_logs("WARN TopicAuthorizationException: Not authorized to access topics: [connect-status]")
    healed.worker_logs("ERROR Task threw an uncaught and unrecoverable exception.")
    healed.worker_logs("java.io.EOFException: Failed to read next byte")
    healed.publish(1, until=lambda: len(healed.connector.restarts) >= 2)
    assert healed.schedules == ["orders"]
    healed.publish(0, until=lambda: "healed" in healed.outcomes)
    assert healed.schedules == []
    assert set(healed.connector.restarts) == {True}, "only failed tasks"
    assert healed.outcomes.count("restarted") == len(healed.connector.restarts)
    assert healed.notifications == []


def test_after_the_last_restart_it_gives_up(healed: Healed) -> None:
    """The alarm itself may not start the function here."""
    healed.publish(1, until=lambda: healed.state == "ALARM")
    healed.schedule({"connector": "orders", "alarm": ALARM, "attempt": 8, "since": time.time()})
    healed.publish(1, until=lambda: healed.outcomes)
    assert healed.connector.restarts == []
    assert healed.schedules == []
    [text] = healed.notifications
    assert "the task has failed again after 7 restarts" in text
    assert healed.errors() == 1


def test_what_a_restart_cannot_repair_stops_it_at_once(healed: Healed) -> None:
    healed.allow()
    healed.worker_logs("ERROR Task threw an uncaught and unrecoverable exception.")
    healed.worker_logs("io.debezium.DebeziumException: … but this is no longer available on the server. …")
    healed.publish(1, until=lambda: healed.outcomes)
    assert healed.connector.restarts == []
    assert healed.schedules == []
    [text] = healed.notifications
    assert causes.PURGED.cause in text


def test_a_connector_whose_secret_changes_is_restarted(healed: Healed) -> None:
    healed.rule("cdc/orders")
    secrets = aws_client(healed.aws, "secretsmanager")
    secrets.create_secret(Name="cdc/orders", SecretString="one")
    secrets.create_secret(Name="cdc/stock", SecretString="one")
    time.sleep(1)
    secrets.put_secret_value(SecretId="cdc/stock", SecretString="another")
    secrets.put_secret_value(SecretId="cdc/orders", SecretString="another")
    healed.publish(0, until=lambda: healed.outcomes)
    assert healed.outcomes == ["the secret has changed: restarted"]
    assert healed.connector.restarts == [False], "all tasks, once"
    assert healed.schedules == []


def test_a_restart_that_is_refused_is_tried_again(healed: Healed) -> None:
    """MSK Connect restarts no connector that it is changing."""
    connect = aws_client(healed.aws, "kafkaconnect")
    [arn] = [one["connectorArn"] for one in connect.list_connectors()["connectors"]]
    described = connect.describe_connector(connectorArn=arn)
    healed.connector.changing.clear()
    capacity = {"provisionedCapacity": {"mcuCount": 4, "workerCount": 1}}
    connect.update_connector(connectorArn=arn, currentVersion=described["currentVersion"], capacity=capacity)
    healed.schedule({"connector": "orders", "alarm": "", "attempt": 1, "since": 0})
    healed.publish(0, until=lambda: healed.outcomes)
    healed.connector.changing.set()
    healed.publish(0, until=lambda: len(healed.outcomes) > 1)
    prefix = "the secret has changed: "
    assert healed.outcomes == [f"{prefix}not restarted: the connector is UPDATING", f"{prefix}restarted"]
    assert healed.connector.restarts == [False]


def test_an_alarm_without_permission_starts_nothing(healed: Healed) -> None:
    healed.publish(1, until=lambda: healed.state == "ALARM")
    time.sleep(1)
    assert healed.outcomes == []
    assert healed.connector.restarts == []
