"""What became of each source record: sent to a topic and received, or dropped by a transform."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from rehearsal.database.event_kinds import EventKind
from rehearsal.events.source_records import Columns, SourceRecord, fingerprint

ROWS: Final = frozenset({EventKind.SNAPSHOT, EventKind.CREATE, EventKind.UPDATE, EventKind.DELETE})

_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """A message as an application received it; ``at`` is on the clock of ``time.monotonic``."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    at: float = 0.0


@dataclass(slots=True, eq=False)
class Delivery:
    """A source record: how often it was sent and received; ``record`` is its last outcome, a sent one if any."""

    record: SourceRecord
    sent: int = 0
    received: int = 0

    @property
    def dropped_by(self) -> str:
        """The transform that dropped it; empty for a record that was sent, or got lost behind the transforms."""
        return self.record.dropped_by

    @property
    def settled(self) -> bool:
        """Whether it was received, or dropped by a transform."""
        return bool(self.received or self.dropped_by)

    @property
    def awaited(self) -> bool:
        """Whether it must still be received: a heartbeat has no data, and one that a worker lost is not sent again."""
        return not self.settled and self.record.kind is not EventKind.HEARTBEAT


class Deliveries:
    """Matches source records and received events, which come in any order. Not thread-safe.

    Events with the same bytes on one topic count for different records first, then for a record that was sent again.

    Public: ``counts`` of received events by kind, ``topics`` that were sent to, ``samples``, an event of each kind,
    ``columns`` by connector and table, ``first_at``, the time of the first row, ``records``, the number of logged
    source records, ``snapshot_reads``, that of rows of snapshots among them, and ``kept``, the first received events
    with their connectors. ``firsts`` has the first row event and tombstone of each connector, table and kind,
    ``arrivals`` the number of rows by connector and second, on the clock of ``time.monotonic``.
    """

    def __init__(self) -> None:
        self.counts: Counter[EventKind] = Counter()
        self.topics: set[str] = set()
        self.samples: dict[EventKind, Event] = {}
        self.columns: dict[tuple[str, str], tuple[str, ...]] = {}
        self.first_at: float | None = None
        self.records = 0
        self.snapshot_reads = 0
        self.kept: list[tuple[str, Event]] = []
        self.firsts: dict[tuple[str, str, EventKind], Event] = {}
        self.arrivals: Counter[tuple[str, int]] = Counter()
        self._next: dict[tuple[str, int], int] = {}
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._changes: dict[tuple[str, str, str], list[Delivery]] = defaultdict(list)
        self._snapshots: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        self._open: set[Delivery] = set()
        self._waiting: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
        self._unmatched: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self._sent: set[tuple[str, str]] = set()

    @property
    def all(self) -> list[Delivery]:
        return list(self._deliveries.values())

    @property
    def settled(self) -> bool:
        """Whether every source record so far was received or dropped, but heartbeats: see ``Delivery.awaited``."""
        return not self._open

    def changes(self, connector: str, gtid: str, table: str) -> list[Delivery]:
        """The rows of a transaction that ``connector`` read."""
        return self._changes.get((connector, gtid, table), [])

    def snapshot(self, connector: str, table: str) -> list[Delivery]:
        """The rows of a table that ``connector`` read in snapshots."""
        return self._snapshots.get((connector, table), [])

    @property
    def received_again(self) -> Counter[str]:
        """By topic, events that brokers have more often than connectors sent them: a producer's own retries."""
        extra = {key: events for key, events in self._unmatched.items() if key in self._sent}
        return Counter({topic: len(events) for (topic, _), events in extra.items()})

    def log(self, found: SourceRecord | Columns) -> None:
        """Adds a line of an observer's log."""
        if isinstance(found, Columns):
            self.columns[found.connector, found.table] = found.columns
            return
        self.records += 1
        self.snapshot_reads += found.kind is EventKind.SNAPSHOT
        delivery = self._delivery(found)
        if found.sent or not delivery.sent:
            delivery.record = found
        if found.sent:
            delivery.sent += 1
            self._match_sent(delivery, (found.topic, found.fingerprint))
        self._update(delivery)

    def receive(self, event: Event) -> None:
        """Adds an event; one that was fetched before, such as after a rebalance, is ignored."""
        partition = (event.topic, event.partition)
        if event.offset < self._next.get(partition, 0):
            return
        self._next[partition] = event.offset + 1
        key = (event.topic, fingerprint(event.key, event.value))
        if waiting := self._waiting.get(key):
            delivery = next((one for one in waiting if not one.received), waiting[0])
            waiting.remove(delivery)
            if not waiting:
                del self._waiting[key]
            self._count(delivery, event)
        else:
            self._unmatched[key].append(event)

    def _delivery(self, found: SourceRecord) -> Delivery:
        known = self._deliveries.get((found.connector, found.id))
        if known:
            return known
        delivery = self._deliveries[found.connector, found.id] = Delivery(found)
        if found.kind is EventKind.SNAPSHOT:
            self._snapshots[found.connector, found.table].append(delivery)
        elif found.kind in ROWS:
            self._changes[found.connector, found.gtid, found.table].append(delivery)
        return delivery

    def _match_sent(self, delivery: Delivery, key: tuple[str, str]) -> None:
        self.topics.add(key[0])
        self._sent.add(key)
        if key in self._unmatched:
            event = self._unmatched[key].pop(0)
            if not self._unmatched[key]:
                del self._unmatched[key]
            self._count(delivery, event)
        else:
            self._waiting[key].append(delivery)

    def _count(self, delivery: Delivery, event: Event) -> None:
        delivery.received += 1
        record, kind = delivery.record, delivery.record.kind
        self.counts[kind] += 1
        self.samples.setdefault(kind, event)
        if len(self.kept) < _KEPT:
            self.kept.append((record.connector, event))
        if kind in ROWS or kind is EventKind.TOMBSTONE:
            self.firsts.setdefault((record.connector, record.table, kind), event)
        if kind in ROWS:
            self.arrivals[record.connector, int(event.at)] += 1
            self.first_at = event.at if self.first_at is None else min(self.first_at, event.at)
        self._update(delivery)

    def _update(self, delivery: Delivery) -> None:
        if delivery.awaited:
            self._open.add(delivery)
        else:
            self._open.discard(delivery)
