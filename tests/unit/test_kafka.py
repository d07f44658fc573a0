"""The MSK cluster in the synthesized JSON."""

from typing import Any

import pytest

from modules.properties_file import parse
from tests.synthesized import Stack, changed, document
from tests.unit.conftest import Synthesize

VOLUME = "broker_node_group_info[0].storage_info[0].ebs_storage_info[0].volume_size"


def properties(platform: Stack) -> dict[str, str]:
    return parse(platform.one("aws_msk_configuration")["server_properties"])


def test_three_brokers_in_zookeeper_mode_by_default(platform: Stack) -> None:
    cluster = platform.one("aws_msk_cluster", "kafka/cluster")
    assert cluster["cluster_name"] == "cdc-prod"
    assert cluster["kafka_version"] == "3.9.x"
    assert cluster["number_of_broker_nodes"] == 3
    nodes = cluster["broker_node_group_info"]
    assert nodes["instance_type"] == "kafka.m7g.large"
    private = [f"${{{platform.address('aws_subnet', f'network/private-{zone}')}.id}}" for zone in "abc"]
    assert nodes["client_subnets"] == private
    assert nodes["storage_info"] == {"ebs_storage_info": {"volume_size": 100}}
    assert "zookeeper" in platform.json["output"]


def test_kraft_has_its_own_version_and_no_zookeeper(dev: dict[str, Stack]) -> None:
    assert dev["platform"].one("aws_msk_cluster")["kafka_version"] == "3.9.x.kraft"
    assert "zookeeper" not in dev["platform"].json["output"]


def test_clients_authenticate_with_iam_over_tls(platform: Stack) -> None:
    cluster = platform.one("aws_msk_cluster")
    assert cluster["client_authentication"] == {"sasl": {"iam": True, "scram": False}, "unauthenticated": False}
    transit = cluster["encryption_info"]["encryption_in_transit"]
    assert transit == {"client_broker": "TLS", "in_cluster": True}


def test_scram_and_mutual_tls_are_additions(synth: Synthesize) -> None:
    authority = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234"
    content = changed(
        document("prod"), kafka__scram_secrets=["AmazonMSK_billing"], kafka__certificate_authority_arns=[authority]
    )
    stacks = synth(content)
    authentication = stacks["platform"].one("aws_msk_cluster")["client_authentication"]
    assert authentication["sasl"] == {"iam": True, "scram": True}
    assert authentication["tls"] == {"certificate_authority_arns": [authority]}
    association = stacks["platform"].one("aws_msk_single_scram_secret_association")
    assert "aws_secretsmanager_secret" in association["secret_arn"]
    into = stacks["connect"].all("aws_vpc_security_group_ingress_rule")
    ports = {path: rule["to_port"] for path, rule in into.items()}
    assert {port for path, port in ports.items() if path.startswith("consumer-groups/")} == {9098, 9096, 9094}
    assert {port for path, port in ports.items() if path.startswith("connectors/orders/brokers")} == {9098}


def test_a_customer_managed_key_encrypts_the_volumes(platform: Stack) -> None:
    key = f"${{{platform.address('aws_kms_key', 'key/key')}.arn}}"
    assert platform.one("aws_msk_cluster")["encryption_info"]["encryption_at_rest_kms_key_arn"] == key
    assert platform.one("aws_kms_key")["enable_key_rotation"] is True
    assert platform.one("aws_kms_alias")["name"] == "alias/cdc-prod"


def test_broker_configuration_is_safe_for_change_data_capture(platform: Stack) -> None:
    assert properties(platform) == {
        "auto.create.topics.enable": "false",
        "default.replication.factor": "3",
        "min.insync.replicas": "2",
        "unclean.leader.election.enable": "false",
    }
    configuration = platform.one("aws_msk_configuration")
    assert configuration["name"] == "cdc-prod"
    assert "kafka_versions" not in configuration
    used = platform.one("aws_msk_cluster")["configuration_info"]
    address = platform.address("aws_msk_configuration", "kafka/configuration")
    assert used == {"arn": f"${{{address}.arn}}", "revision": f"${{{address}.latest_revision}}"}


def test_the_users_broker_properties_override_the_defaults(synth: Synthesize) -> None:
    extra = {"log.retention.hours": 72, "min.insync.replicas": 1, "log.preallocate": True}
    merged = properties(synth(changed(document("prod"), kafka__server_properties=extra))["platform"])
    assert merged["log.retention.hours"] == "72"
    assert merged["min.insync.replicas"] == "1"
    assert merged["log.preallocate"] == "true"
    assert merged["unclean.leader.election.enable"] == "false"


@pytest.mark.parametrize(("autoscale", "ignored"), [(1000, [VOLUME]), (None, [])])
def test_storage_autoscaling_causes_no_drift(synth: Synthesize, autoscale: int | None, ignored: list[str]) -> None:
    platform = synth(changed(document("prod"), kafka__autoscale_to_gib=autoscale))["platform"]
    assert platform.one("aws_msk_cluster")["lifecycle"].get("ignore_changes", []) == ignored
    assert len(platform.all("aws_appautoscaling_target")) == len(ignored)
    assert len(platform.all("aws_appautoscaling_policy")) == len(ignored)


