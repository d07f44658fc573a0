"""The checks of an account, and what they find in one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from cdc.aws import Aws, code, is_rejected
from cdc.findings import Finding, Result, error, unknown
from cdc.preflight.aws import (
    account,
    aurora,
    instances,
    kafka,
    log_policies,
    network,
    permissions,
    plugins,
    quotas,
    secrets,
)
from modules.environment.environment import Environment


@dataclass(frozen=True)
class Check:
    """``judge`` judges what ``read`` read; several checks may share a reading."""

    name: str
    read: Callable[[Aws, Environment], Any]
    judge: Callable[[Environment, Any], Iterator[Finding]]


# In the order of the report.
CHECKS: Final[Sequence[Check]] = (
    Check("account", account.read, account.judge),
    Check("quotas", quotas.read, quotas.judge),
    Check("permissions", permissions.read, permissions.judge),
    Check("log policies", log_policies.read, log_policies.judge),
    Check("VPCs", network.read, network.judge_vpcs),
    Check("addresses", network.read, network.judge_addresses),
    Check("routes", network.read, network.judge_routes),
    Check("DNS", network.read, network.judge_dns),
    Check("secrets", secrets.read, secrets.judge),
    Check("keys", secrets.read, secrets.judge_keys),
    Check("plugins", plugins.read, plugins.judge),
    Check("Kafka", kafka.read, kafka.judge),
    Check("Aurora", aurora.read, aurora.judge),
    Check("parameters", aurora.read, aurora.judge_parameters),
    Check("backtrack", aurora.read, aurora.judge_backtrack),
    Check("RDS", instances.read, instances.judge),
    Check("parameters of RDS", instances.read, instances.judge_parameters),
)


def check(environment: Environment, aws: Aws) -> Iterator[Result]:
    """All findings about the account; what could not be read is UNKNOWN, once for each reading."""
    facts: dict[Any, Any] = {}
    for one in CHECKS:
        if one.read not in facts:
            try:
                facts[one.read] = one.read(aws, environment)
            except (ClientError, BotoCoreError) as failed:
                facts[one.read] = None
                yield Result("account", one.name, _unread(failed))
                if one.read is account.read:
                    return
        if facts[one.read] is not None:
            for finding in one.judge(environment, facts[one.read]):
                yield Result("account", one.name, finding)


def _unread(failed: Exception) -> Finding:
    if not isinstance(failed, ClientError):
        return unknown(f"AWS cannot be called: {failed}", "check the network and AWS_ENDPOINT_URL")
    said = f"{failed.operation_name}: {failed.response['Error'].get('Message') or code(failed)}"
    if is_rejected(failed):
        return error(f"the credentials are not accepted: {said}", "sign in again")
    if any(word in code(failed) for word in ("AccessDenied", "Unauthorized")):
        return unknown(f"could not be read: {said}", f"allow the caller {failed.operation_name}")
    return unknown(f"could not be read: {said}", "try again")
