"""The kinds of resources that IAM knows of each service, and which of them an action needs a permission on.

Source: AWS Service Authorization Reference, "Actions, resources, and condition keys" of each service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ANY: Final = "any"
BUCKET: Final = "bucket"
OBJECT: Final = "object"
ROLE: Final = "role"
POLICY: Final = "policy"
KEY: Final = "key"
ALIAS: Final = "alias"
LOG_GROUP: Final = "log-group"
TABLE: Final = "table"
CLUSTER: Final = "cluster"
CONFIGURATION: Final = "configuration"
CONNECTOR: Final = "connector"
OPERATION: Final = "connector-operation"
CUSTOM_PLUGIN: Final = "custom-plugin"
WORKER_CONFIGURATION: Final = "worker-configuration"
ALARM: Final = "alarm"
DASHBOARD: Final = "dashboard"
TOPIC: Final = "topic"
RULE: Final = "rule"
FUNCTION: Final = "function"
MAPPING: Final = "event-source-mapping"
SCHEDULE_GROUP: Final = "schedule-group"
SCALABLE_TARGET: Final = "scalable-target"
REGISTRY: Final = "registry"
SECRET: Final = "secret"
DB_CLUSTER: Final = "db-cluster"
DB_INSTANCE: Final = "db-instance"
DB_SUBNET_GROUP: Final = "db-subnet-group"
DB_CLUSTER_PARAMETERS: Final = "db-cluster-parameter-group"
DB_PARAMETERS: Final = "db-parameter-group"


@dataclass(frozen=True)
class Kind:
    """``arn`` has ``{name}``; ``parameters`` of requests have a name or an ARN: the first that is there counts."""

    arn: str
    parameters: tuple[str, ...] = ()


_HERE: Final = "{region}:{account}"
# ``*`` and ``?`` stand for what AWS adds: an id, or a secret's last six characters.
KINDS: Final[Mapping[str, Kind]] = {
    BUCKET: Kind("arn:{partition}:s3:::{name}", ("Bucket",)),
    OBJECT: Kind("arn:{partition}:s3:::{name}", ("Bucket",)),
    ROLE: Kind("arn:{partition}:iam::{account}:role{name}", ("RoleName", "PolicySourceArn")),
    POLICY: Kind("arn:{partition}:iam::{account}:policy{name}", ("PolicyArn", "PolicyName")),
    KEY: Kind(f"arn:{{partition}}:kms:{_HERE}:key/{{name}}", ("TargetKeyId", "KeyId")),
    ALIAS: Kind(f"arn:{{partition}}:kms:{_HERE}:{{name}}", ("AliasName",)),
    LOG_GROUP: Kind(f"arn:{{partition}}:logs:{_HERE}:log-group:{{name}}", ("logGroupName", "resourceArn")),
    TABLE: Kind(f"arn:{{partition}}:dynamodb:{_HERE}:table/{{name}}", ("TableName", "ResourceArn")),
    CLUSTER: Kind(f"arn:{{partition}}:kafka:{_HERE}:cluster/{{name}}/*", ("ClusterArn", "ResourceArn", "ClusterName")),
    CONFIGURATION: Kind(
        f"arn:{{partition}}:kafka:{_HERE}:configuration/{{name}}/*", ("Arn", "ConfigurationInfo.Arn", "Name")
    ),
    CONNECTOR: Kind(
        f"arn:{{partition}}:kafkaconnect:{_HERE}:connector/{{name}}/*", ("connectorArn", "resourceArn", "connectorName")
    ),
    OPERATION: Kind(
        f"arn:{{partition}}:kafkaconnect:{_HERE}:connector-operation/{{name}}/*", ("connectorOperationArn",)
    ),
    CUSTOM_PLUGIN: Kind(
        f"arn:{{partition}}:kafkaconnect:{_HERE}:custom-plugin/{{name}}/*", ("customPluginArn", "resourceArn", "name")
    ),
    WORKER_CONFIGURATION: Kind(
        f"arn:{{partition}}:kafkaconnect:{_HERE}:worker-configuration/{{name}}/*",
        ("workerConfigurationArn", "resourceArn", "name"),
    ),
    ALARM: Kind(f"arn:{{partition}}:cloudwatch:{_HERE}:alarm:{{name}}", ("AlarmName", "ResourceARN")),
    DASHBOARD: Kind("arn:{partition}:cloudwatch::{account}:dashboard/{name}", ("DashboardName", "DashboardNames")),
    TOPIC: Kind(f"arn:{{partition}}:sns:{_HERE}:{{name}}", ("TopicArn", "ResourceArn", "Name")),
    RULE: Kind(f"arn:{{partition}}:events:{_HERE}:rule/{{name}}", ("Rule", "ResourceARN", "Name")),
    FUNCTION: Kind(f"arn:{{partition}}:lambda:{_HERE}:function:{{name}}", ("FunctionName", "Resource")),
    MAPPING: Kind(f"arn:{{partition}}:lambda:{_HERE}:event-source-mapping:{{name}}", ("UUID", "Resource")),
    SCHEDULE_GROUP: Kind(f"arn:{{partition}}:scheduler:{_HERE}:schedule-group/{{name}}", ("Name", "ResourceArn")),
    SCALABLE_TARGET: Kind(f"arn:{{partition}}:application-autoscaling:{_HERE}:scalable-target/*", ("ResourceARN",)),
    REGISTRY: Kind(
        f"arn:{{partition}}:glue:{_HERE}:registry/{{name}}",
        ("RegistryName", "RegistryId.RegistryArn", "RegistryId.RegistryName", "ResourceArn"),
    ),
    SECRET: Kind(f"arn:{{partition}}:secretsmanager:{_HERE}:secret:{{name}}-??????", ("SecretId",)),
    DB_CLUSTER: Kind(f"arn:{{partition}}:rds:{_HERE}:cluster:{{name}}", ("DBClusterIdentifier",)),
    DB_INSTANCE: Kind(f"arn:{{partition}}:rds:{_HERE}:db:{{name}}", ("DBInstanceIdentifier",)),
    DB_SUBNET_GROUP: Kind(f"arn:{{partition}}:rds:{_HERE}:subgrp:{{name}}", ("DBSubnetGroupName",)),
    DB_CLUSTER_PARAMETERS: Kind(f"arn:{{partition}}:rds:{_HERE}:cluster-pg:{{name}}", ("DBClusterParameterGroupName",)),
    DB_PARAMETERS: Kind(f"arn:{{partition}}:rds:{_HERE}:pg:{{name}}", ("DBParameterGroupName",)),
}

# What every action of a service is about, but for ``_ACTIONS`` and ``_WORDS``.
_SERVICES: Final = {
    "application-autoscaling": SCALABLE_TARGET,
    "cloudwatch": ALARM,
    "dynamodb": TABLE,
    "ec2": ANY,
    "events": RULE,
    "glue": REGISTRY,
    "iam": ROLE,
    "kafka": CLUSTER,
    "kms": KEY,
    "lambda": FUNCTION,
    "logs": LOG_GROUP,
    "s3": BUCKET,
    "scheduler": SCHEDULE_GROUP,
    "secretsmanager": SECRET,
    "sns": TOPIC,
}
# By a word of the action's name.
_WORDS: Final = {
    "cloudwatch": {"Dashboard": DASHBOARD},
    "s3": {"Object": OBJECT},
    "iam": {"RolePolic": ROLE, "Policy": POLICY, "PolicyVersion": POLICY},
    "kms": {"Alias": ALIAS},
    "kafka": {"Configuration": CONFIGURATION},
    "lambda": {"EventSourceMapping": MAPPING},
    "kafkaconnect": {
        "WorkerConfiguration": WORKER_CONFIGURATION,
        "CustomPlugin": CUSTOM_PLUGIN,
        "Connector": CONNECTOR,
    },
    "rds": {
        "SubnetGroup": DB_SUBNET_GROUP,
        "ClusterParameters": DB_CLUSTER_PARAMETERS,
        "Parameters": DB_PARAMETERS,
        "Cluster": DB_CLUSTER,
        "Instance": DB_INSTANCE,
    },
}
# On everything, or on two resources. Composite alarms need three of CloudWatch's on everything (CloudWatch API
# reference, PutCompositeAlarm, DeleteAlarms, DescribeAlarms).
_ACTIONS: Final = {
    "application-autoscaling:DescribeScalableTargets": (ANY,),
    "application-autoscaling:DescribeScalingActivities": (ANY,),
    "application-autoscaling:DescribeScalingPolicies": (ANY,),
    "cloudwatch:DeleteAlarms": (ANY,),
    "cloudwatch:DescribeAlarms": (ANY,),
    "cloudwatch:GetMetricStatistics": (ANY,),
    "cloudwatch:PutCompositeAlarm": (ANY,),
    "glue:GetSchemaVersion": (ANY,),
    "glue:GetTags": (ANY,),
    "iam:SimulatePrincipalPolicy": (ROLE,),
    "kafka:UpdateClusterConfiguration": (CLUSTER, CONFIGURATION),
    "kafka:DescribeClusterOperation": (ANY,),
    "kafka:GetBootstrapBrokers": (ANY,),
    "kafka:ListClustersV2": (ANY,),
    "kafka:ListKafkaVersions": (ANY,),
    "kafkaconnect:CreateConnector": (ANY,),
    "kafkaconnect:CreateCustomPlugin": (ANY,),
    "kafkaconnect:CreateWorkerConfiguration": (ANY,),
    "kafkaconnect:DescribeConnectorOperation": (OPERATION,),
    "kafkaconnect:ListConnectors": (ANY,),
    "kafkaconnect:ListCustomPlugins": (ANY,),
    "kafkaconnect:ListWorkerConfigurations": (ANY,),
    "lambda:CreateEventSourceMapping": (ANY,),
    "kms:CreateAlias": (ALIAS, KEY),
    "kms:CreateKey": (ANY,),
    "kms:DeleteAlias": (ALIAS, KEY),
    "kms:ListAliases": (ANY,),
    "logs:DescribeLogGroups": (ANY,),
    "logs:DescribeResourcePolicies": (ANY,),
    "s3:GetBucketObjectLockConfiguration": (BUCKET,),
    "sns:GetSubscriptionAttributes": (ANY,),
    "sns:SetSubscriptionAttributes": (ANY,),
    "sns:Unsubscribe": (ANY,),
}
# Services with tags on several kinds.
_TAGGED: Final = {
    "kafkaconnect": (CONNECTOR, CUSTOM_PLUGIN, WORKER_CONFIGURATION),
    "lambda": (FUNCTION, MAPPING),
}
OF_TAGS: Final = ("ListTags", "ListTagsForResource", "TagResource", "UntagResource")


class UnknownActionError(LookupError):
    """No kind of resource is known of an action."""


def tagged(service: str, operation: str) -> str | None:
    """The kind of what an operation with tags creates, of a service with tags on several kinds; None for others."""
    words = _WORDS[service] if service in _TAGGED and operation.startswith("Create") else {}
    return next((kind for word, kind in words.items() if word in operation), None)


def kinds(action: str) -> tuple[str, ...]:
    """The kinds of resources that ``action`` needs a permission on, each; of tags, one of them.

    Raises UnknownActionError.
    """
    if action in _ACTIONS:
        return _ACTIONS[action]
    service, _, name = action.partition(":")
    if service in _TAGGED and name in OF_TAGS:
        return _TAGGED[service]
    for word, kind in _WORDS.get(service, {}).items():
        if word in name:
            return (kind,)
    if service not in _SERVICES:
        raise UnknownActionError(f"no kind of resource is known of {action}")
    return (_SERVICES[service],)