def test_storage_expands_at_sixty_percent_up_to_the_limit(platform: Stack) -> None:
    target = platform.one("aws_appautoscaling_target")
    assert (target["service_namespace"], target["scalable_dimension"]) == ("kafka", "kafka:broker-storage:VolumeSize")
    assert target["max_capacity"] == 1000
    policy = platform.one("aws_appautoscaling_policy")["target_tracking_scaling_policy_configuration"]
    assert policy == {
        "disable_scale_in": True,
        "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
        "target_value": 60,
    }


def test_express_brokers_have_no_volume_and_fix_replication(synth: Synthesize) -> None:
    express: dict[str, Any] = {
        "kafka__instance_type": "express.m7g.large",
        "kafka__coordination": "kraft",
        "kafka__volume_gib": None,
        "kafka__autoscale_to_gib": None,
    }
    stacks = synth(changed(document("prod"), **express))
    assert "storage_info" not in stacks["platform"].one("aws_msk_cluster")["broker_node_group_info"]
    assert properties(stacks["platform"]) == {"auto.create.topics.enable": "false"}
    found = stacks["connect"].all("aws_cloudwatch_metric_alarm")
    alarms = {path.rsplit("/", 1)[1] for path in found if path.startswith("alarms/kafka/")}
    assert alarms == {"ActiveControllerCount", "CpuUser-CpuSystem"}


def test_broker_logs_and_metrics(platform: Stack) -> None:
    cluster = platform.one("aws_msk_cluster")
    assert cluster["enhanced_monitoring"] == "PER_BROKER"
    assert "open_monitoring" not in cluster
    group = platform.one("aws_cloudwatch_log_group", "kafka/log-group")
    assert group["name"] == "/aws/vendedlogs/cdc/prod/brokers"
    assert group["kms_key_id"] == f"${{{platform.address('aws_kms_key', 'key/key')}.arn}}"
    name = f"${{{platform.address('aws_cloudwatch_log_group', 'kafka/log-group')}.name}}"
    logs = cluster["logging_info"]["broker_logs"]["cloudwatch_logs"]
    assert logs == {"enabled": True, "log_group": name}


def test_only_the_scrapers_reach_the_prometheus_exporters(synth: Synthesize) -> None:
    groups = ["sg-0123456789abcdef1"]
    content = changed(document("prod"), kafka__prometheus={"security_group_ids": groups})
    platform = synth(content)["platform"]
    on = {"enabled_in_broker": True}
    assert platform.one("aws_msk_cluster")["open_monitoring"] == {
        "prometheus": {"jmx_exporter": on, "node_exporter": on}
    }
    rules = platform.all("aws_vpc_security_group_ingress_rule").values()
    assert {rule["from_port"] for rule in rules} == {11001, 11002}
    assert {rule["referenced_security_group_id"] for rule in rules} == set(groups)


def test_the_region_must_offer_the_version(platform: Stack) -> None:
    found = platform.lookup("aws_msk_kafka_version")
    assert found["preferred_versions"][0] == "3.9.x"
    guard = platform.one("aws_msk_cluster")["lifecycle"]["precondition"][0]
    assert guard["condition"].endswith('.version == "3.9.x")}')
    assert "does not offer 3.9.x" in guard["error_message"]


def test_outputs_have_what_clients_need(platform: Stack) -> None:
    outputs = platform.json["output"]
    cluster = platform.address("aws_msk_cluster", "kafka/cluster")
    group = platform.address("aws_security_group", "kafka/brokers")
    assert outputs["bootstrap"]["value"] == f"${{{cluster}.bootstrap_brokers_sasl_iam}}"
    assert outputs["zookeeper"]["value"] == f"${{{cluster}.zookeeper_connect_string_tls}}"
    assert outputs["cluster_arn"]["value"] == f"${{{cluster}.arn}}"
    assert outputs["brokers_security_group_id"]["value"] == f"${{{group}.id}}"


def test_an_existing_cluster_is_looked_up_by_arn(synth: Synthesize) -> None:
    arn = "arn:aws:kafka:us-east-1:123456789012:cluster/shared/0a1b2c3d-1111"
    existing = {"kind": "existing", "cluster_arn": arn, "security_group_id": "sg-0123456789abcdef0"}
    stacks = synth(changed(document("prod"), kafka=existing))
    assert not stacks["platform"].all("aws_msk_cluster")
    assert stacks["platform"].lookup("aws_msk_bootstrap_brokers")["cluster_arn"] == arn
    into = stacks["connect"].one("aws_vpc_security_group_ingress_rule", "connectors/orders/brokers-9098")
    assert into["security_group_id"] == "sg-0123456789abcdef0"
    assert not any(path.startswith("alarms/kafka") for path in stacks["connect"].all("aws_cloudwatch_metric_alarm"))
    [found] = stacks["platform"].lookup("aws_msk_bootstrap_brokers")["lifecycle"]["postcondition"]
    assert found["condition"] == '${self.bootstrap_brokers_sasl_iam != ""}'


def test_a_managed_cluster_that_becomes_an_existing_one_is_not_destroyed(synth: Synthesize, platform: Stack) -> None:
    arn = "arn:aws:kafka:us-east-1:123456789012:cluster/cdc-prod/0a1b2c3d-1111"
    existing = {"kind": "existing", "cluster_arn": arn, "security_group_id": "sg-0123456789abcdef0"}
    removed = synth(changed(document("prod"), kafka=existing))["platform"].json["removed"]
    address = platform.address("aws_msk_cluster", "kafka/cluster")
    assert removed == [{"from": address, "lifecycle": {"destroy": False}}]
    assert "removed" not in platform.json
