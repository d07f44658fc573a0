"""A connector on its own Kafka Connect workers, as on MSK Connect; it is healthy when its task runs and streams."""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Final

from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect import diagnosis, refusals
from rehearsal.connect.decoder import Decoded, Message
from rehearsal.connect.denials import Denials
from rehearsal.connect.metrics import Metrics
from rehearsal.connect.reaching import HEALTH_SECONDS, POLL_SECONDS, Answer, check_brokers, with_retries
from rehearsal.connect.registries import Registries
from rehearsal.connect.rest import Rest, RestError
from rehearsal.connect.secret_files import SecretFiles
from rehearsal.connect.substitutions import DATABASE, connector_properties, without_iam
from rehearsal.connect.trust_stores import TrustStores
from rehearsal.connect.workers import STOPPED, WORKER_FOLDER, Workers, server_error
from rehearsal.processes import waits
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.background import Background
from rehearsal.processes.logs import last_error

# Healthy is a task that still runs this long after it connected to the binlog, or that long during a snapshot.
_STREAMING_SECONDS: Final = 1.0
_RUNNING_SECONDS: Final = 10.0
CONFIGURATION: Final = "connector.json"
_WATCH_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Equipment:
    """What a plugin and a worker configuration make; ``provider`` says whether the plugin has one of secrets."""

    workers: Workers
    secrets: SecretFiles
    provider: bool


