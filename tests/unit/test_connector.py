"""A connector and its own resources, in the synthesized JSON."""

import json

import pytest

from modules.properties_file import parse
from tests.synthesized import Document, Stack, changed, document, with_another, with_connector
from tests.unit.conftest import Synthesize

CONNECTOR = "connectors/orders/connector"


@pytest.fixture(scope="module")
def connector(connect: Stack) -> Document:
    return connect.one("aws_mskconnect_connector", CONNECTOR)


def test_name_and_offset_topic_derive_from_the_key(connect: Stack, connector: Document) -> None:
    assert connector["name"] == "cdc-prod-orders"
    configuration = connect.one("aws_mskconnect_worker_configuration")
    assert parse(configuration["properties_file_content"])["offset.storage.topic"] == "cdc-prod-orders-offsets"
    assert "create_before_destroy" not in connector["lifecycle"]


def test_name_and_offset_topic_stay_when_everything_else_changes(synth: Synthesize) -> None:
    content = with_connector(
        capacity={"mcu": 8}, heartbeat_seconds=60, topics={"prefix": "other"}, source__tables=["a.b"]
    )
    stack = synth(content)["connect"]
    assert stack.one("aws_mskconnect_connector")["name"] == "cdc-prod-orders"
    worker = parse(stack.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert worker["offset.storage.topic"] == "cdc-prod-orders-offsets"


def test_one_worker_of_the_configured_size(connector: Document) -> None:
    assert connector["capacity"] == {"provisioned_capacity": {"mcu_count": 2, "worker_count": 1}}
    assert connector["kafkaconnect_version"] == "3.7.x"
    assert connector["timeouts"] == {"create": "45m", "update": "45m", "delete": "20m"}


def test_workers_connect_with_iam_over_tls(connect: Stack, connector: Document) -> None:
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


def test_it_depends_on_its_permissions_and_security_group_rules(connect: Stack, connector: Document) -> None:
    rules = {
        connect.address(type_, path)
        for type_ in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
        for path in connect.all(type_)
        if path.startswith("connectors/orders/")
    }
    assert len(rules) == 7
    permissions = connect.address("aws_iam_role_policy", "connectors/orders/permissions")
    assert set(connector["depends_on"]) == rules | {permissions}


def test_logs_go_to_an_encrypted_log_group(connect: Stack, connector: Document) -> None:
    group = connect.one("aws_cloudwatch_log_group", "connectors/orders/log-group")
    assert group["name"] == "/aws/vendedlogs/cdc/prod/connectors/orders"
    assert group["retention_in_days"] == 30
    assert "aws_kms_key" in group["kms_key_id"]
    delivery = connector["log_delivery"]["worker_log_delivery"]["cloudwatch_logs"]
    name = connect.address("aws_cloudwatch_log_group", "connectors/orders/log-group")
    assert delivery == {"enabled": True, "log_group": f"${{{name}.name}}"}


def test_the_role_trusts_this_connector_only(connect: Stack, connector: Document) -> None:
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


def test_workers_have_egress_to_brokers_aurora_dns_and_aws(connect: Stack) -> None:
    rules = {
        path.removeprefix("connectors/orders/"): rule
        for path, rule in connect.all("aws_vpc_security_group_egress_rule").items()
        if path.startswith("connectors")
    }
    assert set(rules) == {"kafka-9098", "mysql", "dns-tcp", "dns-udp", "https"}
    assert "kafka_brokers" in rules["kafka-9098"]["referenced_security_group_id"]
    assert "vpc_security_group_ids" in rules["mysql"]["referenced_security_group_id"]
    assert {rules[f"dns-{protocol}"]["cidr_ipv4"] for protocol in ("tcp", "udp")} == {"10.40.0.0/16"}


def test_brokers_and_aurora_allow_the_workers(connect: Stack) -> None:
    workers = f"${{{connect.address('aws_security_group', 'connectors/orders/workers')}.id}}"
    brokers = connect.one("aws_vpc_security_group_ingress_rule", "connectors/orders/brokers-9098")
    assert "kafka_brokers" in brokers["security_group_id"]
    assert (brokers["from_port"], brokers["to_port"], brokers["ip_protocol"]) == (9098, 9098, "tcp")
    aurora = connect.one("aws_vpc_security_group_ingress_rule", "connectors/orders/aurora")
    assert "vpc_security_group_ids" in aurora["security_group_id"]
    assert aurora["from_port"] == aurora["to_port"]
    assert brokers["referenced_security_group_id"] == aurora["referenced_security_group_id"] == workers


def test_through_external_routing_rules_use_address_ranges(synth: Synthesize) -> None:
    """And one rule for all connectors of a cluster: AWS refuses a duplicate."""
    routed = changed(document("prod"), network__peerings=None, network__externally_routed=True)
    stack = synth(with_another(routed, "again"))["connect"]
    ranges = [
        rule
        for path, rule in stack.all("aws_vpc_security_group_ingress_rule").items()
        if path.startswith("sources/orders-prod/in-")
    ]
    assert [rule["cidr_ipv4"] for rule in ranges] == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]
    assert not any("referenced_security_group_id" in rule for rule in ranges)
    for key in ("orders", "again"):
        out = stack.one("aws_vpc_security_group_egress_rule", f"connectors/{key}/mysql")
        assert "aws_vpc" in out["cidr_ipv4"]
        assert "referenced_security_group_id" not in out
        depends_on = stack.one("aws_mskconnect_connector", f"connectors/{key}/connector")["depends_on"]
        assert stack.address("aws_vpc_security_group_ingress_rule", "sources/orders-prod/in-2") in depends_on


