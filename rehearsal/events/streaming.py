"""Changes the source databases, and waits until every change was received or dropped on purpose."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from modules.debezium.configuration import connector_properties
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from rehearsal.database.captures import Capture
from rehearsal.database.changes import Changes
from rehearsal.database.data_script import DataScript
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.mysql import AdminAccess
from rehearsal.database.preparation import Source, prepare
from rehearsal.database.sample_columns import is_outbox
from rehearsal.database.table_name import TableName
from rehearsal.events import results
from rehearsal.events.application import Application, Reader
from rehearsal.events.decoding import Decode, DecodedEvents
from rehearsal.events.deliveries import Deliveries
from rehearsal.events.expectations import Expectation
from rehearsal.events.results import DeliveryResult
from rehearsal.events.source_records import SourceRecordLogs
from rehearsal.processes.errors import RehearsalError

ROWS: Final = 20
_TIMEOUT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.5
_LOSSES: Final = 5  # that an error names

# Whether all connectors run, so that events are due; raises to end a wait.
ConnectorsRunning = Callable[[], bool]


@dataclass
class Stream:
    """The source databases of ``environment``; ``sockets`` are theirs, by ``source.database``.

    ``users`` are the database users, by secret name; ``source_records`` is the folder of the workers' logs; ``schema``
    is a file of SQL that creates the tables, ``data`` one that changes rows instead of generated changes.

    Public once prepared: ``sources``; ``changes``, which changes the tables; ``ledgers`` of what was committed;
    ``expectations`` of each connector; and ``unfilled``, the reason for each table that some rows or changes could not
    be written to.
    """

    environment: Environment
    sockets: Mapping[str, Path]
    users: Mapping[str, str]
    source_records: Path
    schema: Path | None = None
    data: Path | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    expectations: list[Expectation] = field(default_factory=list)
    unfilled: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    readers: Sequence[Reader] = ()
    _application: Application | None = None

    def prepare(self) -> None:
        """Creates tables and rows for the first snapshot; raises DatabaseError, see ``preparation``."""
        for cluster, socket in self.sockets.items():
            own = self._connectors(cluster)
            source = prepare(AdminAccess(socket), own, schema=self.schema, rows=ROWS)
            for connector in own.values():
                if connector.signals and connector.signals.table:
                    AdminAccess(socket).grant_signal_table(self.users[connector.source.secret], connector.signals.table)
            if self.data:
                DataScript(self.data).try_out(AdminAccess(socket))
            self.sources[cluster] = source
            self.unfilled |= {str(name): why for name, why in source.seeded.unfilled.items()}
            self.ledgers[cluster] = Ledger(source.snapshot)
            self.changes[cluster] = Changes(AdminAccess(socket), source.captured, self.ledgers[cluster])
            self.expectations += self._expectations(cluster)

    def start(self, readers: Sequence[Reader]) -> None:
        """Starts the applications."""
        self.readers = readers
        self._application = Application(SourceRecordLogs(self.source_records), *readers).start()

    @property
    def application(self) -> Application:
        assert self._application, "start comes first"
        return self._application

    @property
    def started(self) -> bool:
        """Whether the applications have been started."""
        return self._application is not None

    def stop(self) -> None:
        if self._application:
            self._application.stop()

    def wait_for_snapshot(self, check: ConnectorsRunning) -> int:
        """Waits for every row of the snapshots; returns how many were received."""
        self._wait(self._has_snapshot, check, "not all rows of the snapshot were received")
        return self.application.read(lambda deliveries: deliveries.counts[EventKind.SNAPSHOT])

    def change(self, check: ConnectorsRunning) -> None:
        """Inserts, updates, deletes and adds a column in every source, or runs ``data``; waits for all changes."""
        for cluster, changes in self._streamed():
            if self.data:
                DataScript(self.data).run(AdminAccess(self.sockets[cluster]), changes.tables, self.ledgers[cluster])
            else:
                self._change(cluster, changes, check)
        self.wait_for_all(check)

    @property
    def change_counts(self) -> dict[str, int]:
        """How many rows were created, updated and deleted, and how many tables altered."""
        transactions = [transaction for ledger in self.ledgers.values() for transaction in ledger.transactions]
        kinds = (EventKind.CREATE, EventKind.UPDATE, EventKind.DELETE)
        counts = {json_name(kind): sum(len(t.keys) for t in transactions if t.kind is kind) for kind in kinds}
        return counts | {
            json_name(EventKind.SCHEMA_CHANGE): sum(t.kind is EventKind.SCHEMA_CHANGE for t in transactions)
        }

    def _change(self, cluster: str, changes: Changes, check: ConnectorsRunning) -> None:
        failed = changes.change_each_table(outboxes=self._outboxes(cluster))
        self.unfilled |= {str(table): why for table, why in failed.items()}
        changed = [table for table in changes.tables if table not in failed]
        if not changed:
            raise RehearsalError("\n".join(["no captured table can be changed:", *failed.values()]))
        self.wait_for_all(check)
        table = changed[0]
        column = changes.add_column(table)
        changes.insert(table)
        for one in self.expectations:
            if one.source == cluster and table in one.tables and one.reads_new_columns:
                known = partial(_knows, connector=one.name, table=str(table), column=column)
                self._wait(known, check, f"{one.name} did not read the new column {column} of {table}")

    def change_after_restart(self, check: ConnectorsRunning) -> None:
        """Makes further changes and waits for them; raises RehearsalError where a new snapshot was taken."""
        before = self.application.read(_snapshot_reads)
        for cluster, changes in self._streamed():
            changes.change_each_table(outboxes=self._outboxes(cluster))
        self.wait_for_all(check)
        again = self.application.read(_snapshot_reads) - before
        if again and not any(one.takes_snapshots_again for one in self.expectations):
            raise RehearsalError(f"a restart must resume from the committed offset, got {again} rows of a new snapshot")

    def wait_for_all(self, check: ConnectorsRunning) -> None:
        """Waits for every change committed so far, and for every event that was sent."""
        self._wait(self._has_all, check, "not every committed change was received")

    def compare(self) -> DeliveryResult:
        """Compares the received events with what was committed."""
        return self.application.read(self._compare)

    def _compare(self, deliveries: Deliveries) -> DeliveryResult:
        return results.compare(deliveries, self.expectations, self.ledgers)

    @property
    def silent_consumers(self) -> list[str]:
        """A line for each application that has received nothing: its topics never had an event."""
        return [
            f"the consumer in group {reader.group} received no event from {', '.join(reader.topics)}"
            for reader in self.readers
            if not (reader.sent_only or self.application.received(reader.group))
        ]

    @property
    def first_event_at(self) -> float | None:
        """The time of the first row event, on the clock of ``time.monotonic``."""
        return self.application.read(lambda deliveries: deliveries.first_at)

    def event_counts(self) -> dict[str, int]:
        """The number of received events of each kind."""
        return self.application.read(
            lambda deliveries: {json_name(kind): count for kind, count in deliveries.counts.items()}
        )

    def decoded(self, decode: Decode) -> DecodedEvents:
        """What an application reads of the events, by the converters of the connectors that run."""
        running = {one.name for one in self.expectations}
        kept, samples = self.application.read(lambda deliveries: (list(deliveries.kept), dict(deliveries.samples)))
        return DecodedEvents([one for one in kept if one[0] in running], samples, decode)

    def _connectors(self, cluster: str) -> dict[str, Connector]:
        connectors = self.environment.connectors.items()
        return {key: connector for key, connector in connectors if connector.source.database == cluster}

    @property
    def notes(self) -> list[str]:
        """What a user should know about the tables before the run goes on: a line each."""
        unfilled = [f"{table} cannot be filled: {why}" for table, why in self.unfilled.items()]
        return [note for source in self.sources.values() for note in source.notes] + unfilled

    def _expectations(self, cluster: str) -> Iterator[Expectation]:
        names = [table.name for table in self.sources[cluster].captured]
        for key, connector in self._connectors(cluster).items():
            name = connector.adopt.name if connector.adopt else f"cdc-{self.environment.name}-{key}"
            tables = Capture.of(key, connector).captured(names)
            yield Expectation(name, cluster, connector_properties(connector), list(tables))

    def _outboxes(self, cluster: str) -> set[TableName]:
        captured = [table.name for table in self.sources[cluster].captured]
        return {name for name in captured for one in self._connectors(cluster).values() if is_outbox(one, name)}

    def _streamed(self) -> Iterator[tuple[str, Changes]]:
        """The databases of which a connector reads changes."""
        streamed = {one.source for one in self.expectations if one.streams}
        return ((cluster, changes) for cluster, changes in self.changes.items() if cluster in streamed)

    def _has_snapshot(self, deliveries: Deliveries) -> bool:
        return all(
            sum(row.settled for row in deliveries.snapshot(one.name, table)) >= rows
            for one in self.expectations
            for table, rows in one.snapshot(self.ledgers[one.source].seeded).items()
        )

    def _has_all(self, deliveries: Deliveries) -> bool:
        return deliveries.settled and all(
            len(deliveries.changes(one.name, transaction.gtid, str(transaction.table))) >= due or one.skips(transaction)
            for one in self.expectations
            for transaction, due in one.changes(self.ledgers[one.source].transactions)
        )

    def _wait(self, condition: Callable[[Deliveries], bool], check: ConnectorsRunning, problem: str) -> None:
        """Waits; raises RehearsalError where nothing was received for a minute while events were due."""
        count, since = -1, time.monotonic()
        while not self.application.wait_for(condition, seconds=_POLL_SECONDS):
            due = check()
            now = self.application.read(_progress)
            if now != count or not due:
                count, since = now, time.monotonic()
            elif time.monotonic() - since > _TIMEOUT_SECONDS:
                losses = self.compare().losses[:_LOSSES] or [f"got {self.event_counts() or 'nothing'}"]
                raise RehearsalError("\n".join([f"{problem}, and no more for {_TIMEOUT_SECONDS:.0f} s:", *losses]))


def json_name(kind: EventKind) -> str:
    """The kind's name in JSON."""
    return kind.value.replace(" ", "_")


def _progress(deliveries: Deliveries) -> int:
    return deliveries.counts.total() + deliveries.records


def _knows(deliveries: Deliveries, *, connector: str, table: str, column: str) -> bool:
    return column in deliveries.columns.get((connector, table), ())


def _snapshot_reads(deliveries: Deliveries) -> int:
    return deliveries.snapshot_reads
