"""Wrong, expired and replayed signatures are refused; correct ones are accepted."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.aws.keys import Key
from rehearsal.iam.signatures import AWS_MSK_IAM, OAUTHBEARER, RefusedError, Replays
from tests.rehearsal.iam.signed_requests import (
    BROKER,
    ENDPOINT,
    KEYS,
    NOW,
    ROLE,
    SECOND,
    USER,
    encoded,
    payload,
    refused,
    signed,
    token,
    verified_key,
)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_payload_signed_by_botocore(key: Key) -> None:
    assert verified_key(payload(signed(key=key))) == key


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("host", [ENDPOINT, f"{ENDPOINT}.cn"])
def test_a_token_signed_by_botocore(key: Key, host: str) -> None:
    assert verified_key(token(signed(host, key=key)), OAUTHBEARER) == key


WRONGLY_SIGNED: dict[str, tuple[dict[str, Any], str]] = {
    "service": ({"service": "kafka"}, "the service must be kafka-cluster, got 'kafka'"),
    "region": ({"region": "eu-west-2"}, "the region must be eu-west-1, got 'eu-west-2'"),
    "action": ({"action": "kafka-cluster:*"}, r"the action must be kafka-cluster:Connect, got 'kafka-cluster:\*'"),
    "host": ({"host": "b-9.orders.abc123.c1.kafka.eu-west-1.amazonaws.com"}, "the host must be one of .*, got 'b-9"),
    "port": ({"host": f"{BROKER}:9098"}, "the host must be one of .*:9098'"),
    "headers": ({"headers": {"X-More": "1"}}, "the signed headers must be host, got 'host;x-more'"),
    "expiry": ({"expires": 901}, "x-amz-expires must be 1 to 900, got '901'"),
    "no_expiry": ({"expires": 0}, "x-amz-expires must be 1 to 900, got '0'"),
    "endless": ({"expires": "9" * 5000}, "x-amz-expires must be 1 to 900, got '999"),
    "key": ({"key": replace(ROLE, access_key="ASIAOTHER")}, "'ASIAOTHER': the access key is unknown to IAM"),
    "secret": ({"key": replace(ROLE, secret="guessed")}, "'ASIAORDERS': the signature does not match"),
    "token": ({"key": replace(ROLE, token="another's")}, "'ASIAORDERS': the session token is not that"),
    "no_token": ({"key": replace(ROLE, token=None)}, "'ASIAORDERS': the session token must be sent"),
    "needless_token": ({"key": replace(USER, token="any")}, "'AKIABILLING': the session token must not be sent"),
}


@pytest.mark.parametrize(("changed", "reason"), WRONGLY_SIGNED.values(), ids=WRONGLY_SIGNED)
@pytest.mark.parametrize("mechanism", [AWS_MSK_IAM, OAUTHBEARER])
def test_wrongly_signed_requests_are_refused(mechanism: str, changed: dict[str, Any], reason: str) -> None:
    host, write = (BROKER, payload) if mechanism == AWS_MSK_IAM else (ENDPOINT, token)
    key = KEYS.get(changed.get("key", ROLE).access_key, ROLE)
    assert verified_key(write(signed(host, key=key)), mechanism) == key, "the passing twin"
    refused(write(signed(**{"host": host, **changed})), reason, mechanism)


def test_tokens_are_for_the_endpoint_and_payloads_for_a_broker() -> None:
    refused(token(signed(BROKER)), "the host must be one of kafka.eu-west-1", OAUTHBEARER)
    refused(payload(signed(ENDPOINT)), "the host must be one of b-1")


TAMPERED: dict[str, tuple[dict[str, str], str]] = {
    "algorithm": ({"X_Amz_Algorithm": "AWS4-HMAC-SHA1"}, "the algorithm must be AWS4-HMAC-SHA256, got 'AWS4-HMAC-SHA1"),
    "signature": ({"X_Amz_Signature": "0" * 64}, "the signature does not match"),
    "short_signature": ({"X_Amz_Signature": "0"}, "the signature does not match"),
    "seconds": ({"X_Amz_Expires": "899"}, "the signature does not match"),
    "second": ({"X_Amz_Date": "20301231T235958Z"}, "the signature does not match"),
    "day": ({"X_Amz_Date": "20301230T235959Z"}, "the credential's day must be 20301230, got '20301231'"),
    "user": (
        {"X_Amz_Credential": "AKIABILLING/20301231/eu-west-1/kafka-cluster/aws4_request"},
        "token must not be sent",
    ),
}


@pytest.mark.parametrize(("changed", "reason"), TAMPERED.values(), ids=TAMPERED)
def test_a_request_that_was_changed_after_signing_is_refused(changed: dict[str, str], reason: str) -> None:
    refused(payload(signed(), **{name.lower(): value for name, value in changed.items()}), reason)
    refused(token(signed(ENDPOINT), **changed), reason, OAUTHBEARER)


def test_the_user_agent_is_not_signed() -> None:
    assert verified_key(payload(signed(), user_agent="another")) == ROLE
    assert verified_key(payload(signed(), user_agent=None)) == ROLE
    assert verified_key(token(signed(ENDPOINT), X_Unsigned="1"), OAUTHBEARER) == ROLE


FIELDS = [name for name in json.loads(payload(signed(key=USER))) if name != "user-agent"]
MALFORMED: dict[str, tuple[str, str]] = {
    **{f"no_{name}": (payload(signed(key=USER), **{name: None}), f"malformed: {name} must be") for name in FIELDS},
    "not_json": ("not json", "must be JSON"),
    "too_deep": ("[" * 100_000, "must be JSON"),
    "no_object": ("[]", "must be a JSON object, got list"),
    "twice": (payload(signed()).replace("{", '{"host": "b-9", ', 1), "unique fields"),
    "version": (payload(signed(), version="2019_01_01"), "version must be 2020_10_22, got '2019_01_01'"),
    "number": (payload(signed()).replace('"900"', "900"), "x-amz-expires must be set, to ASCII text"),
    "surrogate": (payload(signed(), x_amz_security_token="\ud800"), "x-amz-security-token must be"),
    "no_ascii": (payload(signed(), x_amz_signature="é"), "x-amz-signature must be"),
    "scope": (payload(signed(), x_amz_credential="ASIAORDERS"), "x-amz-credential must be .*, got 'ASIAORDERS'"),
    "terminator": (payload(signed(), x_amz_credential="ASIAORDERS/20301231/r/s/aws5"), "x-amz-credential must be"),
    "date": (payload(signed(), x_amz_date="2030-12-31"), "x-amz-date must be like .*, got '2030-12-31'"),
    "loose_date": (payload(signed(), x_amz_date="20301231T23595Z"), "x-amz-date must be like"),
    "no_date": (payload(signed(), x_amz_date="20301331T235959Z"), "x-amz-date must be like"),
    "log_filler": (payload(signed(), x_amz_date="x" * 100_000), "x-amz-date must be like"),
    "log_line": (payload(signed(), x_amz_date="\nb-1 started"), r"got '\\nb-1 started'"),
}


@pytest.mark.parametrize(("message", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_payload(message: str, reason: str) -> None:
    refused(message, reason)


URL = signed(ENDPOINT)
MALFORMED_TOKENS: dict[str, tuple[str, str]] = {
    "no_base64": ("not base64", "must be base64url"),
    "empty": ("", "must be base64url"),
    "padded": (token(URL) + "=", "base64url without padding"),
    "one_letter_more": (encoded("") + "a", "must be a URL"),
    "bytes": (base64.urlsafe_b64encode(b"\xff\xff\xff").decode(), "must be a URL"),
    "no_query": (encoded("https://" + ENDPOINT), "malformed: action must be set"),
    "no_pairs": (encoded("https://" + ENDPOINT + "?Action"), "must be a URL"),
    "no_host": (encoded("https://[" + ENDPOINT), "must be a URL"),
    "twice": (encoded(URL + "&Action=kafka-cluster%3AConnect"), "unique parameters"),
    "plain": (encoded(URL.replace("https", "http", 1)), "must be https://HOST"),
    "path": (encoded(URL.replace("/?", "/v1?", 1)), "must be https://HOST"),
    "no_action": (encoded(URL.replace("Action=", "Do=", 1)), "malformed: action must be set"),
    "lower_case": (encoded(URL.replace("X-Amz-Date=", "x-amz-date=", 1)), "malformed: x-amz-date must be set"),
    "fragment": (encoded(URL + "#top"), "must be https://HOST"),
    "blank": (token(URL, X_Amz_Security_Token=""), "malformed: x-amz-security-token must be set"),
    "framed": ("n,,\x01auth=Bearer " + token(URL) + "\x01\x01", "must be base64url"),
}


@pytest.mark.parametrize(("message", "reason"), MALFORMED_TOKENS.values(), ids=MALFORMED_TOKENS)
def test_a_malformed_token(message: str, reason: str) -> None:
    assert verified_key(encoded(URL), OAUTHBEARER) == ROLE, "the passing twin"
    assert verified_key(encoded(URL.replace("/?", "?", 1)), OAUTHBEARER) == ROLE, "as Java writes it"
    refused(message, reason, OAUTHBEARER)


def test_an_unknown_mechanism_is_refused() -> None:
    refused(payload(signed()), "mechanism must be AWS_MSK_IAM or OAUTHBEARER, got 'PLAIN'", "PLAIN")


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-5) - SECOND, "signed in the future: at 20301231T235959Z, and it is 20301231T235458Z"),
        (899 * SECOND, None),
        (900 * SECOND, "expired: signed at 20301231T235959Z for 900 s, and it is 20310101T001459Z"),
    ],
)
@pytest.mark.parametrize(
    ("mechanism", "message"), [(AWS_MSK_IAM, payload(signed())), (OAUTHBEARER, token(signed(ENDPOINT)))]
)
def test_the_time_of_a_signature(mechanism: str, message: str, age: timedelta, reason: str | None) -> None:
    if reason is None:
        assert verified_key(message, mechanism, now=NOW + age) == ROLE
    else:
        refused(message, reason, mechanism, now=NOW + age)


def test_the_expiry_of_the_signature() -> None:
    assert verified_key(payload(signed(expires=60)), now=NOW + 59 * SECOND) == ROLE
    refused(payload(signed(expires=60)), "for 60 s", now=NOW + 60 * SECOND)


def test_expired_credentials() -> None:
    soon = {ROLE.access_key: replace(ROLE, expires=NOW + 10 * SECOND)}
    assert verified_key(payload(signed()), keys=soon, now=NOW + 9 * SECOND) == soon[ROLE.access_key]
    refused(payload(signed()), "the credentials expired at 20310101T000009Z", keys=soon, now=NOW + 10 * SECOND)


def test_one_signature_is_accepted_for_connections_of_the_same_second() -> None:
    seen = Replays()
    for late in (0, 1, 60):
        assert verified_key(payload(signed()), now=NOW + late * SECOND, seen=seen) == ROLE


def test_a_payload_sent_again_later_is_refused_as_a_replay() -> None:
    seen = Replays()
    verified_key(payload(signed()), seen=seen)
    later = NOW + 61 * SECOND
    with pytest.raises(RefusedError, match="'ASIAORDERS': a replay, first seen 61 s ago"):
        verified_key(payload(signed(), user_agent="another"), now=later, seen=seen)
    assert verified_key(payload(signed(at=later)), now=later, seen=seen) == ROLE


def test_a_slow_client_clock_is_not_a_replay() -> None:
    assert verified_key(payload(signed()), now=NOW + timedelta(minutes=14), seen=Replays()) == ROLE


def test_a_token_is_accepted_until_it_expires() -> None:
    seen = Replays()
    for late in (0, 61, 899):
        assert verified_key(token(signed(ENDPOINT)), OAUTHBEARER, now=NOW + late * SECOND, seen=seen) == ROLE


def test_replays_are_bounded() -> None:
    seen = Replays(limit=2)
    for number, signature in enumerate("abc"):
        seen.first_seen(signature, NOW + number * SECOND)
    assert len(seen) == 2
    assert seen.first_seen("c", NOW + 9 * SECOND) == NOW + 2 * SECOND
    assert seen.first_seen("a", NOW + 9 * SECOND) == NOW + 9 * SECOND, "the oldest is forgotten"


def test_signatures_are_kept_for_the_longest_validity() -> None:
    seen = Replays()
    seen.first_seen("a", NOW)
    assert seen.first_seen("a", NOW + timedelta(minutes=20)) == NOW
    seen.first_seen("b", NOW + timedelta(minutes=20, seconds=1))
    assert len(seen) == 1


def test_a_key_does_not_show_its_secret() -> None:
    assert repr(USER) == "Key(access_key='AKIABILLING', expires=None)"
    assert str(ROLE.token) not in f"{ROLE!r} {ROLE}"
