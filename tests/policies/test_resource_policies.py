"""Keys, buckets and roles: who may use them, for what, and through which service."""

from typing import Any, Final

import pytest

from tests.mocked_account import ACCOUNT, REGION
from tests.policies.simulator import Document, Request, Verdict, simulate

PLATFORM_KEY: Final = "platform/key/key"
STATE_KEY: Final = "state/store/key/key"
CONNECTOR_ROLE: Final = "connect/connectors/orders/role"
FLOW_LOGS_ROLE: Final = "platform/network/flow-logs/role"
HEALING_ROLE: Final = "connect/self-healing/role"
CONSUMERS_ROLE: Final = "connect/consumers/receipts/role"
SCHEDULER_ROLE: Final = "connect/self-healing/scheduler/role"
SIGNALLED_ROLE: Final = "connect/connectors/stock/role"
STATE_BUCKET: Final = "state/store/bucket/policy"
PLUGIN_BUCKET: Final = "connect/plugin-bucket/policy"
S3_ENDPOINT: Final = "platform/network/s3"

KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OBJECT: Final = "arn:aws:s3:::cdc-prod/some/object"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/some-role"
STRANGER: Final = "arn:aws:iam::999999999999:role/some-role"
LOGS: Final = f"logs.{REGION}.amazonaws.com"
DATA: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
AS_SERVICE: Final = {"kms:GrantIsForAWSResource": "true"}
Context = dict[str, str]


def through(service: str) -> Context:
    return {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"{service}.{REGION}.amazonaws.com"}


