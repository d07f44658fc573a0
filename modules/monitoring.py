"""CloudWatch alarms on brokers and connectors. Missing data is a breach where silence is the failure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from modules.config import Alarms, ProvisionedKafka
from modules.sdk import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    Construct,
)

KAFKA: Final = "AWS/Kafka"
CONNECT: Final = "AWS/KafkaConnect"

_OPERATORS: Final = {
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
}


@dataclass(frozen=True)
class Rule:
    """One alarm: ``metric`` (or the sum of several) ``operator`` ``threshold`` for ``minutes`` on end.

    ``silence_is_failure``: missing data breaches; else it is ignored.
    """

    metrics: tuple[str, ...]
    statistic: str
    operator: str
    threshold: float
    minutes: int
    why: str
    silence_is_failure: bool = False


CLUSTER_RULES: Final = (
    Rule(("ActiveControllerCount",), "Maximum", "<", 1, 5, "no broker leads the cluster", silence_is_failure=True),
    Rule(("OfflinePartitionsCount",), "Sum", ">", 0, 5, "partitions without a leader: writes fail"),
)
BROKER_RULES: Final = (
    Rule(("UnderMinIsrPartitionCount",), "Maximum", ">=", 1, 5, "acks=all writes are refused"),
    Rule(("UnderReplicatedPartitions",), "Maximum", ">", 0, 15, "replicas lag behind or a broker is down"),
    Rule(("CpuUser", "CpuSystem"), "Average", ">", 60, 15, "no room to take over from a lost broker"),
    Rule(("HeapMemoryAfterGC",), "Maximum", ">", 60, 15, "the broker runs out of heap"),
)
DISK_RULE: Final = Rule(("KafkaDataLogsDiskUsed",), "Maximum", ">", 85, 5, "a full volume stops the broker")
CONNECTOR_RULES: Final = (
    Rule(("RunningTaskCount",), "Minimum", "<", 1, 5, "the task does not run", silence_is_failure=True),
    Rule(("ErroredTaskCount",), "Maximum", ">", 0, 5, "the task failed"),
    Rule(("CpuUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs"),
    Rule(("MemoryUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs"),
    # Heartbeats write even when the database is idle: no record at all is a silent death.
    Rule(("SourceRecordWriteRate",), "Maximum", "<=", 0, 15, "nothing is written", silence_is_failure=True),
)


class Monitoring(Construct):
    """Alarms for the brokers of a cluster of ours and for every connector, sent to the topic given."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: Alarms,
        cluster: ProvisionedKafka | None,
        cluster_name: str,
        connectors: dict[str, str],
    ) -> None:
        """``cluster`` is None where the cluster is not ours; ``connectors``: name by key."""
        super().__init__(scope, id_)
        self._actions = [config.sns_topic_arn] if config.sns_topic_arn else None
        if cluster:
            self._brokers(Construct(self, "kafka"), cluster, cluster_name)
        for key, name in connectors.items():
            parent = Construct(self, key)
            for rule in CONNECTOR_RULES:
                self._alarm(parent, rule, CONNECT, name, {"ConnectorName": name})

    def _brokers(self, scope: Construct, cluster: ProvisionedKafka, name: str) -> None:
        dimensions = {"Cluster Name": name}
        for rule in CLUSTER_RULES:
            self._alarm(scope, rule, KAFKA, name, dimensions)
        if cluster.monitoring == "DEFAULT":
            return
        rules = BROKER_RULES if cluster.express else (*BROKER_RULES, DISK_RULE)
        for broker in range(1, cluster.brokers + 1):
            parent = Construct(scope, f"broker-{broker}")
            for rule in rules:
                self._alarm(parent, rule, KAFKA, f"{name}-broker-{broker}", dimensions | {"Broker ID": str(broker)})

    def _alarm(self, scope: Construct, rule: Rule, namespace: str, name: str, dimensions: dict[str, str]) -> None:
        metric = "+".join(rule.metrics)
        several = len(rule.metrics) > 1
        single = {"namespace": namespace, "metric_name": metric, "dimensions": dimensions}
        CloudwatchMetricAlarm(
            scope,
            "-".join(rule.metrics),
            alarm_name=f"{name}-{'-'.join(rule.metrics)}",
            alarm_description=f"{metric} {rule.operator} {rule.threshold:g}: {rule.why}",
            comparison_operator=_OPERATORS[rule.operator],
            threshold=rule.threshold,
            evaluation_periods=rule.minutes // 5,
            treat_missing_data="breaching" if rule.silence_is_failure else "notBreaching",
            alarm_actions=self._actions,
            ok_actions=self._actions,
            **({"metric_query": _sum(rule, namespace, dimensions)} if several else _plain(rule, single)),  # type: ignore[arg-type]
        )


def _plain(rule: Rule, single: dict[str, object]) -> dict[str, object]:
    return single | {"statistic": rule.statistic, "period": 300}


def _sum(rule: Rule, namespace: str, dimensions: dict[str, str]) -> Sequence[CloudwatchMetricAlarmMetricQuery]:
    """The metrics as m0, m1, … and their sum as what the alarm watches."""
    queries = [
        CloudwatchMetricAlarmMetricQuery(
            id=f"m{index}",
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=namespace, metric_name=metric, stat=rule.statistic, period=300, dimensions=dimensions
            ),
        )
        for index, metric in enumerate(rule.metrics)
    ]
    expression = " + ".join(query.id for query in queries)
    total = CloudwatchMetricAlarmMetricQuery(
        id="total", expression=expression, label=" + ".join(rule.metrics), return_data=True
    )
    return [*queries, total]
