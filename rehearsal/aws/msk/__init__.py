"""The control plane of Amazon MSK, in front of real brokers."""

from threading import RLock

from rehearsal.aws.account import Account
from rehearsal.aws.faults import Faults
from rehearsal.aws.msk.brokers import Fleet
from rehearsal.aws.msk.clusters import Clusters
from rehearsal.aws.msk.scram import ScramSecrets
from rehearsal.aws.msk.updates import Updates
from rehearsal.aws.msk.versions import Versions
from rehearsal.aws.servers import StartCluster
from rehearsal.aws.service import Service
from rehearsal.aws.tags import Tags
from rehearsal.aws.work import Work


class Msk:
    """Provisioned clusters, configurations and SCRAM secrets; brokers come from ``start``.

    Public: ``service`` (answers requests), ``adopt`` (a cluster that was there before), ``stop`` (all brokers).
    """

    def __init__(self, start: StartCluster, *, account: Account, faults: Faults, delay: float = 0) -> None:
        self._lock = RLock()
        self._fleet = Fleet(start, lock=self._lock, work=Work("kafka", faults=faults, delay=delay))
        self._clusters = Clusters(self._fleet, account=account)
        self.adopt = self._clusters.adopt
        self.stop = self._fleet.stop
        handlers = [
            self._clusters,
            self._fleet.configurations,
            ScramSecrets(self._fleet, account=account),
            Tags(lambda arn: self._fleet.get(arn).tags),
            Updates(self._fleet, account=account),
            Versions(),
        ]
        self.service = Service("kafka", handlers, lock=self._lock)
