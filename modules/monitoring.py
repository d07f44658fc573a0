"""CloudWatch alarms on brokers, connectors and the function that restarts failed tasks.

Missing data breaches where a failure stops the metric.
"""

from dataclasses import dataclass
from typing import Final

from modules.environment.models.alarms import Alarms
from modules.environment.models.kafka import ProvisionedKafka
from modules.synthesis.sdk import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    Construct,
)

KAFKA: Final = "AWS/Kafka"
CONNECT: Final = "AWS/KafkaConnect"
LAMBDA: Final = "AWS/Lambda"
PERIOD_MINUTES: Final = 5

_OPERATORS: Final = {
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
}


@dataclass(frozen=True)
class AlarmRule:
    """One alarm: ``metrics`` (their sum) ``operator`` ``threshold`` for ``minutes`` without interruption.

    ``missing_breaches``: missing data breaches; else it is ignored.
    """

    metrics: tuple[str, ...]
    statistic: str
    operator: str
    threshold: float
    minutes: int
    why: str
    missing_breaches: bool = False


NO_CONTROLLER: Final = AlarmRule(
    ("ActiveControllerCount",), "Maximum", "<", 1, 5, "no active controller", missing_breaches=True
)
HIGH_CPU: Final = AlarmRule(("CpuUser", "CpuSystem"), "Average", ">", 60, 15, "too little CPU left if a broker fails")
CLUSTER_RULES: Final = (
    NO_CONTROLLER,
    AlarmRule(("OfflinePartitionsCount",), "Sum", ">", 0, 5, "partitions without a leader: writes fail"),
)
BROKER_RULES: Final = (
    AlarmRule(("UnderMinIsrPartitionCount",), "Maximum", ">=", 1, 5, "acks=all writes are refused"),
    AlarmRule(("UnderReplicatedPartitions",), "Maximum", ">", 0, 15, "replicas lag or a broker is down"),
    HIGH_CPU,
    AlarmRule(("HeapMemoryAfterGC",), "Maximum", ">", 60, 15, "the broker runs out of heap"),
    AlarmRule(("KafkaDataLogsDiskUsed",), "Maximum", ">", 85, 5, "a full volume stops the broker"),
)
FAILED_TASK: Final = AlarmRule(("ErroredTaskCount",), "Maximum", ">", 0, 5, "the task failed")
HEALER_FAILED: Final = AlarmRule(
    ("Errors",), "Sum", ">", 0, 5, "a failed task was not restarted; see the function's log"
)
CONNECTOR_RULES: Final = (
    AlarmRule(("RunningTaskCount",), "Minimum", "<", 1, 5, "no task is running", missing_breaches=True),
    FAILED_TASK,
    AlarmRule(("CpuUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs"),
    AlarmRule(("MemoryUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs"),
)
# Heartbeats write even when the database is idle: no record at all means that the connector hangs.
NO_RECORDS: Final = AlarmRule(
    ("SourceRecordWriteRate",),
    "Maximum",
    "<=",
    0,
    15,
    "no record is written, not even a heartbeat",
    missing_breaches=True,
)


@dataclass(frozen=True)
class MonitoredConnector:
    """A connector with alarms; ``snapshot_only``: it stops after its snapshot, so missing records are no failure."""

    name: str
    snapshot_only: bool


@dataclass(frozen=True)
class Healer:
    """The function that failed tasks start."""

    name: str
    arn: str


def failed_task_alarm(connector: str) -> str:
    """The name of the alarm on failed tasks of ``connector``."""
    return _alarm_name(FAILED_TASK, connector)


def _alarm_name(rule: AlarmRule, name: str) -> str:
    return f"{name}-{'-'.join(rule.metrics)}"


class Monitoring(Construct):
    """Alarms for the brokers of a managed cluster and for every connector, sent to the SNS topic in ``config``.

    Failed tasks also start the ``healer``. Public: ``failed_task_alarms``, the ARN of each connector's, by key.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: Alarms,
        cluster: ProvisionedKafka | None,
        cluster_name: str,
        connectors: dict[str, MonitoredConnector],
        healer: Healer | None = None,
    ) -> None:
        """``cluster`` is None for an existing cluster; ``connectors`` are by key."""
        super().__init__(scope, id_)
        self._actions = [config.sns_topic_arn] if config.sns_topic_arn else []
        self._healer = healer
        self.failed_task_alarms: dict[str, str] = {}
        if cluster:
            self._brokers(Construct(self, "kafka"), cluster, cluster_name)
        parent = Construct(self, "connectors")
        for key, connector in connectors.items():
            self._connector(Construct(parent, key), key, connector)
        if healer:
            self._alarm(
                Construct(self, "self-healing"), HEALER_FAILED, LAMBDA, healer.name, {"FunctionName": healer.name}
            )

    def _brokers(self, scope: Construct, cluster: ProvisionedKafka, name: str) -> None:
        """Express brokers publish fewer metrics, and AWS manages their storage and replicas."""
        dimensions = {"Cluster Name": name}
        for rule in (NO_CONTROLLER,) if cluster.express else CLUSTER_RULES:
            self._alarm(scope, rule, KAFKA, name, dimensions)
        for broker in range(1, cluster.brokers + 1):
            parent = Construct(scope, f"broker-{broker}")
            for rule in (HIGH_CPU,) if cluster.express else BROKER_RULES:
                self._alarm(parent, rule, KAFKA, f"{name}-broker-{broker}", dimensions | {"Broker ID": str(broker)})

    def _connector(self, scope: Construct, key: str, connector: MonitoredConnector) -> None:
        for rule in CONNECTOR_RULES if connector.snapshot_only else (*CONNECTOR_RULES, NO_RECORDS):
            alarm = self._alarm(scope, rule, CONNECT, connector.name, {"ConnectorName": connector.name})
            if rule is FAILED_TASK:
                self.failed_task_alarms[key] = alarm.arn

    def _alarm(
        self, scope: Construct, rule: AlarmRule, namespace: str, name: str, dimensions: dict[str, str]
    ) -> CloudwatchMetricAlarm:
        started = [self._healer.arn] if self._healer and rule is FAILED_TASK else []
        return CloudwatchMetricAlarm(
            scope,
            "-".join(rule.metrics),
            alarm_name=_alarm_name(rule, name),
            alarm_description=f"{'+'.join(rule.metrics)} {rule.operator} {rule.threshold:g}: {rule.why}",
            comparison_operator=_OPERATORS[rule.operator],
            threshold=rule.threshold,
            evaluation_periods=rule.minutes // PERIOD_MINUTES,
            metric_query=_queries(rule, namespace, dimensions),
            treat_missing_data="breaching" if rule.missing_breaches else "notBreaching",
            alarm_actions=[*self._actions, *started] or None,
            ok_actions=self._actions or None,
        )


def _queries(rule: AlarmRule, namespace: str, dimensions: dict[str, str]) -> list[CloudwatchMetricAlarmMetricQuery]:
    """The metrics as m0, m1, …; of several, the alarm evaluates the sum."""
    several = len(rule.metrics) > 1
    queries = [
        CloudwatchMetricAlarmMetricQuery(
            id=f"m{index}",
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=namespace,
                metric_name=metric,
                stat=rule.statistic,
                period=PERIOD_MINUTES * 60,
                dimensions=dimensions,
            ),
            return_data=not several,
        )
        for index, metric in enumerate(rule.metrics)
    ]
    if several:
        expression = " + ".join(query.id for query in queries)
        label = " + ".join(rule.metrics)
        queries.append(
            CloudwatchMetricAlarmMetricQuery(id="total", expression=expression, label=label, return_data=True)
        )
    return queries
