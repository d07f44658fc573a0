"""Workers, brokers, ZooKeepers and controllers are killed, and a broker's disk becomes full."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from benchmarks.drills.measuring import Drill, Stage, immediate
from rehearsal.aws.properties import parse
from tests.disks import fill, small_disk
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed
from tests.rehearsal.pipeline.state import wait

CLUSTER: Final = "cdc-drill"
WORKER: Final = f"{CONNECTOR}/worker-1"
_KAFKA: Final = "Kafka"
_AWAY_SECONDS: Final = 3
_SESSION_SECONDS: Final = 30  # longer than a broker's session with ZooKeeper or the controllers
_ROOM_MEGABYTES: Final = 64


def kill(*servers: str, how: signal.Signals = signal.SIGKILL, away: float = _AWAY_SECONDS) -> Stage:
    """Kills servers, and starts them again ``away`` seconds later, all at once."""

    def breaks(world: Deployed) -> None:
        before = world.pids()
        for server in servers:
            world.kill(server, how)
        # A worker may have been replaced meanwhile.
        wait(lambda: all(world.pids().get(server) != before[server] for server in servers))
        time.sleep(away)
        start(world, *servers)

    return immediate(breaks)


def start(world: Deployed, *servers: str) -> None:
    """Starts servers at the same time: one of a quorum waits for others."""
    with ThreadPoolExecutor(len(servers)) as pool:
        list(pool.map(world.start, servers))


def stop(world: Deployed, server: str) -> None:
    """Stops a server in order."""
    world.kill(server, signal.SIGTERM)
    wait(lambda: server not in world.pids())


@contextmanager
def full_disk(world: Deployed) -> Iterator[Callable[[], None]]:
    """A broker gets a small disk, which becomes full: no byte of a log can be written. Then there is room again."""
    broker = f"{CLUSTER}/b-1"
    data = _data(world.pids()[broker])
    with TemporaryDirectory() as kept, small_disk(Path(kept), megabytes=_megabytes(data)) as disk:
        stop(world, broker)
        shutil.copytree(data, disk, dirs_exist_ok=True)
        original = data.rename(data.with_name("before"))
        data.symlink_to(disk)
        world.start(broker)

        def breaks() -> None:
            filler = fill(disk)
            wait(lambda: broker not in world.pids())
            filler.unlink()
            world.start(broker)

        yield breaks
        stop(world, broker)
        data.unlink()
        original.rename(data)
    world.start(broker)


def _data(pid: int) -> Path:
    properties = Path(psutil.Process(pid).cmdline()[-1])
    return Path(parse(properties.read_text())["log.dirs"])


def _megabytes(folder: Path) -> int:
    used = sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
    return (used >> 20) + _ROOM_MEGABYTES


def _all(letter: str, *numbers: int) -> list[str]:
    return [f"{CLUSTER}/{letter}-{number}" for number in numbers]


_REPLACED: Final = "MSK Connect, which replaces it"
_GROWN: Final = (
    "Kafka, on the other brokers. The disk: `autoscale_to_gib`, else **you**: a larger `volume_gib`, and"
    " `.venv/bin/cdktf deploy prod-platform`"
)
_KRAFT: Final = "kraft"
DRILLS: Final = (
    Drill("worker killed", kill(WORKER), _REPLACED),
    Drill("worker stopped in order", kill(WORKER, how=signal.SIGTERM), _REPLACED),
    Drill("one broker killed", kill(*_all("b", 1)), _KAFKA),
    Drill("two brokers killed", kill(*_all("b", 1, 2)), _KAFKA),
    Drill("one ZooKeeper killed", kill(*_all("z", 2)), _KAFKA),
    Drill("all ZooKeepers killed, for 30 s", kill(*_all("z", 1, 2, 3), away=_SESSION_SECONDS), _KAFKA),
    Drill("one KRaft controller killed", kill(*_all("c", 10002)), _KAFKA, _KRAFT),
    Drill(
        "all KRaft controllers killed, for 30 s",
        kill(*_all("c", 10001, 10002, 10003), away=_SESSION_SECONDS),
        _KAFKA,
        _KRAFT,
    ),
    Drill("a broker's disk full", full_disk, _GROWN),
)
