"""What Kafka Connect will read: the connector's properties and its worker configuration."""

import re

import pytest

from modules.debezium.configuration import connector_properties
from modules.environment.environment import Environment
from modules.properties_file import parse
from tests.synthesized import Document, Stack, document, with_another, with_connector
from tests.unit.conftest import Synthesize

IAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
}


@pytest.fixture(scope="module")
def connector(connect: Stack) -> Document:
    return connect.one("aws_mskconnect_connector")


@pytest.fixture(scope="module")
def properties(connector: Document) -> dict[str, str]:
    configuration: dict[str, str] = connector["connector_configuration"]
    return configuration


def test_it_reads_the_writers_binary_log(connect: Stack, properties: dict[str, str]) -> None:
    cluster = connect.lookup("aws_rds_cluster")
    assert cluster["cluster_identifier"] == "orders-prod"
    assert re.fullmatch(r"\$\{data\.aws_rds_cluster\.[\w-]+\.endpoint\}", properties["database.hostname"])
    assert re.fullmatch(r"\$\{data\.aws_rds_cluster\.[\w-]+\.port\}", properties["database.port"])
    assert properties["database.server.id"] == "5401"
    assert properties["database.ssl.mode"] == "required"
    assert properties["connector.class"] == "io.debezium.connector.mysql.MySqlConnector"
    assert properties["tasks.max"] == "1"


def test_it_captures_the_tables_named_and_no_other(properties: dict[str, str]) -> None:
    assert properties["database.include.list"] == "orders"
    assert properties["table.include.list"] == r"orders\.customers,orders\.order_items"
    assert properties["topic.prefix"] == "orders"
    assert properties["topic.creation.default.partitions"] == "6"
    assert properties["topic.creation.default.replication.factor"] == "-1"
    assert properties["snapshot.mode"] == "initial"
    assert properties["snapshot.locking.mode"] == "none"
    assert properties["heartbeat.interval.ms"] == "10000"


@pytest.mark.parametrize(("locking", "level"), [("none", "transaction_isolation='READ-COMMITTED'"), ("minimal", None)])
def test_a_snapshot_without_locks_reads_each_table_after_the_position(locking: str, level: str | None) -> None:
    content = with_connector(snapshot={"locking": locking})
    connector = Environment(name="prod", **content).connectors["orders"]
    found = connector_properties(connector)
    assert found.get("driver.sessionVariables") == level
    assert found.get("driver.alwaysSendSetIsolation") == ("false" if level else None)


def test_schema_history_has_its_own_topic_and_iam_on_both_clients(properties: dict[str, str]) -> None:
    history = "schema.history.internal"
    assert properties[f"{history}.kafka.topic"] == "schema-history.orders"
    assert "bootstrap_brokers_sasl_iam" in properties[f"{history}.kafka.bootstrap.servers"]
    assert properties[f"{history}.store.only.captured.databases.ddl"] == "true"
    for client in ("producer", "consumer"):
        assert {key: properties[f"{history}.{client}.{key}"] for key in IAM} == IAM


def test_signals_come_from_a_table_a_topic_or_both(synth: Synthesize, properties: dict[str, str]) -> None:
    assert properties["signal.enabled.channels"] == "source"
    assert properties["signal.data.collection"] == "orders.debezium_signal"
    assert "read.only" not in properties
    stack = synth(with_connector(signals={"topic": "orders-signals"}))["connect"]
    kafka = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert kafka["signal.enabled.channels"] == "kafka"
    assert kafka["read.only"] == "true"
    assert {key: kafka[f"signal.consumer.{key}"] for key in IAM} == IAM
    assert "bootstrap_brokers_sasl_iam" in kafka["signal.kafka.bootstrap.servers"]


def test_the_secret_is_a_placeholder_that_terraform_leaves_alone(connect: Stack, properties: dict[str, str]) -> None:
    assert properties["database.user"] == "$${secretsmanager:cdc/orders:username}"
    assert properties["database.password"] == "$${secretsmanager:cdc/orders:password}"
    assert properties["config.action.reload"] == "none"
    assert connect.lookup("aws_secretsmanager_secret")["name"] == "cdc/orders"
    assert "aws_secretsmanager_secret_version" not in connect.json["data"]


def test_the_users_properties_come_last(synth: Synthesize, properties: dict[str, str]) -> None:
    assert properties["decimal.handling.mode"] == "string"
    extra = {"max.batch.size": 4096, "tombstones.on.delete": False, "unavailable.value.placeholder": "${a}%{b}"}
    stack = synth(with_connector(properties=extra))["connect"]
    merged = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert merged["max.batch.size"] == "4096"
    assert merged["tombstones.on.delete"] == "false"
    assert merged["unavailable.value.placeholder"] == "$${a}%%{b}"


def test_worker_configuration_converts_resolves_and_tunes(connect: Stack, connector: Document) -> None:
    configuration = connect.one("aws_mskconnect_worker_configuration")
    worker = parse(configuration["properties_file_content"])
    provider = "config.providers.secretsmanager"
    assert worker["key.converter"] == worker["value.converter"] == "org.apache.kafka.connect.json.JsonConverter"
    assert worker["config.providers"] == "secretsmanager"
    assert worker[f"{provider}.class"] == "com.amazonaws.kafka.config.providers.SecretsManagerConfigProvider"
    assert worker[f"{provider}.param.NotFoundStrategy"] == "fail"
    assert worker[f"{provider}.param.region"] == "us-east-1"
    assert worker["producer.acks"] == "all"
    address = connect.address("aws_mskconnect_worker_configuration", "connectors/orders/worker-configuration")
    assert connector["worker_configuration"] == {
        "arn": f"${{{address}.arn}}",
        "revision": f"${{{address}.latest_revision}}",
    }
    assert configuration["lifecycle"] == {"create_before_destroy": True}


def test_worker_configuration_holds_nothing_that_msk_connect_blocks(connect: Stack) -> None:
    prefixes = (
        "access.control.",
        "admin.",
        "client.",
        "connect.",
        "inter.worker.",
        "internal.",
        "listeners.https.",
        "metrics.",
        "rest.",
        "sasl.",
        "security.",
        "socket.",
        "ssl.",
        "topic.tracking.",
        "worker.",
    )
    worker = parse(connect.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert not [key for key in worker if key.startswith(prefixes) or key in ("group.id", "plugin.path")]


def test_another_content_of_the_worker_configuration_is_another_name(synth: Synthesize, connect: Stack) -> None:
    content = with_another(document("prod"), "again")
    names = {item["name"] for item in synth(content)["connect"].all("aws_mskconnect_worker_configuration").values()}
    assert connect.one("aws_mskconnect_worker_configuration")["name"] in names
    assert len(names) == 2
