"""What runs: a connector, its operations, metrics and log, as AWS shows them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from rehearsal.connect.operations import Operation, latest

MINUTES: Final = 10
_METRICS: Final = ("RunningTaskCount", "ErroredTaskCount", "SourceRecordWriteRate")
_LINES: Final = 2000
# MSK Connect writes it before each record (its developer guide, "Logging").
_PREFIX: Final = re.compile(r"\[Worker-[^\]]*\] ")


@dataclass(frozen=True)
class Observed:
    """A connector.

    ``metrics`` are the values of the last MINUTES, oldest first; ``log`` is the end of its log, as the worker wrote
    it. ``operation`` is the latest. ``plugin`` and ``worker_configuration`` are ARNs. ``old`` says whether it exists
    for longer than MINUTES.
    """

    state: str
    failure: str
    version: str
    configuration: Mapping[str, str]
    plugin: str
    worker_configuration: str
    mcu: int
    workers: int
    old: bool
    operation: Operation | None
    metrics: Mapping[str, tuple[float, ...]]
    log: str


def observed(aws: Aws, connector: str, *, log_group: str) -> Observed | None:
    """The connector of this name; None where there is none. Raises ClientError, BotoCoreError."""
    connect = aws.client("kafkaconnect")
    listed = aws.pages("kafkaconnect", "list_connectors", "connectors", connectorNamePrefix=connector)
    arn = next((one["connectorArn"] for one in listed if one["connectorName"] == connector), None)
    if arn is None:
        return None
    found = connect.describe_connector(connectorArn=arn)
    capacity = (found.get("capacity") or {}).get("provisionedCapacity") or {}
    plugin = (found.get("plugins") or [{}])[0].get("customPlugin") or {}
    return Observed(
        state=found["connectorState"],
        failure=(found.get("stateDescription") or {}).get("message") or "",
        version=found["kafkaConnectVersion"],
        configuration=found["connectorConfiguration"],
        plugin=plugin.get("customPluginArn", ""),
        worker_configuration=(found.get("workerConfiguration") or {}).get("workerConfigurationArn", ""),
        mcu=capacity.get("mcuCount", 0),
        workers=capacity.get("workerCount", 0),
        old=datetime.now(UTC) - found["creationTime"] > timedelta(minutes=MINUTES),
        operation=latest(connect, arn),
        metrics={name: _metric(aws, connector, name) for name in _METRICS},
        log=_log(aws, log_group),
    )


def _metric(aws: Aws, connector: str, name: str) -> tuple[float, ...]:
    now = datetime.now(UTC)
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/KafkaConnect",
        MetricName=name,
        Dimensions=[{"Name": "ConnectorName", "Value": connector}],
        StartTime=now - timedelta(minutes=MINUTES),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Average"],
    )["Datapoints"]
    return tuple(point["Average"] for point in sorted(points, key=lambda point: point["Timestamp"]))


def _log(aws: Aws, group: str) -> str:
    """The last lines; empty where there is no such group, or none of its lines is new."""
    since = int((datetime.now(UTC) - timedelta(minutes=MINUTES)).timestamp() * 1000)
    try:
        events = aws.pages("logs", "filter_log_events", "events", logGroupName=group, startTime=since)
    except ClientError as failed:
        if code(failed) != "ResourceNotFoundException":
            raise
        return ""
    return "\n".join(_PREFIX.sub("", event["message"].rstrip("\n"), count=1) for event in events[-_LINES:])
