"""Signs requests to an embedded AWS that no client of boto3 would send."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal.aws.access import AwsAccess
from tests.rehearsal.aws.account import REGION


def credentials(access: AwsAccess) -> Credentials:
    return Credentials(access.access_key, access.secret)


def signed(
    keys: Credentials,
    url: str,
    service: str,
    *,
    method: str = "GET",
    data: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """``headers`` with those of the signature."""
    request = AWSRequest(method, url, headers=dict(headers or {}), data=data)
    signer: Any = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(keys, service, REGION).add_auth(request)
    return dict(request.headers.items())


def presigned(keys: Credentials, url: str, service: str, *, seconds: int = 60) -> str:
    """``url`` with a signature in its query."""
    request = AWSRequest("GET", url)
    signer: Any = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    signer(keys, service, REGION, expires=seconds).add_auth(request)
    return str(request.url)
