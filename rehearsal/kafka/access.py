"""How clients are let in to a cluster by IAM, as far as its brokers must know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from rehearsal.kafka.brokers import Listener


class Access(Protocol):
    """``extension`` is the jar that brokers load for it."""

    @property
    def extension(self) -> Path: ...

    def node_properties(self, cluster_arn: str) -> Mapping[str, str]:
        """For brokers and controllers."""
        ...

    def clients(self, folder: Path, domain: str) -> Listener:
        """The way in for clients of brokers that are named below ``domain``; ``folder`` takes the brokers' key."""
        ...
