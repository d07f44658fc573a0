"""What a connector knows is gone: its schema history, its offsets, the binary log that it has yet to read."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

from kafka import KafkaAdminClient

from benchmarks.drills import networks
from benchmarks.drills.measuring import SOURCE, Drill, flow, immediate
from benchmarks.drills.networks import through_proxies
from benchmarks.drills.servers import WORKER
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Transaction
from rehearsal.database.table_name import TableName
from rehearsal.database.writer import Writer
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed, access
from tests.rehearsal.pipeline.state import outcomes, task_failed, wait

_HISTORY: Final = f"schema-history.{SOURCE}"
_OFFSETS: Final = f"{CONNECTOR}-offsets"
_CUSTOMERS: Final = TableName(SOURCE, "customers")
_KEYS: Final = count(4_000_000_000)
_STATEMENTS: Final = {
    EventKind.CREATE: "INSERT INTO shop.customers (id, email, name, created_at) VALUES (%s, '', '', NOW())",
    EventKind.DELETE: "DELETE FROM shop.customers WHERE id = %s",
}


def delete_topic(world: Deployed, name: str) -> None:
    """As a person who may do everything."""
    brokers = ",".join(world.daemon.request("endpoints")["brokers"].values())
    with KafkaAdminClient(bootstrap_servers=brokers.split(",")) as admin:
        admin.delete_topics([name])


def write_and_delete(world: Deployed) -> None:
    """A row that no later snapshot can find; no other gets its key."""
    writer, ledger, key = Writer(access(world)), world.stream.ledgers[SOURCE], (next(_KEYS),)
    for kind, statement in _STATEMENTS.items():
        gtid, _ = writer.commit(statement, [key])
        ledger.record(Transaction(gtid, _CUSTOMERS, kind, (key,)))
    writer.close()


def once(world: Deployed, mode: str) -> None:
    """Deploys with the snapshot mode, then with the one before."""
    world.deploy(snapshot={"mode": mode})
    flow(world)
    world.deploy(snapshot={"mode": "initial"})


def stopped_by_function(world: Deployed, before: int, cause: str) -> None:
    """Waits until the task has failed, and the function has named the cause instead of restarting it."""
    wait(lambda: task_failed(world))
    wait(lambda: any(cause in one for one in outcomes(world)[before:]), lambda: outcomes(world)[before:])


def lose_history(world: Deployed) -> None:
    """Its topic is deleted; the next start fails."""
    before = len(outcomes(world))
    delete_topic(world, _HISTORY)
    world.kill(WORKER)
    stopped_by_function(world, before, "the schema history topic is missing")
    once(world, "recovery")


def lose_offsets(world: Deployed) -> None:
    """Their topic is deleted while the worker is stopped; the next start finds none."""
    os.kill(world.pids()[WORKER], signal.SIGSTOP)
    delete_topic(world, _OFFSETS)
    write_and_delete(world)
    world.kill(WORKER)


@contextmanager
def purge(world: Deployed) -> Iterator[Callable[[], None]]:
    """The binary log goes while the connector cannot reach the database."""
    with through_proxies(world, networks.database(world)) as [proxy]:

        def breaks() -> None:
            before = len(outcomes(world))
            proxy.refuse()
            proxy.end()
            write_and_delete(world)
            purge_binary_logs(world)
            proxy.listen()
            stopped_by_function(world, before, "binlog position")
            once(world, "when_needed")

        yield breaks


def purge_binary_logs(world: Deployed) -> None:
    """Keeps the newest, which is empty so far."""
    with access(world).connect() as connection, connection.cursor() as cursor:
        cursor.execute("FLUSH BINARY LOGS")
        cursor.execute("SHOW BINARY LOGS")
        last = str(cursor.fetchall()[-1][0])
        cursor.execute("PURGE BINARY LOGS TO %s", (last,))


def _by_hand(mode: str) -> str:
    return f"**you**: `snapshot: {{mode: {mode}}}`, `.venv/bin/cdktf deploy prod-connect`, then back and deploy again"


_WHY: Final = "[why](#what-is-lost)"
DRILLS: Final = (
    Drill("schema history topic deleted", immediate(lose_history), _by_hand("recovery"), "kraft"),
    Drill("offsets deleted", immediate(lose_offsets), "Debezium, by a new snapshot", "kraft", _WHY),
    Drill("binary log purged", purge, _by_hand("when_needed"), "kraft", _WHY),
)
