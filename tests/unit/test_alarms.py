"""CloudWatch alarms on brokers and connectors."""

import re

import pytest

from tests.places import DOCS, ROOT
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
    "connectors/orders/WorkerErrors": ("Sum", "GreaterThanThreshold", 0, 15, "notBreaching"),
    "connectors/orders/Lag": ("Average", "GreaterThanThreshold", 300, 15, "breaching"),
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
    topic = [] if path.startswith("connectors/") else [TOPIC]
    healed = ["${aws_lambda_function.self-healing_function_B2A42F31.arn}"] if "ErroredTaskCount" in path else []
    assert alarm.get("ok_actions", []) == topic
    assert alarm.get("alarm_actions", []) == [*topic, *healed]


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
    assert "alarms/connectors/orders/Lag" not in alarms


def test_a_connector_may_be_called_kafka(synth: Synthesize) -> None:
    content = document("prod")
    content["connectors"] = {"kafka": content["connectors"]["orders"]}
    assert "alarms/connectors/kafka/RunningTaskCount" in synth(content)["connect"].all("aws_cloudwatch_metric_alarm")


def test_a_connector_notifies_by_one_composite_alarm(connect: Stack, alarms: dict[str, Document]) -> None:
    [(path, composite)] = connect.all("aws_cloudwatch_composite_alarm").items()
    assert (path, composite["alarm_name"]) == ("alarms/connectors/orders/connector", "cdc-prod-orders")
    assert composite["alarm_actions"] == composite["ok_actions"] == [TOPIC]
    rule = composite["alarm_rule"]
    named = re.findall(r'ALARM\("\$\{aws_cloudwatch_metric_alarm\.(\w+)\.alarm_name\}"\)', rule)
    assert rule.count(" OR ") == len(named) - 1
    own = {body["//"]["metadata"]["uniqueId"] for path, body in alarms.items() if path.startswith("connectors/orders/")}
    assert set(named) == own


def test_every_alarm_says_what_follows_and_names_a_runbook(connect: Stack, alarms: dict[str, Document]) -> None:
    composites = connect.all("aws_cloudwatch_composite_alarm")
    for path, alarm in [*alarms.items(), *composites.items()]:
        text = alarm["alarm_description"]
        [page] = re.findall(r"docs/runbooks/[\w-]+\.md", text)
        assert (ROOT / page).is_file(), path
        assert len(text) <= 1024, "CloudWatch's limit"


def test_every_alarm_names_runbooks_that_exist(connect: Stack, alarms: dict[str, Document]) -> None:
    bodies = [*alarms.values(), *connect.all("aws_cloudwatch_composite_alarm").values()]
    text = "".join(body["alarm_description"] for body in bodies)
    pages = {page.name for page in (DOCS / "runbooks").glob("*.md")}
    named = set(re.findall(r"docs/runbooks/([\w-]+\.md)", text))
    assert {"README.md", "lag.md", "tasks.md", "worker-errors.md", "worker-capacity.md", "brokers.md"} <= named
    assert named <= pages


def test_metrics_of_the_log(connect: Stack, alarms: dict[str, Document]) -> None:
    filters = connect.all("aws_cloudwatch_log_metric_filter")
    for name in ("Lag", "WorkerErrors"):
        made = filters[f"alarms/connectors/orders/{name}-filter"]
        [metric] = alarms[f"connectors/orders/{name}"]["metric_query"]
        read = metric["metric"]
        assert (made["metric_transformation"]["namespace"], made["metric_transformation"]["name"]) == (
            read["namespace"],
            read["metric_name"],
        )
        assert "log-group" in made["log_group_name"]


def configured(stack: Stack) -> Document:
    found: Document = stack.all("aws_mskconnect_connector")["connectors/orders/connector"]["connector_configuration"]
    return found


def test_the_lag_is_measured_in_front_of_the_users_transforms(synth: Synthesize) -> None:
    mask = {"transforms": "lag, mask", "transforms.lag.type": "a.Lag", "transforms.mask.type": "b.Mask"}
    found = configured(synth(changed(document("prod"), connectors__orders__properties=mask))["connect"])
    assert {key: value for key, value in found.items() if key.startswith("transforms")} == {
        "transforms": "lag-,lag, mask",
        "transforms.lag-.type": "cdc.Lag",
        "transforms.lag-.connector": "cdc-prod-orders",
        "transforms.lag-.server": "orders",
        "transforms.lag.type": "a.Lag",
        "transforms.mask.type": "b.Mask",
    }


@pytest.mark.parametrize(
    "without",
    [{"alarms__lag": False}, {"plugins__debezium-mysql__lag": None}],
    ids=["switched off", "a plugin of others"],
)
def test_without_lag_nothing_of_it_is_left(synth: Synthesize, without: Document) -> None:
    stack = synth(changed(document("prod"), **without))["connect"]
    assert not any("transforms" in key for key in configured(stack))
    left = {**stack.all("aws_cloudwatch_metric_alarm"), **stack.all("aws_cloudwatch_log_metric_filter")}
    assert "alarms/connectors/orders/Lag" not in left
    assert "alarms/connectors/orders/Lag-filter" not in left
    assert "alarms/connectors/orders/WorkerErrors" in left


def test_the_threshold_of_the_lag_is_settable(synth: Synthesize) -> None:
    alarms = synth(changed(document("prod"), alarms__lag_seconds=3600))["connect"].all("aws_cloudwatch_metric_alarm")
    assert alarms["alarms/connectors/orders/Lag"]["threshold"] == 3600
