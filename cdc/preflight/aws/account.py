"""The account and the region."""

from collections.abc import Iterator
from dataclasses import dataclass

from cdc.aws import Aws
from cdc.findings import Finding, error, ok
from modules.environment.environment import Environment


@dataclass(frozen=True)
class Caller:
    """Whose credentials these are."""

    account: str
    arn: str


def read(aws: Aws, _: Environment) -> Caller:
    found = aws.client("sts").get_caller_identity()
    return Caller(found["Account"], found["Arn"])


def judge(environment: Environment, caller: Caller) -> Iterator[Finding]:
    """The file may name the only account that it is for."""
    if environment.account_id not in (None, caller.account):
        yield error(
            f"the credentials must be of account {environment.account_id}, as account_id says, are of"
            f" {caller.account} ({caller.arn})",
            "use credentials of that account, as by AWS_PROFILE",
        )
    else:
        yield ok(f"account {caller.account}, {environment.region}, as {caller.arn}")
