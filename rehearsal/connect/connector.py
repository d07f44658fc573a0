"""A connector on Kafka Connect workers of its own, as MSK Connect runs one; judged by its task, not by its start."""

import shutil
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Final, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect import diagnosis
from rehearsal.connect.metrics import Metrics
from rehearsal.connect.rest import Rest, RestError
from rehearsal.connect.secret_files import SecretFiles
from rehearsal.connect.substitutions import connector_properties, without_iam
from rehearsal.connect.workers import Workers
from rehearsal.iam.signing import Signing
from rehearsal.processes.addresses import Addresses
from rehearsal.processes.background import Background

HEALTH_SECONDS: Final = 120  # the last resort, for a machine under load: what is wrong shows in seconds
# A task that has reached the binary log and still runs a moment later is well; a long snapshot reaches it late.
_STREAMING_SECONDS: Final = 1.0
_RUNNING_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.2
_REACH_SECONDS: Final = 5.0
_WATCH_SECONDS: Final = 0.02

Answer = TypeVar("Answer")


class Refusals:
    """What brokers have lately refused to the role of ``spec``; without ``signing`` they refuse nothing."""

    def __init__(self, spec: ConnectorSpec, signing: Signing | None) -> None:
        self._spec = spec
        self._signing = signing
        self._since = time.monotonic()

    @property
    def signs(self) -> bool:
        """Whether the connector's clients sign in at all."""
        return self._signing is not None

    def forget(self) -> None:
        """Only what comes from now on counts."""
        self._since = time.monotonic()

    def __call__(self) -> str:
        """In words, once the first is a moment old: others may follow from the same cause."""
        return self._signing.lacking(self._spec, since=self._since) if self._signing else ""


