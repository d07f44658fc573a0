"""Preconditions and postconditions: a plan in a valid mocked account has no error; each invalid value has one."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.mocked_account import PLATFORM_STATE, account, outputs, plan
from tests.real_terraform import Mocks, Outcome, Terraform
from tests.synthesized import Stack, document, synthesize
from tests.terraform.variants import VARIANTS

CONNECT: Final[Mapping[str, tuple[str, Mapping[str, Any], str]]] = {
    "engine": ("aws_rds_cluster", {"engine": "aurora-postgresql"}, "runs aurora-postgresql: source.cluster must name"),
    "serverless": ("aws_rds_cluster", {"engine_mode": "serverless"}, "is Serverless v1, which has no binlog"),
    "parameters": (
        "aws_rds_cluster",
        {"db_cluster_parameter_group_name": "default.aurora-mysql8.0"},
        "uses the default parameter group default.aurora-mysql8.0, which cannot enable the binlog",
    ),
    "another-vpc": (
        "aws_db_subnet_group",
        {"vpc_id": "vpc-0fffffffffffffff0"},
        "is in vpc-0fffffffffffffff0, which the workers cannot reach",
    ),
    "no-plugin-object": ("aws_s3_objects", {"keys": [PLATFORM_STATE]}, "debezium-mysql-3.6.1.Final.zip does not exist"),
    "another-object": (
        "aws_s3_objects",
        {"keys": [PLATFORM_STATE, "msk-connect/debezium-mysql-3.6.1.Final.zip.asc"]},
        "does not exist",
    ),
    "no-platform-state": (
        "aws_s3_objects",
        {"keys": ["msk-connect/debezium-mysql-3.6.1.Final.zip"]},
        "prod-platform has no state yet: apply it first, then plan prod-connect",
    ),
}
VALID: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "serverless-v2": ("aws_rds_cluster", {"engine_mode": "provisioned"}),
    "in-the-same-vpc": ("aws_db_subnet_group", {"vpc_id": "vpc-0aaaaaaaaaaaaaaa0"}),
    "in-the-peered-vpc": ("aws_db_subnet_group", {"vpc_id": "vpc-0abc1234def567890"}),
}
PLATFORM: Final = {"not-offered": ("aws_msk_kafka_version", {"version": "3.8.x"}, "it offers 3.8.x")}


def _with(mocks: Mocks, type_: str, values: Mapping[str, Any]) -> Mocks:
    return {**mocks, type_: {**mocks[type_], **values}}


@pytest.fixture(scope="module")
def planned(terraform: Terraform, prod: dict[str, Stack]) -> dict[str, Outcome]:
    return plan(terraform, prod)


@pytest.fixture(scope="module")
def platform(terraform: Terraform, prod: dict[str, Stack]) -> dict[str, Outcome]:
    mocks = account(prod)
    accounts = {name: _with(mocks, type_, values) for name, (type_, values, _) in PLATFORM.items()}
    return terraform.plan(prod["platform"], accounts)


@pytest.fixture(scope="module")
def connect(terraform: Terraform, prod: dict[str, Stack], planned: dict[str, Outcome]) -> dict[str, Outcome]:
    mocks = account(prod)
    accounts = {name: _with(mocks, type_, values) for name, (type_, values) in VALID.items()}
    accounts |= {name: _with(mocks, type_, values) for name, (type_, values, _) in CONNECT.items()}
    return terraform.plan(prod["connect"], accounts, outputs=outputs(planned["platform"]))


def test_a_valid_account_is_planned(planned: dict[str, Outcome]) -> None:
    assert {part: outcome.errors for part, outcome in planned.items()} == {"state": [], "platform": [], "connect": []}
    assert planned["platform"].planned("aws_msk_cluster")
    assert planned["connect"].planned("aws_mskconnect_connector")


@pytest.mark.parametrize("name", VALID)
def test_other_valid_values_are_planned_too(connect: dict[str, Outcome], name: str) -> None:
    assert connect[name].errors == []
    assert connect[name].planned("aws_mskconnect_connector")


@pytest.mark.parametrize("name", CONNECT)
def test_an_invalid_source_or_plugin_is_refused(connect: dict[str, Outcome], name: str) -> None:
    [error] = connect[name].errors
    assert CONNECT[name][2] in error


@pytest.mark.parametrize("name", PLATFORM)
def test_a_version_that_the_region_does_not_offer_is_refused(platform: dict[str, Outcome], name: str) -> None:
    [error] = platform[name].errors
    assert PLATFORM[name][2] in error


def test_every_precondition_has_refused_a_plan(
    prod: dict[str, Stack], platform: dict[str, Outcome], connect: dict[str, Outcome]
) -> None:
    errors = [error for outcome in [*platform.values(), *connect.values()] for error in outcome.errors]
    messages = [
        condition["error_message"]
        for stack in prod.values()
        for _, _, body in stack.resources()
        for condition in body.get("lifecycle", {}).get("precondition", [])
    ]
    assert messages
    assert [message for message in messages if not any(_is(error, message) for error in errors)] == []


def _is(error: str, template: str) -> bool:
    literal = (re.escape(part) for part in re.split(r"\$\{[^}]*\}", template))
    return re.fullmatch(".*".join(literal), error) is not None


@pytest.fixture(scope="module")
def older(
    terraform: Terraform, planned: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Connectors with Debezium 2.7, on either side of MySQL 8.4."""
    content = document("prod")
    content["plugins"]["debezium-mysql"]["debezium_version"] = "2.7.4.Final"
    content["connectors"]["orders"]["kafkaconnect_version"] = "2.7.1"
    stacks = synthesize(tmp_path_factory.mktemp("older"), content)
    versions = {"8.0": "8.0.mysql_aurora.3.08.0", "8.4": "8.4.mysql_aurora.8.4.7"}
    mocks = account(stacks)
    accounts = {name: _with(mocks, "aws_rds_cluster", {"engine_version": it}) for name, it in versions.items()}
    return terraform.plan(stacks["connect"], accounts, outputs=outputs(planned["platform"]))


