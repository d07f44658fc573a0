"""What arrived at an application, counted, and judged by what was committed."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rehearsal.database.event_kinds import EventKind, TableChange
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.events.event import ROWS, Event, Position

_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Pause:
    """A while without an event of a row; both in seconds, ``at`` on ``time.monotonic``'s clock."""

    at: float
    seconds: float


@dataclass(frozen=True)
class Judgement:
    """Changes of rows that were committed, and how they arrived: each at least once is what is promised."""

    committed: int
    lost: int
    duplicates: int
    missing: tuple[Transaction, ...] = ()


class Arrivals:
    """Not for several threads by itself.

    Public: ``events`` by kind, ``snapshot`` rows by table, ``samples``, the first event of each kind in full,
    ``first`` and ``last``, when events of rows came, and ``pauses`` of a second or more between these.
    """

    def __init__(self) -> None:
        self.events: Counter[EventKind] = Counter()
        self.snapshot: Counter[str] = Counter()
        self.samples: dict[EventKind, Event] = {}
        self.first: float | None = None
        self.last: float | None = None
        self.pauses: list[Pause] = []
        self._next: dict[tuple[str, int], int] = {}
        self._changes: dict[TableChange, Counter[Position]] = defaultdict(Counter)

    def add(self, event: Event) -> None:
        """A record that was fetched before, such as after a rebalance, is no second event."""
        partition = (event.topic, event.partition)
        if event.offset < self._next.get(partition, 0):
            return
        self._next[partition] = event.offset + 1
        kind = event.kind
        self.events[kind] += 1
        self.samples.setdefault(kind, event)
        if kind in ROWS:
            self._row(event, kind)

    def arrived(self, transaction: Transaction) -> bool:
        """Whether every row of it did."""
        return len(self._changes.get(transaction.change, ())) >= len(transaction.keys)

    def judge(self, ledger: Ledger) -> Judgement:
        """Duplicates are counted by the positions of changes in the source, so a row that changed twice is none."""
        positions: Mapping[TableChange, Counter[Position]] = self._changes
        transactions = ledger.transactions
        arrived = [positions.get(transaction.change, Counter()) for transaction in transactions]
        return Judgement(
            committed=ledger.changed_rows,
            lost=sum(max(0, len(t.keys) - len(rows)) for t, rows in zip(transactions, arrived, strict=True)),
            duplicates=sum(rows.total() - len(rows) for rows in arrived),
            missing=tuple(transaction for transaction in transactions if not self.arrived(transaction)),
        )

    def _row(self, event: Event, kind: EventKind) -> None:
        now = time.monotonic()
        if self.last is None:
            self.first = now
        elif now - self.last >= _PAUSE_SECONDS:
            self.pauses.append(Pause(self.last, now - self.last))
        self.last = now
        if kind is EventKind.SNAPSHOT:
            self.snapshot[event.table] += 1
        elif change := event.change:
            self._changes[change][event.position] += 1
