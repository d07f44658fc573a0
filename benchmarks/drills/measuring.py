"""What a drill is, and what it costs: rows that were lost, events that came again, the longest time without any."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

from modules.environment.msk import Coordination
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Transaction
from rehearsal.events.deliveries import ROWS, Deliveries
from tests.rehearsal.pipeline.deployed import CONNECTOR, Deployed
from tests.rehearsal.pipeline.state import running, wait

SOURCE: Final = "shop"
_SAMPLE_SECONDS: Final = 0.1
_ENOUGH: Final = 1000  # events, after which they flow
_POLL_MILLISECONDS: Final = 1000

# Prepares a failure, yields what causes it and returns once it is repaired, and removes what it prepared.
Stage = Callable[[Deployed], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True)
class Drill:
    """``healed`` says who repairs it, or by which commands a person does; ``lost`` why rows are lost."""

    name: str
    stage: Stage
    healed: str
    coordination: Coordination = "zookeeper"
    lost: str = ""


@dataclass(frozen=True)
class Cost:
    """``rows`` were written, ``lost`` of them came in no event, ``again`` are surplus events; ``gap`` in seconds."""

    rows: int
    lost: int
    again: int
    gap: float


def immediate(breaks: Callable[[Deployed], None]) -> Stage:
    """A failure that needs no preparation."""

    @contextmanager
    def stage(world: Deployed) -> Iterator[Callable[[], None]]:
        yield lambda: breaks(world)

    return stage


def run(world: Deployed, drill: Drill, rows_per_second: int) -> Cost:
    """What it cost; raises TimeoutError where events do not flow again."""
    with drill.stage(world) as breaks:
        before = Before.of(world)
        with world.load(rows_per_second):
            flow(world)
            with Gap(world) as gap:
                breaks()
                flow(world)
        cost = before.cost(world, gap.longest)
    wait(lambda: running(world))
    return cost


@dataclass(frozen=True)
class Before:
    """The state before a failure: events received, and the end of each partition."""

    events: int
    again: int
    ends: Mapping[TopicPartition, int]

    @classmethod
    def of(cls, world: Deployed) -> "Before":
        """What was committed until here counts no more."""
        world.stream.ledgers[SOURCE].forget()
        events, again = world.stream.application.read(_received)
        with _consumer(world) as consumer:
            return cls(events, again, consumer.end_offsets(_partitions(world, consumer)))

    def cost(self, world: Deployed, gap: float) -> Cost:
        settle(world)
        events, again = world.stream.application.read(_received)
        result = world.stream.compare()
        lost = self._lost(world, result.missing)
        surplus = events - self.events - (result.committed - lost) + again - self.again
        return Cost(result.committed, lost, surplus, gap)

    def _lost(self, world: Deployed, missing: Any) -> int:
        """Rows of ``missing`` transactions that no event has had since, neither of a change nor of a snapshot."""
        if not missing:
            return 0
        keys = self._keys(world)
        return sum(_key(one, row) not in keys for one in missing for row in one.keys)

    def _keys(self, world: Deployed) -> set[tuple[str, ...]]:
        """The topics' last parts and the keys of every event since."""
        found = set()
        with _consumer(world) as consumer:
            partitions = _partitions(world, consumer)
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            for one in partitions:
                consumer.seek(one, self.ends.get(one, 0))
            while any(consumer.position(one) < end for one, end in ends.items()):
                for records in consumer.poll(timeout_ms=_POLL_MILLISECONDS).values():
                    found |= {_event_key(one) for one in records if one.value is not None}
        return found


def settle(world: Deployed) -> None:
    """Waits until each table's last row was received, and every row that was sent."""
    last = {one.table: one for one in world.stream.ledgers[SOURCE].transactions}

    def received(deliveries: Deliveries) -> bool:
        return deliveries.settled and all(
            len(deliveries.changes(CONNECTOR, one.gtid, str(table))) >= len(one.keys) for table, one in last.items()
        )

    wait(lambda: world.stream.application.read(received))


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
        last, seen = time.monotonic(), created(self._world)
        while not self._stop.wait(_SAMPLE_SECONDS):
            now, count = time.monotonic(), created(self._world)
            self.longest = max(self.longest, now - last)
            if count > seen:
                last, seen = now, count


def created(world: Deployed) -> int:
    """The number of received events of inserted rows."""
    return world.stream.application.read(lambda deliveries: deliveries.counts[EventKind.CREATE])


def flow(world: Deployed) -> None:
    """Waits for new events."""
    before = created(world)
    wait(lambda: created(world) > before + _ENOUGH)


def _received(deliveries: Deliveries) -> tuple[int, int]:
    return sum(deliveries.counts[kind] for kind in ROWS), deliveries.received_again.total()


def _consumer(world: Deployed) -> KafkaConsumer:
    brokers = ",".join(world.daemon.request("endpoints")["brokers"].values())
    return KafkaConsumer(bootstrap_servers=brokers.split(","), enable_auto_commit=False)


def _partitions(world: Deployed, consumer: KafkaConsumer) -> list[TopicPartition]:
    topics = [f"{SOURCE}.{table}" for table in world.stream.changes[SOURCE].tables]
    return [TopicPartition(topic, one) for topic in topics for one in consumer.partitions_for_topic(topic) or ()]


def _event_key(event: Any) -> tuple[str, ...]:
    return (event.topic.rpartition(".")[2], *map(str, json.loads(event.key).values()))


def _key(transaction: Transaction, row: Any) -> tuple[str, ...]:
    return (str(transaction.table).rpartition(".")[2], *map(str, row))
