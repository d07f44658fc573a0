"""Real Kafka Connect workers behind the embedded MSK Connect."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Final, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from modules.archive.zips import BadArchiveError, open_archive
from rehearsal import diagnosis
from rehearsal.addresses import Addresses
from rehearsal.metrics import Metrics
from rehearsal.secret_files import SecretFiles, Secrets
from rehearsal.servers import ConnectorSpec, ServerError
from rehearsal.substitutions import connector_properties, has_provider, worker_properties
from rehearsal.worker import Rest, RestError, Status
from rehearsal.workers import PRIVATE, Ground, Group, Logs, Workers

HEALTH_SECONDS: Final = 60
# A task that has reached the binary log and still runs a moment later is well; a long snapshot reaches it late.
_STREAMING_SECONDS: Final = 1.0
_RUNNING_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.2
_REACH_SECONDS: Final = 5.0
_IAM_AUTH: Final = "aws-msk-iam-auth"

Answer = TypeVar("Answer")


class Connectors:
    """Starts connectors: each has its own workers, plugin path and internal topics, below ``folder``.

    ``jars`` are the worker's libraries; ``secrets`` gives what a secret holds and raises LookupError for none.
    """

    def __init__(
        self,
        *,
        addresses: Addresses,
        folder: Path,
        jars: Sequence[Path],
        secrets: Secrets,
        logs: Logs | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._addresses = addresses
        self._folder = folder
        self._jars = jars
        self._secrets = secrets
        self._logs = logs
        self._metrics = metrics

    def __call__(self, spec: ConnectorSpec) -> "RunningConnector":
        """A connector whose task runs; raises ServerError where it does not, with everything stopped again."""
        folder = self._folder / f"{spec.name}-{_id(spec)}"
        (folder / PRIVATE).mkdir(parents=True, mode=0o700)
        try:
            connector = self._prepared(spec, folder)
        except (BadArchiveError, OSError) as error:
            shutil.rmtree(folder)
            raise ServerError(f"the plugin must be a ZIP that a worker can unpack: {error}") from error
        try:
            connector.start()
        except BaseException:
            connector.stop()
            raise
        return connector

    def _prepared(self, spec: ConnectorSpec, folder: Path) -> "RunningConnector":
        provider = has_provider(spec.archive)
        _unpack(spec.archive, folder / PRIVATE / "plugins" / "plugin")
        endpoint = f"http://{self._addresses.aws}"
        deployed = worker_properties(spec.worker_configuration, provider=provider, endpoint=endpoint)
        group = Group(
            name=spec.name,
            folder=folder,
            properties={**deployed, **_own(spec, folder / PRIVATE / "plugins")},
            log_group=spec.log_group,
        )
        ground = Ground(self._addresses, self._worker_jars(provider), _variables(spec.region), self._logs)
        return RunningConnector(
            spec,
            Workers(group, ground),
            SecretFiles(folder, self._secrets, written=not provider),
            folder=folder,
            addresses=self._addresses,
            provider=provider,
            metrics=self._metrics,
        )

    def _worker_jars(self, provider: bool) -> list[Path]:
        return [jar for jar in self._jars if not (provider and jar.name.startswith(_IAM_AUTH))]


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
    ) -> None:
        self.name = spec.name
        self.workers = workers
        self._spec = spec
        self._secrets = secrets
        self._folder = folder
        self._addresses = addresses
        self._provider = provider
        self._metrics = metrics
        self._lock = RLock()

    @property
    def rest(self) -> Rest:
        return self.workers.rest

    def start(self) -> None:
        """Workers, then the connector; raises ServerError where its task does not run within a minute."""
        with self._lock:
            self._secrets.update(self._spec.configuration)
            self._reach_brokers(self._spec)
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
            self._secrets.update(self._spec.configuration)
            mark = self.workers.mark()
            self._ask(lambda: self.rest.restart(self.name))
            self._until_well(mark)

    def stop(self) -> None:
        """Ends the workers in order, and removes what they had on disk; the topics stay."""
        with self._lock:
            if self._metrics:
                self._metrics.forget(self.name)
            self.workers.stop()
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
        status = self._ask(lambda: self.rest.status(self.name))
        states = [task.state for task in status.tasks] if status else []
        return {
            "RunningTaskCount": states.count("RUNNING"),
            "ErroredTaskCount": states.count("FAILED"),
            **self.workers.measure(),
        }

    def _become(self, spec: ConnectorSpec) -> None:
        self._secrets.update(spec.configuration)
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
        wanted = connector_properties(spec.configuration, provider=self._provider) | {"name": self.name}
        mark = self.workers.mark()
        if self._ask(lambda: self.rest.configuration(self.name)) != wanted:
            self._ask(lambda: self.rest.put(self.name, wanted))
            self._until_well(mark)

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """Asks again while the worker is between two states; raises ServerError for what it refuses."""
        try:
            return _patiently(question)
        except RestError as error:
            raise self._error(str(error)) from error

    def _until_well(self, mark: Mapping[Path, int]) -> None:
        """Until all has run for a moment, judged by what was logged since ``mark``; raises ServerError."""
        started = since = time.monotonic()
        status: Status | None = None
        while time.monotonic() < started + HEALTH_SECONDS:
            log = self.workers.since(mark)
            self._check(log)
            status = self._ask(lambda: self.rest.status(self.name))
            self._fail(status, log, waited=time.monotonic() - started)
            if not (status and status.running):
                since = time.monotonic()
            elif time.monotonic() - since > (
                _STREAMING_SECONDS if diagnosis.STREAMING.search(log) else _RUNNING_SECONDS
            ):
                return
            time.sleep(_POLL_SECONDS)
        raise self._error(f"the task must run within {HEALTH_SECONDS} s, got {status}\n{diagnosis.problems(log)}")

    def _check(self, log: str) -> None:
        """Raises ServerError where a worker has ended, or says that it will never do its work."""
        if diagnosis.HOPELESS.search(log) or not all(program.running for program in self.workers.programs):
            raise self._error(diagnosis.problems(log))

    def _fail(self, status: Status | None, log: str, *, waited: float) -> None:
        """Raises ServerError where a part has failed; a moment long the worker may still tell of the time before."""
        failed = status.failed if status else None
        if failed and (diagnosis.FAILED.search(log) or waited > _RUNNING_SECONDS):
            raise self._error(failed.trace)

    def _error(self, said: str) -> ServerError:
        return ServerError(self._secrets.hide(str(diagnosis.diagnose(said, self._spec.configuration))))

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


def _unpack(archive: Path, folder: Path) -> None:
    """The plugin in a folder of its own on the plugin path, as MSK Connect unpacks it."""
    bundle = open_archive(archive)
    for name in bundle.files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bundle.read(name))


def _own(spec: ConnectorSpec, plugins: Path) -> dict[str, str]:
    """What MSK Connect sets itself and lets no worker configuration set."""
    topic = f"__amazon_msk_connect_{{}}_{spec.name}_{_id(spec)}"
    return {
        "bootstrap.servers": spec.bootstrap,
        "group.id": topic.format("group"),
        "config.storage.topic": topic.format("configs"),
        "status.storage.topic": topic.format("status"),
        "offset.storage.topic": spec.worker_configuration.get("offset.storage.topic", topic.format("offsets")),
        # -1 is the brokers' default.replication.factor (Kafka 2.4 and later).
        **dict.fromkeys((f"{kind}.storage.replication.factor" for kind in ("config", "status", "offset")), "-1"),
        "plugin.path": str(plugins),
        "connector.client.config.override.policy": "None",
        # What a dead worker ran is started on another at once; Kafka's default is five minutes.
        "scheduled.rebalance.max.delay.ms": "0",
    }


def _id(spec: ConnectorSpec) -> str:
    """The last part of the ARN, by which MSK Connect tells a connector from its predecessors of the same name."""
    return spec.arn.rpartition("/")[2]


def _variables(region: str) -> dict[str, str]:
    """A worker's environment: nothing in it leads to a real account."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {**ours, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}
