"""Clients of the embedded AWS."""

import boto3
from botocore.client import BaseClient
from botocore.config import Config

# Any will do: the embedded AWS verifies no signature. Yet each request must bear one, for it names the service.
CREDENTIALS = {"aws_access_key_id": "rehearsal", "aws_secret_access_key": "rehearsal"}
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 2, "mode": "standard"},
    s3={"addressing_style": "path"},
    proxies={},
    max_pool_connections=4,
)


def client(url: str, service: str, region: str) -> BaseClient:
    """A boto3 client that reads nothing of the machine's own AWS configuration, and meets no proxy."""
    session = boto3.Session(region_name=region, **CREDENTIALS)
    return session.client(service, endpoint_url=url, config=_CONFIG)
