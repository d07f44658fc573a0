"""CloudWatch alarms on brokers and connectors."""

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
    "connectors/orders/RunningTaskCount": ("Minimum", "LessThanThreshold", 1, 5, "breaching"),
    "connectors/orders/ErroredTaskCount": ("Maximum", "GreaterThanThreshold", 0, 5, "notBreaching"),
    "connectors/orders/CpuUtilization": ("Average", "GreaterThanThreshold", 80, 15, "notBreaching"),
    "connectors/orders/MemoryUtilization": ("Average", "GreaterThanThreshold", 80, 15, "notBreaching"),
    "connectors/orders/SourceRecordWriteRate": ("Maximum", "LessThanOrEqualToThreshold", 0, 15, "breaching"),
    "self-healing/Errors": ("Sum", "GreaterThanThreshold", 0, 5, "notBreaching"),
}


@pytest.fixture(scope="module")
def alarms(connect: Stack) -> dict[str, Document]:
    return {path.removeprefix("alarms/"): body for path, body in connect.all("aws_cloudwatch_metric_alarm").items()}


@pytest.mark.parametrize("path", SINGLE)
def test_each_alarm(alarms: dict[str, Document], path: str) -> None:
    statistic, comparison, threshold, minutes, missing = SINGLE[path]
    alarm = alarms[path]
    [query] = alarm["metric_query"]
    metric = query["metric"]
    assert query["return_data"] is True
    assert metric["metric_name"] == path.rsplit("/", 1)[1]
    assert (metric["stat"], alarm["comparison_operator"], alarm["threshold"]) == (statistic, comparison, threshold)
    assert metric["period"] * alarm["evaluation_periods"] == minutes * 60
    assert alarm["treat_missing_data"] == missing
    assert alarm["ok_actions"] == [TOPIC]
    healed = ["${aws_lambda_function.self-healing_function_B2A42F31.arn}"] if "ErroredTaskCount" in path else []
    assert alarm["alarm_actions"] == [TOPIC, *healed]


def test_every_broker_and_connector_has_its_alarms_and_nothing_else(alarms: dict[str, Document]) -> None:
    per_broker = {path.rsplit("/", 1)[1] for path in SINGLE if "broker-2" in path} | {"CpuUser-CpuSystem"}
    brokers = {f"kafka/broker-{number}/{metric}" for number in (1, 2, 3) for metric in per_broker}
    assert set(alarms) == brokers | {path for path in SINGLE if "broker" not in path}


@pytest.mark.parametrize(
    ("path", "namespace", "dimensions"),
    [
        ("kafka/ActiveControllerCount", "AWS/Kafka", {"Cluster Name": "cdc-prod"}),
        ("kafka/broker-3/HeapMemoryAfterGC", "AWS/Kafka", {"Cluster Name": "cdc-prod", "Broker ID": "3"}),
        ("connectors/orders/RunningTaskCount", "AWS/KafkaConnect", {"ConnectorName": "cdc-prod-orders"}),
        ("self-healing/Errors", "AWS/Lambda", {"FunctionName": "cdc-prod-self-healing"}),
    ],
)
def test_dimensions_are_those_of_aws(
    alarms: dict[str, Document], path: str, namespace: str, dimensions: dict[str, str]
) -> None:
    [query] = alarms[path]["metric_query"]
    assert (query["metric"]["namespace"], query["metric"]["dimensions"]) == (namespace, dimensions)


def test_cpu_is_the_sum_of_user_and_system(alarms: dict[str, Document]) -> None:
    alarm = alarms["kafka/broker-1/CpuUser-CpuSystem"]
    *metrics, total = alarm["metric_query"]
    assert [query["metric"]["metric_name"] for query in metrics] == ["CpuUser", "CpuSystem"]
    assert total["expression"] == "m0 + m1"
    assert [query["return_data"] for query in alarm["metric_query"]] == [False, False, True]
    assert alarm["threshold"] == 60


def test_without_a_topic_alarms_notify_nobody(synth: Synthesize, alarms: dict[str, Document]) -> None:
    silent = synth(changed(document("prod"), alarms=None))["connect"].all("aws_cloudwatch_metric_alarm")
    assert {path.removeprefix("alarms/") for path in silent} == set(alarms)
    healing = silent.pop("alarms/connectors/orders/ErroredTaskCount")
    assert healing["alarm_actions"] == ["${aws_lambda_function.self-healing_function_B2A42F31.arn}"]
    assert not any("alarm_actions" in alarm for alarm in silent.values())


def test_a_snapshot_only_connector_has_no_alarm_on_missing_records(synth: Synthesize) -> None:
    content = changed(document("prod"), connectors__orders__snapshot={"mode": "initial_only"})
    alarms = synth(content)["connect"].all("aws_cloudwatch_metric_alarm")
    assert "alarms/connectors/orders/RunningTaskCount" in alarms
    assert "alarms/connectors/orders/SourceRecordWriteRate" not in alarms


def test_a_connector_may_be_called_kafka(synth: Synthesize) -> None:
    content = document("prod")
    content["connectors"] = {"kafka": content["connectors"]["orders"]}
    assert "alarms/connectors/kafka/RunningTaskCount" in synth(content)["connect"].all("aws_cloudwatch_metric_alarm")
