"""The worker processes of one connector: each connector has its own Connect group, as on MSK Connect."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

import psutil

from modules.properties_file import as_lines
from rehearsal.aws.backends import ServerError
from rehearsal.connect import diagnosis
from rehearsal.connect.decoder import Decoder, converters
from rehearsal.connect.rest import Rest, RestError
from rehearsal.connect.substitutions import HEAP_PER_MCU
from rehearsal.processes.addresses import Address, Addresses
from rehearsal.processes.findings import Finding
from rehearsal.processes.java import ArchiveDump, Jvm
from rehearsal.processes.programs import Program, ProgramError

MAIN: Final = "org.apache.kafka.connect.cli.ConnectDistributed"
PORT: Final = 8083
START_SECONDS: Final = 180  # for a machine under load: errors show within seconds
# How fast MSK Connect replaces a worker is not documented.
REPLACE_SECONDS: Final = 3.0
_STOP_SECONDS: Final = 10
WORKER_FOLDER: Final = ".worker"
STOPPED: Final = "stopped-connectors"  # a folder beside that of the running ones
PLUGINS: Final = "plugins"  # the plugin path below it
PLUGIN: Final = f"{PLUGINS}/plugin"


class Logs(Protocol):
    """Ships logs: a ``rehearsal.processes.logs.LogShipper``."""

    def ship(self, log: Path, group: str | None, stream: str, prefix: str = "") -> None: ...

    def finish(self, log: Path) -> None: ...


@dataclass(frozen=True)
class WorkerRuntime:
    """What all workers share: ``jars`` are Kafka Connect's, ``env`` a worker's whole environment.

    ``options`` are further JVM options.
    """

    addresses: Addresses
    jars: Sequence[Path]
    env: Mapping[str, str]
    logs: Logs | None = None
    options: Sequence[str] = ()


@dataclass(frozen=True)
class WorkerGroup:
    """Workers with the same properties; ``log_group`` is in CloudWatch Logs.

    ``denials`` returns what brokers have denied them: a worker may not log it, or exit without a message.
    """

    name: str
    folder: Path
    properties: Mapping[str, str]
    log_group: str | None = None
    denials: Callable[[], Sequence[Finding]] = tuple


class Workers:
    """The workers of ``group``; one that exits is replaced, until ``stop``."""

    def __init__(self, group: WorkerGroup, runtime: WorkerRuntime) -> None:
        self._group = group
        self._runtime = runtime
        self._addresses: list[Address] = []
        self._rests: list[Rest] = []
        self._stopping = Event()
        self._watcher: Thread | None = None
        self._archive_dump: ArchiveDump | None = None
        self._usage: dict[int, psutil.Process] = {}
        self._mcu = 0
        self.programs: list[Program] = []

    @property
    def rest(self) -> Rest:
        """The REST API of the first running worker, else of the first."""
        alive = (rest for rest, program in zip(self._rests, self.programs, strict=False) if program.running)
        return next(alive, self._rests[0])

    def start(self, *, workers: int, mcu: int) -> None:
        """Starts ``workers`` workers with ``mcu`` each, and waits until all are in the group; raises ServerError."""
        while len(self._addresses) < workers:
            self._addresses.append(self._runtime.addresses.allocate(PORT))
            self._rests.append(Rest(f"http://{self._addresses[-1]}"))
        self._mcu = mcu
        offsets = self.log_offsets()
        self._runtime.addresses.write_hosts(self._hosts)
        self.programs = [self._program(number).start() for number in range(1, workers + 1)]
        for program in self.programs:
            self._ship(program)
        try:
            for program, rest in zip(self.programs, self._rests, strict=False):
                program.wait_until(partial(self._ready, rest, offsets), seconds=START_SECONDS)
        except ProgramError as error:
            raise self._error(offsets, str(error).splitlines()[0]) from error
        self._archive_dump = ArchiveDump(self._jvm, self._private)
        self._stopping.clear()
        self._watcher = Thread(target=self._replace, name=f"{self._group.name}-workers", daemon=True)
        self._watcher.start()

    def start_stopped(self) -> None:
        """Starts workers that are not running; returns at once."""
        self._runtime.addresses.write_hosts(self._hosts)
        for program in self.programs:
            program.start()

    def stop(self, *, at_once: bool = False) -> None:
        """Stops gracefully, unless ``at_once``: tasks commit their offsets, workers leave the group."""
        self._stopping.set()
        if self._watcher:
            self._watcher.join()
        if self._archive_dump:
            self._archive_dump.finish()
        seconds = 0 if at_once else _STOP_SECONDS
        stopping = [Thread(target=program.stop, kwargs={"seconds": seconds}) for program in self.programs]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        for program in self.programs:
            if self._runtime.logs:
                self._runtime.logs.finish(program.log)

    def decoder(self, configuration: Mapping[str, str]) -> Decoder:
        """Decodes the messages of a connector with ``configuration``."""
        plugin = self._private / PLUGIN
        return Decoder(self._runtime.jars, plugin, converters(configuration, self._group.properties))

    def log_offsets(self) -> Mapping[Path, int]:
        """The current size of each log."""
        return {log: log.stat().st_size for log in self._group.folder.glob("*.log")}

    def log_since(self, offsets: Mapping[Path, int]) -> str:
        """The log lines after ``offsets``; the whole log where it was truncated since."""
        return "".join(_read(program.log, offsets.get(program.log, 0)) for program in self.programs)

    def measure(self) -> dict[str, float]:
        """The number of running workers, and their usage in percent of the cores and heap of their MCUs here."""
        alive = [process for process in map(self._process, self.programs) if process]
        cores, heap = self._mcu * len(alive) or 1, self._mcu * HEAP_PER_MCU * len(alive) or 1
        return {
            "WorkerCount": len(alive),
            "CpuUtilization": sum(process.cpu_percent() for process in alive) / cores,
            "MemoryUtilization": 100 * sum(process.memory_info().rss for process in alive) / (heap << 20),
        }

    def _process(self, program: Program) -> psutil.Process | None:
        """The same object each time: cpu_percent counts from the previous call."""
        if not program.running or program.pid is None:
            return None
        return self._usage.setdefault(program.pid, psutil.Process(program.pid))

    @property
    def _private(self) -> Path:
        """A folder that no secret's file can be in."""
        return self._group.folder / WORKER_FOLDER

    @property
    def _hosts(self) -> Path:
        return self._private / "hosts"

    @property
    def _jvm(self) -> Jvm:
        return Jvm(
            main=MAIN,
            jars=self._runtime.jars,
            heap=self._mcu * HEAP_PER_MCU,
            hosts=self._hosts,
            # A worker without memory would go on with errors, and not be replaced.
            options=["-XX:+ExitOnOutOfMemoryError", *self._runtime.options],
        )

    def _program(self, number: int) -> Program:
        settings = self._private / f"worker-{number}.properties"
        listeners = {"listeners": f"http://{self._addresses[number - 1]}"}
        settings.write_text(as_lines({**self._group.properties, **listeners}))
        command = self._jvm.command(str(settings), folder=self._private, list_classes=number == 1)
        return Program(f"worker-{number}", command, folder=self._group.folder, env=self._runtime.env)

    def _ship(self, program: Program) -> None:
        if self._runtime.logs:
            stream, number = f"{self._group.name}-{program.name}", sha256(program.name.encode()).hexdigest()[:17]
            self._runtime.logs.ship(program.log, self._group.log_group, stream, f"[Worker-{number}] ")

    def _ready(self, rest: Rest, offsets: Mapping[Path, int]) -> bool | None:
        """True once the worker is in its group: only then it knows the connectors."""
        if self._group.denials() or diagnosis.cannot_recover(self.log_since(offsets)):
            raise self._error(offsets)
        try:
            rest.connectors()
        except RestError:
            return None
        return True

    def _error(self, offsets: Mapping[Path, int], last: str = "") -> ServerError:
        """The diagnosis of the logs since ``offsets``, else ``last``."""
        texts = (diagnosis.problems(self.log_since(offsets)), last)
        found = self._group.denials() or diagnosis.diagnose(*texts, configuration=self._group.properties)
        return server_error(found, connector=self._group.name)

    def _replace(self) -> None:
        while not self._stopping.wait(REPLACE_SECONDS):
            self.start_stopped()


def server_error(findings: Sequence[Finding], *, connector: str) -> ServerError:
    """The error of a connector or its workers."""
    return ServerError("\n".join(map(str, findings)), *(one.at(connector=connector) for one in findings))


def _read(log: Path, start: int) -> str:
    try:
        with log.open("rb") as content:
            content.seek(start if start <= log.stat().st_size else 0)
            return content.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
