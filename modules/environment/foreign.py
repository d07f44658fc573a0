"""Keys and values of Terraform, CloudFormation, Kafka Connect and Debezium 1.x, and what to write here instead.

Used for unknown keys only: a key of the models is never looked up here.
"""

import re
from typing import Final, NamedTuple

from modules.messages.problems import Path


class Answer(NamedTuple):
    """``meant`` is the key of the same section to use instead, if there is one."""

    message: str
    meant: str | None = None


_OF_NAMES: Final = ("plugins", "connectors", "consumers", "peerings")
_IAM_OVER_TLS: Final = (
    "clients authenticate with IAM over TLS; scram_secrets and certificate_authority_arns add SCRAM and mutual TLS"
)
_OWN_GROUP: Final = (
    "brokers get their own security group; set an application's groups in consumers.NAME.security_group_ids"
)
_OWN_WORKERS: Final = "workers get their own security group, with rules to the brokers and the database"
_ONE_TASK: Final = "Debezium MySQL runs one task, so it cannot scale out: increase capacity.mcu instead"
_SUBNETS: Final = "subnets are set in network: network.private_subnet_ids, or network.availability_zones"
_MADE_NAME: Final = "the name is derived from the file's name and the key"
_SECRET: Final = "user and password are read from Secrets Manager: set the secret's name in source.secret"
_ENDPOINT: Final = (
    "the endpoint is looked up by source.cluster or source.instance; a server that RDS does not run has source.host"
)
_OF_HOST: Final = "it goes under source.host, with address, and with security_group_id or cidr_block"
_MADE_ROLE: Final = "the role is created, with access to the connector's own topics, groups and secret"
_TOPIC_SETTING: Final = "settings of new topics are set in properties, as topic.creation.default.*"
_OWN_KEY: Final = "a KMS key with rotation is created"
_LOGS: Final = "logs go to CloudWatch Logs and are kept for log_retention_days"
_TABLES: Final = (
    'source.tables lists the captured tables, as database.table: ["shop.*"] is every table of the database shop'
)
_PRIVATE: Final = "brokers are in private subnets: applications reach them from the VPC"
_MADE_SUBNETS: Final = "subnets are created in cidr_block, one public and one private in each of availability_zones"


def _renamed(**keys: str) -> dict[str, Answer]:
    return {old: Answer(f"it is called {new} here", new) for old, new in keys.items()}


def _answered(message: str, *keys: str) -> dict[str, Answer]:
    return dict.fromkeys(keys, Answer(message))


