"""The database goes away, comes back, or another takes its place."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.drills import networks
from benchmarks.drills.measuring import SOURCE, Drill, immediate
from benchmarks.drills.servers import kill, stop
from modules.debezium.failover import KEEP_ALIVE_MILLISECONDS, WAIT_MILLISECONDS
from rehearsal.database.mysql import PORT, Database
from rehearsal.processes.addresses import Addresses
from tests.rehearsal.database.databases import server
from tests.rehearsal.database.replica import Replica
from tests.rehearsal.pipeline.deployed import Deployed, access
from tests.rehearsal.pipeline.state import task_failed, wait

DATABASE: Final = f"{SOURCE}/mysql"
_SHORT_WAIT_MILLISECONDS: Final = 10_000
_WAIT: Final = "retriable.restart.connector.wait.ms"


def end_connections(world: Deployed) -> None:
    """Ends each connection of the connector, as a network that is cut."""
    with access(world).connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'debezium'")
        for (number,) in cursor.fetchall():
            cursor.execute(f"KILL {int(number)}")


@contextmanager
def outlast(world: Deployed) -> Iterator[Callable[[], None]]:
    """The database is away for longer than Debezium waits, here 10 s, so that its start fails."""
    world.deploy(properties={_WAIT: _SHORT_WAIT_MILLISECONDS})

    def breaks() -> None:
        world.kill(DATABASE, signal.SIGTERM)
        wait(lambda: task_failed(world))
        world.start(DATABASE)

    yield breaks
    world.deploy(properties={_WAIT: WAIT_MILLISECONDS})


@contextmanager
def fail_over(world: Deployed) -> Iterator[Callable[[], None]]:
    """A replica becomes the writer: the old one is read-only, shuts down, and comes back; the endpoint moves.

    The last drill of its environment.
    """
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        folder = Path(ending.enter_context(TemporaryDirectory()))
        successor = Database(folder=folder, address=addresses.allocate(PORT), server=server())
        ending.enter_context(successor)
        [address] = networks.database(world).values()
        replica = Replica(successor, of=access(world), at=address)
        replica.start()

        def breaks() -> None:
            replica.promote()
            world.stream.changes[SOURCE].redirect(successor)
            stop(world, DATABASE)
            networks.move(world, networks.endpoint(world), successor.address.host)
            world.start(DATABASE)

        yield breaks


_LOOKS: Final = f"Debezium, which looks every {KEEP_ALIVE_MILLISECONDS // 1000} s"
_WAITS: Final = f"Debezium, after {WAIT_MILLISECONDS // 1000} s"
DRILLS: Final = (
    Drill("connections to the database end", immediate(end_connections), _LOOKS),
    Drill("database killed", kill(DATABASE), _LOOKS),
    Drill("database restarted in order", kill(DATABASE, how=signal.SIGTERM), _WAITS),
    Drill("database away for longer than Debezium waits", outlast, "the function"),
)
LAST: Final = (Drill("failover to a replica", fail_over, f"{_WAITS}, at the new writer"),)
