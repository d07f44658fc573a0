"""The brokers of a deployed environment, and how the caller signs in to them: by IAM, with its own identity."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from aws_msk_iam_sasl_signer import MSKAuthTokenProvider
from botocore.credentials import CredentialProvider, ReadOnlyCredentials
from kafka.net.sasl.oauth import AbstractTokenProvider

from cdc.aws import Aws
from modules.deployment import Deployment
from modules.environment.environment import Environment
from modules.environment.models.kafka import ExistingKafka
from rehearsal.iam.client import HostsFile, addresses

_CONNECT_SECONDS: Final = 4


class BrokersError(Exception):
    """The brokers cannot be reached, or refuse the caller: what, and what to do."""


@dataclass(frozen=True)
class Tunnels:
    """``hosts`` is a hosts file with the brokers' names, ``authority`` (PEM) signed their certificates."""

    hosts: Path | None = None
    authority: Path | None = None

    @cached_property
    def addresses(self) -> Mapping[str, str]:
        """The address of each name in the hosts file."""
        return addresses(self.hosts) if self.hosts else {}


class _Caller(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """The caller's credentials, as the provider that the signer takes."""

    def __init__(self, aws: Aws) -> None:
        super().__init__()
        self._aws = aws

    def load(self) -> ReadOnlyCredentials:
        return self._aws.credentials


class _Tokens(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    def __init__(self, aws: Aws) -> None:
        super().__init__()
        self._aws = aws

    def token(self) -> str:
        signed = MSKAuthTokenProvider.generate_auth_token_from_credentials_provider(
            self._aws.region, _Caller(self._aws)
        )
        return str(signed[0])


@dataclass(frozen=True)
class Brokers:
    """The cluster ``arn`` with its IAM listeners ``servers``, ``host:port``."""

    arn: str
    servers: tuple[str, ...]
    aws: Aws
    tunnels: Tunnels

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of kafka-python's clients."""
        tunnels = self.tunnels
        return {
            "bootstrap_servers": list(self.servers),
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_provider": _Tokens(self.aws),
            **({"ssl_cafile": str(tunnels.authority)} if tunnels.authority else {}),
            **({"proxy_url": f"{HostsFile.SCHEMES[0]}://{tunnels.hosts.resolve()}"} if tunnels.hosts else {}),
        }

    def topic_arn(self, topic: str) -> str:
        return f"{self.arn.replace(':cluster/', ':topic/', 1)}/{topic}"

    def check(self) -> None:
        """Raises BrokersError where no broker accepts connections: clients would try for minutes."""
        for server in self.servers:
            host, _, port = server.rpartition(":")
            with suppress(OSError):
                socket.create_connection(
                    (self.tunnels.addresses.get(host, host), int(port)), timeout=_CONNECT_SECONDS
                ).close()
                return
        raise BrokersError(
            f"no broker of {', '.join(self.servers)} answers from here: they are in private subnets; run this inside "
            "the VPC, in a security group of a consumer, or through a tunnel to each broker with --broker-hosts; "
            "docs/operations.md says how"
        )

    def refused(self) -> BrokersError:
        """The caller may not sign in. A wrong signature and a missing permission look the same from outside."""
        return BrokersError(
            f"the brokers refuse {self._caller}: it needs kafka-cluster:Connect on {self.arn}, "
            "and credentials that have not expired"
        )

    def silent(self, error: Exception) -> BrokersError:
        """No answer, for any other reason."""
        return BrokersError(f"the brokers at {', '.join(self.servers)} do not answer: {error!r}")

    def denied(self, action: str, topic: str) -> BrokersError:
        """The caller has no permission for ``action`` on a topic."""
        return BrokersError(f"{self._caller} may not kafka-cluster:{action} on {self.topic_arn(topic)}")

    @property
    def _caller(self) -> str:
        return str(self.aws.client("sts").get_caller_identity()["Arn"])


def brokers(aws: Aws, environment: Environment, tunnels: Tunnels) -> Brokers:
    """Those of the environment's cluster. Raises BrokersError, ClientError, BotoCoreError."""
    arn = _arn(aws, environment)
    servers = aws.client("kafka").get_bootstrap_brokers(ClusterArn=arn).get("BootstrapBrokerStringSaslIam")
    if not servers:
        raise BrokersError(f"{arn} must have IAM authentication, it has none")
    return Brokers(arn, tuple(servers.split(",")), aws, tunnels)


def _arn(aws: Aws, environment: Environment) -> str:
    kafka = environment.kafka
    if isinstance(kafka, ExistingKafka):
        return kafka.cluster_arn
    name = Deployment.without_account(environment).name()
    listed = aws.pages("kafka", "list_clusters_v2", "ClusterInfoList", ClusterNameFilter=name)
    arn = next((str(one["ClusterArn"]) for one in listed if one["ClusterName"] == name), None)
    if arn is None:
        raise BrokersError(f"the cluster {name} does not exist in {environment.region}: apply the platform stack first")
    return arn