class RunningConnector:
    """A connector and its workers, which ``equip`` makes again for another plugin. Public: ``name``."""

    def __init__(
        self,
        spec: ConnectorSpec,
        equip: Callable[[ConnectorSpec], Equipment],
        trust_stores: TrustStores,
        *,
        folder: Path,
        addresses: Addresses,
        observed: bool,
        metrics: Metrics | None,
        denials: Denials,
        registries: Registries,
    ) -> None:
        self.name = spec.name
        self._spec = spec
        self._equip = equip
        self._equipment = equip(spec)
        self._trust_stores = trust_stores
        self._folder = folder
        self._addresses = addresses
        self._observed = observed
        self._metrics = metrics
        self._denials = denials
        self._registries = registries
        self._lock = RLock()
        self._offsets: Mapping[Path, int] = {}

    @property
    def workers(self) -> Workers:
        return self._equipment.workers

    @property
    def rest(self) -> Rest:
        return self.workers.rest

    def start(self) -> None:
        """Starts the workers, then the connector; raises ServerError where its task does not run."""
        with self._lock:
            self._prepare(self._spec)
            self.workers.start(workers=self._spec.workers, mcu=self._spec.mcu)
            self._configure(self._spec)
            if self._metrics:
                self._metrics.watch(self.name, self.measure)

    def change(self, spec: ConnectorSpec) -> None:
        """Applies what differs in ``spec`` in place; on ServerError the old one runs again."""
        with self._lock:
            old = self._spec
            try:
                self._apply(spec)
            except ServerError as error:
                self._apply(old)
                again = f"{error}\nthe previous configuration runs again"
                raise ServerError(again, *error.findings) from error

    def restart(self, *, only_failed: bool = False) -> None:
        """Restarts the connector and its tasks, or what failed of them, with the secrets' current values."""
        with self._lock:
            self._prepare(self._spec)
            self._offsets = offsets = self.workers.log_offsets()
            self._call(lambda: self.rest.restart(self.name, only_failed=only_failed), offsets)
            self._wait_until_healthy(offsets)

    def pause(self) -> None:
        """Its tasks read nothing until ``resume``; the workers run."""
        with self._lock:
            offsets = self.workers.log_offsets()
            self._call(lambda: self.rest.pause(self.name), offsets)
            deadline = time.monotonic() + HEALTH_SECONDS
            while not ((status := self._call(lambda: self.rest.status(self.name), offsets)) and status.paused):
                if time.monotonic() > deadline:
                    raise self._error("", offsets, f"the task must be paused within {HEALTH_SECONDS} s")
                time.sleep(POLL_SECONDS)

    def resume(self) -> None:
        """Its tasks go on from where they were."""
        with self._lock:
            self._prepare(self._spec)
            self._offsets = offsets = self.workers.log_offsets()
            self._call(lambda: self.rest.resume(self.name), offsets)
            self._wait_until_healthy(offsets)

    def stop(self, *, at_once: bool = False) -> None:
        """Stops the workers, gracefully unless ``at_once``; their logs and settings move to ``STOPPED``."""
        with self._lock:
            if self._metrics:
                self._metrics.unwatch(self.name)
            self.workers.stop(at_once=at_once)
            self._equipment.secrets.remove()
            self._keep_logs()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _keep_logs(self) -> None:
        kept = self._folder.parent.with_name(STOPPED) / self._folder.name
        kept.mkdir(parents=True, exist_ok=True)
        private = self._folder / WORKER_FOLDER
        for file in (*self._folder.glob("*.log"), *private.glob("worker-*.properties"), private / CONFIGURATION):
            if file.is_file():
                file.replace(kept / file.name)

    def kill(self, number: int = 1) -> None:
        """Kills a worker (SIGKILL), as in a crash; it is replaced some seconds later."""
        self.workers.programs[number - 1].kill()

    def start_stopped_workers(self) -> None:
        """Replaces stopped workers at once."""
        self.workers.start_stopped()

    def failure(self) -> ServerError | None:
        """Why its task has failed; None while it runs, or is started, changed or restarted."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            status = self.rest.status(self.name)
            return self._error(status.failed.trace, self._offsets) if status and status.failed else None
        except RestError:  # a worker is being replaced
            return None
        finally:
            self._lock.release()

    def decode(self, messages: Sequence[Message], variables: Mapping[str, str] = MappingProxyType({})) -> list[Decoded]:
        """The content of messages that it sent, by converters with these ``variables``; raises DecoderError."""
        return self.workers.decoder(self._registries.for_reader(self._spec.configuration)).decode(messages, variables)

    def measure(self) -> dict[str, float]:
        """The current values of MSK Connect's metrics; utilization in percent of the capacity as it is here."""
        try:
            status = self.rest.status(self.name)
        except RestError:  # a worker is being replaced
            status = None
        states = [task.state for task in status.tasks] if status else []
        return {
            "RunningTaskCount": states.count("RUNNING"),
            "ErroredTaskCount": states.count("FAILED"),
            **self.workers.measure(),
        }

    def _apply(self, spec: ConnectorSpec) -> None:
        old, offsets = self._spec, self.workers.log_offsets()
        exchanged = (spec.archive, spec.worker_configuration) != (old.archive, old.worker_configuration)
        if exchanged:
            self.workers.stop()
            self._spec, self._equipment = spec, self._equip(spec)
        self._prepare(spec)
        self._spec = spec
        if exchanged or (spec.mcu, spec.workers) != (old.mcu, old.workers):
            self.workers.stop()
            self.workers.start(workers=spec.workers, mcu=spec.mcu)
            self._wait_until_healthy(offsets)
        self._configure(spec)

    def _configure(self, spec: ConnectorSpec) -> None:
        """Applies the configuration of ``spec`` and waits until the task runs; returns at once if it is unchanged."""
        deployed = spec.configuration if self._denials.iam else without_iam(spec.configuration)
        named = {**self._trust_stores.local(self._registries.for_worker(deployed)), "name": self.name}
        database = self._addresses.here(*(named.get(key, "") for key in DATABASE))
        properties = connector_properties(
            named,
            provider=self._equipment.provider,
            observed=self._observed,
            database=database if all(database) else None,
        )
        (self._folder / WORKER_FOLDER / CONFIGURATION).write_text(json.dumps(properties, indent=2))
        self._offsets = offsets = self.workers.log_offsets()
        if self._call(lambda: self.rest.configuration(self.name), offsets) == properties:
            return
        try:
            self._call_unless_denied(lambda: self.rest.put(self.name, properties), offsets)
        except RestError as error:
            raise self._error("", offsets, f"{self._validation_errors(properties)}\n{error}") from error
        self._wait_until_healthy(offsets)

    def _validation_errors(self, configuration: Mapping[str, str]) -> str:
        """The errors by property: Connect 3.7 hides them where Debezium has not validated each (a null pointer)."""
        try:
            errors = self.rest.errors(configuration)
        except RestError as error:
            return str(error)
        return "\n".join(refusals.line(key, message) for key, messages in errors.items() for message in messages)

    def _call(self, question: Callable[[], Answer], offsets: Mapping[Path, int]) -> Answer:
        """Calls the worker, with retries while it rebalances; raises ServerError for what it refuses."""
        try:
            return self._call_unless_denied(question, offsets)
        except RestError as error:
            raise self._error("", offsets, str(error)) from error

    def _call_unless_denied(self, question: Callable[[], Answer], offsets: Mapping[Path, int]) -> Answer:
        """The worker's answer; raises ServerError as soon as brokers deny it something: it would hang for 90 s."""
        call = Background(lambda: with_retries(question))
        while not call.finished:
            if self._denials():
                raise self._error("", offsets)
            time.sleep(_WATCH_SECONDS)
        return call.result()

    def _wait_until_healthy(self, offsets: Mapping[Path, int]) -> None:
        """Waits until the task has run for a moment; raises ServerError, with the cause in the logs."""

        def last_line() -> str:
            return self._equipment.secrets.hide(last_error(self.workers.log_since(offsets)))

        with waits.CURRENT.waiting(f"the task of {self.name}", seconds=HEALTH_SECONDS, last_line=last_line):
            self._wait_for_task(offsets)

    def _wait_for_task(self, offsets: Mapping[Path, int]) -> None:
        started = since = time.monotonic()
        while (now := time.monotonic()) < started + HEALTH_SECONDS:
            log = self.workers.log_since(offsets)
            dead = not all(program.running for program in self.workers.programs)
            if self._denials() or diagnosis.cannot_recover(log) or dead:
                raise self._error("", offsets)
            status = self._call(lambda: self.rest.status(self.name), offsets)
            # Right after a change the worker may still return the previous status.
            if status and status.failed and (diagnosis.FAILED.search(log) or now > started + _RUNNING_SECONDS):
                raise self._error(status.failed.trace, offsets)
            if not (status and status.running):
                since = now
            elif now - since > (_STREAMING_SECONDS if diagnosis.STREAMING.search(log) else _RUNNING_SECONDS):
                return
            time.sleep(POLL_SECONDS)
        raise self._error("", offsets, f"the task must run within {HEALTH_SECONDS} s")

    def _error(self, trace: str, offsets: Mapping[Path, int], last: str = "") -> ServerError:
        """The diagnosis of ``trace``, else of the logs since ``offsets``, else ``last``; without secrets."""
        texts = map(self._equipment.secrets.hide, (trace, diagnosis.problems(self.workers.log_since(offsets)), last))
        configuration = {**self._spec.worker_configuration, **self._spec.configuration}
        found = self._denials() or diagnosis.diagnose(*texts, configuration=configuration)
        return server_error(found, connector=self.name)

    def _prepare(self, spec: ConnectorSpec) -> None:
        """Raises ServerError where a secret is missing or no broker is reachable."""
        self._denials.reset()
        try:
            self._equipment.secrets.update(spec.configuration)
            check_brokers(spec.bootstrap, self._addresses.names)
        except ServerError as error:
            raise ServerError(str(error), *(found.at(connector=self.name) for found in error.findings)) from error
