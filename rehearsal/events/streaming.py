"""Changes the source databases, and waits until the applications have received every change."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from rehearsal.database.changes import Changes
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.mysql import AdminAccess
from rehearsal.database.preparation import Source, prepare
from rehearsal.events.application import Application, Reader
from rehearsal.events.received import DeliveryResult, ReceivedEvents
from rehearsal.processes.errors import RehearsalError

ROWS: Final = 20
# Debezium's snapshot modes that read existing rows, and the one that stops after the snapshot.
_SNAPSHOT_MODES: Final = frozenset({"initial", "initial_only", "always", "when_needed"})
_SNAPSHOT_ONLY: Final = "initial_only"
_ALWAYS: Final = "always"
_SCHEMA_CHANGES: Final = "include.schema.changes"
_TIMEOUT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.5

# Whether all connectors run, so that events are due; raises to end a wait.
ConnectorsRunning = Callable[[], bool]


@dataclass
class Stream:
    """The source databases of ``environment``; ``sockets`` are theirs, by Aurora cluster.

    ``users`` are the database users, by secret name; ``schema`` is a file of SQL that creates the tables.

    Public once prepared: ``sources``; ``changes``, which changes the tables; ``ledgers`` of what was committed; and
    ``unfilled``, the reason for each table that some rows or changes could not be written to.
    """

    environment: Environment
    sockets: Mapping[str, Path]
    users: Mapping[str, str]
    schema: Path | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    unfilled: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Changes] = field(default_factory=dict)
    _application: Application | None = None

    def prepare(self) -> None:
        """Creates tables and rows for the first snapshot; raises DatabaseError, see ``preparation``."""
        for cluster, socket in self.sockets.items():
            own = {name: one for name, one in self.environment.connectors.items() if one.source.cluster == cluster}
            source = prepare(AdminAccess(socket), own, schema=self.schema, rows=ROWS)
            for connector in own.values():
                if connector.signals and connector.signals.table:
                    AdminAccess(socket).grant_signal_table(self.users[connector.source.secret], connector.signals.table)
            self.sources[cluster] = source
            self.unfilled |= {str(name): why for name, why in source.seeded.unfilled.items()}
            self.ledgers[cluster] = Ledger(source.snapshot)
            self.changes[cluster] = Changes(AdminAccess(socket), source.captured, self.ledgers[cluster])

    def start(self, readers: Sequence[Reader]) -> None:
        """Starts the applications."""
        self._application = Application(*readers).start()

    @property
    def application(self) -> Application:
        assert self._application, "start comes first"
        return self._application

    def stop(self) -> None:
        if self._application:
            self._application.stop()

    @property
    def snapshot_rows(self) -> dict[str, int]:
        """The number of rows that the connectors' snapshots have to read, by ``database.table``."""
        return {
            str(name): rows
            for cluster, source in self.sources.items()
            if any(connector.snapshot.mode in _SNAPSHOT_MODES for connector in self._connectors(cluster))
            for name, rows in source.snapshot.items()
        }

    def wait_for_snapshot(self, check: ConnectorsRunning) -> int:
        """Waits for every row of the snapshots; returns how many were received."""
        expected = self.snapshot_rows
        self._wait(partial(_has_rows, expected=expected), check, "not all rows of the snapshot were received")
        return self.application.read(lambda received: received.counts[EventKind.SNAPSHOT])

    def change(self, check: ConnectorsRunning) -> None:
        """Inserts, updates, deletes and adds a column in every source; waits for all changes."""
        for cluster, changes in self.changes.items():
            if any(connector.snapshot.mode != _SNAPSHOT_ONLY for connector in self._connectors(cluster)):
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
        self.unfilled |= {str(table): why for table, why in changes.change_each_table().items()}
        if not changes.tables:
            return
        before = self.application.read(lambda received: received.counts[EventKind.SCHEMA_CHANGE])
        self.wait_for_all(check)
        changes.add_column(changes.tables[0])
        changes.insert(changes.tables[0])
        if all(self._sends_schema_changes(connector) for connector in self._connectors(cluster)):
            seen = partial(_has_more, kind=EventKind.SCHEMA_CHANGE, than=before)
            self._wait(seen, check, "the new column was not received as a schema change")

    def change_after_restart(self, check: ConnectorsRunning) -> None:
        """Makes further changes and waits for them; raises RehearsalError where a new snapshot was taken."""
        before = self.event_counts().get(json_name(EventKind.SNAPSHOT), 0)
        for cluster, changes in self.changes.items():
            if any(connector.snapshot.mode != _SNAPSHOT_ONLY for connector in self._connectors(cluster)):
                changes.change_each_table()
        self.wait_for_all(check)
        after = self.event_counts().get(json_name(EventKind.SNAPSHOT), 0)
        modes = {connector.snapshot.mode for connector in self.environment.connectors.values()}
        if after != before and _ALWAYS not in modes:
            raise RehearsalError(
                f"a restart must resume from the committed offset, got {after - before} rows of a new snapshot"
            )

    def wait_for_all(self, check: ConnectorsRunning) -> None:
        """Waits for every change committed so far."""
        ledgers = list(self.ledgers.values())
        self._wait(partial(_has_all, ledgers=ledgers), check, "not every committed change was received")

    def compare(self) -> DeliveryResult:
        """Compares the received events with all ledgers."""
        found = [self.application.compare(ledger) for ledger in self.ledgers.values()]
        return DeliveryResult(
            committed=sum(one.committed for one in found),
            lost=sum(one.lost for one in found),
            duplicates=sum(one.duplicates for one in found),
            missing=tuple(transaction for one in found for transaction in one.missing),
        )

    @property
    def first_event_at(self) -> float | None:
        """The time of the first row event, on the clock of ``time.monotonic``."""
        return self.application.read(lambda received: received.first_at)

    def event_counts(self) -> dict[str, int]:
        """The number of received events of each kind."""
        return self.application.read(
            lambda received: {json_name(kind): count for kind, count in received.counts.items()}
        )

    def sample_event(self) -> dict[str, Any]:
        """An update event in full, else the first event."""
        samples = self.application.read(lambda received: dict(received.samples))
        event = samples.get(EventKind.UPDATE) or next(iter(samples.values()), None)
        if event is None:
            return {}
        key = event.key.decode(errors="replace") if event.key is not None else None
        return {"topic": event.topic, "partition": event.partition, "offset": event.offset, "key": key} | {
            "value": event.value
        }

    def _connectors(self, cluster: str) -> list[Connector]:
        return [c for c in self.environment.connectors.values() if c.source.cluster == cluster]

    @property
    def notes(self) -> list[str]:
        """What a user should know about the tables before the run goes on: a line each."""
        unfilled = [f"{table} cannot be filled: {why}" for table, why in self.unfilled.items()]
        return [note for source in self.sources.values() for note in source.notes] + unfilled

    def _sends_schema_changes(self, connector: Connector) -> bool:
        enabled = str(connector.properties.get(_SCHEMA_CHANGES, True)).lower() == "true"
        return enabled and connector.snapshot.mode != _SNAPSHOT_ONLY

    def _wait(self, condition: Callable[[ReceivedEvents], bool], check: ConnectorsRunning, problem: str) -> None:
        """Waits; raises RehearsalError where nothing was received for a minute while events were due."""
        count, since = -1, time.monotonic()
        while not self.application.wait_for(condition, seconds=_POLL_SECONDS):
            due = check()
            now = self.application.read(lambda received: sum(received.counts.values()))
            if now != count or not due:
                count, since = now, time.monotonic()
            elif time.monotonic() - since > _TIMEOUT_SECONDS:
                raise RehearsalError(
                    f"{problem}, got {self.event_counts() or 'nothing'} and no more for {_TIMEOUT_SECONDS:.0f} s"
                )


def json_name(kind: EventKind) -> str:
    """The kind's name in JSON."""
    return kind.value.replace(" ", "_")


def _has_rows(received: ReceivedEvents, *, expected: Mapping[str, int]) -> bool:
    return all(received.snapshot_rows[table] >= rows for table, rows in expected.items())


def _has_all(received: ReceivedEvents, *, ledgers: list[Ledger]) -> bool:
    return all(received.has_received(transaction) for ledger in ledgers for transaction in ledger.transactions)


def _has_more(received: ReceivedEvents, *, kind: EventKind, than: int) -> bool:
    return received.counts[kind] > than
