"""What a connector has to read of the committed changes, by its own configuration."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Transaction
from rehearsal.database.table_name import TableName

_SKIPPED: Final = "skipped.operations"
_UNCHANGED: Final = "skip.messages.without.change"
_TOMBSTONES: Final = "tombstones.on.delete"
_COLUMN_LISTS: Final = ("column.include.list", "column.exclude.list")
_OPERATIONS: Final = {EventKind.CREATE: "c", EventKind.UPDATE: "u", EventKind.DELETE: "d"}
# Debezium's snapshot modes that read existing rows, and the one that stops after the snapshot.
_READING: Final = frozenset({"initial", "initial_only", "always", "when_needed"})
_SNAPSHOT_ONLY: Final = "initial_only"
_ALWAYS: Final = "always"


@dataclass(frozen=True)
class Expectation:
    """The connector ``name`` with its ``properties``, and the tables of ``source`` (a database) that it captures."""

    name: str
    source: str
    properties: Mapping[str, str]
    tables: Sequence[TableName]

    @property
    def takes_snapshot(self) -> bool:
        """Whether a snapshot reads the rows that are there before the first start."""
        return self._snapshot_mode in _READING

    @property
    def takes_snapshots_again(self) -> bool:
        """Whether each start begins with a snapshot."""
        return self._snapshot_mode == _ALWAYS

    @property
    def streams(self) -> bool:
        """Whether it reads changes after the snapshot."""
        return self._snapshot_mode != _SNAPSHOT_ONLY

    @property
    def reads_new_columns(self) -> bool:
        """Whether an inserted row has every column; lists of columns may leave a new one out."""
        lists = [key for key in self.properties if key in _COLUMN_LISTS]
        return self.streams and not lists and _OPERATIONS[EventKind.CREATE] not in self._skipped

    @property
    def drops_tombstones(self) -> str:
        """The property that says so, else empty."""
        return "" if self._enabled(_TOMBSTONES, default=True) else f"{_TOMBSTONES}=false"

    def changes(self, transactions: Iterable[Transaction]) -> Iterator[tuple[Transaction, int]]:
        """Those that change rows of its tables, if it streams.

        Each has the rows due of its table: its own and those of the same transaction before it, skipped ones last.
        """
        tables, due = set(self.tables), Counter[tuple[str, TableName]]()
        found = [one for one in transactions if one.keys and one.table in tables] if self.streams else []
        for one in sorted(found, key=lambda one: bool(self.skips(one))):
            due[one.gtid, one.table] += len(one.keys)
            yield one, due[one.gtid, one.table]

    def snapshot(self, rows: Mapping[TableName, int]) -> dict[str, int]:
        """The rows that its snapshot reads, by table, of those that each table has."""
        return {str(table): rows[table] for table in self.tables if table in rows} if self.takes_snapshot else {}

    def skips(self, transaction: Transaction) -> str:
        """The property by which it reads none of the rows, else empty."""
        if _OPERATIONS.get(transaction.kind) in self._skipped:
            return f"{_SKIPPED}={self.properties[_SKIPPED].strip()}"
        if transaction.kind is EventKind.UPDATE and self._enabled(_UNCHANGED, default=False):
            return f"{_UNCHANGED}=true"
        return ""

    @property
    def _skipped(self) -> list[str]:
        return [one.strip().lower() for one in self.properties.get(_SKIPPED, "t").split(",")]

    @property
    def _snapshot_mode(self) -> str:
        return self.properties.get("snapshot.mode", "initial").strip().lower()

    def _enabled(self, name: str, *, default: bool) -> bool:
        return self.properties.get(name, str(default)).strip().lower() == "true"
