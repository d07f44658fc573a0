"""The comparison of committed changes, source records and received events: lost, duplicate, dropped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.events.deliveries import ROWS, Deliveries, Delivery
from rehearsal.events.expectations import Expectation
from rehearsal.events.source_records import SourceRecord


@dataclass
class Flow:
    """What became of a connector's events from ``source``: a table, its tombstones, or events of another kind.

    ``topics`` counts received events, without ``duplicates``; ``dropped`` counts by the transform or the property that
    drops them; ``lost`` by topic, or by the reason where they reached none.
    """

    connector: str
    source: str
    rows: bool
    topics: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0

    @property
    def document(self) -> dict[str, object]:
        """As ``--json`` prints it."""
        return {
            "connector": self.connector,
            "source": self.source,
            "topics": dict(self.topics),
            "dropped": dict(self.dropped),
            "lost": dict(self.lost),
            "duplicates": self.duplicates,
        }

    def __str__(self) -> str:
        """``shop.orders -> orders.shop.orders 60, dropped by filter (Filter) 3, lost 1``"""
        said = [f"{topic} {count}" for topic, count in sorted(self.topics.items())]
        said += [f"dropped by {what} {count}" for what, count in sorted(self.dropped.items())]
        said += [f"lost {count}: {where}" for where, count in sorted(self.lost.items())]
        said += [f"duplicates {self.duplicates}"] if self.duplicates else []
        return f"{self.source} -> {', '.join(said)}"


NO_RECORD = "no source record"
NOT_SENT = "not sent after the transforms, see errors.tolerance and the worker's log"


@dataclass(frozen=True)
class DeliveryResult:
    """How many row changes were ``committed``, and what became of every source record, by connector and source.

    ``missing`` are the transactions that were not read or received whole. Delivery is at least once.
    """

    committed: int
    flows: Sequence[Flow]
    missing: Sequence[Transaction] = ()
    received_again: Mapping[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Changes and rows that were not read, and events that were sent but not received."""
        return sum(flow.lost.total() for flow in self.flows)

    @property
    def duplicates(self) -> int:
        """Events that were received again."""
        return sum(flow.duplicates for flow in self.flows) + sum(self.received_again.values())

    @property
    def dropped(self) -> int:
        """Events that a transform or a property dropped."""
        return sum(flow.dropped.total() for flow in self.flows)

    @property
    def losses(self) -> list[str]:
        """A line for each flow with losses."""
        return [f"{flow.connector}: {flow}" for flow in self.flows if flow.lost]

    @property
    def silent_connectors(self) -> list[str]:
        """Why a connector sent no row, a line each: transforms dropped them all."""
        found = []
        for connector in dict.fromkeys(flow.connector for flow in self.flows):
            flows = [flow for flow in self.flows if flow.connector == connector and flow.rows]
            dropped = sum((flow.dropped for flow in flows), Counter[str]())
            if dropped and not any(flow.topics or flow.lost for flow in flows):
                why = ", ".join(f"{count} by {what}" for what, count in dropped.most_common())
                found.append(f"{connector}: every row event was dropped: {why}")
        return found


def compare(
    deliveries: Deliveries, expectations: Iterable[Expectation], ledgers: Mapping[str, Ledger]
) -> DeliveryResult:
    """Compares with ``ledgers`` by source: every change and every row of a snapshot must be read, sent and received."""
    found = _Comparison(deliveries)
    for delivery in deliveries.all:
        found.add(delivery)
    for expectation in expectations:
        found.check_snapshot(expectation, ledgers[expectation.source])
        found.check_changes(expectation, ledgers[expectation.source])
    return DeliveryResult(
        committed=sum(ledger.changed_rows for ledger in ledgers.values()),
        flows=sorted(found.flows.values(), key=lambda flow: (flow.connector, not flow.rows, flow.source)),
        missing=found.missing,
        received_again=deliveries.received_again,
    )


class _Comparison:
    """Collects ``flows`` by connector and source, and the ``missing`` transactions."""

    def __init__(self, deliveries: Deliveries) -> None:
        self.flows: dict[tuple[str, str], Flow] = {}
        self.missing: list[Transaction] = []
        self._deliveries = deliveries

    def add(self, delivery: Delivery) -> None:
        if not (delivery.settled or delivery.awaited):
            return
        record = delivery.record
        flow = self._flow(record.connector, _source(record), rows=record.kind in ROWS)
        if delivery.received:
            flow.topics[record.topic] += 1
            flow.duplicates += delivery.received - 1
        elif delivery.sent:
            flow.lost[f"sent to {record.topic}, not received"] += 1
        elif delivery.dropped_by:
            flow.dropped[delivery.dropped_by] += 1
        else:
            flow.lost[NOT_SENT] += 1

    def check_snapshot(self, expectation: Expectation, ledger: Ledger) -> None:
        for table, rows in expectation.snapshot(ledger.seeded).items():
            if (short := rows - len(self._deliveries.snapshot(expectation.name, table))) > 0:
                self._flow(expectation.name, table).lost[NO_RECORD] += short

    def check_changes(self, expectation: Expectation, ledger: Ledger) -> None:
        for transaction, due in expectation.changes(ledger.transactions):
            read = self._deliveries.changes(expectation.name, transaction.gtid, str(transaction.table))
            flow = self._flow(expectation.name, str(transaction.table))
            short = min(len(transaction.keys), max(0, due - len(read)))
            skipped = expectation.skips(transaction)
            if short:
                (flow.dropped if skipped else flow.lost)[skipped or NO_RECORD] += short
            if (short and not skipped) or not all(delivery.settled for delivery in read):
                self.missing.append(transaction)
            if transaction.kind is EventKind.DELETE and read and expectation.drops_tombstones:
                flow.dropped[expectation.drops_tombstones] += min(len(transaction.keys), len(read))

    def _flow(self, connector: str, source: str, *, rows: bool = True) -> Flow:
        return self.flows.setdefault((connector, source), Flow(connector, source, rows))


def _source(record: SourceRecord) -> str:
    """A table, its tombstones, or the kind."""
    if record.kind in ROWS:
        return record.table
    return f"{record.table} ({record.kind})" if record.kind is EventKind.TOMBSTONE else f"({record.kind})"
