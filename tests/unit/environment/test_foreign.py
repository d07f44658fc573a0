"""Keys and values of Terraform, CloudFormation and Kafka Connect: the error names what to write here instead."""

from pathlib import Path

import pytest

from modules.environment import foreign
from modules.environment.environment import Environment
from modules.environment.shape import Model, bare, is_model, locate, variants
from modules.messages.problems import shown
from tests.unit.environment.environment_files import edited, errors_of, write

KEYS = r"""
kafka.client_broker | volume_gib: 100 -> client_broker: TLS_PLAINTEXT | clients authenticate with IAM over TLS
kafka.number_of_broker_nodes | brokers: 3 -> number_of_broker_nodes: 3 | it is called brokers here
kafka.kms_key_id | volume_gib: 100 -> kms_key_id: x | a KMS key with rotation is created
kafka.public_access | volume_gib: 100 -> public_access: true | brokers are in private subnets
kafka.zookeeper | volume_gib: 100 -> zookeeper: 3 | set coordination to zookeeper or kraft
kafka.security_groups | volume_gib: 100 -> security_groups: [x] | consumers.NAME.security_group_ids
network.vpc_cidr | cidr_block: 10.40.0.0/16 -> vpc_cidr: 10.40.0.0/16 | it is called cidr_block here
network.private_subnet_cidrs | nat: per_zone -> private_subnet_cidrs: [x] | created in cidr_block, one public
network.public_subnets | nat: per_zone -> public_subnets: [x] | subnets are created in cidr_block
state.dynamodb_table | lock_table: acme-cdc-locks -> dynamodb_table: acme-cdc-locks | it is called lock_table here
state.encrypt | lockfile: true -> encrypt: true | state is always encrypted
plugins.debezium-mysql.s3_key | key: msk -> s3_key: msk | it is called key here
plugins.debezium-mysql.objectVersion | version: 3HL4 -> objectVersion: 3HL4 | it is called version here
connectors.orders.worker_properties | heartbeat_seconds: 10 -> worker_properties: {} | it is called worker here
connectors.orders.tasks.max | heartbeat_seconds: 10 -> tasks.max: 2 | Debezium MySQL runs one task
connectors.orders.service_execution_role_arn | heartbeat_seconds: 10 -> service_execution_role_arn: x | role is created
connectors.orders.connectorConfiguration | heartbeat_seconds: 10 -> connectorConfiguration: {} | it is called properties
connectors.orders.source.databases | server_id: 5401 -> databases: [shop] | every table of the database shop
connectors.orders.source.hostname | server_id: 5401 -> hostname: x | the endpoint is looked up by source.cluster
connectors.orders.source.security_group_ids | server_id: 5401 -> security_group_ids: [x] | their own security group
connectors.orders.topics.replication_factor | partitions: 6 -> replication_factor: 3 | the brokers' default.replication
connectors.orders.topics.retention_ms | partitions: 6 -> retention_ms: 1 | topic.creation.default.*
connectors.orders.capacity.autoscaling | workers: 1 -> autoscaling: {} | Debezium MySQL runs one task
connectors.orders.capacity.mcuCount | workers: 1 -> mcuCount: 2 | it is called mcu here
consumers.billing.role_arns | role_names: [billing-app] -> role_arns: [x] | the role's name instead of its ARN
alarms.slack | sns_topic_arn: arn:aws:sns:us-east-1:123456789012:oncall -> slack: x | subscribe it there
vpc | account_id: "123456789012" -> vpc: {} | it is called network here
"""
WORDS = r"""
connectors.orders.snapshot.mode | mode: initial -> mode: schema_only | since Debezium 2.6 it is called no_data
connectors.orders.snapshot.mode | mode: initial -> mode: schema_only_recovery | it is called recovery
connectors.orders.snapshot.mode | mode: initial -> mode: never | no_data streams without reading rows
connectors.orders.snapshot.mode | mode: initial -> mode: custom | it needs a custom class
connectors.orders.snapshot.locking | locking: none -> locking: minimal_percona | Aurora is not Percona Server
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("path", "edit", "answer"), rows(KEYS + WORDS.lstrip()))
def test_the_error_names_what_to_write_instead(path: str, edit: str, answer: str, tmp_path: Path) -> None:
    old, new = edit.split(" -> ")
    problems = {
        shown(problem.path): str(problem) for problem in errors_of(write(tmp_path, edited({old: new}))).problems
    }
    assert answer in problems[path]
    assert len(problems) == 1 or "is missing" in "".join(problems.values())


def test_a_key_of_the_other_kind_is_reported_with_that_kind(tmp_path: Path) -> None:
    network = "network: {kind: existing, vpc_id: vpc-0abc1234def567890, private_subnet_ids: [subnet-0abc1234, "
    network += "subnet-0abc1235, subnet-0abc1236], vpc_cidr: 10.0.0.0/16}"
    [problem] = errors_of(write(tmp_path, edited({"network:": network}))).problems
    assert problem.message == "unknown key: it is called cidr_block here, and goes with kind: new"


def test_a_secret_managed_by_rds_is_refused_with_the_reason(tmp_path: Path) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-1a2b-Xy12Zz"
    for secret in ("rds!cluster-1a2b3c", arn):
        [problem] = errors_of(write(tmp_path, edited({"secret: cdc/orders": f'secret: "{secret}"'}))).problems
        assert shown(problem.path) == "connectors.orders.source.secret"
        assert "RDS rotates its rds! secrets every seven days" in problem.message


def test_no_answer_is_given_for_a_key_that_exists() -> None:
    """A key of the models is never looked up, so an answer for it would be unused."""
    for section, answers in foreign._ANSWERS.items():
        for model in _models(section):
            assert not answers.keys() & model.model_fields.keys(), section
            named = {answer.meant for answer in answers.values() if answer.meant}
            known = {field for variant in _models(section) for field in variant.model_fields}
            assert named <= known, (section, named - known)


def _models(section: tuple[str | int, ...]) -> list[Model]:
    _, kind = locate(section) if section else ((), Environment)
    found = list(variants(kind).values()) or [bare(kind)]
    assert all(map(is_model, found)), section
    return found


def test_a_known_key_has_no_answer() -> None:
    assert foreign.answer(("kafka", "brokers")) is None
