"""Verifies the signatures that MSK's clients send to a broker, with botocore's SigV4.

Sources: aws-msk-iam-auth's README, "Generating the authentication payload"; IAM user guide,
"Troubleshoot signed requests for AWS APIs". What live MSK refuses beyond that is not documented.
"""

import base64
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from modules.environment.names import domain
from rehearsal.aws.keys import Key, Keys

AWS_MSK_IAM: Final = "AWS_MSK_IAM"
OAUTHBEARER: Final = "OAUTHBEARER"
VERSION: Final = "2020_10_22"
# AWS answers "signature not yet current" beyond it; an expiry has no tolerance.
CLOCK_SKEW: Final = timedelta(minutes=5)
MAX_VALIDITY: Final = timedelta(seconds=900)  # MSK's clients use it; SigV4 itself would allow a week
REPLAY_WINDOW: Final = timedelta(minutes=1)  # the same second, and delays of its connections

_SERVICE: Final = "kafka-cluster"
_ACTION: Final = "kafka-cluster:Connect"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATOR: Final = "aws4_request"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,2}")
_TOKEN: Final = "X-Amz-Security-Token"
_SIGNATURE: Final = "X-Amz-Signature"
# Nothing else is signed: the user agent is added to a token after signing.
_REQUIRED: Final = (
    "Action",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    _SIGNATURE,
)
_MAX_SHOWN: Final = 128  # characters of a client's value in the log


class RefusedError(Exception):
    """Why a client is refused, for the broker's log: with the access key, without secret, token or signature."""


class Replays:
    """The accepted signatures of AWS_MSK_IAM, for as long as they can be valid; beyond ``limit`` the oldest is dropped.

    SigV4 has no nonce: within one second a key signs the same for the same broker, in every process that has it.
    Measured: aws-msk-iam-auth 2.3.9 signs each connection anew and sends at once, and signatures of the same second
    are identical. So a copy is accepted within ``REPLAY_WINDOW`` of the first; a later one is a replay, and refused
    although it has not expired. The client's address does not help: Kafka does not pass it on before authentication.

    Tokens of OAUTHBEARER are not stored: one is valid for every connection, broker and cluster of its region until it
    expires. Measured: Java's login sends one token on all connections; the Python signer creates the same one within
    a second, and leaves its reuse to the caller.
    """

    def __init__(self, *, limit: int = 120_000) -> None:
        """120,000 is enough for MSK's 100 new connections a second until the first signature expires."""
        self._limit = limit
        self._first: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._first)

    def first_seen(self, signature: str, now: datetime) -> datetime:
        """When ``signature`` was first seen, ``now`` if it is new; thread-safe."""
        with self._lock:
            self._forget(now)
            return self._first.setdefault(signature, now)

    def _forget(self, now: datetime) -> None:
        while self._first:
            first = next(iter(self._first.values()))
            if len(self._first) < self._limit and now - first <= CLOCK_SKEW + MAX_VALIDITY:
                return
            self._first.popitem(last=False)


@dataclass(frozen=True, repr=False)
class _SignedRequest:
    """A signed request, not verified yet; ``signed`` is its query, by AWS's names."""

    host: str
    signed: Mapping[str, str]
    signature: str
    access_key: str
    scope: tuple[str, str, str]  # day, region, service
    date: datetime
    expires: timedelta

    @property
    def token(self) -> str | None:
        return self.signed.get(_TOKEN)


def verify(
    mechanism: str,
    message: str,
    *,
    keys: Keys,
    region: str,
    hosts: Collection[str],
    now: datetime,
    seen: Replays,
) -> Key:
    """The key that signed ``message``; raises RefusedError.

    ``message`` is AWS_MSK_IAM's JSON, or the token of OAUTHBEARER without SASL's frame. ``hosts`` are the host names of
    this cluster's brokers; a token is signed for the region's endpoint instead. ``now`` is timezone-aware.
    """
    match mechanism:
        case "AWS_MSK_IAM":
            signed_request = _from_payload(message)
        case "OAUTHBEARER":
            signed_request, hosts = _from_token(message), _endpoints(region)
        case _:
            raise RefusedError(f"mechanism must be {AWS_MSK_IAM} or {OAUTHBEARER}, got {_shown(mechanism)}")
    key = keys(signed_request.access_key)
    problem = next(_problems(signed_request, key, region, hosts, now), None)
    if key is None or problem:
        raise RefusedError(f"{_shown(signed_request.access_key)}: {problem}")
    if mechanism == AWS_MSK_IAM and (age := now - seen.first_seen(signed_request.signature, now)) > REPLAY_WINDOW:
        raise RefusedError(f"{_shown(signed_request.access_key)}: a replay, first seen {age.total_seconds():.0f} s ago")
    return key


def _from_payload(message: str) -> _SignedRequest:
    try:
        fields = json.loads(message, object_pairs_hook=_unique_names)
    except (ValueError, RecursionError):
        raise RefusedError("malformed: the payload must be JSON with unique fields") from None
    if not isinstance(fields, dict):
        raise RefusedError(f"malformed: the payload must be a JSON object, got {type(fields).__name__}")
    if fields.get("version") != VERSION:
        raise RefusedError(f"malformed: version must be {VERSION}, got {_shown(fields.get('version'))}")
    names = {name: name.lower() for name in (*_REQUIRED, _TOKEN)}
    return _signed_request(
        {name: fields[lower] for name, lower in names.items() if lower in fields}, fields.get("host")
    )


