"""What whoever operates an environment may do: the calls that the commands for a deployed one make, and no others.

Tests run each command with this policy alone, and compare ``CALLS`` with what it called.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cdc.deployer.resources import Place
from cdc.deployer.statements import Condition, Permission
from modules.debezium import topics
from modules.debezium.configuration import connector_properties, secrets
from modules.debezium.formats import OF_REGISTRIES
from modules.debezium.internal import CONNECT
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka
from modules.environment.models.plugins import PublishedPlugin, RegisteredPlugin
from modules.environment.models.sources import ClusterSource, InstanceSource
from rehearsal.iam.actions import kinds

_SEMANTICS: Final = "MSK developer guide, Semantics of IAM authorization policy actions and resources"
_SECRET_KEY: Final = "Secrets Manager user guide, Secret encryption and decryption"
_OWN: Final = "IAM user guide, IAM policy simulator: the caller's role"
_COMMANDS: Final = "called by {}"

_FOUND: Final = ("kafkaconnect:ListConnectors",)
_BROKERS: Final = ("kafka:GetBootstrapBrokers", "kafka:ListClustersV2")
_FOLLOWED: Final = ("kafkaconnect:DescribeConnectorOperation",)
_OBSERVED: Final = (
    "cloudwatch:GetMetricStatistics",
    "kafkaconnect:DescribeConnector",
    "kafkaconnect:DescribeConnectorOperation",
    "kafkaconnect:ListConnectorOperations",
    "kafkaconnect:ListConnectors",
    "logs:FilterLogEvents",
)
# By the command's name; those of ``cdc state`` are Terraform's own for its backend.
CALLS: Final[Mapping[str, Sequence[str]]] = {
    "drift": (
        *_BROKERS,
        "kafkaconnect:DescribeConnector",
        "kafkaconnect:DescribeConnectorOperation",
        "kafkaconnect:ListConnectorOperations",
        "kafkaconnect:ListConnectors",
        "kafkaconnect:ListCustomPlugins",
        "kafkaconnect:ListWorkerConfigurations",
    ),
    "events": (*_BROKERS, "secretsmanager:GetSecretValue"),
    "pause": (*_FOUND, *_FOLLOWED, "kafkaconnect:PauseConnector"),
    "preflight": (
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "iam:GetRole",
        "iam:SimulatePrincipalPolicy",
        "kafka:DescribeClusterV2",
        "kafka:ListKafkaVersions",
        "kafkaconnect:DescribeCustomPlugin",
        "kafkaconnect:ListConnectors",
        "kafkaconnect:ListCustomPlugins",
        "kafkaconnect:ListWorkerConfigurations",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "logs:DescribeResourcePolicies",
        "rds:DescribeDBClusterParameters",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameters",
        "s3:GetObjectVersion",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
    ),
    "restart": (*_FOUND, *_FOLLOWED, "kafkaconnect:RestartConnector"),
    "resume": (*_FOUND, *_FOLLOWED, "kafkaconnect:ResumeConnector"),
    "snapshot": (
        *_FOUND,
        *_BROKERS,
        "rds:DescribeDBClusterParameters",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameters",
        "secretsmanager:GetSecretValue",
    ),
    "status": _OBSERVED,
    "upgrade": (
        *_FOUND,
        *_FOLLOWED,
        "kafkaconnect:DescribeConnector",
        "kafkaconnect:DescribeWorkerConfiguration",
        "kafkaconnect:ListCustomPlugins",
        "kafkaconnect:ListWorkerConfigurations",
        "kafkaconnect:UpdateConnector",
    ),
    "verify": _OBSERVED,
}


def permissions(environment: Environment, place: Place) -> Iterator[Permission]:
    """All of them for this environment, but for those of its state."""
    for command, actions in CALLS.items():
        why, arns = f"cdc {command}", _arns(environment, place, command)
        for action in actions:
            for kind in kinds.kinds(action):
                for arn in arns[kind]:
                    yield Permission(action, arn, why, _OWN if kind == kinds.ROLE else _COMMANDS.format(why))
    # It compares which plugins and topics the account's other connectors use.
    every = place.arn(kinds.CONNECTOR, "*")
    yield Permission("kafkaconnect:DescribeConnector", every, "cdc drift", _COMMANDS.format("cdc drift"))
    through = Condition("StringEquals", "kms:ViaService", f"secretsmanager.{place.region}.amazonaws.com")
    yield Permission("kms:Decrypt", place.arn(kinds.KEY, "*"), "secrets that have a key", _SECRET_KEY, through)
    yield from _schemas(environment)
    yield from _topics(environment, place)


def _arns(environment: Environment, place: Place, command: str) -> Mapping[str, Sequence[str]]:
    """The ARNs of each kind of resource that ``command`` names; ``drift`` finds connectors that the file has not."""
    deployment = Deployment.without_account(environment)
    names = [deployment.connector_name(key, one) for key, one in environment.connectors.items()]
    names += [deployment.name("*")] if command == "drift" else []
    groups = [deployment.log_group("connectors", key) for key in environment.connectors]
    sources = [one.source for one in environment.connectors.values()]
    plugins = environment.plugins.values()
    published = [f"{one.bucket}/{one.key}" for one in plugins if isinstance(one, PublishedPlugin)]
    read = {name for one in environment.connectors.values() for name in secrets(one, environment.registry)}
    named: Mapping[str, Sequence[str]] = {
        kinds.CONNECTOR: names,
        kinds.OPERATION: names,
        kinds.WORKER_CONFIGURATION: [deployment.name("*")],
        kinds.LOG_GROUP: [name for group in groups for name in (group, f"{group}:*")],
        kinds.OBJECT: published,
        kinds.SECRET: sorted(read),
        kinds.KEY: ["*"],
        kinds.ROLE: ["/*"],
        kinds.DB_CLUSTER: [one.cluster for one in sources if isinstance(one, ClusterSource)],
        kinds.DB_INSTANCE: [one.instance for one in sources if isinstance(one, InstanceSource)],
        kinds.DB_CLUSTER_PARAMETERS: ["*"],
        kinds.DB_PARAMETERS: ["*"],
    }
    return {
        **{kind: [place.arn(kind, name) for name in found] for kind, found in named.items()},
        kinds.ANY: ["*"],
        kinds.CLUSTER: [environment.kafka.cluster_arn] if isinstance(environment.kafka, ExistingKafka) else [],
        kinds.CUSTOM_PLUGIN: [one.arn for one in plugins if isinstance(one, RegisteredPlugin)],
    }


def _cluster(environment: Environment, place: Place) -> str:
    if isinstance(environment.kafka, ExistingKafka):
        return environment.kafka.cluster_arn
    return place.arn(kinds.CLUSTER, Deployment.without_account(environment).name())


def _schemas(environment: Environment) -> Iterator[Permission]:
    """A version is asked for by its number alone, which belongs to no registry that IAM could compare."""
    registry = environment.registry
    decoded = any(one.format in OF_REGISTRIES for one in environment.connectors.values())
    if registry and registry.kind == "glue" and decoded:
        source = "Glue developer guide, IAM examples for deserializers"
        yield Permission("glue:GetSchemaVersion", "*", "cdc events, cdc snapshot", source)


def _topics(environment: Environment, place: Place) -> Iterator[Permission]:
    """Events and notifications are read, signals written, and settings compared; no group, so no offset."""
    cluster = _cluster(environment, place)
    yield _kafka("Connect", cluster, "cdc drift, cdc events, cdc snapshot")
    for command, actions, named in (
        ("cdc events, cdc snapshot", ("DescribeTopic", "ReadData"), _read(environment)),
        (
            "cdc snapshot",
            ("DescribeTopic", "WriteData"),
            topics.signal_topics(environment.connectors, environment.connectors),
        ),
        ("cdc drift", ("DescribeTopic", "DescribeTopicDynamicConfiguration"), _compared(environment)),
        ("cdc drift", ("DescribeTopic",), _left(environment)),
    ):
        for action in actions:
            for topic in named:
                yield _kafka(action, f"{cluster.replace(':cluster/', ':topic/', 1)}/{topic}", command)


def _kafka(action: str, resource: str, command: str) -> Permission:
    return Permission(f"kafka-cluster:{action}", resource, command, _SEMANTICS)


def _read(environment: Environment) -> set[str]:
    sinks = (connector_properties(one).get("notification.sink.topic.name") for one in environment.connectors.values())
    events = (topic for one in environment.connectors.values() for topic in topics.event_topics(one))
    return {*events, *(sink for sink in sinks if sink)}


def _compared(environment: Environment) -> set[str]:
    deployment = Deployment.without_account(environment)
    own = {
        topic
        for key, one in environment.connectors.items()
        for topic in (
            topics.schema_history_topic(one),
            topics.offsets_of(one, name=deployment.connector_name(key, one)),
            *topics.event_topics(one),
        )
    }
    return own | {*_signals(environment)}


def _signals(environment: Environment) -> Sequence[str]:
    return topics.signal_topics(environment.connectors, environment.connectors)


def _left(environment: Environment) -> set[str]:
    """Topics that connectors of these names leave behind."""
    own = Deployment.without_account(environment).name("*")
    return {f"{CONNECT}*_{own}", topics.offset_topic(own), f"{topics.HISTORY_PREFIX}*"}
