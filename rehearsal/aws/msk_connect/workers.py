"""The connectors of the embedded MSK Connect: their records, and the workers that run for them."""

from collections.abc import Callable
from threading import RLock

from rehearsal.aws.backends import Connector, ConnectorSpec, ServerError, StartConnector
from rehearsal.aws.msk_connect.record import ConnectorRecord, Operation
from rehearsal.aws.records import Records
from rehearsal.aws.service import Document
from rehearsal.aws.work import BackgroundWork


class Workers:
    """Starts, changes and stops the workers of each connector in the background; records change under ``lock``.

    Public: ``records`` of connectors.
    """

    def __init__(self, start: StartConnector, *, lock: RLock, work: BackgroundWork) -> None:
        self._start = start
        self._lock = lock
        self._work = work
        self.records: Records[ConnectorRecord] = Records("connector")

    def use_plugin(self, plugin_arn: str) -> bool:
        return any(record.plugin_arn == plugin_arn for record in self.records)

    def use_worker_configuration(self, worker_configuration_arn: str) -> bool:
        return any(record.worker_configuration_arn == worker_configuration_arn for record in self.records)

    def create(self, record: ConnectorRecord, spec: ConnectorSpec) -> None:
        """CREATING until the connector's task runs; FAILED where it does not."""
        self.records.add(record)
        self._work.start(lambda: self._create(record, spec))

    def change(self, record: ConnectorRecord, changed: Document, spec: ConnectorSpec, operation: Operation) -> None:
        """UPDATING until the connector runs with ``changed``; where it fails it is rolled back, and RUNNING too."""
        record.state = "UPDATING"

        def change() -> None:
            _worker(record).change(spec)

        def accept() -> None:
            record.request = changed

        self._work.start(lambda: self._run_operation(record, operation, "UpdateConnector", change, accept))

    def restart(self, record: ConnectorRecord, operation: Operation, *, only_failed: bool) -> None:
        """RESTARTING until its tasks run again, all or those that failed."""
        record.state = "RESTARTING"

        def restart() -> None:
            _worker(record).restart(only_failed=only_failed)

        self._work.start(lambda: self._run_operation(record, operation, "RestartConnector", restart, lambda: None))

    def pause(self, record: ConnectorRecord, operation: Operation) -> None:
        """PAUSING until its tasks have stopped reading, then PAUSED; RUNNING where that fails."""
        record.state = "PAUSING"

        def pause() -> None:
            _worker(record).pause()

        self._work.start(
            lambda: self._run_operation(record, operation, "PauseConnector", pause, lambda: None, ended="PAUSED")
        )

    def resume(self, record: ConnectorRecord, operation: Operation) -> None:
        """RESUMING until its tasks run again; PAUSED where that fails."""
        record.state = "RESUMING"

        def resume() -> None:
            _worker(record).resume()

        self._work.start(
            lambda: self._run_operation(record, operation, "ResumeConnector", resume, lambda: None, failed="PAUSED")
        )

    def delete(self, record: ConnectorRecord) -> None:
        """DELETING until its workers have stopped."""
        record.state = "DELETING"
        self._work.start(lambda: self._delete(record))

    def stop(self) -> None:
        """Stops all workers; those that are still starting are stopped as soon as they are up."""
        with self._lock:
            self._work.stop()
            running = [record.worker for record in self.records if record.worker]
        for worker in running:
            worker.stop()

    def _create(self, record: ConnectorRecord, spec: ConnectorSpec) -> None:
        failure = self._work.run("CreateConnector", lambda: self._attach(record, self._start(spec)))
        with self._lock:
            record.failure = failure
            record.state = "RUNNING" if failure is None else "FAILED"

    def _attach(self, record: ConnectorRecord, worker: Connector) -> None:
        with self._lock:
            if not self._work.stopped:
                record.worker = worker
        if record.worker is None:
            worker.stop()

    def _run_operation(
        self,
        record: ConnectorRecord,
        operation: Operation,
        api_operation: str,
        task: Callable[[], None],
        on_success: Callable[[], None],
        *,
        ended: str = "RUNNING",
        failed: str = "RUNNING",
    ) -> None:
        failure = self._work.run(api_operation, task)
        with self._lock:
            if failure is None:
                on_success()
            operation.end(failure)
            record.state = ended if failure is None else failed
            record.new_version()

    def _delete(self, record: ConnectorRecord) -> None:
        self._work.run("DeleteConnector", lambda: record.worker.stop() if record.worker else None)
        with self._lock:
            self.records.remove(record)


def _worker(record: ConnectorRecord) -> Connector:
    if record.worker is None:
        raise ServerError(f"{record.name} has no worker")
    return record.worker
