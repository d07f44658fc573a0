"""Breaks a running environment in turn, while rows are written, and shows what it cost.

    python -m benchmarks.drills [--rows 1000] [--only NAME] [--write]

Each drill is on the same deployed environment: real brokers, ZooKeepers, a worker, a database and the deployed
function. ``lost`` and ``again`` are events, ``gap`` is the longest time without a new one. ``--write`` puts the table
into docs/drills.md. Debezium's wait is 10 s here instead of 90, and a minute of alarms and of the function 2 s.
"""

import argparse
import json
import secrets
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

from rehearsal.connect.rest import Rest
from rehearsal.database.event_kinds import EventKind
from tests.rehearsal.pipeline.deployed import CONNECTOR, RETRY_SECONDS, Deployed, access, deployed

CLUSTER: Final = "cdc-drill"
DATABASE: Final = "shop/mysql"
PAGE: Final = Path("docs/drills.md")
_START, _END = "<!-- drills -->\n", "<!-- end of drills -->\n"
_PATIENCE_SECONDS: Final = 180
_SAMPLE_SECONDS: Final = 0.1
_AWAY_SECONDS: Final = 3
_LOG: Final = "/aws/vendedlogs/cdc/drill/self-healing"


@dataclass(frozen=True)
class Drill:
    """``healed`` says who repairs it; after ``breaks`` events flow again."""

    name: str
    breaks: Callable[[Deployed], None]
    healed: str


@dataclass(frozen=True)
class Cost:
    """``gap`` in seconds."""

    rows: int
    lost: int
    again: int
    gap: float


def kill(server: str, how: signal.Signals = signal.SIGKILL) -> Callable[[Deployed], None]:
    """Kills a server, and starts it again some seconds later."""

    def breaks(world: Deployed) -> None:
        world.kill(server, how)
        wait(lambda: server not in world.pids() or how is signal.SIGKILL)
        time.sleep(_AWAY_SECONDS)
        world.start(server)

    return breaks


def kill_all(*servers: str) -> Callable[[Deployed], None]:
    def breaks(world: Deployed) -> None:
        for server in servers:
            world.kill(server)
        time.sleep(_AWAY_SECONDS)
        for server in servers:
            world.start(server)

    return breaks


def outlast(world: Deployed) -> None:
    """The database is away for longer than Debezium waits, so that its start fails."""
    world.kill(DATABASE, signal.SIGTERM)
    wait(lambda: task_failed(world))
    world.start(DATABASE)


def end_connections(world: Deployed) -> None:
    """Ends each connection of the connector, as a network that is cut."""
    with access(world).connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'debezium'")
        for (number,) in cursor.fetchall():
            cursor.execute(f"KILL {int(number)}")


def rotate(world: Deployed) -> None:
    """Another password in the database, then in the secret."""
    password = secrets.token_urlsafe()
    with access(world).connect() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER USER debezium IDENTIFIED BY %s", (password,))
    content = json.dumps({"username": "debezium", "password": password})
    world.aws("secretsmanager").put_secret_value(SecretId="cdc/shop", SecretString=content)
    wait(lambda: "the secret has changed: restarted" in outcomes(world))


DRILLS: Final = (
    Drill("worker killed", kill(f"{CONNECTOR}/worker-1"), "MSK Connect, which replaces it"),
    Drill("worker stopped in order", kill(f"{CONNECTOR}/worker-1", signal.SIGTERM), "MSK Connect, which replaces it"),
    Drill("one broker killed", kill(f"{CLUSTER}/b-1"), "Kafka"),
    Drill("two brokers killed", kill_all(f"{CLUSTER}/b-1", f"{CLUSTER}/b-2"), "Kafka"),
    Drill("one ZooKeeper killed", kill(f"{CLUSTER}/z-2"), "Kafka"),
    Drill("connections to the database end", end_connections, "Debezium, which looks every 20 s"),
    Drill("database killed", kill(DATABASE), "Debezium, which looks every 20 s"),
    Drill("database restarted in order", kill(DATABASE, signal.SIGTERM), f"Debezium, after {RETRY_SECONDS} s here"),
    Drill("database away for longer than Debezium waits", outlast, "the function"),
    Drill("password rotated", rotate, "the function"),
)


def run(world: Deployed, drill: Drill, rows_per_second: int) -> Cost:
    """What it cost."""
    before = world.stream.compare()
    with world.load(rows_per_second):
        flow(world)
        with Gap(world) as gap:
            drill.breaks(world)
            flow(world)
    after = world.settled()
    return Cost(
        rows=after.committed - before.committed,
        lost=after.lost,
        again=after.duplicates - before.duplicates,
        gap=gap.longest,
    )


class Gap:
    """The longest time without a new event during the block: ``longest``, in seconds."""

    def __init__(self, world: Deployed) -> None:
        self._world = world
        self._stop = Event()
        self._thread = Thread(target=self._sample, daemon=True)
        self.longest = 0.0

    def __enter__(self) -> "Gap":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        last, seen = time.monotonic(), received(self._world)
        while not self._stop.wait(_SAMPLE_SECONDS):
            now, count = time.monotonic(), received(self._world)
            self.longest = max(self.longest, now - last)
            if count > seen:
                last, seen = now, count


def received(world: Deployed) -> int:
    return world.stream.application.read(lambda arrivals: arrivals.counts[EventKind.CREATE])


def flow(world: Deployed) -> None:
    """Waits for new events."""
    before = received(world)
    wait(lambda: received(world) > before + 1000)


def task_failed(world: Deployed) -> bool:
    status = Rest(world.daemon.request("endpoints")["connect"][CONNECTOR]).status(CONNECTOR)
    return bool(status and status.failed)


def outcomes(world: Deployed) -> list[str]:
    """What the function has logged."""
    lines = [one["message"] for one in world.aws("logs").filter_log_events(logGroupName=_LOG)["events"]]
    return [json.loads(line)["outcome"] for line in lines if line.startswith("{")]


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a drill must end within three minutes")
        time.sleep(_SAMPLE_SECONDS)


def line(drill: Drill, cost: Cost) -> str:
    return f"| {drill.name} | {cost.rows} | {cost.lost} | {cost.again} | {cost.gap:.0f} s | {drill.healed} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000, help="rows a second")
    some = parser.add_mutually_exclusive_group()  # the page has all drills
    some.add_argument("--only", choices=[drill.name for drill in DRILLS], help="this drill alone")
    some.add_argument("--write", action="store_true", help=f"put the table into {PAGE}")
    options = parser.parse_args()
    table = ["| drill | rows | lost | again | gap | healed by |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, deployed(Path(folder)) as world:
        for drill in (drill for drill in DRILLS if options.only in (None, drill.name)):
            table.append(line(drill, run(world, drill, options.rows)))
            print(table[-1], flush=True)
    if options.write:
        before, _, rest = PAGE.read_text().partition(_START)
        PAGE.write_text(f"{before}{_START}{chr(10).join(table)}\n{_END}{rest.partition(_END)[2]}")


if __name__ == "__main__":
    main()
