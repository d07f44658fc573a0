"""Signatures of MSK's own clients are accepted; wrong, expired and replayed ones are refused."""

import base64
import json
import os
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # type: ignore[import-untyped, unused-ignore]
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from kafka.net.sasl.msk import AwsMskIamClient

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.properties_file import as_lines
from rehearsal.iam.signatures import AWS_MSK_IAM, OAUTHBEARER, Key, RefusedError, Replays, verify
from rehearsal.processes import pinned_files
from rehearsal.processes.java import JavaError, Jvm
from rehearsal.processes.programs import Program
from tests.needs import missing

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


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_payload_signed_by_botocore(key: Key) -> None:
    assert verified_key(payload(signed(key=key))) == key


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("host", [ENDPOINT, f"{ENDPOINT}.cn"])
def test_a_token_signed_by_botocore(key: Key, host: str) -> None:
    assert verified_key(token(signed(host, key=key)), OAUTHBEARER) == key


def test_a_payload_of_kafka_python() -> None:
    client = AwsMskIamClient(BROKER, ROLE.access_key, ROLE.secret, REGION, ROLE.token)
    now = datetime.strptime(client.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    keys = {ROLE.access_key: replace(ROLE, expires=None)}
    assert verified_key(client.first_message().decode(), now=now, keys=keys) == keys[ROLE.access_key]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_token_of_the_python_signer(key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_SECURITY_TOKEN", raising=False)
    for name, value in credentials(key).items():
        monkeypatch.setenv(name, value)
    made, until = MSKAuthTokenProvider.generate_auth_token(REGION)
    end = datetime.fromtimestamp(until / 1000, UTC)
    known = replace(key, expires=None)
    for now in (end - 900 * SECOND, end - SECOND):
        assert verified_key(made, OAUTHBEARER, now=now, keys={key.access_key: known}) == known
    refused(made, "expired", OAUTHBEARER, now=end, keys={key.access_key: known})


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


# Requests of Kafka's protocol that come before and with a client's signature, and what answers the first ones.
HANDSHAKE, API_VERSIONS, AUTHENTICATE = 17, 18, 36
ANSWERS = {
    API_VERSIONS: struct.pack(">hi9h", 0, 3, HANDSHAKE, 0, 1, API_VERSIONS, 0, 0, AUTHENTICATE, 0, 1),
    HANDSHAKE: struct.pack(">hi", 0, 0),
}


class Listener(socketserver.StreamRequestHandler):
    """The part of a broker that a client needs to sign in; then it closes the connection."""

    def handle(self) -> None:
        while size := self.rfile.read(4):
            request = self.rfile.read(int.from_bytes(size))
            api, _, number, client = struct.unpack_from(">hhih", request)
            if api == AUTHENTICATE:
                self.server.heard.append((datetime.now(UTC), request[14 + max(client, 0) :]))  # type: ignore[attr-defined]
                return
            answer = struct.pack(">i", number) + ANSWERS[api]
            self.wfile.write(struct.pack(">i", len(answer)) + answer)


Heard = list[tuple[datetime, bytes]]


@contextmanager
def listening() -> Iterator[tuple[int, Heard]]:
    """A free port, and what clients send to it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Listener) as server:
        heard: Heard = []
        server.heard = heard  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], heard
        server.shutdown()


def credentials(key: Key) -> dict[str, str]:
    variables = {
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_SESSION_TOKEN": key.token,
    }
    return {name: value for name, value in variables.items() if value}


LOGINS = {
    AWS_MSK_IAM: {
        "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
        "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    },
    OAUTHBEARER: {
        "sasl.jaas.config": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
        "sasl.login.callback.handler.class": "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler",
    },
}


@pytest.fixture(scope="module")
def client() -> list[Path]:
    """The jars of Kafka's tools with AWS's login module."""
    lock = load()
    login = next(file for file in lock.sets[pinned_files.CONNECT].files if file.maven.artifact == "aws-msk-iam-auth")
    try:
        files = (*pinned_files.files(lock, pinned_files.KAFKA), login)
        return sorted(fetch(files, sources=sources(os.environ.get("CDC_SOURCES", "").split()), cache=Cache()).values())
    except FetchErrors as error:
        missing(str(error))


def java_signs(mechanism: str, jars: list[Path], folder: Path) -> Heard:
    """What AWS's Java library sends in more than a second, from one process that connects ten times a second."""
    (folder / "hosts").write_text(f"127.0.0.1 {BROKER}\n")
    properties = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism, **LOGINS[mechanism]}
    properties |= {"reconnect.backoff.ms": "100", "reconnect.backoff.max.ms": "100"}
    (folder / "client.properties").write_text(as_lines(properties))
    with listening() as (port, heard):
        jvm = Jvm("kafka.admin.ConfigCommand", jars, 128, hosts=folder / "hosts")
        asked = ("--bootstrap-server", f"{BROKER}:{port}", "--command-config", str(folder / "client.properties"))
        try:
            command = jvm.command(*asked, "--describe", "--entity-type", "brokers", folder=folder)
        except JavaError as error:
            missing(str(error))
        variables = {**credentials(ROLE), "AWS_REGION": REGION}
        with Program("client", command, folder=folder, env=variables) as program:
            program.wait_until(lambda: heard if heard and heard[-1][0] > heard[0][0] + 1.2 * SECOND else None)
    return heard


def accepted(heard: Heard, messages: list[str], mechanism: str) -> bool:
    """Whether all messages are accepted, in their order and at their times."""
    seen, known = Replays(), {ROLE.access_key: replace(ROLE, expires=None)}
    return all(
        verified_key(message, mechanism, now=at, seen=seen, keys=known) == known[ROLE.access_key]
        for (at, _), message in zip(heard, messages, strict=True)
    )


def test_payloads_of_the_java_client(client: list[Path], tmp_path: Path) -> None:
    heard = java_signs(AWS_MSK_IAM, client, tmp_path)
    messages = [sent.decode() for _, sent in heard]
    assert accepted(heard, messages, AWS_MSK_IAM)
    dates = [json.loads(message)["x-amz-date"] for message in messages]
    assert len(set(messages)) == len(set(dates)) > 1, "signed anew for each connection"
    assert len(messages) > len(set(messages)), "and alike within a second"


def test_tokens_of_the_java_client(client: list[Path], tmp_path: Path) -> None:
    heard = java_signs(OAUTHBEARER, client, tmp_path)
    messages = [sent.decode().removeprefix("n,,\x01auth=Bearer ").rstrip("\x01") for _, sent in heard]
    assert accepted(heard, messages, OAUTHBEARER)
    assert len(messages) > 1
    assert len(set(messages)) == 1, "one token for all connections"
