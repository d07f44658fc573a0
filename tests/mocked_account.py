"""A mocked AWS account in which everything that prod refers to exists and is valid, for plans without AWS."""

from typing import Any, Final

from tests.real_terraform import Mocks, Outcome, Terraform
from tests.synthesized import Stack

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
CLUSTER_ARN: Final = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/cdc-prod/3aa4bd1a-1b2c-4d5e-8f90-0123456789ab-3"
PLATFORM_STATE: Final = "prod-platform/terraform.tfstate"
VPC_ID: Final = "vpc-0aaaaaaaaaaaaaaa0"
SECRET_ARN: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:cdc/orders-AbCdEf"


def account(environment: dict[str, Stack]) -> Mocks:
    """Computed attributes by type, as AWS would return them for the stacks of ``environment``."""
    plugins = environment["connect"].json["resource"]["aws_mskconnect_custom_plugin"].values()
    [cluster] = environment["platform"].json["resource"]["aws_msk_cluster"].values()
    return {
        "aws_caller_identity": {"account_id": ACCOUNT},
        "aws_db_instance": {
            "address": "orders.example",
            "backup_retention_period": 7,
            "db_parameter_groups": ["orders-binlog"],
            "engine": "mysql",
            "engine_version": "8.0.40",
            "port": 3306,
            "vpc_security_groups": ["sg-0aaaaaaaaaaaaaaa0"],
        },
        "aws_db_subnet_group": {"vpc_id": VPC_ID},
        "aws_msk_cluster": {"arn": CLUSTER_ARN, "bootstrap_brokers_sasl_iam": "b-1.example:9098"},
        "aws_msk_kafka_version": {"version": cluster["kafka_version"]},
        "aws_rds_cluster": {
            "db_cluster_parameter_group_name": "orders-binlog",
            "endpoint": "orders.example",
            "engine": "aurora-mysql",
            "engine_mode": "provisioned",
            "port": 3306,
            "vpc_security_group_ids": ["sg-0aaaaaaaaaaaaaaa0"],
        },
        "aws_s3_objects": {"keys": [PLATFORM_STATE, *(plugin["location"]["s3"]["file_key"] for plugin in plugins)]},
        "aws_secretsmanager_secret": {"arn": SECRET_ARN},
        "aws_vpc": {"id": VPC_ID, "cidr_block": "10.40.0.0/16"},
        **{f"aws_{type_}": {"arn": f"arn:aws:{arn}"} for type_, arn in _ARNS.items()},
    }


_ARNS: Final = {
    "cloudwatch_log_group": f"logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/cdc/prod/flow-logs",
    "iam_policy": f"iam::{ACCOUNT}:policy/cdc-prod-billing",
    "iam_role": f"iam::{ACCOUNT}:role/cdc-prod",
    "kms_key": f"kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
    "msk_configuration": f"kafka:{REGION}:{ACCOUNT}:configuration/cdc-prod/11111111-2222-3333-4444-555555555555-1",
    "mskconnect_custom_plugin": f"kafkaconnect:{REGION}:{ACCOUNT}:custom-plugin/cdc/11111111-2222-3333-4444-5555555-1",
    "mskconnect_worker_configuration": f"kafkaconnect:{REGION}:{ACCOUNT}:worker-configuration/cdc/1111-2222-1",
    "s3_bucket": "s3:::cdc-prod",
}


def outputs(platform: Outcome) -> dict[str, Any]:
    """The outputs of the platform stack; those unknown until apply get a unique value."""
    return {name: f"unknown-{name}" if value is None else value for name, value in platform.outputs.items()}


def plan(terraform: Terraform, environment: dict[str, Stack]) -> dict[str, Outcome]:
    """Each stack's plan in this account."""
    accounts = {"valid": account(environment)}
    state = terraform.plan(environment["state"], accounts)["valid"]
    platform = terraform.plan(environment["platform"], accounts)["valid"]
    connect = terraform.plan(environment["connect"], accounts, outputs=outputs(platform))["valid"]
    return {"state": state, "platform": platform, "connect": connect}
