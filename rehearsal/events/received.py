"""The events that an application received, compared with the committed transactions."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rehearsal.database.event_kinds import EventKind, TableChange
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.events.event import ROWS, BinlogPosition, Event

_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Pause:
    """A time without row events; both in seconds, ``at`` on the clock of ``time.monotonic``."""

    at: float
    seconds: float


@dataclass(frozen=True)
class DeliveryResult:
    """How many row changes were committed, lost, and received again; delivery is at least once."""

    committed: int
    lost: int
    duplicates: int
    missing: tuple[Transaction, ...] = ()


class ReceivedEvents:
    """Counts the received events. Not thread-safe.

    Public: ``counts`` by kind, ``snapshot_rows`` by table, ``samples``, the first event of each kind in full,
    ``first_at`` and ``last_at``, the times of row events, and ``pauses`` of a second or more between these.
    """

    def __init__(self) -> None:
        self.counts: Counter[EventKind] = Counter()
        self.snapshot_rows: Counter[str] = Counter()
        self.samples: dict[EventKind, Event] = {}
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.pauses: list[Pause] = []
        self._next: dict[tuple[str, int], int] = {}
        self._changes: dict[TableChange, Counter[BinlogPosition]] = defaultdict(Counter)

    def add(self, event: Event) -> None:
        """Adds a record; one that was fetched before, such as after a rebalance, is ignored."""
        partition = (event.topic, event.partition)
        if event.offset < self._next.get(partition, 0):
            return
        self._next[partition] = event.offset + 1
        kind = event.kind
        self.counts[kind] += 1
        self.samples.setdefault(kind, event)
        if kind in ROWS:
            self._row(event, kind)

    def has_received(self, transaction: Transaction) -> bool:
        """Whether every row of ``transaction`` was received."""
        return len(self._changes.get(transaction.change, ())) >= len(transaction.keys)

    def compare(self, ledger: Ledger) -> DeliveryResult:
        """Compares with ``ledger``; duplicates have the same binlog position, so a row that changed twice is none."""
        positions: Mapping[TableChange, Counter[BinlogPosition]] = self._changes
        transactions = ledger.transactions
        arrived = [positions.get(transaction.change, Counter()) for transaction in transactions]
        return DeliveryResult(
            committed=ledger.changed_rows,
            lost=sum(max(0, len(t.keys) - len(rows)) for t, rows in zip(transactions, arrived, strict=True)),
            duplicates=sum(rows.total() - len(rows) for rows in arrived),
            missing=tuple(transaction for transaction in transactions if not self.has_received(transaction)),
        )

    def _row(self, event: Event, kind: EventKind) -> None:
        now = time.monotonic()
        if self.last_at is None:
            self.first_at = now
        elif now - self.last_at >= _PAUSE_SECONDS:
            self.pauses.append(Pause(self.last_at, now - self.last_at))
        self.last_at = now
        if kind is EventKind.SNAPSHOT:
            self.snapshot_rows[event.table] += 1
        elif change := event.change:
            self._changes[change][event.position] += 1
