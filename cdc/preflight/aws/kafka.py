"""The Kafka version that MSK offers, or the existing cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from cdc.aws import Aws, code
from cdc.findings import Finding, error, ok, warning
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka


@dataclass(frozen=True)
class Cluster:
    """An existing cluster; ``iam`` says whether clients may authenticate by IAM."""

    state: str
    iam: bool
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Kafka:
    """The status of each version, or the cluster, None where there is none."""

    versions: Mapping[str, str]
    cluster: Cluster | None = None


def read(aws: Aws, environment: Environment) -> Kafka:
    if isinstance(environment.kafka, ExistingKafka):
        return Kafka({}, _cluster(aws, environment.kafka.cluster_arn))
    listed = aws.pages("kafka", "list_kafka_versions", "KafkaVersions")
    return Kafka({one["Version"]: one["Status"] for one in listed})


def _cluster(aws: Aws, arn: str) -> Cluster | None:
    try:
        found = aws.client("kafka").describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]
    except ClientError as failed:
        if code(failed) not in ("NotFoundException", "BadRequestException"):
            raise
        return None
    provisioned, serverless = found.get("Provisioned") or {}, found.get("Serverless") or {}
    sasl = ((provisioned or serverless).get("ClientAuthentication") or {}).get("Sasl") or {}
    groups = (provisioned.get("BrokerNodeGroupInfo") or {}).get("SecurityGroups", ())
    return Cluster(found["State"], bool((sasl.get("Iam") or {}).get("Enabled")), tuple(groups))


def judge(environment: Environment, found: Kafka) -> Iterator[Finding]:
    kafka = environment.kafka
    if isinstance(kafka, ExistingKafka):
        yield from _judge_cluster(kafka, found.cluster)
        return
    status, offered = found.versions.get(kafka.kafka_version), ", ".join(
        version for version, state in found.versions.items() if state == "ACTIVE"
    )  # fmt: skip
    if status is None:
        yield error(
            f"{environment.region} must offer Kafka {kafka.kafka_version}, offers {offered}", "correct kafka.version"
        )
    elif status != "ACTIVE":
        yield warning(f"Kafka {kafka.kafka_version} is {status}; offered are {offered}", "choose another kafka.version")
    else:
        yield ok(f"Kafka {kafka.kafka_version} is offered")


def _judge_cluster(kafka: ExistingKafka, cluster: Cluster | None) -> Iterator[Finding]:
    if cluster is None:
        yield error(f"the cluster {kafka.cluster_arn} must exist, it does not", "correct kafka.cluster_arn")
        return
    if cluster.state != "ACTIVE":
        yield error(f"{kafka.cluster_name} must be ACTIVE, is {cluster.state}", "wait until it is")
    if not cluster.iam:
        yield error(f"{kafka.cluster_name} must allow IAM authentication, it does not", "turn IAM on; it takes minutes")
    if cluster.groups and kafka.security_group_id not in cluster.groups:
        yield error(
            f"kafka.security_group_id must be one of {', '.join(cluster.groups)}, is {kafka.security_group_id}",
            "correct kafka.security_group_id",
        )
    yield ok(f"{kafka.cluster_name} is {cluster.state}")
