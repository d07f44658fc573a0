"""MSK's control plane: what it refuses, the states of clusters, and the specs that brokers are started with."""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.backends import ServerError
from rehearsal.aws.faults import Fault
from rehearsal.aws.msk import versions
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import REGION, Network, aws_client, network, wait_until_settled
from tests.rehearsal.aws.recording_backends import RecordingBackends

UPDATED = {"OperationState": "UPDATE_COMPLETE"}


def request(there: Network, **changes: Any) -> dict[str, Any]:
    """CreateCluster's input."""
    nodes = {
        "ClientSubnets": there.subnets,
        "InstanceType": "kafka.m7g.large",
        "SecurityGroups": [there.group],
        "StorageInfo": {"EbsStorageInfo": {"VolumeSize": 100}},
    }
    return {
        "ClusterName": "cdc",
        "KafkaVersion": "3.8.x",
        "NumberOfBrokerNodes": 3,
        "BrokerNodeGroupInfo": nodes,
        "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}},
        **changes,
    }


def created(aws: EmbeddedAws, **changes: Any) -> dict[str, Any]:
    """A cluster once it is ACTIVE or FAILED."""
    kafka = aws_client(aws, "kafka")
    arn = kafka.create_cluster(**request(network(aws), **changes))["ClusterArn"]
    return wait_until_settled(lambda: kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"], "State")


def updated(aws: EmbeddedAws, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation once it has ended."""
    kafka, arn = aws_client(aws, "kafka"), operation["ClusterOperationArn"]
    return wait_until_settled(
        lambda: kafka.describe_cluster_operation_v2(ClusterOperationArn=arn)["ClusterOperationInfo"], "OperationState"
    )


def test_a_cluster_comes_up_with_its_brokers(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    kafka = aws_client(aws, "kafka")
    configuration = kafka.create_configuration(Name="safe", ServerProperties=b"# ours\nmin.insync.replicas=2\n")
    backends.gate.clear()
    info = {"Arn": configuration["Arn"], "Revision": 1}
    arn = kafka.create_cluster(**request(network(aws), ConfigurationInfo=info, Tags={"a": "b"}))["ClusterArn"]
    assert arn.startswith(f"arn:aws:kafka:{REGION}:123456789012:cluster/cdc/")
    assert kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"]["State"] == "CREATING"
    with pytest.raises(ClientError, match="must be ACTIVE, is CREATING"):
        kafka.get_bootstrap_brokers(ClusterArn=arn)
    backends.gate.set()
    cluster = wait_until_settled(lambda: kafka.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"], "State")
    assert cluster["State"] == "ACTIVE"
    assert cluster["Tags"] == {"a": "b"}
    assert cluster["Provisioned"]["ZookeeperConnectStringTls"] == "z-1:2181"
    assert cluster["Provisioned"]["EncryptionInfo"]["EncryptionInTransit"] == {"ClientBroker": "TLS", "InCluster": True}
    assert len(cluster["Provisioned"]["BrokerNodeGroupInfo"]["ZoneIds"]) == 3
    [spec] = backends.clusters[0].specs
    assert (spec.arn, spec.brokers, spec.server_properties) == (arn, 3, {"min.insync.replicas": "2"})


def test_a_cluster_is_created_as_expected(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    """Its brokers can start before its key and its network are there."""
    assert aws.msk.expect_cluster(REGION, kafka_version="3.8.x", brokers=3) is None, "no configuration yet"
    kafka = aws_client(aws, "kafka")
    arn = kafka.create_configuration(Name="cdc", ServerProperties=b"min.insync.replicas=2\n")["Arn"]
    expected = aws.msk.expect_cluster(REGION, kafka_version="3.8.x", brokers=3)
    assert created(aws, ConfigurationInfo={"Arn": arn, "Revision": 1})["State"] == "ACTIVE"
    assert backends.clusters[-1].specs == [expected]
    other = created(aws, ClusterName="other")["ClusterArn"]
    assert expected
    assert other != expected.arn


def test_bootstrap_and_nodes(aws: EmbeddedAws) -> None:
    kafka, arn = aws_client(aws, "kafka"), created(aws)["ClusterArn"]
    bootstrap = kafka.get_bootstrap_brokers(ClusterArn=arn)
    assert bootstrap["BootstrapBrokerStringSaslIam"] == "b-1.cdc:9098,b-2.cdc:9098,b-3.cdc:9098"
    nodes = kafka.list_nodes(ClusterArn=arn)["NodeInfoList"]
    assert [node["BrokerNodeInfo"]["Endpoints"] for node in nodes] == [["b-1.cdc"], ["b-2.cdc"], ["b-3.cdc"]]


def test_kraft_has_no_zookeeper(aws: EmbeddedAws) -> None:
    assert "ZookeeperConnectString" not in created(aws, KafkaVersion="3.9.x.kraft")


def test_without_iam_there_is_no_iam_bootstrap(aws: EmbeddedAws) -> None:
    arn = created(aws, ClientAuthentication={"Unauthenticated": {"Enabled": True}})["ClusterArn"]
    assert "BootstrapBrokerStringSaslIam" not in aws_client(aws, "kafka").get_bootstrap_brokers(ClusterArn=arn)


def test_brokers_that_do_not_start_fail_the_cluster(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    backends.failure = "b-2 ended: not enough memory"
    cluster = created(aws)
    assert cluster["State"] == "FAILED"
    assert cluster["StateInfo"]["Message"] == "b-2 ended: not enough memory"
    aws_client(aws, "kafka").delete_cluster(ClusterArn=cluster["ClusterArn"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"KafkaVersion": "3.9.9"}, r"Unsupported KafkaVersion \[3.9.9\]"),
        ({"NumberOfBrokerNodes": 4}, "must be a multiple of the 3 client subnets, got 4"),
        (
            {"LoggingInfo": {"BrokerLogs": {"CloudWatchLogs": {"Enabled": True, "LogGroup": "none"}}}},
            "log group 'none' does not exist",
        ),
        ({"ConfigurationInfo": {"Arn": "arn:aws:kafka:none", "Revision": 1}}, "Configuration ARN does not exist"),
    ],
)
def test_an_invalid_cluster_is_refused(aws: EmbeddedAws, changes: dict[str, Any], message: str) -> None:
    kafka, there = aws_client(aws, "kafka"), network(aws)
    with pytest.raises(ClientError, match=message) as refused:
        kafka.create_cluster(**request(there, **changes))
    assert refused.value.response["Error"]["Code"] == "BadRequestException"
    assert kafka.list_clusters()["ClusterInfoList"] == []


@pytest.mark.parametrize("missing", [Network(["subnet-0"], "sg-0"), "group"])
def test_a_missing_network_is_refused(aws: EmbeddedAws, missing: Network | str) -> None:
    there = missing if isinstance(missing, Network) else Network(network(aws).subnets, "sg-0")
    with pytest.raises(ClientError, match=r"sg-0|subnet-0"):
        aws_client(aws, "kafka").create_cluster(**request(there))


def test_names_are_unique(aws: EmbeddedAws) -> None:
    kafka, there = aws_client(aws, "kafka"), network(aws)
    kafka.create_cluster(**request(there))
    kafka.create_configuration(Name="safe", ServerProperties=b"")
    with pytest.raises(kafka.exceptions.ConflictException):
        kafka.create_cluster(**request(there))
    with pytest.raises(kafka.exceptions.ConflictException):
        kafka.create_configuration(Name="safe", ServerProperties=b"")


@pytest.mark.parametrize(
    ("operation", "target", "member"),
    [
        ("update_broker_count", {"TargetNumberOfBrokerNodes": 6}, "NumberOfBrokerNodes"),
        ("update_broker_type", {"TargetInstanceType": "kafka.m7g.xlarge"}, "InstanceType"),
        ("update_cluster_kafka_version", {"TargetKafkaVersion": "3.9.x"}, "KafkaVersion"),
        ("update_monitoring", {"EnhancedMonitoring": "PER_BROKER"}, "EnhancedMonitoring"),
        ("update_security", {"ClientAuthentication": {"Sasl": {"Iam": {"Enabled": False}}}}, "ClientAuthentication"),
        (
            "update_broker_storage",
            {"TargetBrokerEBSVolumeInfo": [{"KafkaBrokerNodeId": "All", "VolumeSizeGB": 200}]},
            "BrokerEBSVolumeInfo",
        ),
    ],
)
def test_updates(aws: EmbeddedAws, operation: str, target: dict[str, Any], member: str) -> None:
    kafka, cluster = aws_client(aws, "kafka"), created(aws)
    arn, version = cluster["ClusterArn"], cluster["CurrentVersion"]
    with pytest.raises(ClientError, match=f"currentVersion of cdc must be {version}, got old"):
        getattr(kafka, operation)(ClusterArn=arn, CurrentVersion="old", **target)
    ended = updated(aws, getattr(kafka, operation)(ClusterArn=arn, CurrentVersion=version, **target))
    assert ended["OperationState"] == "UPDATE_COMPLETE"
    assert list(ended["Provisioned"]["TargetClusterInfo"]) == [member]
    after = kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"]
    assert after["State"] == "ACTIVE"
    assert after["CurrentVersion"] != version
    [listed] = kafka.list_cluster_operations(ClusterArn=arn)["ClusterOperationInfoList"]
    assert listed["OperationArn"] == ended["OperationArn"]


@pytest.mark.parametrize(
    ("operation", "target", "message"),
    [
        ("update_broker_count", {"TargetNumberOfBrokerNodes": 4}, "multiple of the 3"),
        ("update_broker_count", {"TargetNumberOfBrokerNodes": 3}, "must be above 3, got 3"),
        ("update_cluster_kafka_version", {"TargetKafkaVersion": "3.7.x"}, "3.8.x cannot be updated to 3.7.x"),
        ("update_broker_type", {"TargetInstanceType": "kafka.t3.small"}, "Unsupported KafkaVersion"),
        (
            "update_broker_storage",
            {"TargetBrokerEBSVolumeInfo": [{"KafkaBrokerNodeId": "All", "VolumeSizeGB": 99}]},
            "a volume never shrinks",
        ),
    ],
)
def test_invalid_updates_are_refused(aws: EmbeddedAws, operation: str, target: dict[str, Any], message: str) -> None:
    kafka, cluster = aws_client(aws, "kafka"), created(aws)
    with pytest.raises(ClientError, match=message):
        getattr(kafka, operation)(ClusterArn=cluster["ClusterArn"], CurrentVersion=cluster["CurrentVersion"], **target)
    assert kafka.describe_cluster(ClusterArn=cluster["ClusterArn"])["ClusterInfo"] == cluster


def test_a_new_revision_reaches_the_brokers(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    kafka = aws_client(aws, "kafka")
    arn = kafka.create_configuration(Name="safe", ServerProperties=b"log.retention.hours=1\n")["Arn"]
    cluster = created(aws, ConfigurationInfo={"Arn": arn, "Revision": 1})
    latest = kafka.update_configuration(Arn=arn, ServerProperties=b"log.retention.hours=2\n")["LatestRevision"]
    info = {"Arn": arn, "Revision": latest["Revision"]}
    operation = kafka.update_cluster_configuration(
        ClusterArn=cluster["ClusterArn"], CurrentVersion=cluster["CurrentVersion"], ConfigurationInfo=info
    )
    assert updated(aws, operation)["OperationState"] == "UPDATE_COMPLETE"
    assert backends.clusters[0].specs[-1].server_properties == {"log.retention.hours": "2"}
    first = kafka.describe_configuration_revision(Arn=arn, Revision=1)
    assert first["ServerProperties"] == b"log.retention.hours=1\n"


def test_an_update_that_fails_changes_nothing(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    kafka, cluster = aws_client(aws, "kafka"), created(aws)
    backends.clusters[0].failure = "b-4 does not start"
    ended = updated(
        aws,
        kafka.update_broker_count(
            ClusterArn=cluster["ClusterArn"], CurrentVersion=cluster["CurrentVersion"], TargetNumberOfBrokerNodes=6
        ),
    )
    assert (ended["OperationState"], ended["ErrorInfo"]["ErrorString"]) == ("UPDATE_FAILED", "b-4 does not start")
    after = kafka.describe_cluster(ClusterArn=cluster["ClusterArn"])["ClusterInfo"]
    assert (after["State"], after["NumberOfBrokerNodes"]) == ("ACTIVE", 3)


def test_an_injected_failure_fails_an_update(aws: EmbeddedAws) -> None:
    kafka, cluster = aws_client(aws, "kafka"), created(aws)
    aws.faults.add(Fault(service="kafka", operation="UpdateMonitoring", failure="unlucky"))
    operation = kafka.update_monitoring(
        ClusterArn=cluster["ClusterArn"], CurrentVersion=cluster["CurrentVersion"], EnhancedMonitoring="PER_BROKER"
    )
    assert updated(aws, operation)["ErrorInfo"]["ErrorString"] == "unlucky"


def test_a_cluster_that_is_being_created_is_not_changed(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    kafka = aws_client(aws, "kafka")
    backends.gate.clear()
    arn = kafka.create_cluster(**request(network(aws)))["ClusterArn"]
    with pytest.raises(ClientError, match="must be ACTIVE, is CREATING"):
        kafka.delete_cluster(ClusterArn=arn)
    with pytest.raises(ClientError, match="must be ACTIVE, is CREATING"):
        kafka.update_broker_count(ClusterArn=arn, CurrentVersion="any", TargetNumberOfBrokerNodes=6)


def test_delete_stops_the_brokers(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    kafka = aws_client(aws, "kafka")
    configuration = kafka.create_configuration(Name="safe", ServerProperties=b"")["Arn"]
    arn = created(aws, ConfigurationInfo={"Arn": configuration, "Revision": 1})["ClusterArn"]
    with pytest.raises(ClientError, match="in use by a cluster"):
        kafka.delete_configuration(Arn=configuration)
    assert kafka.delete_cluster(ClusterArn=arn)["State"] == "DELETING"
    assert backends.clusters[0].stopped.wait(10)
    with pytest.raises(ClientError) as gone:
        wait_until_settled(lambda: kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"], "State")
    assert gone.value.response["Error"]["Code"] == "NotFoundException"
    kafka.delete_configuration(Arn=configuration)


def test_the_brokers_stop_with_the_server(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    created(aws)
    aws.stop()
    assert backends.clusters[0].stopped.is_set()


def test_brokers_that_start_after_the_server_stopped_are_stopped(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    backends.gate.clear()
    aws_client(aws, "kafka").create_cluster(**request(network(aws)))
    aws.stop()
    backends.gate.set()
    assert backends.started.wait(10)
    assert backends.clusters[0].stopped.wait(10)


def test_a_cluster_that_exists_before_a_deploy(aws: EmbeddedAws, backends: RecordingBackends) -> None:
    arn, there = f"arn:aws:kafka:{REGION}:123456789012:cluster/old/5c4a8b2e-0000-0000-0000-000000000000-2", network(aws)

    def add_existing() -> None:
        aws.msk.add_existing_cluster(
            arn,
            kafka_version="3.9.x",
            brokers=3,
            instance_type="kafka.m7g.large",
            subnets=there.subnets,
            group=there.group,
        )

    backends.failure = "no memory"
    with pytest.raises(ServerError, match="no memory"):
        add_existing()
    backends.failure = None
    add_existing()
    cluster = aws_client(aws, "kafka").describe_cluster(ClusterArn=arn)["ClusterInfo"]
    assert (cluster["ClusterName"], cluster["State"]) == ("old", "ACTIVE")
    assert aws_client(aws, "kafka").get_bootstrap_brokers(ClusterArn=arn)["BootstrapBrokerStringSaslIam"]


def test_tags(aws: EmbeddedAws) -> None:
    kafka, arn = aws_client(aws, "kafka"), created(aws, Tags={"a": "1"})["ClusterArn"]
    kafka.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    kafka.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert kafka.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_scram_secrets(aws: EmbeddedAws) -> None:
    kafka, secrets, arn = aws_client(aws, "kafka"), aws_client(aws, "secretsmanager"), created(aws)["ClusterArn"]
    key = aws_client(aws, "kms").create_key()["KeyMetadata"]["Arn"]
    good = secrets.create_secret(Name=f"AmazonMSK_{uuid4()}", SecretString="{}", KmsKeyId=key)["ARN"]
    plain = secrets.create_secret(Name=f"AmazonMSK_{uuid4()}", SecretString="{}")["ARN"]
    misnamed = secrets.create_secret(Name=f"login-{uuid4()}", SecretString="{}", KmsKeyId=key)["ARN"]
    refused = kafka.batch_associate_scram_secret(ClusterArn=arn, SecretArnList=[good, plain, misnamed])
    reasons = {one["SecretArn"]: one["ErrorMessage"] for one in refused["UnprocessedScramSecrets"]}
    assert reasons == {
        plain: "the secret must be encrypted with a customer managed key",
        misnamed: "the secret's name must start with AmazonMSK_",
    }
    assert kafka.list_scram_secrets(ClusterArn=arn)["SecretArnList"] == [good]
    kafka.batch_disassociate_scram_secret(ClusterArn=arn, SecretArnList=[good])
    assert kafka.list_scram_secrets(ClusterArn=arn)["SecretArnList"] == []


@pytest.mark.parametrize(
    ("version", "possible", "impossible"),
    [
        ("3.8.x", "3.9.x", "3.9.x.kraft"),
        ("3.9.x", "3.9.x.kraft", "3.8.x"),
        ("3.9.x.kraft", "4.0.x.kraft", "3.9.x"),
    ],
)
def test_update_targets(version: str, possible: str, impossible: str) -> None:
    assert possible in versions.update_targets(version)
    assert impossible not in versions.update_targets(version)


def test_versions_whose_support_has_ended(aws: EmbeddedAws) -> None:
    listed = aws_client(aws, "kafka").list_kafka_versions()["KafkaVersions"]
    status = {version["Version"]: version["Status"] for version in listed}
    assert (status["3.6.0"], status["3.9.x"]) == ("DEPRECATED", "ACTIVE")
