"""What brokers need to authorize clients by IAM; ``rehearsal.iam.access`` implements it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from rehearsal.kafka.brokers import Listener


class BrokerAccess(Protocol):
    """IAM for brokers; ``extension`` is the jar with their authorizer."""

    @property
    def extension(self) -> Path: ...

    def node_properties(self, cluster_arn: str) -> Mapping[str, str]:
        """The authorizer's properties, for brokers and controllers."""
        ...

    def client_listener(self, folder: Path, domain: str) -> Listener:
        """The listener for clients of brokers named below ``domain``; writes the brokers' key to ``folder``."""
        ...
