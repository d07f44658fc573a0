"""CloudWatch alarms on brokers, connectors and the function that restarts failed tasks.

Missing data breaches where a failure stops the metric. A connector notifies by one composite alarm.
"""

from dataclasses import dataclass
from typing import Final

from modules.environment.models.alarms import Alarms
from modules.environment.models.kafka import ProvisionedKafka
from modules.monitoring import worker_metrics
from modules.monitoring.alarm_rules import (
    BROKER_RULES,
    CLUSTER_RULES,
    CONNECT,
    CONNECTOR_RULES,
    FAILED_TASK,
    HEALER_FAILED,
    HIGH_CPU,
    KAFKA,
    LAMBDA,
    NO_CONTROLLER,
    NO_RECORDS,
    RUNBOOKS,
    WORKER_ERRORS,
    AlarmRule,
    lag,
)
from modules.synthesis.sdk import (
    CloudwatchCompositeAlarm,
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
    Construct,
)

PERIOD_MINUTES: Final = 5

_OPERATORS: Final = {
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
}


@dataclass(frozen=True)
class MonitoredConnector:
    """A connector with alarms; ``log_group`` has its worker's log.

    ``snapshot_only``: it stops after its snapshot, so missing records are no failure. ``measures_lag``: its log says
    how far behind it is.
    """

    name: str
    log_group: str
    snapshot_only: bool
    measures_lag: bool


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
    """Alarms for the brokers of a managed cluster and for every connector, sent to the SNS topic.

    What fails in a connector often trips several: its alarms notify through one composite alarm, which sends one
    message. Failed tasks also start the ``healer``. Public: ``failed_task_alarms``, the ARN of each connector's, by
    key, and ``notifying``, the ARNs of the alarms that send messages.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: Alarms,
        topic_arn: str | None,
        cluster: ProvisionedKafka | None,
        cluster_name: str,
        connectors: dict[str, MonitoredConnector],
        healer: Healer | None = None,
    ) -> None:
        """``cluster`` is None for an existing cluster; ``connectors`` are by key."""
        super().__init__(scope, id_)
        self._topic = [topic_arn] if topic_arn else []
        self._lag_seconds = config.lag_seconds
        self._healer = healer
        self.failed_task_alarms: dict[str, str] = {}
        self.notifying: list[str] = []
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
        dimensions = {"ConnectorName": connector.name}
        alarms = {
            rule: self._alarm(scope, rule, CONNECT, connector.name, dimensions, notifies=False)
            for rule in (CONNECTOR_RULES if connector.snapshot_only else (*CONNECTOR_RULES, NO_RECORDS))
        }
        self.failed_task_alarms[key] = alarms[FAILED_TASK].arn
        for rule in self._log_rules(scope, connector):
            own = worker_metrics.namespace(connector.name)
            alarms[rule] = self._alarm(scope, rule, own, connector.name, {}, notifies=False)
        self._composite(scope, connector.name, list(alarms.values()))

    def _log_rules(self, scope: Construct, connector: MonitoredConnector) -> list[AlarmRule]:
        """The rules on metrics that are made of the log."""
        worker_metrics.error_filter(scope, connector=connector.name, log_group=connector.log_group)
        if not connector.measures_lag:
            return [WORKER_ERRORS]
        worker_metrics.lag_filter(scope, connector=connector.name, log_group=connector.log_group)
        return [WORKER_ERRORS] if connector.snapshot_only else [WORKER_ERRORS, lag(self._lag_seconds)]

    def _composite(self, scope: Construct, name: str, alarms: list[CloudwatchMetricAlarm]) -> None:
        alarm = CloudwatchCompositeAlarm(
            scope,
            "connector",
            alarm_name=name,
            alarm_description=(
                f"The connector {name} needs attention. The alarms that it is made of say what is wrong, what follows,"
                f" and where to look: see {RUNBOOKS}/README.md"
            ),
            alarm_rule=" OR ".join(f'ALARM("{alarm.alarm_name}")' for alarm in alarms),
            alarm_actions=self._topic or None,
            ok_actions=self._topic or None,
        )
        self.notifying.append(alarm.arn)

    def _alarm(
        self,
        scope: Construct,
        rule: AlarmRule,
        namespace: str,
        name: str,
        dimensions: dict[str, str],
        *,
        notifies: bool = True,
    ) -> CloudwatchMetricAlarm:
        started = [self._healer.arn] if self._healer and rule is FAILED_TASK else []
        topic = self._topic if notifies else []
        alarm = CloudwatchMetricAlarm(
            scope,
            "-".join(rule.metrics),
            alarm_name=_alarm_name(rule, name),
            alarm_description=rule.description,
            comparison_operator=_OPERATORS[rule.operator],
            threshold=rule.threshold,
            evaluation_periods=rule.minutes // PERIOD_MINUTES,
            metric_query=_queries(rule, namespace, dimensions),
            treat_missing_data="breaching" if rule.missing_breaches else "notBreaching",
            alarm_actions=[*topic, *started] or None,
            ok_actions=topic or None,
        )
        if notifies:
            self.notifying.append(alarm.arn)
        return alarm


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
                dimensions=dimensions or None,
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
