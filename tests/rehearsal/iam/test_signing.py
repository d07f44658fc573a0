"""A worker gets its role's credentials as on MSK Connect, and its secret only if the role may read it."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from modules.debezium import topics
from modules.debezium.configuration import IAM_CLIENT
from modules.iam import client_policies
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.aws.client import client
from rehearsal.iam.authorizer import Authorizer
from rehearsal.iam.roles import Roles, session
from rehearsal.iam.signing import PROPERTIES, SERVICE, Signing
from tests.mocked_account import ACCOUNT, REGION, SECRET_ARN
from tests.rehearsal.iam.accounts import WRITE, Account, document, embedded, statement
from tests.rehearsal.iam.permissions.test_missing_permissions import PASSWORD, SPEC
from tests.rehearsal.iam.policies import documents
from tests.rehearsal.iam.policies.documents import ARNS, CONNECTOR, DEPLOYMENT, NAME, topic

URL: Final = "http://127.0.0.1:4566/_rehearsal/iam/credentials"
TRUST_STORE: Final = Path("/somewhere/trusted.p12")
VALUE: Final = "secretsmanager:GetSecretValue"
MINUTE: Final = timedelta(minutes=1)
_NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with embedded(tmp_path_factory.mktemp("aws")) as aws:
        yield Account(aws.access)


class Service:
    """MSK Connect at the time ``now``, and roles for its workers."""

    def __init__(self, account: Account, folder: Path) -> None:
        self.account = account
        self.now = datetime.now(UTC)
        roles = Roles(account.access)
        self.authorizer = Authorizer(folder / "generation", roles=roles, hosts=lambda _: [], tags=lambda _: {})
        self.signing = Signing(
            roles, self.authorizer, aws=account.access, url=URL, trust_store=TRUST_STORE, now=lambda: self.now
        )

    def spec(self, *inline: str, trust: str = documents.TRUST) -> ConnectorSpec:
        """A connector with its own role, which has these policies."""
        role = self.account.role(*inline, trust=trust)
        return replace(SPEC, role_arn=f"arn:aws:iam::{ACCOUNT}:role/{role}")

    def token(self, spec: ConnectorSpec) -> str:
        return self.signing.env(spec)["AWS_CONTAINER_AUTHORIZATION_TOKEN"]

    def secret(self, **more: Any) -> tuple[str, str]:
        """Name and ARN of a new one."""
        name = f"signing-{next(_NUMBERS)}"
        manager = client(self.account.access, "secretsmanager", REGION)
        return name, manager.create_secret(Name=name, SecretString="{}", **more)["ARN"]

    def key(self) -> str:
        found: str = client(self.account.access, "kms", REGION).create_key()["KeyMetadata"]["KeyId"]
        return found

    def refused(self, spec: ConnectorSpec, name: str) -> str:
        with pytest.raises(ServerError) as error:
            self.signing.check_secret(spec, name)
        return str(error.value)


@pytest.fixture
def service(account: Account, tmp_path: Path) -> Service:
    return Service(account, tmp_path)


def execution(secret_arn: str, *, without: str = "") -> str:
    """The deployed policy of a connector with that secret, without one statement."""
    offsets = topics.offset_topic(NAME)
    text = client_policies.connector_execution(
        DEPLOYMENT, CONNECTOR, name=NAME, arns=ARNS, offsets=offsets, secret_arns=[secret_arn]
    )
    return document(*(one for one in json.loads(text)["Statement"] if one["Sid"] != without))


def test_the_environment_of_a_worker_has_the_credentials_url(service: Service) -> None:
    first, second = (service.signing.env(service.spec()) for _ in range(2))
    assert first["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == URL
    assert first.keys() == {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"}
    assert len(first["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) >= 32
    assert first["AWS_CONTAINER_AUTHORIZATION_TOKEN"] != second["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert list(service.signing.options) == [f"-Djavax.net.ssl.trustStore={TRUST_STORE}"]


def test_every_client_of_connect_signs_in_by_iam() -> None:
    for owner in ("", "producer.", "consumer.", "admin."):
        assert {key: PROPERTIES[owner + key] for key in IAM_CLIENT} == IAM_CLIENT
    assert len(PROPERTIES) == 4 * len(IAM_CLIENT)


def test_a_workers_token_gets_its_roles_credentials(service: Service) -> None:
    spec = service.spec()
    text = service.signing.credentials(service.token(spec))
    found = session(text["AccessKeyId"])
    assert found
    assert (found.role, found.arn) == (spec.role, f"arn:aws:sts::{ACCOUNT}:assumed-role/{spec.role}/{NAME}")
    assert (found.key.secret, found.key.token) == (text["SecretAccessKey"], text["Token"])
    assert found.key.expires
    assert datetime.strptime(text["Expiration"], "%Y-%m-%dT%H:%M:%S%z") == found.key.expires.replace(microsecond=0)
    assert text.keys() == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}


def test_each_worker_has_its_own_credentials(service: Service) -> None:
    first, second = service.spec(), service.spec()
    tokens = [service.token(first), service.token(second)]
    found = [session(service.signing.credentials(token)["AccessKeyId"]) for token in tokens]
    assert [one.role for one in found if one] == [first.role, second.role]


@pytest.mark.parametrize("token", ["", "made-up"])
def test_an_unknown_token_gets_no_credentials(service: Service, token: str) -> None:
    service.token(service.spec())
    with pytest.raises(ValueError, match="credentials are for workers only"):
        service.signing.credentials(token)


def test_credentials_are_renewed_after_a_minute(service: Service) -> None:
    token = service.token(service.spec())

    def key() -> Mapping[str, str]:
        return service.signing.credentials(token)

    first = key()
    service.now += MINUTE
    assert key() == first
    service.now += timedelta(microseconds=1)
    second = key()
    assert second["AccessKeyId"] != first["AccessKeyId"]
    service.now += MINUTE
    assert key() == second, "a minute from the renewal"
    service.now += MINUTE
    assert key() != second


def test_a_role_that_no_longer_trusts_the_service_is_not_renewed(service: Service) -> None:
    spec = service.spec()
    token = service.token(spec)
    service.account.iam.update_assume_role_policy(RoleName=spec.role, PolicyDocument=documents.TRUST.replace(NAME, "x"))
    service.authorizer.invalidate()
    assert service.signing.credentials(token)
    service.now += 2 * MINUTE
    with pytest.raises(ServerError, match=f"{SERVICE} may not assume {spec.role} for {spec.arn}"):
        service.signing.credentials(token)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (SERVICE, "ec2.amazonaws.com"),
        (ACCOUNT, "999999999999"),
        (f"connector/{NAME}/", "connector/cdc-prod-another/"),
    ],
    ids=["service", "account", "connector"],
)
def test_a_role_that_does_not_trust_the_service(service: Service, right: str, wrong: str) -> None:
    assert service.token(service.spec(trust=documents.TRUST))
    spec = service.spec(trust=documents.TRUST.replace(right, wrong))
    with pytest.raises(ServerError) as error:
        service.signing.env(spec)
    assert str(error.value) == (
        f"the role of {NAME} cannot be assumed: {SERVICE} may not assume {spec.role} for {spec.arn}:"
        " no statement allows it in the role's trust policy"
    )


def test_a_missing_role_and_an_invalid_one(service: Service) -> None:
    spec = replace(SPEC, role_arn=f"arn:aws:iam::{ACCOUNT}:role/nobody")
    with pytest.raises(ServerError, match=f"the role of {NAME} cannot be assumed: no role nobody"):
        service.signing.env(spec)
    spec = service.spec(trust=documents.TRUST.replace("aws:SourceAccount", "sts:ExternalId"))
    with pytest.raises(ServerError, match=f"the role of {NAME} cannot be assumed: .* key sts:ExternalId"):
        service.signing.env(spec)


@pytest.mark.parametrize("under", ["aws", "key", "alias", "arn"])
def test_the_deployed_policy_allows_the_secret(service: Service, under: str) -> None:
    key, kms = service.key(), client(service.account.access, "kms", REGION)
    if under == "alias":
        kms.create_alias(AliasName="alias/signing", TargetKeyId=key)
    keys = {"key": key, "alias": "alias/signing", "arn": kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]}
    name, arn = service.secret(**({} if under == "aws" else {"KmsKeyId": keys[under]}))
    spec = service.spec(execution(arn))
    service.signing.check_secret(spec, name)
    used = {use.action for use in service.authorizer.log.uses}
    assert used == {VALUE} | (set() if under == "aws" else {"kms:Decrypt"})
    assert service.authorizer.log.denials() == []


def test_a_secret_without_permission(service: Service) -> None:
    name, arn = service.secret(KmsKeyId=service.key())
    spec = service.spec(execution(arn, without="Secret"))
    text = service.refused(spec, name)
    assert text.startswith(
        f"{spec.role} may not {VALUE} on {arn}: no statement allows it\n  configured by: {PASSWORD}\n"
    )
    assert "kms:Decrypt" not in text


def test_a_key_without_permission(service: Service) -> None:
    key = service.key()
    name, arn = service.secret(KmsKeyId=key)
    spec = service.spec(execution(arn, without="SecretKey"))
    key_arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"
    lines = service.refused(spec, name).splitlines()
    assert lines[:2] == [
        f"{spec.role} may not kms:Decrypt on {key_arn}: no statement allows it",
        f"  configured by: {PASSWORD}",
    ]
    assert lines[2].startswith("  needed for: ")
    name, arn = service.secret()
    service.signing.check_secret(service.spec(execution(arn, without="SecretKey")), name)


def test_the_key_may_be_used_for_this_secret_through_secrets_manager_only(service: Service) -> None:
    name, arn = service.secret(KmsKeyId=service.key())
    service.signing.check_secret(service.spec(execution(arn)), name)
    for right, wrong in ((f'SecretARN": "{arn}', f'SecretARN": "{arn}x'), ("secretsmanager.us-", "s3.us-")):
        text = execution(arn)
        assert right in text
        assert "may not kms:Decrypt" in service.refused(service.spec(text.replace(right, wrong)), name)


def test_a_missing_secret_is_ignored(service: Service) -> None:
    spec = service.spec()
    service.signing.check_secret(spec, "signing/none")
    assert service.authorizer.log.denials(spec.role) == []
    name, _ = service.secret()
    assert service.refused(spec, name)


def test_missing_permissions_since_a_moment(service: Service) -> None:
    spec, other = service.spec(document(statement(WRITE, topic("a")))), service.spec()
    before = time.monotonic()
    assert service.authorizer.allows(spec.role, WRITE, topic("a"))
    assert service.signing.missing_permissions(spec, since=before) == ""
    assert not service.authorizer.allows(spec.role, WRITE, topic("b"))
    assert not service.authorizer.allows(other.role, WRITE, topic("c"))
    text = service.signing.missing_permissions(spec, since=before)
    assert text.startswith(f"{spec.role} may not {WRITE} on {topic('b')}: no statement allows it\n")
    assert other.role not in text
    assert service.signing.missing_permissions(spec, since=time.monotonic() + 1) == ""


def test_sessions_may_be_shorter_and_are_renewed_in_time(service: Service) -> None:
    spec = service.spec()
    service.signing.shorten(timedelta(seconds=40))
    token = service.token(spec)
    first = service.signing.credentials(token)
    found = session(first["AccessKeyId"])
    assert found
    assert found.key.expires
    assert timedelta(seconds=30) < found.key.expires - datetime.now(UTC) <= timedelta(seconds=40)
    assert first["Expiration"] == found.key.expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    service.now += timedelta(seconds=21)
    assert service.signing.credentials(token) != first
    service.signing.shorten(None)
    other = service.signing.credentials(service.token(spec))
    assert datetime.strptime(other["Expiration"], "%Y-%m-%dT%H:%M:%S%z") > datetime.now(UTC) + 10 * MINUTE


OBJECT = "trust-stores/orders/1.jks"


def stored(service: Service, *, encrypted: bool) -> tuple[str, client_policies.EncryptedObjects]:
    """A bucket, and the ARNs of an object in it."""
    bucket, key = f"signing-{next(_NUMBERS)}", service.key()
    s3 = client(service.account.access, "s3", REGION)
    s3.create_bucket(Bucket=bucket)
    if encrypted:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    arn = f"arn:aws:s3:::{bucket}"
    return bucket, client_policies.EncryptedObjects(
        f"{arn}/trust-stores/orders/*", arn, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"
    )


def trusting(trusted: client_policies.EncryptedObjects, *, without: str = "") -> str:
    offsets = topics.offset_topic(NAME)
    text = client_policies.connector_execution(
        DEPLOYMENT, CONNECTOR, name=NAME, arns=ARNS, offsets=offsets, secret_arns=[SECRET_ARN], trusted=trusted
    )
    return document(*(one for one in json.loads(text)["Statement"] if one["Sid"] != without))


@pytest.mark.parametrize("encrypted", [True, False])
def test_the_deployed_policy_allows_the_trust_store(service: Service, encrypted: bool) -> None:
    bucket, trusted = stored(service, encrypted=encrypted)
    service.signing.check_object(service.spec(trusting(trusted)), bucket, OBJECT)
    decrypted = {"kms:Decrypt"} if encrypted else set()
    assert {use.action for use in service.authorizer.log.uses} == {"s3:GetObject"} | decrypted


@pytest.mark.parametrize(
    ("without", "action", "needed_for"),
    [
        ("TrustStore", "s3:GetObject", "the worker reads the trust store"),
        ("TrustStoreKey", "kms:Decrypt", "S3 decrypts"),
    ],
)
def test_a_trust_store_without_permission(service: Service, without: str, action: str, needed_for: str) -> None:
    bucket, trusted = stored(service, encrypted=True)
    spec = service.spec(trusting(trusted, without=without))
    with pytest.raises(ServerError) as refused:
        service.signing.check_object(spec, bucket, OBJECT)
    first, *_ = str(refused.value).splitlines()
    assert first.startswith(f"{spec.role} may not {action} on ")
    assert needed_for in str(refused.value)
    assert "database.ssl.truststore" in str(refused.value)


def test_another_object_and_another_bucket_are_denied(service: Service) -> None:
    bucket, trusted = stored(service, encrypted=True)
    spec = service.spec(trusting(trusted))
    for path in ((bucket, "trust-stores/shop/1.jks"), (bucket, "plugins/a.zip"), ("signing-none", OBJECT)):
        with pytest.raises(ServerError, match="may not s3:GetObject"):
            service.signing.check_object(spec, *path)
