"""The control plane of Amazon MSK, with real brokers behind it."""

from threading import RLock

from rehearsal.aws.account import Account
from rehearsal.aws.backends import StartCluster
from rehearsal.aws.faults import Faults
from rehearsal.aws.msk.brokers import Brokers
from rehearsal.aws.msk.clusters import Clusters
from rehearsal.aws.msk.scram import ScramSecrets
from rehearsal.aws.msk.updates import Updates
from rehearsal.aws.msk.versions import Versions
from rehearsal.aws.service import Service
from rehearsal.aws.tags import Tags
from rehearsal.aws.work import BackgroundWork


class Msk:
    """Provisioned clusters, configurations and SCRAM secrets; ``start`` starts the brokers.

    Public: ``service`` (answers requests), ``add_existing_cluster`` (one that exists before a deploy),
    ``expect_cluster`` (how one will be created), ``stop`` (all brokers).
    """

    def __init__(self, start: StartCluster, *, account: Account, faults: Faults, delay: float = 0) -> None:
        self._lock = RLock()
        self._brokers = Brokers(start, lock=self._lock, work=BackgroundWork("kafka", faults=faults, delay=delay))
        self._clusters = Clusters(self._brokers, account=account)
        self.expect_cluster = self._brokers.expect
        self.add_existing_cluster = self._clusters.add_existing
        self.stop = self._brokers.stop
        handlers = [
            self._clusters,
            self._brokers.configurations,
            ScramSecrets(self._brokers, account=account),
            Tags(lambda arn: self._brokers.records.get(arn).tags),
            Updates(self._brokers, account=account),
            Versions(),
        ]
        self.service = Service("kafka", handlers, lock=self._lock)
