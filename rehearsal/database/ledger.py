"""What was committed in the source, so that what arrives can be judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from rehearsal.database.kinds import Change, Kind
from rehearsal.database.rows import Row
from rehearsal.database.stand_ins import Name


@dataclass(frozen=True)
class Transaction:
    """A committed transaction: its GTID, and the primary keys of the rows of ``table`` that it changed."""

    gtid: str
    table: Name
    kind: Kind
    keys: tuple[Row, ...] = ()

    @property
    def change(self) -> Change:
        return Change(self.gtid, str(self.table))


class Ledger:
    """Rows that were there before, and every transaction since in the order of commits. For any thread."""

    def __init__(self, seeded: Mapping[Name, int] | None = None) -> None:
        self.seeded = dict(seeded or {})
        self._transactions: list[Transaction] = []
        self._lock = Lock()

    def record(self, transaction: Transaction) -> None:
        with self._lock:
            self._transactions.append(transaction)

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        with self._lock:
            return tuple(self._transactions)

    @property
    def rows(self) -> int:
        """How many changes of rows were committed."""
        return sum(len(transaction.keys) for transaction in self.transactions)

    def count(self, kind: Kind) -> int:
        """How many changes of rows of this kind were committed."""
        return sum(len(transaction.keys) for transaction in self.transactions if transaction.kind is kind)
