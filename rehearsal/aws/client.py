"""Clients of the embedded AWS."""

import os
from functools import cache
from threading import Lock
from typing import Final

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.session import Session as BotocoreSession

from rehearsal.aws.access import AwsAccess

_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 2, "mode": "standard"},
    s3={"addressing_style": "path"},
    proxies={},
)
# No AWS_PROFILE and no configuration files (botocore's tuples: name in the file, variable, default, conversion).
_NO_CONFIG_FILES: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_LOCK: Final = Lock()  # botocore sessions are not thread-safe, clients are


def client(aws: AwsAccess, service: str, region: str) -> BaseClient:
    """A boto3 client that ignores the machine's AWS configuration and proxies.

    Cached by its arguments; thread-safe.
    """
    with _LOCK:
        return _client(aws, service, region)


@cache
def _client(aws: AwsAccess, service: str, region: str) -> BaseClient:
    return _session().client(
        service,
        region_name=region,
        endpoint_url=aws.url,
        aws_access_key_id=aws.access_key,
        aws_secret_access_key=aws.secret,
        config=_CONFIG,
    )


@cache
def _session() -> boto3.Session:
    """Shared by all clients, so that each service's model is parsed once."""
    bare = BotocoreSession(session_vars=_NO_CONFIG_FILES)
    return boto3.Session(region_name="us-east-1", botocore_session=bare)
