"""The AWS account that the state is in, and the clients for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cdc.aws import SIGN_IN, Aws, CredentialsError, is_rejected
from cdc.state.errors import StateError
from modules.environment.environment import Environment
from modules.environment.models.state import S3State


@dataclass(frozen=True)
class Account:
    """Clients with the caller's credentials, in the region of the state."""

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
        """The account's 12 digits; raises StateError if it differs from the environment's account_id."""
        with aws_errors():
            found: str = self._client("sts").get_caller_identity()["Account"]
        if self.environment.account_id not in (None, found):
            raise StateError(
                f"account_id: the credentials must be of account {self.environment.account_id},"
                f" as environment {self.environment.name} says, got {found}"
            )
        return found

    def _client(self, service: str) -> Any:
        return self.aws.client(service)

    @cached_property
    def aws(self) -> Aws:
        return Aws(self.region)


def account(environment: Environment) -> Account:
    """The account of an environment with its state in S3; raises StateError for any other, or without credentials."""
    state = environment.state
    if not isinstance(state, S3State):
        raise StateError(f"state.kind of {environment.name} must be s3 for this command, got {state.kind}")
    found = Account(environment, state)
    try:
        found.aws.check_credentials()
    except CredentialsError as error:
        raise StateError(f"{error}: {SIGN_IN}") from error
    return found


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turns errors of AWS, and failures to reach it, into StateError."""
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        again = f": {SIGN_IN}" if is_rejected(error) else ""
        raise StateError(
            f"{error.operation_name} failed: {details.get('Code')}: {details.get('Message')}{again}"
        ) from error
    except BotoCoreError as error:
        raise StateError(f"cannot call AWS: {error}") from error


def refused_as(error: ClientError, *codes: str) -> bool:
    """Whether AWS refused with one of these codes; S3 answers a HEAD with the status alone."""
    return error.response["Error"].get("Code") in codes