def _from_token(message: str) -> _SignedRequest:
    if not _BASE64URL.fullmatch(message):
        raise RefusedError("malformed: the token must be base64url without padding")
    try:
        url = urlsplit(base64.urlsafe_b64decode(message + "=" * (-len(message) % 4)).decode("ascii"))
        fields = _unique_names(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise RefusedError("malformed: the token must be a URL with unique parameters") from None
    if url.scheme != "https" or url.path.strip("/") or url.fragment:
        raise RefusedError("malformed: the token must be https://HOST/?…, without path and fragment")
    return _signed_request({name: fields[name] for name in (*_REQUIRED, _TOKEN) if name in fields}, url.netloc)


def _unique_names(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Raises ValueError for a duplicate name."""
    listed = list(pairs)
    if len(found := dict(listed)) < len(listed):
        raise ValueError(listed)
    return found


def _signed_request(fields: Mapping[str, object], host: object) -> _SignedRequest:
    texts = {name: text for name, text in {**fields, "Host": host}.items() if isinstance(text, str) and text.isascii()}
    for name in (*fields, *_REQUIRED, "Host"):
        if not texts.get(name):
            raise RefusedError(f"malformed: {name.lower()} must be set, to ASCII text")
    signature, host = texts.pop(_SIGNATURE), texts.pop("Host")
    access_key, *scope = texts["X-Amz-Credential"].rsplit("/", 4)
    if len(scope) != 4 or scope.pop() != _TERMINATOR:
        raise RefusedError(
            f"malformed: x-amz-credential must be KEY/DAY/REGION/SERVICE/{_TERMINATOR},"
            f" got {_shown(texts['X-Amz-Credential'])}"
        )
    return _SignedRequest(
        host=host,
        signed=texts,
        signature=signature,
        access_key=access_key,
        scope=(scope[0], scope[1], scope[2]),
        date=_date(texts["X-Amz-Date"]),
        expires=_expires(texts["X-Amz-Expires"]),
    )


def _date(text: str) -> datetime:
    try:
        date = datetime.strptime(text, _DATE).replace(tzinfo=UTC)
    except ValueError:
        date = None
    if date is None or date.strftime(_DATE) != text:
        raise RefusedError(f"malformed: x-amz-date must be like 20301231T235959Z, got {_shown(text)}")
    return date


def _expires(text: str) -> timedelta:
    if not _SECONDS.fullmatch(text) or (expires := timedelta(seconds=int(text))) > MAX_VALIDITY:
        raise RefusedError(f"malformed: x-amz-expires must be 1 to {MAX_VALIDITY.seconds}, got {_shown(text)}")
    return expires


def _problems(
    signed_request: _SignedRequest, key: Key | None, region: str, hosts: Collection[str], now: datetime
) -> Iterator[str]:
    """What is wrong: first what needs no key to see, then token and signature."""
    day, signed_region, service = signed_request.scope
    expected = (
        ("algorithm", signed_request.signed["X-Amz-Algorithm"], _ALGORITHM),
        ("service", service, _SERVICE),
        ("region", signed_region, region),
        ("credential's day", day, signed_request.signed["X-Amz-Date"][:8]),
        ("signed headers", signed_request.signed["X-Amz-SignedHeaders"], "host"),
        ("action", signed_request.signed["Action"], _ACTION),
    )
    for what, got, allowed in expected:
        if got != allowed:
            yield f"the {what} must be {allowed}, got {_shown(got)}"
    if signed_request.host not in hosts:
        yield f"the host must be one of {', '.join(sorted(hosts))}, got {_shown(signed_request.host)}"
    if signed_request.date > now + CLOCK_SKEW:
        yield f"signed in the future: at {_stamp(signed_request.date)}, and it is {_stamp(now)}"
    if signed_request.date + signed_request.expires <= now:
        signed_at, seconds = _stamp(signed_request.date), signed_request.expires.seconds
        yield f"expired: signed at {signed_at} for {seconds} s, and it is {_stamp(now)}"
    if key is None:
        yield "the access key is unknown to IAM"
        return
    if key.expires is not None and key.expires <= now:
        yield f"the credentials expired at {_stamp(key.expires)}"
    if (signed_request.token is None) != (key.token is None):
        yield f"the session token must {'not ' if key.token is None else ''}be sent"
    if not hmac.compare_digest(signed_request.token or "", key.token or ""):
        yield "the session token is not that of the access key"
    if not hmac.compare_digest(signed_request.signature, _signature(signed_request, key)):
        yield "the signature does not match"


def _signature(signed_request: _SignedRequest, key: Key) -> str:
    _, region, service = signed_request.scope
    signer = SigV4QueryAuth(Credentials(key.access_key, key.secret), service, region)
    request = AWSRequest(
        "GET", f"https://{signed_request.host}/", headers={"Host": signed_request.host}, params=signed_request.signed
    )
    request.context["timestamp"] = signed_request.signed["X-Amz-Date"]
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def _endpoints(region: str) -> tuple[str, ...]:
    """The endpoints that tokens are signed for; clients use the first one elsewhere, too."""
    return tuple(
        dict.fromkeys(f"kafka.{region}.{name}" for name in ("amazonaws.com", "amazonaws.com.cn", domain(region)))
    )


def _stamp(date: datetime) -> str:
    return date.astimezone(UTC).strftime(_DATE)


def _shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…")