def test_connectors_of_one_cluster_share_its_data_source(synth: Synthesize) -> None:
    stack = synth(with_another(document("prod"), "again"))["connect"]
    assert stack.lookup("aws_rds_cluster")["cluster_identifier"] == "orders-prod"
    rules = stack.all("aws_vpc_security_group_ingress_rule")
    assert {"connectors/orders/aurora", "connectors/again/aurora"} <= rules.keys()


def test_preconditions_check_what_is_known_at_plan_time(connect: Stack, connector: Document) -> None:
    preconditions = {one["error_message"]: one["condition"] for one in connector["lifecycle"]["precondition"]}
    conditions = "\n".join(preconditions.values())
    assert len(preconditions) == 4
    subnets = connect.lookup("aws_db_subnet_group")
    assert subnets["name"].endswith(".db_subnet_group_name}")
    assert "data.aws_db_subnet_group.sources_orders-prod_subnets" in conditions
    for part in ('.engine == "aurora-mysql"', '.engine_mode != "serverless"', '"default."', "vpc-0abc1234def567890"):
        assert part in conditions
    assert all(message.startswith("Aurora cluster orders-prod ") for message in preconditions)
    assert all(condition.startswith("${") for condition in preconditions.values())


def test_each_key_of_the_file_is_a_connector(synth: Synthesize) -> None:
    content = document("prod")
    for number in range(3):
        content = with_another(content, f"extra{number}")
    stack = synth(content)["connect"]
    names = {connector["name"] for connector in stack.all("aws_mskconnect_connector").values()}
    assert names == {"cdc-prod-orders", "cdc-prod-extra0", "cdc-prod-extra1", "cdc-prod-extra2"}
    assert len([path for path in stack.all("aws_iam_role") if path.startswith("connectors/")]) == 4


def test_the_role_may_read_each_secret_of_a_placeholder(synth: Synthesize) -> None:
    properties = {
        "driver.trustCertificateKeyStorePassword": "${secretsmanager:cdc/tls:store}",
        "database.connectionTimeZone": "UTC",
    }
    stack = synth(with_connector(properties=properties))["connect"]
    names = {one["name"]: name for name, one in stack.json["data"]["aws_secretsmanager_secret"].items()}
    assert names.keys() == {"cdc/orders", "cdc/tls"}
    policy = json.loads(stack.one("aws_iam_role_policy", "connectors/orders/permissions")["policy"])
    arns = [f"${{data.aws_secretsmanager_secret.{names[name]}.arn}}" for name in ("cdc/orders", "cdc/tls")]
    statements = {one["Sid"]: one for one in policy["Statement"]}
    assert statements["Secret"]["Resource"] == arns
    assert statements["SecretKey"]["Condition"]["StringEquals"]["kms:EncryptionContext:SecretARN"] == arns


