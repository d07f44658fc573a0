"""What brokers have denied to a connector's role."""

import time

from rehearsal.aws.backends import ConnectorSpec
from rehearsal.iam.signing import Signing
from rehearsal.processes.findings import Finding


class Denials:
    """The requests that brokers have denied to the role of ``spec``; without ``signing`` they deny none."""

    def __init__(self, spec: ConnectorSpec, signing: Signing | None) -> None:
        self._spec = spec
        self._signing = signing
        self._since = time.monotonic()

    @property
    def iam(self) -> bool:
        """Whether the connector's clients sign in with IAM."""
        return self._signing is not None

    def reset(self) -> None:
        """Ignores denials before this moment."""
        self._since = time.monotonic()

    def __call__(self) -> list[Finding]:
        """The missing permissions."""
        return self._signing.denied(self._spec, since=self._since) if self._signing else []
