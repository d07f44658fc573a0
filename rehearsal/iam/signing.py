"""What MSK Connect gives a worker so that its clients sign in: the role's credentials, renewed, and IAM's settings."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from botocore.exceptions import ClientError

from modules.debezium.configuration import IAM_CLIENT
from rehearsal.aws import names
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.aws.client import client
from rehearsal.iam import missing_permissions
from rehearsal.iam.authority import Authority
from rehearsal.iam.policy import PolicyError
from rehearsal.iam.roles import NoRoleError, Roles, Session

SERVICE: Final = "kafkaconnect.amazonaws.com"
_RENEWED_AFTER: Final = timedelta(minutes=1)
# Connect's own clients; Debezium's have theirs in the connector's configuration.
_CLIENTS: Final = ("", "producer.", "consumer.", "admin.")
PROPERTIES: Final = {client + key: value for client in _CLIENTS for key, value in IAM_CLIENT.items()}


@dataclass
class _Held:
    spec: ConnectorSpec
    session: Session
    since: datetime


class Signing:
    """Assumes connectors' roles as the service does; ``aws`` is the embedded AWS's URL.

    At ``url`` a worker asks for its credentials; ``trust_store`` holds who vouches for the brokers.
    """

    def __init__(
        self,
        roles: Roles,
        authority: Authority,
        *,
        aws: str,
        url: str,
        trust_store: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._authority = authority
        self._roles = roles
        self._aws = aws
        self._url = url
        self._trust_store = trust_store
        self._lock = Lock()
        self._held: dict[str, _Held] = {}

    @property
    def options(self) -> Sequence[str]:
        """The JVM's."""
        return [f"-Djavax.net.ssl.trustStore={self._trust_store}"]

    def env(self, spec: ConnectorSpec) -> Mapping[str, str]:
        """The worker's environment; raises ServerError where MSK Connect may not assume the role of ``spec``."""
        token = secrets.token_urlsafe()
        held = _Held(spec, self._assume(spec), self._now())
        with self._lock:
            self._held[token] = held
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self._url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token}

    def credentials(self, token: str) -> Mapping[str, str]:
        """As the container credential provider of AWS's SDKs reads them; raises ValueError for no worker's token."""
        with self._lock:
            held = self._held.get(token)
            if held is None:
                raise ValueError("credentials are for workers alone")
            if self._now() - held.since > _RENEWED_AFTER:
                held.session, held.since = self._assume(held.spec), self._now()
            key = held.session.key
        assert key.token
        assert key.expires
        return {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "Token": key.token,
            "Expiration": key.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def check_secret(self, spec: ConnectorSpec, name: str) -> None:
        """Raises ServerError where the role of ``spec`` may not read the secret; one that is not there passes."""
        manager = client(self._aws, "secretsmanager", spec.region)
        try:
            found = manager.describe_secret(SecretId=name)
        except ClientError:
            return
        since = time.monotonic()
        allows = partial(self._authority.allows, spec.role)
        through = {
            "kms:ViaService": f"secretsmanager.{spec.region}.{names.domain(spec.region)}",
            "kms:EncryptionContext:SecretARN": found["ARN"],
        }
        if not allows("secretsmanager:GetSecretValue", found["ARN"]) or (
            (key := found.get("KmsKeyId"))
            and not allows("kms:Decrypt", self._key_arn(spec.region, key), context=through)
        ):
            raise ServerError(self.lacking(spec, since=since))

    def lacking(self, spec: ConnectorSpec, *, since: float) -> str:
        """What the role of ``spec`` was refused since then (``time.monotonic``), in words; empty for nothing."""
        denials = self._authority.log.denials(spec.role, since=since)
        return missing_permissions.told(denials, spec)

    def _key_arn(self, region: str, key: str) -> str:
        try:
            arn: str = client(self._aws, "kms", region).describe_key(KeyId=key)["KeyMetadata"]["Arn"]
        except ClientError as error:
            raise ServerError(f"the key {key} of a secret must be there: {error}") from error
        return arn

    def _assume(self, spec: ConnectorSpec) -> Session:
        try:
            return self._roles.assume(spec.role_arn, service=SERVICE, source_arn=spec.arn, session=spec.name)
        except (NoRoleError, PolicyError) as error:
            raise ServerError(f"the role of {spec.name} cannot be assumed: {error}") from error
