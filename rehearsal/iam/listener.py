"""The properties of brokers that let clients in as MSK with IAM does: by signature, over TLS."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROTOCOL: Final = "SASL_SSL"
MECHANISMS: Final = ("AWS_MSK_IAM", "OAUTHBEARER")
# Kafka wants a login for each mechanism of a listener, though brokers use none of them to sign in anywhere.
_LOGINS: Final = {
    "AWS_MSK_IAM": "org.apache.kafka.common.security.plain.PlainLoginModule required;",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
}


@dataclass(frozen=True)
class Judge:
    """Who judges the clients of one cluster.

    ``url`` answers ``/authenticate`` and ``/authorize``, at an address of this machine and no name. ``generation`` is a
    file whose first 8 bytes, a big-endian number, are another one after every change of a policy. It must be there
    before a broker starts, and be written in place: brokers map it.
    """

    url: str
    cluster_arn: str
    generation: Path

    def properties(self) -> dict[str, str]:
        """For every node, controllers too."""
        return {
            "authorizer.class.name": "rehearsal.iam.IamAuthorizer",
            "principal.builder.class": "rehearsal.iam.IamPrincipals",
            "security.providers": "rehearsal.iam.MskIamProvider",
            "rehearsal.iam.authority": self.url,
            "rehearsal.iam.cluster": self.cluster_arn,
            "rehearsal.iam.generation": str(self.generation),
        }


def settings(keystore: Path) -> dict[str, str]:
    """For the listener itself, without its prefix; ``keystore`` is PEM: the broker's key, then its certificates."""
    logins = {f"{mechanism.lower()}.sasl.jaas.config": _LOGINS[mechanism] for mechanism in MECHANISMS}
    return logins | {
        "sasl.enabled.mechanisms": ",".join(MECHANISMS),
        "oauthbearer.sasl.server.callback.handler.class": "rehearsal.iam.BearerTokens",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
    }
