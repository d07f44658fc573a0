"""Alarms on brokers and connectors, as AWS's metrics allow them."""

import pytest

from tests.synthesized import Document, Stack, changed, document
from tests.unit.conftest import Synthesize

TOPIC = "arn:aws:sns:us-east-1:123456789012:oncall"

# path: metric, statistic, comparison, threshold, minutes, missing data
SINGLE = {
    "kafka/ActiveControllerCount": ("Maximum", "LessThanThreshold", 1, 5, "breaching"),
    "kafka/OfflinePartitionsCount": ("Sum", "GreaterThanThreshold", 0, 5, "notBreaching"),
    "kafka/broker-2/UnderMinIsrPartitionCount": ("Maximum", "GreaterThanOrEqualToThreshold", 1, 5, "notBreaching"),
    "kafka/broker-2/UnderReplicatedPartitions": ("Maximum", "GreaterThanThreshold", 0, 15, "notBreaching"),
    "kafka/broker-2/KafkaDataLogsDiskUsed": ("Maximum", "GreaterThanThreshold", 85, 5, "notBreaching"),
    "kafka/broker-2/HeapMemoryAfterGC": ("Maximum", "GreaterThanThreshold", 60, 15, "notBreaching"),
    "orders/RunningTaskCount": ("Minimum", "LessThanThreshold", 1, 5, "breaching"),
    "orders/ErroredTaskCount": ("Maximum", "GreaterThanThreshold", 0, 5, "notBreaching"),
    "orders/CpuUtilization": ("Average", "GreaterThanThreshold", 80, 15, "notBreaching"),
    "orders/MemoryUtilization": ("Average", "GreaterThanThreshold", 80, 15, "notBreaching"),
    "orders/SourceRecordWriteRate": ("Maximum", "LessThanOrEqualToThreshold", 0, 15, "breaching"),
}


@pytest.fixture(scope="module")
def alarms(connect: Stack) -> dict[str, Document]:
    return {path.removeprefix("alarms/"): body for path, body in connect.all("aws_cloudwatch_metric_alarm").items()}


@pytest.mark.parametrize("path", SINGLE)
def test_each_alarm(alarms: dict[str, Document], path: str) -> None:
    statistic, comparison, threshold, minutes, missing = SINGLE[path]
    alarm = alarms[path]
    assert alarm["metric_name"] == path.rsplit("/", 1)[1]
    assert (alarm["statistic"], alarm["comparison_operator"], alarm["threshold"]) == (statistic, comparison, threshold)
    assert alarm["period"] * alarm["evaluation_periods"] == minutes * 60
    assert alarm["treat_missing_data"] == missing
    assert alarm["alarm_actions"] == [TOPIC]


def test_every_broker_and_connector_is_watched_and_nothing_else(alarms: dict[str, Document]) -> None:
    per_broker = {path.rsplit("/", 1)[1] for path in SINGLE if "broker-2" in path} | {"CpuUser-CpuSystem"}
    brokers = {f"kafka/broker-{number}/{metric}" for number in (1, 2, 3) for metric in per_broker}
    assert set(alarms) == brokers | {path for path in SINGLE if "broker" not in path}


def test_dimensions_are_aws_own(alarms: dict[str, Document]) -> None:
    assert alarms["kafka/ActiveControllerCount"]["namespace"] == "AWS/Kafka"
    assert alarms["kafka/ActiveControllerCount"]["dimensions"] == {"Cluster Name": "cdc-prod"}
    broker = alarms["kafka/broker-3/HeapMemoryAfterGC"]["dimensions"]
    assert broker == {"Cluster Name": "cdc-prod", "Broker ID": "3"}
    assert alarms["orders/RunningTaskCount"]["namespace"] == "AWS/KafkaConnect"
    assert alarms["orders/RunningTaskCount"]["dimensions"] == {"ConnectorName": "cdc-prod-orders"}


def test_processor_time_is_the_sum_of_user_and_system(alarms: dict[str, Document]) -> None:
    alarm = alarms["kafka/broker-1/CpuUser-CpuSystem"]
    *metrics, total = alarm["metric_query"]
    assert [query["metric"]["metric_name"] for query in metrics] == ["CpuUser", "CpuSystem"]
    assert total["expression"] == "m0 + m1"
    assert total["return_data"] is True
    assert alarm["threshold"] == 60


def test_without_a_topic_alarms_still_show(synth: Synthesize) -> None:
    alarms = synth(changed(document("prod"), alarms=None))["connect"].all("aws_cloudwatch_metric_alarm")
    assert len(alarms) == 22
    assert not any("alarm_actions" in alarm for alarm in alarms.values())
