"""The worker processes of one connector: a Kafka Connect group of its own, as MSK Connect gives each connector one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

import psutil

from modules.properties_file import as_lines
from rehearsal.aws.backends import ServerError
from rehearsal.connect import diagnosis
from rehearsal.connect.rest import Rest, RestError
from rehearsal.connect.substitutions import HEAP_PER_MCU
from rehearsal.processes.addresses import Address, Addresses
from rehearsal.processes.java import ArchiveDump, Jvm
from rehearsal.processes.programs import Program, ProgramError

MAIN: Final = "org.apache.kafka.connect.cli.ConnectDistributed"
PORT: Final = 8083
START_SECONDS: Final = 180  # the last resort, for a machine under load: what is wrong shows in seconds
# How fast MSK Connect replaces a worker that died is not published; here it is soon.
REPLACE_SECONDS: Final = 3.0
_STOP_SECONDS: Final = 10
PRIVATE: Final = ".worker"


class Logs(Protocol):
    """Where logs go: a ``rehearsal.processes.logs.LogShipper``."""

    def ship(self, log: Path, group: str | None, stream: str) -> None: ...

    def finish(self, log: Path) -> None: ...


@dataclass(frozen=True)
class Ground:
    """What all workers stand on: ``jars`` are Kafka Connect's, ``variables`` the whole environment of a worker.

    ``options`` are further ones of the JVM.
    """

    addresses: Addresses
    jars: Sequence[Path]
    env: Mapping[str, str]
    logs: Logs | None = None
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """Workers that are started with the same properties; ``log_group`` is CloudWatch's.

    ``refused`` tells what brokers have refused them lately: a worker may hide it, or die of it without a word.
    """

    name: str
    folder: Path
    properties: Mapping[str, str]
    log_group: str | None = None
    refused: Callable[[], str] = lambda: ""


class Workers:
    """The workers of ``group``, of which one that dies is replaced until they are stopped."""

    def __init__(self, group: Group, ground: Ground) -> None:
        self._group = group
        self._ground = ground
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
        """The interface of the first worker that runs, or of the first."""
        alive = (rest for rest, program in zip(self._rests, self.programs, strict=False) if program.running)
        return next(alive, self._rests[0])

    def start(self, *, workers: int, mcu: int) -> None:
        """So many workers of this size, each in the group; raises ServerError where one is not."""
        while len(self._addresses) < workers:
            self._addresses.append(self._ground.addresses.allocate(PORT))
            self._rests.append(Rest(f"http://{self._addresses[-1]}"))
        self._mcu = mcu
        mark = self.mark()
        self._ground.addresses.write_hosts(self._hosts)
        self.programs = [self._program(number).start() for number in range(1, workers + 1)]
        for program in self.programs:
            self._ship(program)
        try:
            for program, rest in zip(self.programs, self._rests, strict=False):
                program.wait_until(partial(self._ready, rest, mark), seconds=START_SECONDS)
        except ProgramError as error:
            raise self._error(mark, str(error).splitlines()[0]) from error
        self._archive_dump = ArchiveDump(self._jvm, self._private)
        self._stopping.clear()
        self._watcher = Thread(target=self._replace, name=f"{self._group.name}-workers", daemon=True)
        self._watcher.start()

    def start_dead(self) -> None:
        """Start anew what does not run; returns at once."""
        self._ground.addresses.write_hosts(self._hosts)
        for program in self.programs:
            program.start()

    def stop(self, *, at_once: bool = False) -> None:
        """In order, unless ``at_once``: the tasks commit their offsets, the workers leave their group."""
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
            if self._ground.logs:
                self._ground.logs.finish(program.log)

    def mark(self) -> Mapping[Path, int]:
        """Where the logs end now."""
        return {program.log: program.log.stat().st_size for program in self.programs if program.log.exists()}

    def since(self, mark: Mapping[Path, int]) -> str:
        """What the workers have logged since; a log that was cut is taken whole."""
        return "".join(_read(program.log, mark.get(program.log, 0)) for program in self.programs)

    def measure(self) -> dict[str, float]:
        """Workers that run, and what they use: percent of the cores and of the heap that their MCUs are worth here."""
        alive = [process for process in map(self._process, self.programs) if process]
        cores, heap = self._mcu * len(alive) or 1, self._mcu * HEAP_PER_MCU * len(alive) or 1
        return {
            "WorkerCount": len(alive),
            "CpuUtilization": sum(process.cpu_percent() for process in alive) / cores,
            "MemoryUtilization": 100 * sum(process.memory_info().rss for process in alive) / (heap << 20),
        }

    def _process(self, program: Program) -> psutil.Process | None:
        """The same object each time: its CPU time counts from the last measure."""
        if not program.running or program.pid is None:
            return None
        return self._usage.setdefault(program.pid, psutil.Process(program.pid))

    @property
    def _private(self) -> Path:
        """Where no secret's name leads."""
        return self._group.folder / PRIVATE

    @property
    def _hosts(self) -> Path:
        return self._private / "hosts"

    @property
    def _jvm(self) -> Jvm:
        return Jvm(
            main=MAIN,
            jars=self._ground.jars,
            heap=self._mcu * HEAP_PER_MCU,
            hosts=self._hosts,
            # A worker without memory would limp on, and nobody replace it.
            options=["-XX:+ExitOnOutOfMemoryError", *self._ground.options],
        )

    def _program(self, number: int) -> Program:
        settings = self._private / f"worker-{number}.properties"
        listeners = {"listeners": f"http://{self._addresses[number - 1]}"}
        settings.write_text(as_lines({**self._group.properties, **listeners}))
        command = self._jvm.command(str(settings), folder=self._private, list_classes=number == 1)
        return Program(f"worker-{number}", command, folder=self._group.folder, env=self._ground.env)

    def _ship(self, program: Program) -> None:
        if self._ground.logs:
            self._ground.logs.ship(program.log, self._group.log_group, f"{self._group.name}-{program.name}")

    def _ready(self, rest: Rest, mark: Mapping[Path, int]) -> bool | None:
        """Once the worker is in its group: only then does it know which connectors there are."""
        if self._group.refused() or diagnosis.hopeless(self.since(mark)):
            raise self._error(mark)
        try:
            rest.connectors()
        except RestError:
            return None
        return True

    def _error(self, mark: Mapping[Path, int], last: str = "") -> ServerError:
        """A diagnosis of the logs since ``mark``, or else of what was said ``last``."""
        said = (diagnosis.problems(self.since(mark)), last)
        told = str(diagnosis.diagnose(*said, configuration=self._group.properties))
        return ServerError("\n".join(filter(None, [self._group.refused(), told])))

    def _replace(self) -> None:
        while not self._stopping.wait(REPLACE_SECONDS):
            self.start_dead()


def _read(log: Path, start: int) -> str:
    try:
        with log.open("rb") as content:
            content.seek(start if start <= log.stat().st_size else 0)
            return content.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
