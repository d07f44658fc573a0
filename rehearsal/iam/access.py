"""IAM for the brokers of a rehearsal: the authorizer's properties, and the TLS listener for clients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modules.environment.msk import IAM_PORT
from rehearsal.iam import listener
from rehearsal.iam.listener import AuthorizerSettings
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.kafka.brokers import CLIENTS, Listener


@dataclass(frozen=True)
class IamAccess:
    """``extension`` is the brokers' jar, ``generation`` the file that the authorizer at ``url`` changes.

    ``token`` is that of the control pages, which the authorizer is one of.
    """

    url: str
    token: str = field(repr=False)
    generation: Path
    extension: Path
    tls: CertificateAuthority

    def node_properties(self, cluster_arn: str) -> Mapping[str, str]:
        """The authorizer's properties, for brokers and controllers."""
        return AuthorizerSettings(self.url, self.token, cluster_arn, self.generation).properties()

    def client_listener(self, folder: Path, domain: str) -> Listener:
        """The listener for clients of brokers named below ``domain``; writes the brokers' key to ``folder``."""
        keystore = self.tls.write_keystore(folder / "brokers.pem", f"*.{domain}")
        return Listener(CLIENTS, IAM_PORT, listener.PROTOCOL, listener.listener_settings(keystore))
