"""Records the transactions committed in the source, to be compared with the received events."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Row


@dataclass(frozen=True)
class Transaction:
    """A committed transaction: its GTID, and the primary keys of the rows of ``table`` that it changed."""

    gtid: str
    table: TableName
    kind: EventKind
    keys: tuple[Row, ...] = ()


class Ledger:
    """The rows before the snapshot, and every transaction since, in the order of commits. Thread-safe."""

    def __init__(self, seeded: Mapping[TableName, int] | None = None) -> None:
        self.seeded = dict(seeded or {})
        self._transactions: list[Transaction] = []
        self._lock = Lock()

    def record(self, transaction: Transaction) -> None:
        with self._lock:
            self._transactions.append(transaction)

    def forget(self) -> None:
        """Forgets the transactions so far: a comparison begins here."""
        with self._lock:
            self._transactions.clear()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        with self._lock:
            return tuple(self._transactions)

    @property
    def changed_rows(self) -> int:
        """How many row changes were committed."""
        return sum(len(transaction.keys) for transaction in self.transactions)

    def count(self, kind: EventKind) -> int:
        """How many row changes of this kind were committed."""
        return sum(len(transaction.keys) for transaction in self.transactions if transaction.kind is kind)
