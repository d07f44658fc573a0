"""The control plane of MSK Connect, with real workers behind it."""

from pathlib import Path
from threading import RLock

from rehearsal.aws.account import Account
from rehearsal.aws.backends import StartConnector
from rehearsal.aws.faults import Faults
from rehearsal.aws.msk_connect.connectors import Connectors
from rehearsal.aws.msk_connect.plugins import Plugins
from rehearsal.aws.msk_connect.worker_configurations import WorkerConfigurations
from rehearsal.aws.msk_connect.workers import Workers
from rehearsal.aws.service import Service
from rehearsal.aws.tags import Tags
from rehearsal.aws.work import BackgroundWork


class MskConnect:
    """Custom plugins (stored in ``folder``), worker configurations and connectors; ``start`` starts the workers.

    Public: ``service`` (answers requests), ``stop`` (stops all workers).
    """

    def __init__(
        self, start: StartConnector, *, folder: Path, account: Account, faults: Faults, delay: float = 0
    ) -> None:
        lock, work = RLock(), BackgroundWork("kafkaconnect", faults=faults, delay=delay)
        self._workers = Workers(start, lock=lock, work=work)
        self._plugins = Plugins(folder, account=account, lock=lock, work=work, in_use=self._workers.use_plugin)
        self._worker_configurations = WorkerConfigurations(in_use=self._workers.use_worker_configuration)
        connectors = Connectors(
            self._workers, plugins=self._plugins, worker_configurations=self._worker_configurations, account=account
        )
        handlers = [connectors, self._plugins, self._worker_configurations, Tags(self._tags_of)]
        self.service = Service("kafkaconnect", handlers, lock=lock)
        self.stop = self._workers.stop

    def _tags_of(self, arn: str) -> dict[str, str]:
        kind = arn.split(":")[-1].partition("/")[0]
        if kind == "custom-plugin":
            return self._plugins.get(arn).tags
        if kind == "worker-configuration":
            return self._worker_configurations.get(arn).tags
        return self._workers.records.get(arn).tags