_ANSWERS: Final[dict[Path, dict[str, Answer]]] = {
    (): _renamed(msk="kafka", cluster="kafka", vpc="network", backend="state")
    | _answered("the environment's name is the file's name", "env", "environment", "stage")
    | _answered("the provider is configured from region and account_id", "provider", "providers", "aws")
    | _answered(
        "each connector has its own source, in connectors.NAME.source", "database", "databases", "source", "aurora"
    )
    | _answered(_SECRET, "secrets", "credentials")
    | _answered("roles are created", "role_arn", "assume_role", "iam_roles"),
    ("kafka",): _renamed(
        kafka_version="version",
        number_of_broker_nodes="brokers",
        broker_count="brokers",
        broker_nodes="brokers",
        broker_instance_type="instance_type",
        broker_type="instance_type",
        volume_size="volume_gib",
        ebs_volume_size="volume_gib",
        broker_volume_size="volume_gib",
        scaling_max_capacity="autoscale_to_gib",
        configuration="server_properties",
        configuration_info="server_properties",
        config="server_properties",
        enhanced_monitoring="monitoring",
        open_monitoring="prometheus",
        controller="coordination",
        metadata_mode="coordination",
        arn="cluster_arn",
    )
    | _answered(
        _IAM_OVER_TLS,
        *("client_broker", "client_authentication", "encryption_in_transit", "encryption_info", "in_cluster"),
        *("unauthenticated", "allow_unauthenticated", "authentication", "sasl", "tls", "iam", "security_protocol"),
    )
    | _answered(
        f"{_OWN_KEY}: volumes are encrypted with it", "encryption_at_rest_kms_key_arn", "kms_key_id", "kms_key_arn"
    )
    | _answered(_OWN_GROUP, "security_groups", "security_group_ids", "security_group", "allowed_security_group_ids")
    | _answered(_SUBNETS, "client_subnets", "subnets", "subnet_ids", "vpc_id", "vpc")
    | _answered(_LOGS, "logging_info", "broker_logs", "cloudwatch_logs", "logs")
    | _answered(_PRIVATE, "public_access", "connectivity_info")
    | _answered(_MADE_NAME, "name", "cluster_name")
    | _answered("volumes are set by volume_gib and autoscale_to_gib", "storage_info", "ebs_storage_info", "storage")
    | _answered("set coordination to zookeeper or kraft", "zookeeper", "kraft", "mode")
    | _answered("it is found by cluster_arn", "bootstrap_servers", "bootstrap_brokers", "brokers_list")
    | _answered("connectors create their topics: set topics.partitions and topic.creation.*", "topics")
    | _answered("tags is a top-level key", "tags"),
    ("network",): _renamed(
        vpc_cidr="cidr_block",
        cidr="cidr_block",
        azs="availability_zones",
        zones="availability_zones",
        nat_gateway="nat",
        nat_gateways="nat",
        enable_nat_gateway="nat",
        single_nat_gateway="nat",
        subnets="private_subnet_ids",
        subnet_ids="private_subnet_ids",
        client_subnets="private_subnet_ids",
        private_subnets="private_subnet_ids",
        vpc_transit_gateway="externally_routed",
    )
    | _answered(
        _MADE_SUBNETS,
        "public_subnets",
        "public_subnet_ids",
        "subnet_cidr_blocks",
        "private_subnet_cidrs",
        "public_subnet_cidrs",
    )
    | _answered(_OWN_GROUP, "security_groups", "security_group_ids"),
    ("state",): _renamed(
        dynamodb_table="lock_table", use_lockfile="lockfile", bucket_name="bucket", kms_key_id="kms_key_arn"
    )
    | _answered("each stack has its own key, with the stack's name", "key", "prefix", "workspace_key_prefix")
    | _answered("state is always encrypted", "encrypt")
    | _answered("each stack has its own workspace, with the stack's name", "workspace", "workspaces")
    | _answered("credentials come from the AWS configuration of the machine", "profile", "role_arn", "access_key"),
    ("plugins", "*"): _renamed(
        s3_bucket="bucket",
        bucket_arn="bucket",
        s3_key="key",
        file_key="key",
        object_version="version",
        path="archive",
        zip="archive",
        jar="archive",
        file="archive",
        connector_version="debezium_version",
    )
    | _answered("cdc plugin build builds the archive from pinned files", "url", "urls", "download", "sha256")
    | _answered(_MADE_NAME, "name"),
    ("connectors", "*"): _renamed(
        connector_configuration="properties",
        configuration="properties",
        config="properties",
        plugins="plugin",
        custom_plugin="plugin",
        kafka_connect_version="kafkaconnect_version",
        connect_version="kafkaconnect_version",
        signal="signals",
        heartbeat_interval_ms="heartbeat_seconds",
        worker_properties="worker",
        worker_configuration="worker",
        worker_config="worker",
        workers_config="worker",
    )
    | _answered(_ONE_TASK, "tasks_max", "tasks", "autoscaling", "min_workers", "max_workers")
    | _answered("set it in capacity", "mcu_count", "worker_count", "provisioned_capacity")
    | _answered("it follows from kafka", "kafka_cluster", "bootstrap_servers", "authentication_type", "encryption_type")
    | _answered(_MADE_ROLE, "service_execution_role_arn", "role_arn", "role", "execution_role")
    | _answered(_OWN_WORKERS, "security_groups", "security_group_ids")
    | _answered(_SUBNETS, "subnets", "subnet_ids", "vpc")
    | _answered(_LOGS, "log_delivery", "logs")
    | _answered(_MADE_NAME, "name", "connector_name")
    | _answered("set it in topics.prefix", "topic_prefix", "server_name", "database_server_name", "logical_name")
    | _answered("set it in snapshot.mode", "snapshot_mode")
    | _answered(_TABLES, "databases", "database", "table_include_list", "database_include_list")
    | _answered(_SECRET, "user", "username", "password", "credentials")
    | _answered("set it in properties", "transforms", "predicates", "converters", "key_converter", "value_converter"),
    ("connectors", "*", "source"): _renamed(
        cluster_identifier="cluster",
        db_cluster_identifier="cluster",
        cluster_id="cluster",
        instance_identifier="instance",
        db_instance_identifier="instance",
        instance_id="instance",
        database_server_id="server_id",
        secret_name="secret",
        table_include_list="tables",
    )
    | _answered(_TABLES, "databases", "database", "database_include_list", "schemas", "schema")
    | _answered(
        'source.tables takes them with ! before the name: ["shop.*", "!shop.audit"]',
        *("exclude_tables", "table_exclude_list", "tables_exclude", "exclude", "database_exclude_list"),
    )
    | _answered(_ENDPOINT, "hostname", "endpoint", "writer_endpoint")
    | _answered(_OF_HOST, "port", "address", "cidr_block")
    | _answered(
        "set source.tls, with verify and ca_bundle", "ssl", "ssl_mode", "ssl_ca", "ca", "ca_bundle", "truststore"
    )
    | _answered(_SECRET, "user", "username", "password", "credentials", "secret_arn")
    | _answered("the connection to the database is set in network.peerings", "vpc_id", "peering", "subnet_ids")
    | _answered(_OWN_WORKERS, "security_groups", "security_group_ids", "security_group_id"),
    ("connectors", "*", "topics"): _renamed(topic_prefix="prefix", server_name="prefix", num_partitions="partitions")
    | _answered("it is the brokers' default.replication.factor", "replication_factor", "replication")
    | _answered(_TOPIC_SETTING, "retention_ms", "retention", "cleanup_policy", "compression_type", "config", "configs"),
    ("connectors", "*", "snapshot"): _renamed(snapshot_mode="mode", locking_mode="locking", lock="locking"),
    ("connectors", "*", "signals"): _renamed(data_collection="table", kafka_topic="topic")
    | _answered("a channel is enabled by its table or topic", "channels", "enabled_channels", "enabled"),
    ("connectors", "*", "capacity"): _renamed(mcu_count="mcu", worker_count="workers")
    | _answered(
        _ONE_TASK,
        *("autoscaling", "min_workers", "max_workers", "min_worker_count", "max_worker_count", "scale_in_policy"),
        *("scale_out_policy", "max_autoscaling_task_count", "tasks_max", "tasks"),
    )
    | _answered("set mcu and workers directly", "provisioned_capacity", "provisioned"),
    ("consumers", "*"): _renamed(
        group_id="groups",
        group_ids="groups",
        roles="role_names",
        role_name="role_names",
        function_arn="function",
        function_name="function",
        lambda_arn="function",
    )
    | _answered(
        "give the role's name instead of its ARN, in role_names", "role_arns", "role_arn", "principal", "principals"
    ),
    ("alarms",): _renamed(sns_topic="sns_topic_arn", topic_arn="sns_topic_arn", sns_arn="sns_topic_arn")
    | _renamed(emails="email", email_address="email", mail="email")
    | _answered("alarms are sent to an SNS topic: subscribe it there", "slack", "pagerduty", "webhook"),
}
_WORDS: Final[dict[Path, dict[str, str]]] = {
    ("snapshot", "mode"): {
        "schema_only": "since Debezium 2.6 it is called no_data",
        "schema_only_recovery": "since Debezium 2.6 it is called recovery",
        "never": "Debezium 3.6 removed it; no_data streams without reading rows",
        "exported": "the MySQL connector never had it; initial reads the rows and then streams",
        "configuration_based": "use one of the other modes",
        "custom": "it needs a custom class, which the plugins built here do not have",
    },
    ("snapshot", "locking"): {
        "minimal_percona": "Aurora is not Percona Server",
        "minimal_percona_no_table_locks": "Aurora is not Percona Server",
        "minimal_at_least_once": "Aurora has no global read lock; none takes no locks",
        "shared": "the MySQL connector never had it",
        "custom": "it needs a custom class, which the plugins built here do not have",
    },
    ("kafka", "coordination"): {"zk": "write zookeeper", "raft": "write kraft", "quorum": "write kraft"},
}
_MANAGED_BY_RDS: Final = re.compile(r"(?:^|:secret:)rds!")


def answer(path: Path) -> Answer | None:
    """What to use instead of the unknown key at the end of ``path``; None if the key is not listed."""
    *section, key = path
    return _ANSWERS.get(_without_names(section), {}).get(_spelled(str(key)))


def word(path: Path, value: str) -> str | None:
    """What to use instead of a value of other releases or systems."""
    return _WORDS.get(tuple(path[-2:]), {}).get(value.strip().lower())


def instead(path: Path, value: str) -> str | None:
    """What the value must be, if more than its format is wrong."""
    if path[2:] == ("source", "secret") and _MANAGED_BY_RDS.search(value):
        return (
            "must be the secret of a separate user for the connector: RDS rotates its rds! secrets every seven days,"
            " which a running connector does not notice, and they belong to the master user"
        )
    return None


def _without_names(section: list[str | int]) -> Path:
    return tuple("*" if index and section[index - 1] in _OF_NAMES else step for index, step in enumerate(section))


def _spelled(key: str) -> str:
    """``mcuCount`` and ``mcu-count`` as ``mcu_count``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_").replace(".", "_").replace(" ", "_")