def test_the_fields_of_the_secret(synth: Synthesize) -> None:
    stack = synth(with_connector(source__username_field="dbuser"))["connect"]
    configuration = stack.one("aws_mskconnect_connector")["connector_configuration"]
    assert configuration["database.user"] == "$${secretsmanager:cdc/orders:dbuser}"
    assert configuration["database.password"] == "$${secretsmanager:cdc/orders:password}"


def test_the_workers_own_properties(synth: Synthesize, connect: Stack) -> None:
    worker = {"producer.linger.ms": 5, "offset.flush.interval.ms": 60000}
    stack = synth(with_connector(worker=worker))["connect"]
    before, after = (each.one("aws_mskconnect_worker_configuration") for each in (connect, stack))
    default, given = (parse(each["properties_file_content"]) for each in (before, after))
    assert given == {**default, "producer.linger.ms": "5", "offset.flush.interval.ms": "60000"}
    assert before["name"] != after["name"]


def test_internal_topics_are_small(connect: Stack) -> None:
    worker = parse(connect.one("aws_mskconnect_worker_configuration")["properties_file_content"])
    assert {worker[f"{kind}.storage.partitions"] for kind in ("offset", "status")} == {"1"}


def test_the_size_of_the_largest_event_reaches_every_limit(synth: Synthesize) -> None:
    size = 6 * 2**20
    content = with_another(with_connector(topics__max_message_bytes=size), "small", topics__max_message_bytes=None)
    stacks = synth(content)
    large = stacks["connect"].one("aws_mskconnect_connector", CONNECTOR)["connector_configuration"]
    assert large["topic.creation.default.max.message.bytes"] == str(size)
    history = {key: value for key, value in large.items() if key.startswith("schema.history.internal.")}
    assert history["schema.history.internal.producer.max.request.size"] == str(size)
    assert history["schema.history.internal.producer.buffer.memory"] == str(2 * size)
    assert history["schema.history.internal.consumer.max.partition.fetch.bytes"] == str(size)
    workers = stacks["connect"].all("aws_mskconnect_worker_configuration")
    limits = {
        path.split("/")[1]: parse(body["properties_file_content"]).get("producer.max.request.size")
        for path, body in workers.items()
    }
    assert limits == {"orders": str(size), "small": None}
    brokers = parse(stacks["platform"].one("aws_msk_configuration")["server_properties"])
    assert {brokers["message.max.bytes"], brokers["replica.fetch.max.bytes"]} == {str(size)}


def test_without_large_events_the_limits_are_kafkas(connector: Document, platform: Stack) -> None:
    assert not [key for key in connector["connector_configuration"] if key.endswith(("message.bytes", "request.size"))]
    assert "message.max.bytes" not in parse(platform.one("aws_msk_configuration")["server_properties"])


BOUNDARY = "arn:aws:iam::123456789012:policy/teams/boundary"


def test_every_role_has_the_boundary_and_the_path(synth: Synthesize) -> None:
    stacks = synth(changed(document("prod"), permissions_boundary=BOUNDARY, iam_path="/data/cdc/"))
    roles = [role for stack in stacks.values() for role in stack.all("aws_iam_role").values()]
    assert len(roles) > 1
    assert {(role["permissions_boundary"], role["path"]) for role in roles} == {(BOUNDARY, "/data/cdc/")}
    policies = stacks["connect"].all("aws_iam_policy").values()
    assert {policy["path"] for policy in policies} == {"/data/cdc/"}
    passing = json.dumps([policy["policy"] for policy in stacks["connect"].all("aws_iam_role_policy").values()])
    assert ":role/data/cdc/cdc-prod-" in passing


def test_without_them_no_role_has_one(connect: Stack, platform: Stack) -> None:
    roles = [role for stack in (connect, platform) for role in stack.all("aws_iam_role").values()]
    assert not [role for role in roles if {"permissions_boundary", "path"} & role.keys()]
