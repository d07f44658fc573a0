"""Requests signed with botocore as MSK's clients sign them, and their verification."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal.aws.keys import Key
from rehearsal.iam.signatures import AWS_MSK_IAM, RefusedError, Replays, verify

REGION = "eu-west-1"
BROKER = "b-1.orders.abc123.c1.kafka.eu-west-1.amazonaws.com"
ENDPOINT = "kafka.eu-west-1.amazonaws.com"
NOW = datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# What base64 brings and SigV4 must encode.
ROLE = Key("ASIAORDERS", "role/secret+of==", "role/token+of==", NOW + timedelta(hours=1))
USER = Key("AKIABILLING", "user/secret+of==", None, None)
KEYS = {key.access_key: key for key in (ROLE, USER)}


def signed(
    host: str = BROKER,
    *,
    key: Key = ROLE,
    action: str = "kafka-cluster:Connect",
    service: str = "kafka-cluster",
    region: str = REGION,
    expires: int = 900,
    headers: Mapping[str, str] | None = None,
    at: datetime = NOW,
) -> str:
    """A URL presigned by botocore."""
    request = AWSRequest("GET", f"https://{host}/", params={"Action": action}, headers=dict(headers or {}))
    signer = auth.SigV4QueryAuth(Credentials(key.access_key, key.secret, key.token), service, region, expires)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "get_current_datetime", lambda: at)
        signer.add_auth(request)
    return str(request.prepare().url)


def payload(url: str, **changed: str | None) -> str:
    """The JSON of AWS_MSK_IAM for ``url``, with fields changed (an underscore for each hyphen) or removed."""
    fields = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    fields |= {"version": "2020_10_22", "host": urlsplit(url).netloc, "user-agent": "tests"}
    given: dict[str, Any] = {**fields, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return json.dumps({name: value for name, value in given.items() if value is not None})


def token(url: str, **changed: str) -> str:
    """The token of OAUTHBEARER for ``url``, with parameters changed."""
    fields = dict(parse_qsl(urlsplit(url).query)) | {name.replace("_", "-"): value for name, value in changed.items()}
    return encoded(f"{url.partition('?')[0]}?{urlencode(fields)}&User-Agent=tests%2F1")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def verified_key(
    message: str,
    mechanism: str = AWS_MSK_IAM,
    *,
    now: datetime = NOW,
    seen: Replays | None = None,
    keys: Mapping[str, Key] = KEYS,
    region: str = REGION,
) -> Key:
    seen = Replays() if seen is None else seen
    return verify(mechanism, message, keys=keys.get, region=region, hosts={BROKER}, now=now, seen=seen)


def refused(message: str, reason: str, mechanism: str = AWS_MSK_IAM, **given: Any) -> None:
    seen = Replays()
    with pytest.raises(RefusedError, match=reason) as error:
        verified_key(message, mechanism, seen=seen, **given)
    text = str(error.value)
    assert not [word for key in KEYS.values() for word in (key.secret, key.token) if word and word in text]
    assert len(text) < 500
    assert len(seen) == 0, "only accepted signatures are stored"
