"""Verifies that a request to the embedded AWS is signed with one of its keys, with botocore's SigV4.

Source: IAM user guide, "Create a signed AWS API request" and "Troubleshoot signed requests for AWS APIs". What follows
the first signature of a streamed S3 upload (the signatures of its chunks) is not verified.
"""

import hmac
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.request import Request

from rehearsal.aws.keys import Key, Keys

CLOCK_SKEW: Final = timedelta(minutes=15)  # S3's; other services allow 5 minutes
MAX_VALIDITY: Final = 604_800  # seconds, of a presigned URL
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATOR: Final = "aws4_request"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"
_STREAMING: Final = "STREAMING-"
_CONTENT: Final = "x-amz-content-sha256"
_PARTS: Final = re.compile(r"(\w+)=([^,\s]+)")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")


class Refusal(Enum):
    """Why a request is refused; ``rehearsal.aws.refusals`` has AWS's error for each."""

    UNSIGNED = "Missing Authentication Token"
    UNKNOWN_KEY = "The security token included in the request is invalid."
    EXPIRED = "The security token included in the request is expired"
    MISMATCH = (
        "The request signature we calculated does not match the signature you provided."
        " Check your AWS Secret Access Key and signing method."
    )


class UnauthenticRequestError(Exception):
    """A request is not signed with a key of this AWS: ``refusal``."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, repr=False)
class _Signature:
    """What a request says about its signature, not verified yet; ``expires`` in seconds, of a presigned URL."""

    credential: str
    headers: str
    signature: str
    date: str
    token: str | None
    expires: str | None = None

    @property
    def scope(self) -> list[str]:
        """Access key, day, region, service, terminator; fewer where it is malformed."""
        return self.credential.rsplit("/", 4)


def verify(request: Request, keys: Keys, *, now: datetime) -> None:
    """Raises UnauthenticRequestError unless a key of ``keys`` has signed ``request``; its body can still be read.

    ``now`` is timezone-aware. The body is read only after everything else was found right.
    """
    found = _presigned(request) or _from_header(request)
    if not found or len(found.scope) != 5 or found.scope[4] != _TERMINATOR:
        raise UnauthenticRequestError(Refusal.UNSIGNED)
    key = keys(found.scope[0])
    if key is None or not hmac.compare_digest(found.token or "", key.token or ""):
        raise UnauthenticRequestError(Refusal.UNKNOWN_KEY)
    if key.expires is not None and key.expires <= now:
        raise UnauthenticRequestError(Refusal.EXPIRED)
    if any(_problems(request, found, key, now)):
        raise UnauthenticRequestError(Refusal.MISMATCH)


def _from_header(request: Request) -> _Signature | None:
    algorithm, _, rest = request.headers.get("Authorization", "").partition(" ")
    parts = dict(_PARTS.findall(rest))
    if algorithm != _ALGORITHM or not {"Credential", "SignedHeaders", "Signature"} <= parts.keys():
        return None
    headers = request.headers
    date, token = headers.get("X-Amz-Date", ""), headers.get("X-Amz-Security-Token")
    return _Signature(parts["Credential"], parts["SignedHeaders"], parts["Signature"], date, token)


def _presigned(request: Request) -> _Signature | None:
    query: Mapping[str, str] = request.args
    wanted = ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date")
    if query.get("X-Amz-Algorithm") != _ALGORITHM or any(name not in query for name in wanted):
        return None
    credential, headers, signature, date = (query[name] for name in wanted)
    token, expires = query.get("X-Amz-Security-Token"), query.get("X-Amz-Expires", "")
    return _Signature(credential, headers, signature, date, token, expires)


def _problems(request: Request, found: _Signature, key: Key, now: datetime) -> Iterator[bool]:
    """Whether each part is wrong: the time, the signed headers, the body's hash, the signature."""
    yield not _is_current(found, now)
    names = found.headers.split(";")
    yield "host" not in names or any(name not in request.headers for name in names)
    body = _read(request)
    content = _content_hash(request, found, names, body)
    yield content is None
    yield not hmac.compare_digest(found.signature.encode(), _expected(request, found, key, str(content)).encode())


def _is_current(found: _Signature, now: datetime) -> bool:
    try:
        date = datetime.strptime(found.date, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return False
    if found.scope[1] != found.date[:8] or date > now + CLOCK_SKEW:
        return False
    if found.expires is None:
        return now - date <= CLOCK_SKEW
    valid = _SECONDS.fullmatch(found.expires) and 1 <= int(found.expires) <= MAX_VALIDITY
    return bool(valid) and now <= date + timedelta(seconds=int(found.expires))


def _read(request: Request) -> bytes:
    body = request.get_data()
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body)) if body or "CONTENT_LENGTH" in request.environ else ""
    return body


def _content_hash(request: Request, found: _Signature, names: list[str], body: bytes) -> str | None:
    """The hash that the signature covers; None where it is not that of the body."""
    actual = sha256(body).hexdigest()
    named = request.headers.get(_CONTENT) if _CONTENT in names else None
    if named is None:
        return _UNSIGNED if found.expires is not None and found.scope[3] == "s3" else actual
    open_content = found.scope[3] == "s3" and (named == _UNSIGNED or named.startswith(_STREAMING))
    return named if open_content or hmac.compare_digest(named.encode(), actual.encode()) else None


class _Signer(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs the headers that a client has signed; S3's paths are signed as they are, others are encoded once more."""

    def headers_to_sign(self, request: AWSRequest) -> Any:
        return request.headers

    def payload(self, request: AWSRequest) -> str:
        return str(request.context["payload"])

    def _normalize_url_path(self, path: str) -> str:
        return path if self._service_name == "s3" else str(super()._normalize_url_path(path))


def _expected(request: Request, found: _Signature, key: Key, content: str) -> str:
    _, _, region, service, _ = found.scope
    query = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True, encoding="utf-8")
    signed = AWSRequest(
        request.method,
        f"http://{request.headers['Host']}{request.raw_path}",
        headers={name: request.headers[name] for name in found.headers.split(";")},
        params=[(name, value) for name, value in query if name != "X-Amz-Signature"],
    )
    signed.context.update(timestamp=found.date, payload=content)
    signer = _Signer(Credentials(key.access_key, key.secret), service, region)
    return str(signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed))
