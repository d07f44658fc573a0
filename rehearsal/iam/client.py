"""Signs a Python application in to brokers as on AWS: a role's token, over TLS, by the brokers' host names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, Credentials
from kafka.net.inet import KafkaNetSocket
from kafka.net.sasl.oauth import AbstractTokenProvider

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client

_RENEW_AFTER: Final = timedelta(minutes=5)
_SECONDS: Final = 900


class HostsFile(KafkaNetSocket):  # type: ignore[misc]  # kafka-python has no types
    """Resolves names by a hosts file in kafka-python: ``proxy_url="hosts:///path"``; TLS still verifies the name."""

    SCHEMES = ("hosts",)

    def __init__(self, proxy_url: str) -> None:
        self._addresses = addresses(Path(urlsplit(proxy_url).path))

    def dns_lookup(self, host: str, port: int, raise_error: bool = False) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = super().dns_lookup(self._addresses.get(host, host), port, raise_error)
        return found


def addresses(hosts: Path) -> dict[str, str]:
    """The address of each name in a hosts file."""
    lines = (line.partition("#")[0].split() for line in hosts.read_text().splitlines())
    return {name: address for address, *names in filter(None, lines) for name in names}


class RoleTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens of the role ``arn``; assumes the role again every 5 minutes, in ``aws``."""

    def __init__(self, aws: AwsAccess, *, region: str, arn: str, session: str) -> None:
        super().__init__()
        self._aws = aws
        self._region = region
        self._arn = arn
        self._session = session
        self._provider: _FixedCredentials | None = None
        self._since = datetime.min.replace(tzinfo=UTC)

    def token(self) -> str:
        if self._provider is None or datetime.now(UTC) - self._since > _RENEW_AFTER:
            self._provider, self._since = self._assume(), datetime.now(UTC)
        token, _ = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(self._region, self._provider)
        return str(token)

    def _assume(self) -> "_FixedCredentials":
        sts = client(self._aws, "sts", self._region)
        response = sts.assume_role(RoleArn=self._arn, RoleSessionName=self._session, DurationSeconds=_SECONDS)
        key = response["Credentials"]
        return _FixedCredentials(Credentials(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]))


class _FixedCredentials(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Given credentials, as the provider that the signer takes."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> Credentials:
        return self._credentials


def consumer_settings(tokens: RoleTokens, *, hosts: Path, authority: Path) -> dict[str, Any]:
    """Settings of KafkaConsumer; ``hosts`` is a hosts file, ``authority`` (PEM) signed the certificates."""
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_provider": tokens,
        "ssl_cafile": str(authority),
        "proxy_url": f"hosts://{hosts}",
    }
