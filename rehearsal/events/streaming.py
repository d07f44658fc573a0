"""Changes made in the sources, and the application that has to see each of them."""

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
from rehearsal.events.received import Arrivals, Judgement
from rehearsal.processes.errors import RehearsalError

ROWS: Final = 20
# Debezium's modes that read the rows that are there, and the one that then stops.
_READING: Final = frozenset({"initial", "initial_only", "always", "when_needed"})
_ENDING: Final = "initial_only"
_ALWAYS: Final = "always"
_SCHEMA_CHANGES: Final = "include.schema.changes"
_PATIENCE: Final = 60.0
_SLICE: Final = 0.5

# Raises what makes waiting vain; tells whether events are due.
Check = Callable[[], bool]


@dataclass
class Stream:
    """The sources of ``environment`` by Aurora cluster, at these sockets; ``schema`` is a file of SQL for each.

    ``users`` are those of the databases, by the secret that has their name.

    Public once prepared: ``sources``, ``changes`` that can be made, ``ledgers`` of those that
    were committed, and ``unfilled``, why a table took no rows or changes.
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
        """Tables and rows for the first snapshot; raises RehearsalError for tables that the schema lacks."""
        for cluster, socket in self.sockets.items():
            connectors = self._connectors(cluster)
            source = prepare(
                AdminAccess(socket),
                patterns=[table for connector in connectors for table in connector.source.tables],
                signal_tables=[c.signals.table for c in connectors if c.signals and c.signals.table],
                schema=self.schema,
                rows=ROWS,
            )
            if source.unmatched:
                wanted = ", ".join(source.unmatched)
                raise RehearsalError(f"source.tables of {cluster}: {self.schema} has no table that matches {wanted}")
            for connector in connectors:
                if connector.signals and connector.signals.table:
                    AdminAccess(socket).grant_signal_table(self.users[connector.source.secret], connector.signals.table)
            self.sources[cluster] = source
            self.unfilled |= {str(name): why for name, why in source.seeded.unfilled.items()}
            self.ledgers[cluster] = Ledger(source.snapshot)
            self.changes[cluster] = Changes(AdminAccess(socket), source.captured, self.ledgers[cluster])

    def begin(self, readers: Sequence[Reader]) -> None:
        """Lets the applications read whatever comes."""
        self._application = Application(*readers).start()

    @property
    def application(self) -> Application:
        assert self._application, "begin comes first"
        return self._application

    def end(self) -> None:
        if self._application:
            self._application.stop()

    @property
    def snapshot_rows(self) -> dict[str, int]:
        """How many rows the connectors' snapshots have to read, by ``database.table``."""
        return {
            str(name): rows
            for cluster, source in self.sources.items()
            if any(connector.snapshot.mode in _READING for connector in self._connectors(cluster))
            for name, rows in source.snapshot.items()
        }

    def await_snapshot(self, check: Check) -> int:
        """Waits for every row that was there before; how many arrived."""
        wanted = self.snapshot_rows
        self._await(partial(_has_rows, wanted=wanted), check, "every row of the snapshot must arrive")
        return self.application.look(lambda arrivals: arrivals.events[EventKind.SNAPSHOT])

    def change(self, check: Check) -> None:
        """Inserts, updates, deletes and a new column in every source; waits for all."""
        for cluster, changes in self.changes.items():
            if any(connector.snapshot.mode != _ENDING for connector in self._connectors(cluster)):
                self._change(cluster, changes, check)
        self.await_all(check)

    @property
    def made(self) -> dict[str, int]:
        """How many rows were changed in each way, and how many tables."""
        made = [transaction for ledger in self.ledgers.values() for transaction in ledger.transactions]
        kinds = (EventKind.CREATE, EventKind.UPDATE, EventKind.DELETE)
        counts = {name(kind): sum(len(t.keys) for t in made if t.kind is kind) for kind in kinds}
        return counts | {name(EventKind.SCHEMA_CHANGE): sum(t.kind is EventKind.SCHEMA_CHANGE for t in made)}

    def _change(self, cluster: str, changes: Changes, check: Check) -> None:
        self.unfilled |= {str(table): why for table, why in changes.change_each_table().items()}
        if not changes.tables:
            return
        before = self.application.look(lambda arrivals: arrivals.events[EventKind.SCHEMA_CHANGE])
        self.await_all(check)
        changes.add_column(changes.tables[0])
        changes.insert(changes.tables[0])
        if all(self._tells_schema_changes(connector) for connector in self._connectors(cluster)):
            seen = partial(_has_more, kind=EventKind.SCHEMA_CHANGE, than=before)
            self._await(seen, check, "the new column must arrive as a schema change")

    def again(self, check: Check) -> None:
        """Further changes, and no other snapshot; raises RehearsalError where what was read is read anew."""
        before = self.counts().get(name(EventKind.SNAPSHOT), 0)
        for cluster, changes in self.changes.items():
            if any(connector.snapshot.mode != _ENDING for connector in self._connectors(cluster)):
                changes.change_each_table()
        self.await_all(check)
        after = self.counts().get(name(EventKind.SNAPSHOT), 0)
        modes = {connector.snapshot.mode for connector in self.environment.connectors.values()}
        if after != before and _ALWAYS not in modes:
            raise RehearsalError(f"a restart must go on where it was, got {after - before} rows of a new snapshot")

    def await_all(self, check: Check) -> None:
        """Waits for every change that was committed so far."""
        ledgers = list(self.ledgers.values())
        self._await(partial(_has_all, ledgers=ledgers), check, "every committed change must arrive")

    def judge(self) -> Judgement:
        """All ledgers together."""
        found = [self.application.judge(ledger) for ledger in self.ledgers.values()]
        return Judgement(
            committed=sum(one.committed for one in found),
            lost=sum(one.lost for one in found),
            duplicates=sum(one.duplicates for one in found),
            missing=tuple(transaction for one in found for transaction in one.missing),
        )

    @property
    def first_event(self) -> float | None:
        """When the first event of a row came, on ``time.monotonic``'s clock."""
        return self.application.look(lambda arrivals: arrivals.first)

    def counts(self) -> dict[str, int]:
        """Events of each kind that arrived."""
        return self.application.look(lambda arrivals: {name(kind): count for kind, count in arrivals.events.items()})

    def sample(self) -> dict[str, Any]:
        """An update in full, else whatever came first."""
        samples = self.application.look(lambda arrivals: dict(arrivals.samples))
        event = samples.get(EventKind.UPDATE) or next(iter(samples.values()), None)
        if event is None:
            return {}
        key = event.key.decode(errors="replace") if event.key is not None else None
        return {"topic": event.topic, "partition": event.partition, "offset": event.offset, "key": key} | {
            "value": event.value
        }

    def _connectors(self, cluster: str) -> list[Connector]:
        return [c for c in self.environment.connectors.values() if c.source.cluster == cluster]

    def _tells_schema_changes(self, connector: Connector) -> bool:
        told = str(connector.properties.get(_SCHEMA_CHANGES, True)).lower() == "true"
        return told and connector.snapshot.mode != _ENDING

    def _await(self, condition: Callable[[Arrivals], bool], check: Check, wanted: str) -> None:
        """Raises RehearsalError where nothing new has arrived for a minute in which it was due."""
        count, since = -1, time.monotonic()
        while not self.application.wait_for(condition, seconds=_SLICE):
            due = check()
            now = self.application.look(lambda arrivals: sum(arrivals.events.values()))
            if now != count or not due:
                count, since = now, time.monotonic()
            elif time.monotonic() - since > _PATIENCE:
                raise RehearsalError(f"{wanted}, got {self.counts() or 'nothing'} and no more for {_PATIENCE:.0f} s")


def name(kind: EventKind) -> str:
    """As JSON has it."""
    return kind.value.replace(" ", "_")


def _has_rows(arrivals: Arrivals, *, wanted: Mapping[str, int]) -> bool:
    return all(arrivals.snapshot[table] >= rows for table, rows in wanted.items())


def _has_all(arrivals: Arrivals, *, ledgers: list[Ledger]) -> bool:
    return all(arrivals.arrived(transaction) for ledger in ledgers for transaction in ledger.transactions)


def _has_more(arrivals: Arrivals, *, kind: EventKind, than: int) -> bool:
    return arrivals.events[kind] > than