class RunningConnector:
    """A connector on workers of its own. Public: ``name``, ``workers``."""

    def __init__(
        self,
        spec: ConnectorSpec,
        workers: Workers,
        secrets: SecretFiles,
        *,
        folder: Path,
        addresses: Addresses,
        provider: bool,
        metrics: Metrics | None,
        refused: "Refusals",
    ) -> None:
        self.name = spec.name
        self.workers = workers
        self._spec = spec
        self._secrets = secrets
        self._folder = folder
        self._addresses = addresses
        self._provider = provider
        self._metrics = metrics
        self._refused = refused
        self._lock = RLock()

    @property
    def rest(self) -> Rest:
        return self.workers.rest

    def start(self) -> None:
        """Workers, then the connector; raises ServerError where its task does not run."""
        with self._lock:
            self._prepare(self._spec)
            self.workers.start(workers=self._spec.workers, mcu=self._spec.mcu)
            self._configure(self._spec)
            if self._metrics:
                self._metrics.watch(self.name, self.measure)

    def change(self, spec: ConnectorSpec) -> None:
        """Another configuration or capacity, in place; raises ServerError with the old one running again."""
        with self._lock:
            old = self._spec
            try:
                self._become(spec)
            except ServerError as error:
                self._become(old)
                raise ServerError(f"{error}\nwhat ran before runs again") from error

    def restart(self) -> None:
        """The connector and its tasks, with what the secrets hold now."""
        with self._lock:
            self._prepare(self._spec)
            mark = self.workers.mark()
            self._ask(lambda: self.rest.restart(self.name), mark)
            self._until_well(mark)

    def stop(self, *, at_once: bool = False) -> None:
        """Ends the workers, in order unless ``at_once``, and removes what they had on disk; the topics stay."""
        with self._lock:
            if self._metrics:
                self._metrics.forget(self.name)
            self.workers.stop(at_once=at_once)
            self._secrets.remove()
            shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self, number: int = 1) -> None:
        """Crash a worker (SIGKILL); another takes its place some seconds later."""
        self.workers.programs[number - 1].kill()

    def start_worker(self) -> None:
        """Replace workers that died at once."""
        self.workers.start_dead()

    def measure(self) -> dict[str, float]:
        """MSK Connect's metrics of this moment; utilizations in percent of what the capacity is worth here."""
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

    def _become(self, spec: ConnectorSpec) -> None:
        self._prepare(spec)
        resized = (spec.mcu, spec.workers) != (self._spec.mcu, self._spec.workers)
        self._spec = spec
        mark = self.workers.mark()
        if resized:
            self.workers.stop()
            self.workers.start(workers=spec.workers, mcu=spec.mcu)
            self._until_well(mark)
        self._configure(spec)

    def _configure(self, spec: ConnectorSpec) -> None:
        """Returns once the task runs with the configuration of ``spec``; at once where it has it already."""
        deployed = spec.configuration if self._refused.signs else without_iam(spec.configuration)
        wanted = connector_properties(deployed, provider=self._provider) | {"name": self.name}
        mark = self.workers.mark()
        if self._ask(lambda: self.rest.configuration(self.name), mark) == wanted:
            return
        try:
            self._watched(lambda: self.rest.put(self.name, wanted), mark)
        except RestError as error:
            raise self._error("", mark, f"{self._refusal(wanted)}\n{error}") from error
        self._until_well(mark)

    def _refusal(self, configuration: Mapping[str, str]) -> str:
        """What is wrong, by property: Connect 3.7 hides it where Debezium has not judged each (a null pointer)."""
        try:
            errors = self.rest.errors(configuration)
        except RestError as error:
            return str(error)
        return "\n".join(f"{key}: refused: {said}" for key, many in errors.items() for said in many)

    def _ask(self, question: Callable[[], Answer], mark: Mapping[Path, int]) -> Answer:
        """Asks again while the worker is between two states; raises ServerError for what it refuses."""
        try:
            return self._watched(question, mark)
        except RestError as error:
            raise self._error("", mark, str(error)) from error

    def _watched(self, question: Callable[[], Answer], mark: Mapping[Path, int]) -> Answer:
        """The answer, unless brokers refuse the worker meanwhile: it would not answer for a minute and a half."""
        asked = Background(lambda: _patiently(question))
        while not asked.finished:
            if self._refused():
                raise self._error("", mark)
            time.sleep(_WATCH_SECONDS)
        return asked.result()

    def _until_well(self, mark: Mapping[Path, int]) -> None:
        """Until all has run for a moment, judged by what was logged since ``mark``; raises ServerError."""
        started = since = time.monotonic()
        while (now := time.monotonic()) < started + HEALTH_SECONDS:
            log = self.workers.since(mark)
            dead = not all(program.running for program in self.workers.programs)
            if self._refused() or diagnosis.hopeless(log) or dead:
                raise self._error("", mark)
            status = self._ask(lambda: self.rest.status(self.name), mark)
            # For a moment the worker may still tell of the time before.
            if status and status.failed and (diagnosis.FAILED.search(log) or now > started + _RUNNING_SECONDS):
                raise self._error(status.failed.trace, mark)
            if not (status and status.running):
                since = now
            elif now - since > (_STREAMING_SECONDS if diagnosis.STREAMING.search(log) else _RUNNING_SECONDS):
                return
            time.sleep(_POLL_SECONDS)
        raise self._error("", mark, f"the task must run within {HEALTH_SECONDS} s")

    def _error(self, trace: str, mark: Mapping[Path, int], last: str = "") -> ServerError:
        """A diagnosis of ``trace``, or else of the log since ``mark``, or else of what was said ``last``."""
        said = (trace, diagnosis.problems(self.workers.since(mark)), last)
        told = str(diagnosis.diagnose(*said, configuration=self._spec.configuration))
        return ServerError(self._secrets.hide("\n".join(filter(None, [self._refused(), told]))))

    def _prepare(self, spec: ConnectorSpec) -> None:
        """Raises ServerError for what a worker would not find: a secret's value, or a broker."""
        self._refused.forget()
        self._secrets.update(spec.configuration)
        self._reach_brokers(spec)

    def _reach_brokers(self, spec: ConnectorSpec) -> None:
        """Raises ServerError where no broker listens; Kafka's own clients try for minutes."""
        names = self._addresses.names
        for place in spec.bootstrap.split(","):
            host, _, port = place.rpartition(":")
            with suppress(OSError):
                socket.create_connection((names.get(host, host), int(port)), timeout=_REACH_SECONDS).close()
                return
        raise ServerError(f"no broker of {spec.bootstrap} takes connections; look at the cluster's state")


@retry(
    retry=retry_if_exception(lambda error: isinstance(error, RestError) and error.temporary),
    stop=stop_after_delay(HEALTH_SECONDS),
    wait=wait_fixed(_POLL_SECONDS),
    reraise=True,
)
def _patiently(question: Callable[[], Answer]) -> Answer:
    return question()
