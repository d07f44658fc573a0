"""Clients of the embedded AWS."""

import os
from functools import cache
from threading import Lock
from typing import Final

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.session import Session as BotocoreSession

_CONFIG: Final = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 2, "mode": "standard"},
    s3={"addressing_style": "path"},
    proxies={},
)
# Neither AWS_PROFILE nor a file that it would be in (name in the file, variable, default, conversion).
_NO_FILES: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_ONE_AT_A_TIME: Final = Lock()  # a session must not make clients in several threads; the clients may be shared


def client(url: str, service: str, region: str) -> BaseClient:
    """A boto3 client that reads nothing of the machine's own AWS configuration, and meets no proxy.

    The same for the same arguments, from any thread.
    """
    with _ONE_AT_A_TIME:
        return _client(url, service, region)


@cache
def _client(url: str, service: str, region: str) -> BaseClient:
    return _session().client(service, region_name=region, endpoint_url=url, config=_CONFIG)


@cache
def _session() -> boto3.Session:
    """One for all, for it parses each service's model once.

    The embedded AWS verifies no signature; but each request must bear one, for it names the service.
    """
    bare = BotocoreSession(session_vars=_NO_FILES)
    return boto3.Session("rehearsal", "rehearsal", region_name="us-east-1", botocore_session=bare)
