"""Who gets in: only clients with this rehearsal's keys or its token, on this machine, and no web page."""

import json
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import Session
from moto.core.request import Request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from rehearsal.aws import request_signatures
from rehearsal.aws.access import TOKEN_HEADER, AwsAccess
from rehearsal.aws.keys import Key, accepted
from rehearsal.aws.request_signatures import CLOCK_SKEW, Refusal, UnauthenticRequestError
from rehearsal.aws.server import EmbeddedAws
from tests.rehearsal.aws.account import BUCKET, REGION, aws_client, bucket, role
from tests.rehearsal.aws.signing import credentials, presigned, signed

TOKEN = "X-Amz-Security-Token"
# A service of each protocol, a call, and AWS's codes: of no signature, an unknown key, a wrong signature.
SERVICES = {
    "sts": ("get_caller_identity", "MissingAuthenticationToken", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "iam": ("list_roles", "MissingAuthenticationToken", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "ec2": ("describe_vpcs", "MissingAuthenticationToken", "AuthFailure", "AuthFailure"),
    "s3": ("list_buckets", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    "secretsmanager": (
        "list_secrets",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    ),
    "kafka": ("list_clusters_v2", "", "UnrecognizedClientException", "InvalidSignatureException"),
    "cloudwatch": (
        "list_dashboards",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    ),
}


def another(aws: EmbeddedAws, service: str, keys: Credentials) -> Any:
    """A client with other keys."""
    session = boto3.Session(keys.access_key, keys.secret_key, keys.token, REGION, botocore_session=Session())
    config = Config(
        signature_version="s3v4" if service == "s3" else None,
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        proxies={},
    )
    return session.client(service, endpoint_url=aws.url, config=config)


def refusal(client: Any, call: str) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        getattr(client, call)()
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("service", SERVICES)
def test_only_this_rehearsals_key_is_accepted(aws: EmbeddedAws, service: str) -> None:
    call, _, unknown, mismatch = SERVICES[service]
    getattr(aws_client(aws, service), call)()
    assert aws.journal.after()[-1].succeeded
    secret = AwsAccess.create(aws.url).secret
    others = {
        unknown: Credentials("rehearsal", "rehearsal"),
        mismatch: Credentials(aws.access.access_key, secret),
    }
    for code, keys in others.items():
        assert refusal(another(aws, service, keys), call) == (code, 403)
    former = AwsAccess.create(aws.url)
    assert refusal(another(aws, service, credentials(former)), call) == (unknown, 403)


@pytest.mark.parametrize("service", [name for name, (_, code, *_) in SERVICES.items() if code])
def test_an_unsigned_request_is_refused(aws: EmbeddedAws, service: str) -> None:
    call, unsigned, _, _ = SERVICES[service]
    client = another(aws, service, credentials(aws.access))
    client.meta.events.register("before-send.*", unsign)
    assert refusal(client, call) == (unsigned, 403)
    last = aws.journal.after()[-1]
    assert (last.status, last.succeeded) == (403, False)


def unsign(request: Any, **_: object) -> None:
    del request.headers["Authorization"]


@pytest.mark.parametrize("path", ["/", "/v1/clusters", "/latest/meta-data/", f"/{BUCKET}/object"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nothing_is_served_without_a_signature(aws: EmbeddedAws, method: str, path: str) -> None:
    bucket(aws).put_object(Bucket=BUCKET, Key="object", Body=b"content", ACL="public-read")
    body = {
        "Action": "AssumeRoleWithWebIdentity",
        "RoleArn": role(aws),
        "RoleSessionName": "a",
        "WebIdentityToken": "t",
    }
    answer = requests.request(method, aws.url + path, data=body, timeout=10)
    assert answer.status_code == 403
    assert b"content" not in answer.content


def test_the_keys_of_an_assumed_role_act_as_the_role(aws: EmbeddedAws) -> None:
    given = aws_client(aws, "sts").assume_role(RoleArn=role(aws), RoleSessionName="me")["Credentials"]
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert another(aws, "sts", keys).get_caller_identity()["Arn"].endswith(":assumed-role/worker/me")
    assert "Buckets" in another(aws, "s3", keys).list_buckets()
    without = Credentials(keys.access_key, keys.secret_key)
    assert refusal(another(aws, "sts", without), "get_caller_identity") == ("InvalidClientTokenId", 403)
    forged = Credentials(keys.access_key, keys.secret_key, "another token")
    assert refusal(another(aws, "sts", forged), "get_caller_identity") == ("InvalidClientTokenId", 403)
    other = Credentials(keys.access_key, "another secret", keys.token)
    assert refusal(another(aws, "sts", other), "get_caller_identity") == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize("key", ["a b/c+d", "ä/~!*'()", "a=b&c", "a//b", "per%cent"])
def test_names_that_are_encoded_in_a_url_are_verified(aws: EmbeddedAws, key: str) -> None:
    s3 = bucket(aws)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"content", Metadata={"spaced": "a  b"})
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"content"
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=key)["KeyCount"] == 1
    presigning = another(aws, "s3", credentials(aws.access))
    url = presigning.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key})
    assert requests.get(url, timeout=10).content == b"content"
    arn = f"arn:aws:kafka:{REGION}:123456789012:cluster/none/{key.replace('/', '')}"
    with pytest.raises(ClientError, match="NotFound"):
        aws_client(aws, "kafka").describe_cluster(ClusterArn=arn)


def test_an_upload_in_chunks_with_a_checksum_is_verified(aws: EmbeddedAws) -> None:
    s3 = bucket(aws)
    s3.put_object(Bucket=BUCKET, Key="sum", Body=b"content", ChecksumAlgorithm="CRC32")
    assert s3.get_object(Bucket=BUCKET, Key="sum")["Body"].read() == b"content"


def test_a_changed_request_is_refused(aws: EmbeddedAws) -> None:
    url, keys = f"{aws.url}/v1/configurations", credentials(aws.access)
    headers = signed(keys, url, "kafka", method="POST", data=b"{}", headers={"X-Mine": "a"})
    sent: dict[str, Any] = {"url": url, "headers": headers, "data": b"{}", "method": "POST"}
    assert requests.request(**sent, timeout=10).status_code == 400
    changes: list[dict[str, Any]] = [
        {"url": f"{aws.url}/v1/clusters"},
        {"url": f"{url}?a=b"},
        {"data": b"{ }"},
        {"method": "PUT"},
        {"headers": {**headers, "X-Mine": "b"}},
        {"headers": {name: value for name, value in headers.items() if name != "X-Mine"}},
    ]
    for change in changes:
        assert requests.request(**{**sent, **change}, timeout=10).status_code == 403, change


def test_a_changed_body_of_an_object_is_refused(aws: EmbeddedAws) -> None:
    bucket(aws)
    url = f"{aws.url}/{BUCKET}/object"
    headers = signed(credentials(aws.access), url, "s3", method="PUT", data=b"mine")
    assert requests.put(url, data=b"yours", headers=headers, timeout=10).status_code == 403
    assert requests.put(url, data=b"mine", headers=headers, timeout=10).status_code == 200


def test_a_presigned_url_is_valid_for_its_object_and_its_time(aws: EmbeddedAws) -> None:
    bucket(aws).put_object(Bucket=BUCKET, Key="object", Body=b"content")
    url = presigned(credentials(aws.access), f"{aws.url}/{BUCKET}/object", "s3", seconds=60)
    assert requests.get(url, timeout=10).content == b"content"
    for changed in (url.replace("/object", "/other"), url.replace("Expires=60", "Expires=600"), url[:-1]):
        assert requests.get(changed, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("age", "seconds", "accepted"),
    [
        (timedelta(0), None, True),
        (CLOCK_SKEW - timedelta(seconds=2), None, True),
        (CLOCK_SKEW + timedelta(seconds=2), None, False),
        (-CLOCK_SKEW - timedelta(seconds=2), None, False),
        (timedelta(seconds=50), 60, True),
        (timedelta(seconds=62), 60, False),
        (timedelta(0), 604_801, False),
        (timedelta(0), 0, False),
    ],
)
def test_a_signature_is_valid_for_a_while(age: timedelta, seconds: int | None, accepted: bool) -> None:
    access = AwsAccess.create("http://127.0.0.1:4566")
    url = f"{access.url}/object"
    if seconds is None:
        request = EnvironBuilder("/object", access.url, headers=Headers(signed(credentials(access), url, "s3")))
    else:
        request = EnvironBuilder(presigned(credentials(access), url, "s3", seconds=seconds), access.url)
    assert verified(request, access, now=datetime.now(UTC) + age) is (None if accepted else Refusal.MISMATCH)


def verified(
    request: EnvironBuilder, access: AwsAccess, *, now: datetime, expires: datetime | None = None
) -> Refusal | None:
    keys = {access.access_key: Key(access.access_key, access.secret, None, expires)}
    try:
        request_signatures.verify(Request(request.get_environ()), keys.get, now=now)
    except UnauthenticRequestError as error:
        return error.refusal
    return None


def test_expired_keys_are_refused() -> None:
    access, now = AwsAccess.create("http://127.0.0.1:4566"), datetime.now(UTC)
    headers = signed(credentials(access), f"{access.url}/", "sts")
    request = EnvironBuilder("/", access.url, headers=Headers(headers))
    for expires, refusal in ((now + timedelta(seconds=1), None), (now, Refusal.EXPIRED)):
        assert verified(request, access, now=now, expires=expires) is refusal


def test_other_keys_are_unknown() -> None:
    access = AwsAccess.create("http://127.0.0.1:4566")
    assert accepted(access)(access.access_key) == Key(access.access_key, access.secret, None, None)
    assert accepted(access)("rehearsal") is None
    assert accepted(access)("") is None


@pytest.fixture
def page(aws: EmbeddedAws) -> str:
    """A page that a web page may not read."""
    return f"{aws.url}/_rehearsal/echo"


def test_a_page_needs_the_token(aws: EmbeddedAws, page: str) -> None:
    assert requests.post(page, data="a", headers=aws.access.page_headers, timeout=10).json() == {"body": "a"}
    other = AwsAccess.create(aws.url).page_headers
    for headers in ({}, {TOKEN_HEADER: ""}, {TOKEN_HEADER: "é".encode().decode("latin-1")}, other):
        refused = requests.post(page, data="a", headers=headers, timeout=10)
        assert refused.status_code == 403
        assert refused.json() == {"error": f"{TOKEN_HEADER} must be this rehearsal's token"}


@pytest.mark.parametrize("name", ["echo", "faults", "requests", "none"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "PATCH"])
def test_a_page_needs_post(aws: EmbeddedAws, method: str, name: str) -> None:
    url, headers = f"{aws.url}/_rehearsal/{name}", aws.access.page_headers
    assert requests.request(method, url, headers=headers, timeout=10).status_code == 405
    assert requests.request(method, url, timeout=10).status_code == 403


def test_a_signature_opens_no_page(aws: EmbeddedAws, page: str) -> None:
    headers = signed(credentials(aws.access), page, "sts", method="POST")
    assert requests.post(page, headers=headers, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4566", "localhost:{port}", "127.0.0.1", "127.0.0.2:{port}"]
)
def test_a_name_that_resolves_to_this_machine_is_refused(aws: EmbeddedAws, page: str, host: str) -> None:
    port = aws.url.rpartition(":")[2]
    headers = {**aws.access.page_headers, "Host": host.format(port=port)}
    refused = requests.post(page, data="a", headers=headers, timeout=10)
    assert refused.status_code == 403
    assert refused.text.startswith(f"the host must be 127.0.0.1:{port}, got ")
    s3 = {**signed(credentials(aws.access), f"http://{headers['Host']}/", "s3"), "Host": headers["Host"]}
    assert requests.get(aws.url, headers=s3, timeout=10).status_code == 403


def test_a_request_without_host_is_refused(aws: EmbeddedAws) -> None:
    host, _, port = aws.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        token = aws.access.token
        connection.sendall(f"POST /_rehearsal/echo HTTP/1.0\r\n{TOKEN_HEADER}: {token}\r\n\r\n".encode())
        with connection.makefile() as answer:
            assert " 403 " in answer.readline()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "{url}"])
