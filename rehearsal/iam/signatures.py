"""Who signed: what MSK's clients send to a broker, recomputed with botocore's own SigV4.

Sources: aws-msk-iam-auth's README, "Generating the authentication payload"; IAM user guide,
"Troubleshoot signed requests for AWS APIs". What live MSK refuses beyond that is not documented.
"""

import base64
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AWS_MSK_IAM: Final = "AWS_MSK_IAM"
OAUTHBEARER: Final = "OAUTHBEARER"
VERSION: Final = "2020_10_22"
# Beyond that AWS answers "signature not yet current"; for an expiry it makes no allowance.
CLOCK_SKEW: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(seconds=900)  # what MSK's clients ask for; SigV4 itself would allow a week
ONE_SIGNING: Final = timedelta(minutes=1)  # a second, and what may hold up one of its connections

_SERVICE: Final = "kafka-cluster"
_ACTION: Final = "kafka-cluster:Connect"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATOR: Final = "aws4_request"
_DATE: Final = "%Y%m%dT%H%M%SZ"
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,2}")
_TOKEN: Final = "X-Amz-Security-Token"
_SIGNATURE: Final = "X-Amz-Signature"
# Nothing else is signed: the user agent is added to a token after its signature.
_REQUIRED: Final = (
    "Action",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    _SIGNATURE,
)
_SHOWN: Final = 128  # characters of a value that a client chose, in a log that it must not fill


class RefusedError(Exception):
    """Why a client is refused, for the broker's own log: names the access key, and no secret, token or signature."""


@dataclass(frozen=True)
class Key:
    """Credentials that IAM gave out; ``token`` and ``expires`` (aware) where they are temporary."""

    access_key: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)
    expires: datetime | None


Keys = Callable[[str], Key | None]


class Replays:
    """Signatures of AWS_MSK_IAM that were accepted, for as long as one may be valid; beyond ``limit`` the oldest goes.

    SigV4 has no nonce: a key signs the same for the same broker all second long, in every process and machine that
    holds it. Measured: aws-msk-iam-auth 2.3.9 signs each connection anew and sends at once, and those of one second
    are the same bytes. So a copy is let in within ``ONE_SIGNING`` of the first; one that comes later was kept by
    somebody, and is refused though it has not expired. Addresses are no help: Kafka does not tell them before a client
    is known, all clients of a rehearsal share one, and elsewhere NAT gives one client many.

    Tokens of OAUTHBEARER are not kept: one is meant for every connection, broker and cluster of its region until it
    expires. Measured: Java's login sends one on all connections; the Python signer makes the same all second long, and
    leaves it to its caller how long to use it.
    """

    def __init__(self, *, limit: int = 120_000) -> None:
        """120,000 is what a broker accepts at MSK's 100 new connections a second before the first is forgotten."""
        self._limit = limit
        self._first: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._first)

    def first_seen(self, signature: str, now: datetime) -> datetime:
        """When ``signature`` came first, ``now`` if it is new; from any thread."""
        with self._lock:
            self._forget(now)
            return self._first.setdefault(signature, now)

    def _forget(self, now: datetime) -> None:
        while self._first:
            first = next(iter(self._first.values()))
            if len(self._first) < self._limit and now - first <= CLOCK_SKEW + LONGEST:
                return
            self._first.popitem(last=False)


@dataclass(frozen=True, repr=False)
class _Claim:
    """A request as its sender says that it was signed; ``signed`` is the query, by AWS's own names."""

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
    """Whose connection it is that opens with ``message``; raises RefusedError.

    ``message`` is AWS_MSK_IAM's JSON, or the token of OAUTHBEARER without SASL's frame. ``hosts`` are the names of this
    cluster's brokers as clients know them; a token is signed for the region's endpoint instead. ``now`` is aware.
    """
    match mechanism:
        case "AWS_MSK_IAM":
            claim = _from_payload(message)
        case "OAUTHBEARER":
            claim, hosts = _from_token(message), _endpoints(region)
        case _:
            raise RefusedError(f"mechanism must be {AWS_MSK_IAM} or {OAUTHBEARER}, got {_shown(mechanism)}")
    key = keys(claim.access_key)
    problem = next(_problems(claim, key, region, hosts, now), None)
    if key is None or problem:
        raise RefusedError(f"{_shown(claim.access_key)}: {problem}")
    if mechanism == AWS_MSK_IAM and (age := now - seen.first_seen(claim.signature, now)) > ONE_SIGNING:
        raise RefusedError(f"{_shown(claim.access_key)}: a replay, first seen {age.total_seconds():.0f} s ago")
    return key