def log_group(name: str) -> Context:
    return {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"}


def ask(document: Document, *calls: tuple[str, str, Context], resource: str = KEY) -> list[Verdict]:
    """Each (principal, action, context), by principals whose own policies allow everything."""
    everything: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    identity = {"Version": "2012-10-17", "Statement": [everything]}
    return simulate(
        Request(
            principal,
            action,
            resource,
            context,
            identity=[identity] if principal.startswith("arn:") else [],
            resource_policy=document.policy,
        )
        for principal, action, context in calls
    )


def allowed(verdicts: list[Verdict]) -> list[bool]:
    return [one.allowed for one in verdicts]


@pytest.mark.parametrize(
    ("key", "services", "granting", "others"),
    [
        (PLATFORM_KEY, ["kafka", "s3"], "kafka", ["ec2", "rds", "dynamodb", "secretsmanager"]),
        (STATE_KEY, ["s3", "dynamodb"], "dynamodb", ["ec2", "kafka", "secretsmanager"]),
    ],
)
def test_a_key_is_used_through_its_services_only(
    found: dict[str, Document], key: str, services: list[str], granting: str, others: list[str]
) -> None:
    used = ask(found[key], *[(ROLE, action, through(service)) for service in services for action in DATA])
    granted = ask(found[key], (ROLE, "kms:CreateGrant", through(granting) | AS_SERVICE))
    administered = ask(found[key], *[(ROLE, f"kms:{a}", {}) for a in ("PutKeyPolicy", "ScheduleKeyDeletion")])
    assert all(allowed([*used, *granted, *administered]))
    needed = {sid for one in [*used, *granted, *administered] for sid in one.statements}
    assert found[key].statements - needed <= {"Logs"}
    other_services = ask(found[key], *[(ROLE, action, through(other)) for other in others for action in DATA])
    directly = ask(found[key], *[(ROLE, action, {"kms:CallerAccount": ACCOUNT}) for action in DATA])
    grants = ask(
        found[key],
        (ROLE, "kms:CreateGrant", through(granting) | {"kms:GrantIsForAWSResource": "false"}),
        (ROLE, "kms:CreateGrant", through("ec2") | AS_SERVICE),
        (ROLE, "kms:CreateGrant", {"kms:CallerAccount": ACCOUNT} | AS_SERVICE),
    )
    assert not any(allowed([*other_services, *directly, *grants]))


@pytest.mark.parametrize("key", [PLATFORM_KEY, STATE_KEY])
def test_a_key_is_closed_to_other_accounts(found: dict[str, Document], key: str) -> None:
    caller = {"kms:CallerAccount": "999999999999", "kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    assert not any(allowed(ask(found[key], *[(STRANGER, action, caller) for action in DATA])))
    assert not any(allowed(ask(found[key], (STRANGER, "kms:PutKeyPolicy", {}), (LOGS, "kms:PutKeyPolicy", {}))))


def test_log_groups_of_this_environment_use_the_key(found: dict[str, Document]) -> None:
    this_environment = log_group("/aws/vendedlogs/cdc/prod/connectors/orders")
    verdicts = ask(found[PLATFORM_KEY], *[(LOGS, action, this_environment) for action in DATA])
    assert all(allowed(verdicts))
    assert {sid for one in verdicts for sid in one.statements} == {"Logs"}
    others = [log_group("/aws/lambda/payments"), log_group("/aws/vendedlogs/cdc/dev/connectors/orders"), {}]
    assert not any(allowed(ask(found[PLATFORM_KEY], *[(LOGS, "kms:Decrypt", context) for context in others])))
    assert not any(allowed(ask(found[PLATFORM_KEY], ("logs.eu-west-1.amazonaws.com", "kms:Decrypt", this_environment))))
    assert not any(allowed(ask(found[STATE_KEY], (LOGS, "kms:Decrypt", this_environment))))


@pytest.mark.parametrize("bucket", [STATE_BUCKET, PLUGIN_BUCKET])
def test_a_bucket_allows_current_tls_only(found: dict[str, Document], bucket: str) -> None:
    over = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
    calls = [(ROLE, "s3:GetObject", over), (ROLE, "s3:PutObject", over)]
    assert all(allowed(ask(found[bucket], *calls, resource=OBJECT)))
    plain, old = ask(
        found[bucket],
        (ROLE, "s3:GetObject", over | {"aws:SecureTransport": "false"}),
        (ROLE, "s3:GetObject", over | {"s3:TlsVersion": "1.1"}),
        resource=OBJECT,
    )
    assert (plain.allowed, plain.statements) == (False, ("PlainHttp",))
    assert (old.allowed, old.statements) == (False, ("OldTls",))
    assert not any(allowed(ask(found[bucket], (STRANGER, "s3:GetObject", over), resource=OBJECT)))


def test_the_s3_endpoint_writes_to_this_accounts_buckets_only(found: dict[str, Document]) -> None:
    here, elsewhere = {"aws:ResourceAccount": ACCOUNT}, {"aws:ResourceAccount": "999999999999"}
    passing = [("s3:GetObject", here), ("s3:GetObject", elsewhere), ("s3:PutObject", here), ("s3:DeleteObject", here)]
    verdicts = ask(found[S3_ENDPOINT], *[(ROLE, *call) for call in passing], resource=OBJECT)
    assert all(allowed(verdicts))
    assert {sid for one in verdicts for sid in one.statements} == {"Read", "OwnBuckets"}
    # The endpoint's policy is asked besides that of the role, which allows everything: alone, as another account's is.
    writes = ("s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl")
    assert not any(allowed(ask(found[S3_ENDPOINT], *[(STRANGER, a, elsewhere) for a in writes], resource=OBJECT)))


@pytest.mark.parametrize(
    ("role", "service", "source", "another"),
    [
        (
            CONNECTOR_ROLE,
            "kafkaconnect",
            "kafkaconnect:{}:{}:connector/cdc-prod-orders/1-2-3",
            "connector/cdc-prod-o/1",
        ),
        (
            SIGNALLED_ROLE,
            "kafkaconnect",
            "kafkaconnect:{}:{}:connector/cdc-prod-stock/1-2-3",
            "connector/cdc-prod-orders/1",
        ),
        (FLOW_LOGS_ROLE, "vpc-flow-logs", "ec2:{}:{}:vpc-flow-log/fl-1", "vpc/vpc-1"),
        (SCHEDULER_ROLE, "scheduler", "scheduler:{}:{}:schedule-group/cdc-prod-self-healing", "schedule-group/default"),
    ],
)
def test_a_role_is_assumed_by_its_service_for_its_source_only(
    found: dict[str, Document], role: str, service: str, source: str, another: str
) -> None:
    principal, name = f"{service}.amazonaws.com", f"arn:aws:iam::{ACCOUNT}:role/cdc-prod"
    arn = f"arn:aws:{source.format(REGION, ACCOUNT)}"
    expected = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": arn}
    stem = arn.split(":", 5)
    deputies: list[Context] = [
        expected | {"aws:SourceArn": ":".join([*stem[:5], another])},
        expected | {"aws:SourceArn": arn.replace(REGION, "eu-west-1")},
        {"aws:SourceAccount": "999999999999", "aws:SourceArn": arn.replace(ACCOUNT, "999999999999")},
        expected | {"aws:SourceAccount": "999999999999"},
        {},
    ]
    calls = [(principal, "sts:AssumeRole", context) for context in [expected, *deputies]]
    others = [("ec2.amazonaws.com", "sts:AssumeRole", expected), (STRANGER, "sts:AssumeRole", expected)]
    first, *rest = allowed(ask(found[role], *calls, *others, resource=name))
    assert first
    assert not any(rest)


@pytest.mark.parametrize("role", [HEALING_ROLE, CONSUMERS_ROLE])
def test_a_functions_role_is_assumed_by_lambda_only(found: dict[str, Document], role: str) -> None:
    """Lambda assumes a function's role without a source."""
    calls = [(f"{service}.amazonaws.com", "sts:AssumeRole", Context()) for service in ("lambda", "scheduler")]
    answers = ask(found[role], *calls, (STRANGER, "sts:AssumeRole", {}), resource=ROLE)
    assert allowed(answers) == [True, False, False]


def test_every_resource_policy_and_trust_policy_is_tested(found: dict[str, Document]) -> None:
    expected = {PLATFORM_KEY, STATE_KEY, CONNECTOR_ROLE, SIGNALLED_ROLE, FLOW_LOGS_ROLE}
    expected |= {STATE_BUCKET, PLUGIN_BUCKET, S3_ENDPOINT, HEALING_ROLE, SCHEDULER_ROLE, CONSUMERS_ROLE}
    assert {name for name, document in found.items() if document.kind != "identity"} == expected
