"""The connectors of the embedded MSK Connect, and the workers behind them."""

from collections.abc import Callable, Iterator
from threading import RLock

from rehearsal.aws.msk_connect.record import ConnectorRecord, Operation
from rehearsal.aws.servers import Connector, ConnectorSpec, ServerError, StartConnector
from rehearsal.aws.service import Document, not_found
from rehearsal.aws.work import Work


class Crew:
    """Connector records by ARN; what takes time goes on in the background and ends under ``lock``."""

    def __init__(self, start: StartConnector, *, lock: RLock, work: Work) -> None:
        self._start = start
        self._lock = lock
        self._work = work
        self._records: dict[str, ConnectorRecord] = {}

    def get(self, arn: str) -> ConnectorRecord:
        if arn not in self._records:
            raise not_found(f"no connector {arn}")
        return self._records[arn]

    def within(self, region: str) -> Iterator[ConnectorRecord]:
        return (record for record in self._records.values() if record.region == region)

    def runs(self, plugin_arn: str) -> bool:
        return any(record.plugin_arn == plugin_arn for record in self._records.values())

    def runs_with(self, worker_configuration_arn: str) -> bool:
        return any(record.worker_configuration_arn == worker_configuration_arn for record in self._records.values())

    def create(self, record: ConnectorRecord, spec: ConnectorSpec) -> None:
        """CREATING until its task runs; FAILED where it does not."""
        self._records[record.arn] = record
        self._work.start(lambda: self._create(record, spec))

    def change(self, record: ConnectorRecord, changed: Document, spec: ConnectorSpec, operation: Operation) -> None:
        """UPDATING until the connector runs as ``changed`` says; rolled back, and RUNNING too, where it cannot."""
        record.state = "UPDATING"

        def change() -> None:
            _worker(record).change(spec)

        def accept() -> None:
            record.asked = changed

        self._work.start(lambda: self._operate(record, operation, "UpdateConnector", change, accept))

    def restart(self, record: ConnectorRecord, operation: Operation) -> None:
        """RESTARTING until its tasks run again."""
        record.state = "RESTARTING"

        def restart() -> None:
            _worker(record).restart()

        self._work.start(lambda: self._operate(record, operation, "RestartConnector", restart, lambda: None))

    def delete(self, record: ConnectorRecord) -> None:
        """DELETING until its worker is gone."""
        record.state = "DELETING"
        self._work.start(lambda: self._delete(record))

    def stop(self) -> None:
        """Ends all workers; those that are still being started end when they are up."""
        with self._lock:
            self._work.end()
            running = [record.worker for record in self._records.values() if record.worker]
        for worker in running:
            worker.stop()

    def _create(self, record: ConnectorRecord, spec: ConnectorSpec) -> None:
        failure = self._work.attempt("CreateConnector", lambda: self._keep(record, self._start(spec)))
        with self._lock:
            record.failure = failure
            record.state = "RUNNING" if failure is None else "FAILED"

    def _keep(self, record: ConnectorRecord, worker: Connector) -> None:
        with self._lock:
            if not self._work.over:
                record.worker = worker
        if record.worker is None:
            worker.stop()

    def _operate(
        self,
        record: ConnectorRecord,
        operation: Operation,
        called: str,
        task: Callable[[], None],
        accept: Callable[[], None],
    ) -> None:
        failure = self._work.attempt(called, task)
        with self._lock:
            if failure is None:
                accept()
            operation.end(failure)
            record.state = "RUNNING"
            record.renew()

    def _delete(self, record: ConnectorRecord) -> None:
        self._work.attempt("DeleteConnector", lambda: record.worker.stop() if record.worker else None)
        with self._lock:
            del self._records[record.arn]


def _worker(record: ConnectorRecord) -> Connector:
    if record.worker is None:
        raise ServerError(f"{record.name} has no worker")
    return record.worker
