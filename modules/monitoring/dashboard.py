"""A CloudWatch dashboard for an environment: is data flowing, how far behind is it, and what breaks next."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from modules.environment.models.alarms import Alarms
from modules.environment.models.kafka import ProvisionedKafka
from modules.monitoring import worker_metrics
from modules.monitoring.alarm_rules import (
    BROKER_RULES,
    CONNECT,
    CONNECTOR_RULES,
    HEALER_FAILED,
    HIGH_CPU,
    KAFKA,
    LAMBDA,
    WORKER_ERRORS,
    AlarmRule,
    lag,
)
from modules.monitoring.alarms import MonitoredConnector
from modules.monitoring.dashboard_widgets import Graph, Grid, Line
from modules.synthesis.sdk import CloudwatchDashboard, Construct

_RULES: Final = {rule.metrics: rule for rule in (*BROKER_RULES, *CONNECTOR_RULES)}


class Dashboard(Construct):
    """The metrics that the alarms watch, with the alarms' limits, of brokers and connectors."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        region: str,
        config: Alarms,
        cluster: ProvisionedKafka | None,
        cluster_name: str,
        connectors: Mapping[str, MonitoredConnector],
        alarms: Sequence[str],
        healer: str | None,
    ) -> None:
        """``cluster`` is None for an existing one, whose brokers nobody here counts; ``alarms`` are ARNs."""
        super().__init__(scope, id_)
        self._config = config
        self._connectors = connectors
        self._cluster = cluster
        self._cluster_name = cluster_name
        grid = Grid(region)
        grid.alarms("Alarms", alarms)
        grid.row("Is data flowing?", self._flow())
        grid.row("How far behind is it?", self._behind())
        grid.row("What breaks next: connectors", self._workers(healer))
        grid.row("What breaks next: brokers", self._brokers())
        CloudwatchDashboard(
            self, "dashboard", dashboard_name=name, dashboard_body=json.dumps({"widgets": grid.widgets})
        )

    def _flow(self) -> list[Graph]:
        return [
            Graph("Records written per second", "Average", self._lines("SourceRecordWriteRate")),
            Graph(
                "Running and failed tasks",
                "Maximum",
                [*self._lines("RunningTaskCount", "running"), *self._lines("ErroredTaskCount", "failed")],
            ),
            self._of_brokers("Bytes into the brokers per second", "Sum", ("BytesInPerSec",)),
        ]

    def _behind(self) -> list[Graph]:
        measured = [one for one in self._connectors.values() if one.measures_lag]
        rule = lag(self._config.lag_seconds)
        return [
            Graph("Seconds behind the database", "Average", _own(rule, measured), rule.threshold),
            Graph("Errors in the workers' logs", "Sum", _own(WORKER_ERRORS, [*self._connectors.values()])),
        ]

    def _workers(self, healer: str | None) -> list[Graph]:
        failed = [Line(healer, LAMBDA, HEALER_FAILED.metrics, {"FunctionName": healer})] if healer else []
        return [
            self._of_connectors("Workers: CPU, per cent", _RULES["CpuUtilization",]),
            self._of_connectors("Workers: memory, per cent", _RULES["MemoryUtilization",]),
            Graph("Restarts that failed", HEALER_FAILED.statistic, failed),
        ]

    def _brokers(self) -> list[Graph]:
        """Express brokers publish fewer metrics, and AWS manages their storage."""
        cpu = self._of_rule("CPU, per cent", HIGH_CPU)
        if self._cluster is None or self._cluster.express:
            return [cpu]
        return [
            self._of_rule("Disk used, per cent", _RULES["KafkaDataLogsDiskUsed",]),
            cpu,
            self._of_rule("Heap after collection, per cent", _RULES["HeapMemoryAfterGC",]),
            self._of_brokers("Partitions, with replicas", "Maximum", ("PartitionCount",)),
            self._of_rule("Partitions without all replicas", _RULES["UnderReplicatedPartitions",]),
        ]

    def _of_connectors(self, title: str, rule: AlarmRule) -> Graph:
        return Graph(title, rule.statistic, self._lines(rule.metrics[0]), rule.threshold)

    def _lines(self, metric: str, suffix: str = "") -> list[Line]:
        return [
            Line(f"{key} {suffix}".strip(), CONNECT, (metric,), {"ConnectorName": one.name})
            for key, one in self._connectors.items()
        ]

    def _of_rule(self, title: str, rule: AlarmRule) -> Graph:
        graph = self._of_brokers(title, rule.statistic, rule.metrics)
        return Graph(graph.title, graph.statistic, graph.lines, rule.threshold)

    def _of_brokers(self, title: str, statistic: str, metrics: tuple[str, ...]) -> Graph:
        dimensions = {"Cluster Name": self._cluster_name}
        brokers = range(1, self._cluster.brokers + 1) if self._cluster else ()
        lines = [Line(f"broker {one}", KAFKA, metrics, dimensions | {"Broker ID": str(one)}) for one in brokers]
        return Graph(title, statistic, lines)


def _own(rule: AlarmRule, connectors: Sequence[MonitoredConnector]) -> list[Line]:
    """Of the metrics that are made of the workers' logs."""
    return [Line(one.name, worker_metrics.namespace(one.name), rule.metrics) for one in connectors]
