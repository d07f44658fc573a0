"""The signatures of MSK's own clients are accepted: Java, kafka-python and AWS's Python signer."""

import json
import os
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider  # type: ignore[import-untyped, unused-ignore]
from kafka.net.sasl.msk import AwsMskIamClient

from modules.artifacts.cache import Cache
from modules.artifacts.fetch import FetchErrors, fetch
from modules.artifacts.lock import load
from modules.artifacts.sources import sources
from modules.properties_file import as_lines
from rehearsal.aws.keys import Key
from rehearsal.iam.signatures import AWS_MSK_IAM, OAUTHBEARER, Replays
from rehearsal.processes import pinned_files
from rehearsal.processes.java import JavaError, Jvm
from rehearsal.processes.programs import Program
from tests.needs import missing
from tests.rehearsal.iam.signed_requests import BROKER, KEYS, REGION, ROLE, SECOND, refused, verified_key

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