def test_a_web_page_is_refused(aws: EmbeddedAws, page: str, origin: str) -> None:
    headers = {**aws.access.page_headers, "Origin": origin.format(url=aws.url)}
    refused = requests.post(page, data="a", headers=headers, timeout=10)
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    own = signed(credentials(aws.access), f"{aws.url}/", "s3")
    assert requests.get(aws.url, headers=own, timeout=10).status_code == 200
    assert requests.get(aws.url, headers={**own, "Origin": origin}, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "path", ["/moto-api/", "/moto-api/data.json", "/moto-api/reset", "/moto-api", "/%6doto-api/reset"]
)
def test_motos_own_pages_are_not_served(aws: EmbeddedAws, path: str) -> None:
    url = aws.url + path
    for method in ("GET", "POST"):
        for service in ("s3", "sts"):
            headers = signed(credentials(aws.access), url, service, method=method) | aws.access.page_headers
            assert requests.request(method, url, headers=headers, timeout=10).status_code == 403
        assert requests.request(method, url, headers=aws.access.page_headers, timeout=10).status_code == 403


def test_it_listens_on_loopback_only(aws: EmbeddedAws, listener: socket.socket) -> None:
    assert listener.getsockname()[0].startswith("127.")
    assert aws.url == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_keys_are_new_and_written_for_this_user_only(tmp_path: Path) -> None:
    one, two = AwsAccess.create("http://127.0.0.1:1"), AwsAccess.create("http://127.0.0.1:1")
    assert not {one.access_key, one.secret, one.token} & {two.access_key, two.secret, two.token}
    assert one.secret not in repr(one)
    assert one.token not in repr(one)
    text = one.write_variables(tmp_path / "aws.env", region=REGION).read_text()
    assert text.splitlines() == [f"export {name}={value}" for name, value in one.variables.items()] + [
        f"export AWS_REGION={REGION}",
        f"export AWS_DEFAULT_REGION={REGION}",
    ]
    one.write(file := tmp_path / "access.json")
    two.write(file)
    assert AwsAccess.read(file) == two
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["url"] == "http://127.0.0.1:1"
