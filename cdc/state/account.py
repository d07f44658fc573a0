"""The account that keeps the state, through AWS's own interfaces."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cdc.state.errors import StateError
from modules.environment.environment import Environment
from modules.environment.models.state import S3State


@dataclass(frozen=True)
class Account:
    """Clients with the credentials of whoever runs this, in the region of the state."""

    environment: Environment
    state: S3State

    @property
    def region(self) -> str:
        return self.state.region or self.environment.region

    @cached_property
    def s3(self) -> Any:
        return self._client("s3")

    @cached_property
    def dynamodb(self) -> Any:
        return self._client("dynamodb")

    @cached_property
    def kms(self) -> Any:
        return self._client("kms")

    @cached_property
    def id(self) -> str:
        """The account's 12 digits; raises StateError where it is not the one that the environment guards."""
        with telling():
            found: str = self._client("sts").get_caller_identity()["Account"]
        if self.environment.account_id not in (None, found):
            raise StateError(
                f"account_id: the credentials must be of account {self.environment.account_id},"
                f" as environment {self.environment.name} says, got {found}"
            )
        return found

    def _client(self, service: str) -> Any:
        import boto3  # takes a third of a second, which commands without an account need not wait

        return boto3.Session().client(service, region_name=self.region)


def account(environment: Environment) -> Account:
    """Of an environment that keeps its state in S3; raises StateError for any other."""
    state = environment.state
    if not isinstance(state, S3State):
        raise StateError(
            f"state.kind of {environment.name} must be s3 for this, got {state.kind}:"
            " the state is not in a bucket that could be looked into"
        )
    return Account(environment, state)


@contextmanager
def telling() -> Iterator[None]:
    """What AWS refuses, and what keeps one from asking it, as a StateError."""
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        raise StateError(f"AWS refuses {error.operation_name}: {told.get('Code')}: {told.get('Message')}") from error
    except BotoCoreError as error:
        raise StateError(f"AWS must be reached: {error}") from error


def refused_as(error: ClientError, *codes: str) -> bool:
    """Whether AWS refused with one of these codes; S3 answers a HEAD with the status alone."""
    return error.response["Error"].get("Code") in codes
