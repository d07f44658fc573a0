"""How clusters let clients in by IAM: what each broker is given, and what a JVM needs to reach it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.environment.msk import IAM_PORT
from rehearsal.iam import listener
from rehearsal.iam.listener import Judge
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.kafka.brokers import CLIENTS, Listener


@dataclass(frozen=True)
class Access:
    """One rehearsal's: ``extension`` is a jar, ``url`` where the authority answers, ``generation`` its file."""

    url: str
    generation: Path
    extension: Path
    tls: CertificateAuthority

    def node_properties(self, cluster_arn: str) -> Mapping[str, str]:
        """For brokers and controllers."""
        return Judge(self.url, cluster_arn, self.generation).properties()

    def clients(self, folder: Path, domain: str) -> Listener:
        """The way in for clients of brokers that are named below ``domain``; ``folder`` takes the brokers' key."""
        keystore = self.tls.write_keystore(folder / "brokers.pem", f"*.{domain}")
        return Listener(CLIENTS, IAM_PORT, listener.PROTOCOL, listener.settings(keystore))
