"""The properties of brokers with a listener like MSK's for IAM: signatures, over TLS."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PROTOCOL: Final = "SASL_SSL"
MECHANISMS: Final = ("AWS_MSK_IAM", "OAUTHBEARER")
# Kafka requires a JAAS entry for each mechanism of a listener, although brokers do not sign in with them.
_LOGINS: Final = {
    "AWS_MSK_IAM": "org.apache.kafka.common.security.plain.PlainLoginModule required;",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
}


@dataclass(frozen=True)
class AuthorizerSettings:
    """How the brokers of one cluster call the authorizer.

    ``url`` serves ``/authenticate`` and ``/authorize``; its host must be an address, not a name. ``token`` opens it.
    ``generation`` is a file whose first 8 bytes, a big-endian number, change with every change of a policy. It must
    exist before a broker starts, and be written in place: brokers map it.
    """

    url: str
    token: str = field(repr=False)
    cluster_arn: str
    generation: Path

    def properties(self) -> dict[str, str]:
        """For every node, also controllers."""
        return {
            "authorizer.class.name": "rehearsal.iam.IamAuthorizer",
            "principal.builder.class": "rehearsal.iam.IamPrincipals",
            "security.providers": "rehearsal.iam.MskIamProvider",
            "rehearsal.iam.authorizer": self.url,
            "rehearsal.iam.token": self.token,
            "rehearsal.iam.cluster": self.cluster_arn,
            "rehearsal.iam.generation": str(self.generation),
        }


def listener_settings(keystore: Path) -> dict[str, str]:
    """The listener's own settings, without their prefix; ``keystore`` is PEM: the key, then the certificates."""
    logins = {f"{mechanism.lower()}.sasl.jaas.config": _LOGINS[mechanism] for mechanism in MECHANISMS}
    return logins | {
        "sasl.enabled.mechanisms": ",".join(MECHANISMS),
        "oauthbearer.sasl.server.callback.handler.class": "rehearsal.iam.BearerTokens",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
    }
