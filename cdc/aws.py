"""The AWS account of the caller's credentials."""

import os
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import urlsplit

_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 30


# How to get others.
SIGN_IN: Final = "sign in, as with aws sso login, or set AWS_PROFILE"


# Of requests whose keys, signature or token are not accepted.
_REJECTED: Final = (
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


class CredentialsError(Exception):
    """The caller has no credentials that can be used."""


class Aws:
    """Clients in ``region`` with the caller's credentials, and the endpoint of AWS_ENDPOINT_URL if that is set."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.client = cache(self._client)

    def check_credentials(self) -> None:
        """Raises CredentialsError where there are none, or none can be had; those that there are may be expired."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self.credentials
        except (BotoCoreError, ClientError) as error:
            # The output of a credential_process that failed ends the message, which may be several lines.
            why = " ".join(str(error).split()).rstrip(".: ")
            raise CredentialsError(f"the AWS credentials cannot be read: {why}") from error
        if found is None:
            raise CredentialsError("there are no AWS credentials")
        if any(character.isspace() for part in found for character in part or ""):
            # Sent, they would be in the error of the HTTP client.
            raise CredentialsError("the AWS credentials cannot be used: a key or the token has white space in it")

    @property
    def credentials(self) -> Any:
        """The access key, secret and token as they are now; None where there are none."""
        found = self._session.get_credentials()
        return found.get_frozen_credentials() if found else None

    @property
    def endpoint(self) -> str:
        """Of another AWS than the real one, such as a rehearsal's; empty for AWS itself."""
        return os.environ.get("AWS_ENDPOINT_URL", "")

    @cached_property
    def _session(self) -> Any:
        import boto3  # takes a third of a second, which other commands do not need

        return boto3.Session()

    def _client(self, service: str) -> Any:
        from botocore.config import Config
        from botocore.exceptions import InvalidConfigError

        config = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, retries={"total_max_attempts": 3})
        try:
            _ = urlsplit(self.endpoint).port  # which the client checks only with its first request
            return self._session.client(service, region_name=self.region, config=config)
        except ValueError as error:
            raise InvalidConfigError(error_msg=f"AWS_ENDPOINT_URL must be a URL: {error}") from error

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        """All items under ``key`` of a paginated operation."""
        pages = self.client(service).get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(key, ())]


def is_rejected(error: Any) -> bool:
    """Whether a ClientError says that the caller's credentials are not accepted, or not any more."""
    return code(error) in _REJECTED


def unread(error: Any) -> str:
    """What a ClientError or BotoCoreError means for a command that reads the account."""
    again = hasattr(error, "response") and is_rejected(error)
    return f"AWS cannot be read: {error}{f': {SIGN_IN}' if again else ''}"


def code(error: Any) -> str:
    """The code of a ClientError."""
    found: str = error.response.get("Error", {}).get("Code", "")
    return found
