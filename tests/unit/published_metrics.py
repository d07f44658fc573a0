"""The metrics that AWS publishes, as far as they are used here, with the dimensions that each can be asked by.

From the pages of the MSK developer guide, November 2026: "metrics-details" (standard brokers, from the level
PER_BROKER on), "metrics-details-express" and "mkc-monitoring-overview" (MSK Connect); Lambda's from
"monitoring-metrics" of its own guide.
"""

from collections.abc import Mapping
from typing import Final

_CLUSTER: Final = frozenset({"Cluster Name"})
_BROKER: Final = frozenset({"Cluster Name", "Broker ID"})
_CONNECTOR: Final = frozenset({"ConnectorName"})

EXPRESS: Final[Mapping[str, frozenset[str]]] = {
    "ActiveControllerCount": _CLUSTER,
    "GlobalPartitionCount": _CLUSTER,
    "BytesInPerSec": _BROKER,
    "BytesOutPerSec": _BROKER,
    "ConnectionCount": _BROKER,
    "CpuIdle": _BROKER,
    "CpuSystem": _BROKER,
    "CpuUser": _BROKER,
}
STANDARD: Final[Mapping[str, frozenset[str]]] = {
    **EXPRESS,
    "OfflinePartitionsCount": _CLUSTER,
    "BurstBalance": _BROKER,
    "HeapMemoryAfterGC": _BROKER,
    "KafkaDataLogsDiskUsed": _BROKER,
    "LeaderCount": _BROKER,
    "PartitionCount": _BROKER,
    "UnderMinIsrPartitionCount": _BROKER,
    "UnderReplicatedPartitions": _BROKER,
}
CONNECT: Final[Mapping[str, frozenset[str]]] = dict.fromkeys(
    (
        "CpuUtilization", "ErroredTaskCount", "MemoryUtilization", "RebalanceCompletedTotal", "RebalanceTimeAvg",
        "RebalanceTimeMax", "RebalanceTimeSinceLast", "RunningTaskCount", "SourceRecordPollRate",
        "SourceRecordWriteRate", "WorkerCount",
    ),
    _CONNECTOR,
)  # fmt: skip
LAMBDA: Final[Mapping[str, frozenset[str]]] = {"Errors": frozenset({"FunctionName"})}


def published(*, express: bool) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """By namespace: of each metric the names of its dimensions."""
    return {"AWS/Kafka": EXPRESS if express else STANDARD, "AWS/KafkaConnect": CONNECT, "AWS/Lambda": LAMBDA}