def test_debezium_2_does_not_read_mysql_8_4(older: dict[str, Outcome]) -> None:
    assert older["8.0"].errors == []
    [error] = older["8.4"].errors
    assert error.startswith("Aurora cluster orders-prod runs 8.4.mysql_aurora.8.4.7, and Debezium 2.7.4.Final asks")


@pytest.fixture(scope="module")
def existing(
    terraform: Terraform, prod: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """The platform on an existing cluster, with IAM and without."""
    platform = synthesize(tmp_path_factory.mktemp("existing"), VARIANTS["existing-kafka"])["platform"]
    brokers = {"with-iam": "b-1.example:9098", "without-iam": ""}
    mocks = account(prod)
    accounts = {
        name: {**mocks, "aws_msk_bootstrap_brokers": {"bootstrap_brokers_sasl_iam": bootstrap}}
        for name, bootstrap in brokers.items()
    }
    return terraform.plan(platform, accounts)


def test_an_existing_cluster_needs_iam(existing: dict[str, Outcome]) -> None:
    assert existing["with-iam"].errors == []
    [error] = existing["without-iam"].errors
    assert error == "kafka.cluster_arn: events has no IAM authentication: enable it first"


def test_a_partly_applied_platform_is_refused(
    terraform: Terraform, prod: dict[str, Stack], planned: dict[str, Outcome]
) -> None:
    there = {name: value for name, value in outputs(planned["platform"]).items() if name != "cluster_arn"}
    outcome = terraform.plan(prod["connect"], {"partly-applied": account(prod)}, outputs=there)["partly-applied"]
    assert any("prod-platform does not have all outputs that prod-connect reads" in error for error in outcome.errors)


INSTANCE: Final[Mapping[str, tuple[str, Mapping[str, Any], str]]] = {
    "of-aurora": ("aws_db_instance", {"engine": "aurora-mysql"}, "runs aurora-mysql: source.instance must name an RDS"),
    "no-backups": ("aws_db_instance", {"backup_retention_period": 0}, "has no automated backups, and without them RDS"),
    "mixed": (
        "aws_db_instance",
        {"db_parameter_groups": ["default.mysql8.0"]},
        "uses the default parameter group default.mysql8.0, whose binlog_format is MIXED",
    ),
    "elsewhere": ("aws_db_subnet_group", {"vpc_id": "vpc-0fffffffffffffff0"}, "which the workers cannot reach"),
}


@pytest.fixture(scope="module")
def instance(
    terraform: Terraform, planned: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """A connector that reads an RDS instance, which is valid, and is not in one way each."""
    stacks = synthesize(tmp_path_factory.mktemp("instance"), VARIANTS["instance"])
    mocks = account(stacks)
    accounts = {name: _with(mocks, type_, values) for name, (type_, values, _) in INSTANCE.items()}
    return terraform.plan(stacks["connect"], {"valid": mocks, **accounts}, outputs=outputs(planned["platform"]))


def test_a_valid_instance_is_planned(instance: dict[str, Outcome]) -> None:
    assert instance["valid"].errors == []
    assert instance["valid"].planned("aws_mskconnect_connector")


@pytest.mark.parametrize("name", INSTANCE)
def test_an_invalid_instance_is_refused(instance: dict[str, Outcome], name: str) -> None:
    [error] = instance[name].errors
    assert error.startswith("RDS instance orders-prod ")
    assert INSTANCE[name][2] in error
