"""A connector with everything that is its alone, as Terraform and Kafka Connect will read it."""

import json
import re
from typing import Any

import pytest

from tests.synthesized import Document, Stack, changed, document
from tests.unit.conftest import Synthesize

CONNECTOR = "connectors/orders/connector"
IAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "AWS_MSK_IAM",
    "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
}


@pytest.fixture(scope="module")
def connector(connect: Stack) -> Document:
    return connect.one("aws_mskconnect_connector", CONNECTOR)


@pytest.fixture(scope="module")
def properties(connector: Document) -> dict[str, str]:
    configuration: dict[str, str] = connector["connector_configuration"]
    return configuration


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def with_connector(**changes: Any) -> Document:
    return changed(document("prod"), **{f"connectors__orders__{path}": value for path, value in changes.items()})


def test_name_and_offset_topic_are_the_keys(connect: Stack, connector: Document) -> None:
    assert connector["name"] == "cdc-prod-orders"
    configuration = connect.one("aws_mskconnect_worker_configuration")
    assert lines(configuration["properties_file_content"])["offset.storage.topic"] == "cdc-prod-orders-offsets"
    assert "create_before_destroy" not in connector["lifecycle"]


def test_neither_moves_when_all_else_does(synth: Synthesize) -> None:
    content = with_connector(
        capacity={"mcu": 8}, heartbeat_seconds=60, topics={"prefix": "other"}, source__tables=["a.b"]
    )
    stack = synth(content)["connect"]
    assert stack.one("aws_mskconnect_connector")["name"] == "cdc-prod-orders"
    worker = lines(stack.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert worker["offset.storage.topic"] == "cdc-prod-orders-offsets"


def test_one_worker_of_the_size_asked_for(connector: Document) -> None:
    assert connector["capacity"] == {"provisioned_capacity": {"mcu_count": 2, "worker_count": 1}}
    assert connector["kafkaconnect_version"] == "3.7.x"
    assert connector["timeouts"] == {"create": "45m", "update": "45m", "delete": "20m"}


def test_workers_reach_the_brokers_by_iam_over_tls(connect: Stack, connector: Document) -> None:
    assert connector["kafka_cluster_client_authentication"] == {"authentication_type": "IAM"}
    assert connector["kafka_cluster_encryption_in_transit"] == {"encryption_type": "TLS"}
    cluster = connector["kafka_cluster"]["apache_kafka_cluster"]
    assert "bootstrap_brokers_sasl_iam" in cluster["bootstrap_servers"]
    assert len(cluster["vpc"]["subnets"]) == 3
    group = connect.address("aws_security_group", "connectors/orders/workers")
    assert cluster["vpc"]["security_groups"] == [f"${{{group}.id}}"]


def test_a_reordered_bootstrap_string_neither_replaces_nor_restarts_it(synth: Synthesize, connector: Document) -> None:
    ignored = [
        "kafka_cluster[0].apache_kafka_cluster[0].bootstrap_servers",
        'connector_configuration["schema.history.internal.kafka.bootstrap.servers"]',
    ]
    assert connector["lifecycle"]["ignore_changes"] == ignored
    both = synth(with_connector(signals={"topic": "orders-signals"}))["connect"].one("aws_mskconnect_connector")
    signals = 'connector_configuration["signal.kafka.bootstrap.servers"]'
    assert both["lifecycle"]["ignore_changes"] == [*ignored, signals]
    listed = {key for key, value in both["connector_configuration"].items() if "bootstrap_brokers" in value}
    assert {f'connector_configuration["{key}"]' for key in listed} == {ignored[1], signals}


def test_it_starts_after_its_permissions_and_its_ways_are_there(connect: Stack, connector: Document) -> None:
    rules = {
        connect.address(type_, path)
        for type_ in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
        for path in connect.all(type_)
        if path.startswith("connectors/orders/")
    }
    assert len(rules) == 7
    permissions = connect.address("aws_iam_role_policy", "connectors/orders/permissions")
    assert set(connector["depends_on"]) == rules | {permissions}


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
    extra = {"max.batch.size": 4096, "tombstones.on.delete": False, "transforms.t.regex": "${a}%{b}"}
    stack = synth(with_connector(properties=extra))["connect"]
    merged = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert merged["max.batch.size"] == "4096"
    assert merged["tombstones.on.delete"] == "false"
    assert merged["transforms.t.regex"] == "$${a}%%{b}"


def test_worker_configuration_converts_resolves_and_tunes(connect: Stack, connector: Document) -> None:
    configuration = connect.one("aws_mskconnect_worker_configuration")
    worker = lines(configuration["properties_file_content"])
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
    worker = lines(connect.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert not [key for key in worker if key.startswith(prefixes) or key in ("group.id", "plugin.path")]


def test_another_content_of_the_worker_configuration_is_another_name(synth: Synthesize, connect: Stack) -> None:
    content = document("prod")
    content["connectors"]["again"] = changed(
        content["connectors"]["orders"], source__server_id=9, topics__prefix="again"
    )
    names = {item["name"] for item in synth(content)["connect"].all("aws_mskconnect_worker_configuration").values()}
    assert connect.one("aws_mskconnect_worker_configuration")["name"] in names
    assert len(names) == 2


def test_logs_reach_an_encrypted_group(connect: Stack, connector: Document) -> None:
    group = connect.one("aws_cloudwatch_log_group", "connectors/orders/log-group")
    assert group["name"] == "/aws/vendedlogs/cdc/prod/connectors/orders"
    assert group["retention_in_days"] == 30
    assert "aws_kms_key" in group["kms_key_id"]
    delivery = connector["log_delivery"]["worker_log_delivery"]["cloudwatch_logs"]
    name = connect.address("aws_cloudwatch_log_group", "connectors/orders/log-group")
    assert delivery == {"enabled": True, "log_group": f"${{{name}.name}}"}


def test_the_role_is_for_this_connector_alone(connect: Stack, connector: Document) -> None:
    role = connect.one("aws_iam_role", "connectors/orders/role")
    address = connect.address("aws_iam_role", "connectors/orders/role")
    assert connector["service_execution_role_arn"] == f"${{{address}.arn}}"
    trust = json.loads(role["assume_role_policy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "kafkaconnect.amazonaws.com"}
    source = trust["Condition"]["ArnLike"]["aws:SourceArn"]
    assert source.startswith("arn:aws:kafkaconnect:us-east-1:")
    assert source.endswith(":connector/cdc-prod-orders/*")
    account = "${data.aws_caller_identity.account.account_id}"
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": account}
    assert connect.lookup("aws_caller_identity", "account") is not None


def test_workers_may_reach_brokers_aurora_names_and_aws(connect: Stack) -> None:
    out = connect.all("aws_vpc_security_group_egress_rule")
    ways = {
        path.removeprefix("connectors/orders/"): rule for path, rule in out.items() if path.startswith("connectors")
    }
    assert set(ways) == {"kafka-9098", "mysql", "dns-tcp", "dns-udp", "https"}
    assert "kafka_brokers" in ways["kafka-9098"]["referenced_security_group_id"]
    assert "vpc_security_group_ids" in ways["mysql"]["referenced_security_group_id"]
    assert {ways[f"dns-{protocol}"]["cidr_ipv4"] for protocol in ("tcp", "udp")} == {"10.40.0.0/16"}


def test_brokers_and_aurora_let_the_workers_in(connect: Stack) -> None:
    workers = f"${{{connect.address('aws_security_group', 'connectors/orders/workers')}.id}}"
    brokers = connect.one("aws_vpc_security_group_ingress_rule", "connectors/orders/brokers-9098")
    assert "kafka_brokers" in brokers["security_group_id"]
    assert (brokers["from_port"], brokers["to_port"], brokers["ip_protocol"]) == (9098, 9098, "tcp")
    aurora = connect.one("aws_vpc_security_group_ingress_rule", "connectors/orders/aurora")
    assert "vpc_security_group_ids" in aurora["security_group_id"]
    assert aurora["from_port"] == aurora["to_port"]
    assert brokers["referenced_security_group_id"] == aurora["referenced_security_group_id"] == workers


def test_across_other_routing_address_ranges_stand_in_for_groups(synth: Synthesize) -> None:
    """And once for all connectors of a cluster: AWS takes the same rule only once."""
    content = changed(document("prod"), network__peerings=None, network__externally_routed=True)
    orders = content["connectors"]["orders"]
    content["connectors"]["again"] = changed(orders, source__server_id=9, topics__prefix="again")
    stack = synth(content)["connect"]
    into = [
        rule
        for path, rule in stack.all("aws_vpc_security_group_ingress_rule").items()
        if path.startswith("sources/orders-prod/in-")
    ]
    assert [rule["cidr_ipv4"] for rule in into] == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]
    assert not any("referenced_security_group_id" in rule for rule in into)
    for key in ("orders", "again"):
        out = stack.one("aws_vpc_security_group_egress_rule", f"connectors/{key}/mysql")
        assert "aws_vpc" in out["cidr_ipv4"]
        assert "referenced_security_group_id" not in out
        waits_for = stack.one("aws_mskconnect_connector", f"connectors/{key}/connector")["depends_on"]
        assert stack.address("aws_vpc_security_group_ingress_rule", "sources/orders-prod/in-2") in waits_for


def test_connectors_of_one_cluster_share_what_is_looked_up(synth: Synthesize) -> None:
    content = document("prod")
    orders = content["connectors"]["orders"]
    content["connectors"]["again"] = changed(orders, source__server_id=9, topics__prefix="again")
    stack = synth(content)["connect"]
    assert stack.lookup("aws_rds_cluster")["cluster_identifier"] == "orders-prod"
    into = stack.all("aws_vpc_security_group_ingress_rule")
    assert {"connectors/orders/aurora", "connectors/again/aurora"} <= into.keys()


def test_what_only_a_plan_can_know_is_guarded(connect: Stack, connector: Document) -> None:
    guards = {guard["error_message"]: guard["condition"] for guard in connector["lifecycle"]["precondition"]}
    conditions = "\n".join(guards.values())
    assert len(guards) == 4
    subnets = connect.lookup("aws_db_subnet_group")
    assert subnets["name"].endswith(".db_subnet_group_name}")
    assert "data.aws_db_subnet_group.sources_orders-prod_subnets" in conditions
    for part in ('.engine == "aurora-mysql"', '.engine_mode != "serverless"', '"default."', "vpc-0abc1234def567890"):
        assert part in conditions
    assert all(message.startswith("Aurora cluster orders-prod ") for message in guards)
    assert all(condition.startswith("${") for condition in guards.values())


def test_connectors_are_the_files_keys(synth: Synthesize) -> None:
    content = document("prod")
    for number in range(3):
        content["connectors"][f"extra{number}"] = changed(
            content["connectors"]["orders"], source__server_id=6000 + number, topics__prefix=f"extra{number}"
        )
    stack = synth(content)["connect"]
    names = {connector["name"] for connector in stack.all("aws_mskconnect_connector").values()}
    assert names == {"cdc-prod-orders", "cdc-prod-extra0", "cdc-prod-extra1", "cdc-prod-extra2"}
    assert len(stack.all("aws_iam_role")) == 4
