"""What each alarm watches, from when on, and what its reader must know."""

from dataclasses import dataclass
from typing import Final

KAFKA: Final = "AWS/Kafka"
CONNECT: Final = "AWS/KafkaConnect"
LAMBDA: Final = "AWS/Lambda"
OWN: Final = "msk-cdc"
RUNBOOKS: Final = "docs/runbooks"


@dataclass(frozen=True)
class AlarmRule:
    """One alarm: ``metrics`` (their sum) ``operator`` ``threshold`` for ``minutes`` without interruption.

    ``missing_breaches``: missing data breaches; else it is ignored. ``runbook`` is a page of ``RUNBOOKS``.
    """

    metrics: tuple[str, ...]
    statistic: str
    operator: str
    threshold: float
    minutes: int
    cause: str
    consequence: str
    runbook: str
    missing_breaches: bool = False

    @property
    def description(self) -> str:
        """Condition, cause, consequence, and the runbook's path in this project."""
        condition = f"{'+'.join(self.metrics)} {self.operator} {self.threshold:g}"
        return f"{condition}: {self.cause}. {self.consequence}. Runbook: {RUNBOOKS}/{self.runbook}.md"


_BROKER_LOST: Final = "Events are late, and connectors fail if it lasts"
_CAPACITY: Final = "Events fall behind, and the worker may be killed"

NO_CONTROLLER: Final = AlarmRule(
    ("ActiveControllerCount",), "Maximum", "<", 1, 5,
    "no active controller", "No topic or leader can change", "brokers", missing_breaches=True,
)  # fmt: skip
HIGH_CPU: Final = AlarmRule(
    ("CpuUser", "CpuSystem"), "Average", ">", 60, 15,
    "too little CPU left if a broker fails", "The loss of one broker overloads the others", "brokers",
)  # fmt: skip
CLUSTER_RULES: Final = (
    NO_CONTROLLER,
    AlarmRule(
        ("OfflinePartitionsCount",), "Sum", ">", 0, 5, "partitions without a leader: writes fail", _BROKER_LOST,
        "brokers",
    ),
)  # fmt: skip
BROKER_RULES: Final = (
    AlarmRule(
        ("UnderMinIsrPartitionCount",), "Maximum", ">=", 1, 5, "acks=all writes are refused", _BROKER_LOST, "brokers"
    ),
    AlarmRule(
        ("UnderReplicatedPartitions",), "Maximum", ">", 0, 15, "replicas lag or a broker is down",
        "The loss of another broker stops writes", "brokers",
    ),
    HIGH_CPU,
    AlarmRule(
        ("HeapMemoryAfterGC",), "Maximum", ">", 60, 15, "the broker runs out of heap", "The broker restarts", "brokers"
    ),
    AlarmRule(
        ("KafkaDataLogsDiskUsed",), "Maximum", ">", 85, 5, "the broker's volume is nearly full",
        "A full volume stops the broker", "disk-full",
    ),
)  # fmt: skip
FAILED_TASK: Final = AlarmRule(
    ("ErroredTaskCount",), "Maximum", ">", 0, 5, "the task failed",
    "No event flows until it is restarted; the binlog may be purged before", "tasks",
)  # fmt: skip
HEALER_FAILED: Final = AlarmRule(
    ("Errors",), "Sum", ">", 0, 5, "a failed task was not restarted; see the function's log",
    "No event flows until somebody restarts it", "tasks",
)  # fmt: skip
CONNECTOR_RULES: Final = (
    AlarmRule(
        ("RunningTaskCount",), "Minimum", "<", 1, 5, "no task is running", "No event flows", "tasks",
        missing_breaches=True,
    ),
    FAILED_TASK,
    AlarmRule(
        ("CpuUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs", _CAPACITY, "worker-capacity"
    ),
    AlarmRule(
        ("MemoryUtilization",), "Average", ">", 80, 15, "the worker needs more MCUs", _CAPACITY, "worker-capacity"
    ),
)  # fmt: skip
# Heartbeats write even when the database is idle: no record at all means that the connector hangs.
NO_RECORDS: Final = AlarmRule(
    ("SourceRecordWriteRate",), "Maximum", "<=", 0, 15,
    "no record is written, not even a heartbeat", "No event flows", "tasks", missing_breaches=True,
)  # fmt: skip
# A failover logs errors for some minutes, and then no more.
WORKER_ERRORS: Final = AlarmRule(
    ("WorkerErrors",), "Sum", ">", 0, 15, "the worker keeps logging errors",
    "The task fails soon, or silently does less than it should", "worker-errors",
)  # fmt: skip


def lag(seconds: int) -> AlarmRule:
    """On events that are ``seconds`` late for a quarter of an hour, on average, and on a lag that nobody measures."""
    return AlarmRule(
        ("Lag",), "Average", ">", seconds, 15,
        "the connector is this many seconds behind the database, or no task measures it",
        "Readers of the topics see old data; the connector needs a new snapshot if the binlog is purged first",
        "lag", missing_breaches=True,
    )  # fmt: skip
