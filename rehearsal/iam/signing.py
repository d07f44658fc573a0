"""Credentials of the execution role and IAM settings for workers, as MSK Connect provides them."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from botocore.exceptions import ClientError

from modules.debezium.configuration import IAM_CLIENT
from modules.environment.names import partition
from rehearsal.aws import keys
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.aws.client import client
from rehearsal.iam.authorizer import Authorizer
from rehearsal.iam.permissions import missing_permissions
from rehearsal.iam.policies.policy import PolicyError
from rehearsal.iam.roles import NoRoleError, Roles, Session
from rehearsal.processes.findings import Finding

CREDENTIALS_URL: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
SERVICE: Final = "kafkaconnect.amazonaws.com"
_RENEW_AFTER: Final = timedelta(minutes=1)
# Connect's own clients; those of Debezium are configured in the connector.
_CLIENTS: Final = ("", "producer.", "consumer.", "admin.")
PROPERTIES: Final = {client + key: value for client in _CLIENTS for key, value in IAM_CLIENT.items()}


@dataclass
class _WorkerSession:
    spec: ConnectorSpec
    session: Session
    since: datetime


class Signing:
    """Assumes connectors' roles as MSK Connect does; ``aws`` is the embedded AWS.

    Workers get their credentials from ``url``; ``trust_store`` has the authority of the brokers' certificates.
    """

    def __init__(
        self,
        roles: Roles,
        authorizer: Authorizer,
        *,
        aws: AwsAccess,
        url: str,
        trust_store: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._authorizer = authorizer
        self._roles = roles
        self._aws = aws
        self._url = url
        self._trust_store = trust_store
        self._lock = Lock()
        self._sessions: dict[str, _WorkerSession] = {}
        self._lifetime: timedelta | None = None

    @property
    def options(self) -> Sequence[str]:
        """The worker's JVM options."""
        return [f"-Djavax.net.ssl.trustStore={self._trust_store}"]

    def env(self, spec: ConnectorSpec) -> Mapping[str, str]:
        """The worker's environment variables; raises ServerError where MSK Connect may not assume the role."""
        token = secrets.token_urlsafe()
        worker = _WorkerSession(spec, self._assume(spec), self._now())
        with self._lock:
            self._sessions[token] = worker
        return {CREDENTIALS_URL: self._url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token}

    def shorten(self, lifetime: timedelta | None) -> None:
        """New sessions end after ``lifetime``, and are renewed after half of it; None is STS's shortest."""
        self._lifetime = lifetime

    def credentials(self, token: str) -> Mapping[str, str]:
        """Credentials for the container credential provider of AWS's SDKs; raises ValueError for an unknown token."""
        with self._lock:
            worker = self._sessions.get(token)
            if worker is None:
                raise ValueError("unknown token: credentials are for workers only")
            if self._now() - worker.since > self._renew_after:
                worker.session, worker.since = self._assume(worker.spec), self._now()
            key = worker.session.key
        assert key.token
        assert key.expires
        return {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "Token": key.token,
            "Expiration": key.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def check_secret(self, spec: ConnectorSpec, name: str) -> None:
        """Raises ServerError where the role of ``spec`` may not read the secret; ignores a missing one."""
        manager = client(self._aws, "secretsmanager", spec.region)
        try:
            found = manager.describe_secret(SecretId=name)
        except ClientError:
            return
        since = time.monotonic()
        allows = partial(self._authorizer.allows, spec.role)
        through = {
            "kms:ViaService": f"secretsmanager.{spec.region}.amazonaws.com",
            "kms:EncryptionContext:SecretARN": found["ARN"],
        }
        if not allows("secretsmanager:GetSecretValue", found["ARN"]) or (
            (key := found.get("KmsKeyId"))
            and not allows("kms:Decrypt", self._key_arn(spec.region, key), context=through)
        ):
            raise ServerError(self.missing_permissions(spec, since=since), *self.denied(spec, since=since))

    def check_object(self, spec: ConnectorSpec, bucket: str, key: str) -> None:
        """Raises ServerError where the role of ``spec`` may not read the object of S3; ignores a missing bucket."""
        since = time.monotonic()
        allows = partial(self._authorizer.allows, spec.role)
        bucket_arn = f"arn:{partition(spec.region)}:s3:::{bucket}"
        if not allows("s3:GetObject", f"{bucket_arn}/{key}"):
            raise ServerError(self.missing_permissions(spec, since=since), *self.denied(spec, since=since))
        through = {
            "kms:ViaService": f"s3.{spec.region}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": bucket_arn,
        }
        encrypted = self._bucket_key(spec.region, bucket)
        if encrypted and not allows("kms:Decrypt", self._key_arn(spec.region, encrypted), context=through):
            raise ServerError(self.missing_permissions(spec, since=since), *self.denied(spec, since=since))

    def _bucket_key(self, region: str, bucket: str) -> str | None:
        """The key with which new objects of the bucket are encrypted."""
        try:
            found = client(self._aws, "s3", region).get_bucket_encryption(Bucket=bucket)
        except ClientError:
            return None
        [rule] = found["ServerSideEncryptionConfiguration"]["Rules"]
        key: str | None = rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        return key

    def denied(self, spec: ConnectorSpec, *, since: float) -> list[Finding]:
        """What the role of ``spec`` was denied since then (``time.monotonic``)."""
        denials = self._authorizer.log.denials(spec.role, since=since)
        return [missing_permissions.finding(denial, spec) for denial in denials]

    def missing_permissions(self, spec: ConnectorSpec, *, since: float) -> str:
        """As ``denied``, in words; empty for nothing."""
        return "\n".join(map(str, self.denied(spec, since=since)))

    def _key_arn(self, region: str, key: str) -> str:
        try:
            arn: str = client(self._aws, "kms", region).describe_key(KeyId=key)["KeyMetadata"]["Arn"]
        except ClientError as error:
            raise ServerError(f"the key {key} of a secret or a bucket does not exist: {error}") from error
        return arn

    @property
    def _renew_after(self) -> timedelta:
        return min(_RENEW_AFTER, self._lifetime / 2) if self._lifetime else _RENEW_AFTER

    def _assume(self, spec: ConnectorSpec) -> Session:
        try:
            found = self._roles.assume(spec.role_arn, service=SERVICE, source_arn=spec.arn, session=spec.name)
        except (NoRoleError, PolicyError) as error:
            raise ServerError(f"the role of {spec.name} cannot be assumed: {error}") from error
        return self._shortened(found) if self._lifetime else found

    def _shortened(self, found: Session) -> Session:
        assumed = keys.assumed_role(found.key.access_key)
        assert assumed, "it was just opened"
        assert self._lifetime
        keys.shorten(assumed, self._lifetime)
        return replace(found, key=keys.session_key(assumed))