def _from_payload(message: str) -> _Claim:
    try:
        fields = json.loads(message, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise RefusedError("malformed: the payload must be JSON, with each field once") from None
    if not isinstance(fields, dict):
        raise RefusedError(f"malformed: the payload must be a JSON object, got {type(fields).__name__}")
    if fields.get("version") != VERSION:
        raise RefusedError(f"malformed: version must be {VERSION}, got {_shown(fields.get('version'))}")
    names = {name: name.lower() for name in (*_REQUIRED, _TOKEN)}
    return _claim({name: fields[lower] for name, lower in names.items() if lower in fields}, fields.get("host"))


def _from_token(message: str) -> _Claim:
    if not _BASE64URL.fullmatch(message):
        raise RefusedError("malformed: the token must be base64url without padding")
    try:
        url = urlsplit(base64.urlsafe_b64decode(message + "=" * (-len(message) % 4)).decode("ascii"))
        fields = _once(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True))
    except ValueError:
        raise RefusedError("malformed: the token must be of a URL, with each parameter once") from None
    if url.scheme != "https" or url.path.strip("/") or url.fragment:
        raise RefusedError("malformed: the token must be of https://HOST/?…, with nothing else")
    return _claim({name: fields[name] for name in (*_REQUIRED, _TOKEN) if name in fields}, url.netloc)


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Raises ValueError for a name that is there twice: which one counts would be anyone's guess."""
    given = list(pairs)
    if len(found := dict(given)) < len(given):
        raise ValueError(given)
    return found


def _claim(fields: Mapping[str, object], host: object) -> _Claim:
    texts = {name: text for name, text in {**fields, "Host": host}.items() if isinstance(text, str) and text.isascii()}
    for name in (*fields, *_REQUIRED, "Host"):
        if not texts.get(name):
            raise RefusedError(f"malformed: {name.lower()} must be there, as ASCII text")
    signature, host = texts.pop(_SIGNATURE), texts.pop("Host")
    access_key, *scope = texts["X-Amz-Credential"].rsplit("/", 4)
    if len(scope) != 4 or scope.pop() != _TERMINATOR:
        raise RefusedError(
            f"malformed: x-amz-credential must be KEY/DAY/REGION/SERVICE/{_TERMINATOR},"
            f" got {_shown(texts['X-Amz-Credential'])}"
        )
    return _Claim(
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
    if not _SECONDS.fullmatch(text) or (expires := timedelta(seconds=int(text))) > LONGEST:
        raise RefusedError(f"malformed: x-amz-expires must be 1 to {LONGEST.seconds}, got {_shown(text)}")
    return expires


def _problems(claim: _Claim, key: Key | None, region: str, hosts: Collection[str], now: datetime) -> Iterator[str]:
    """What is wrong, the first thing first: what anyone can see, then what only the holder of the key can know."""
    day, signed_region, service = claim.scope
    wanted = (
        ("algorithm", claim.signed["X-Amz-Algorithm"], _ALGORITHM),
        ("service", service, _SERVICE),
        ("region", signed_region, region),
        ("credential's day", day, claim.signed["X-Amz-Date"][:8]),
        ("signed headers", claim.signed["X-Amz-SignedHeaders"], "host"),
        ("action", claim.signed["Action"], _ACTION),
    )
    for what, got, allowed in wanted:
        if got != allowed:
            yield f"the {what} must be {allowed}, got {_shown(got)}"
    if claim.host not in hosts:
        yield f"the host must be one of {', '.join(sorted(hosts))}, got {_shown(claim.host)}"
    if claim.date > now + CLOCK_SKEW:
        yield f"signed in the future: at {_stamp(claim.date)}, and it is {_stamp(now)}"
    if claim.date + claim.expires <= now:
        yield f"expired: signed at {_stamp(claim.date)} for {claim.expires.seconds} s, and it is {_stamp(now)}"
    if key is None:
        yield "the access key must be one that IAM gave out"
        return
    if key.expires is not None and key.expires <= now:
        yield f"the credentials expired at {_stamp(key.expires)}"
    if (claim.token is None) != (key.token is None):
        yield f"the session token must be {'left out' if key.token is None else 'there'}"
    if not hmac.compare_digest(claim.token or "", key.token or ""):
        yield "the session token must be the one that came with the access key"
    if not hmac.compare_digest(claim.signature, _signature(claim, key)):
        yield "the signature must be made with the access key's secret, of what was sent"


def _signature(claim: _Claim, key: Key) -> str:
    _, region, service = claim.scope
    signer = SigV4QueryAuth(Credentials(key.access_key, key.secret), service, region)
    request = AWSRequest("GET", f"https://{claim.host}/", headers={"Host": claim.host}, params=claim.signed)
    request.context["timestamp"] = claim.signed["X-Amz-Date"]
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def _endpoints(region: str) -> tuple[str, ...]:
    """What tokens are signed for; clients take the first one in China as well."""
    return f"kafka.{region}.amazonaws.com", f"kafka.{region}.amazonaws.com.cn"


def _stamp(date: datetime) -> str:
    return date.astimezone(UTC).strftime(_DATE)


def _shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
