"""The events of one table, in topics that it shares with others."""

from collections.abc import Callable, Collection

from cdc.operate.events.text import Shown, table_of


class OfTable:
    """Events of ``table``, or of every table where that is None; ``note`` takes what the caller should know.

    ``shared`` are the topics that may have events of other tables. Events that do not say which table they are of
    are kept, and a note says so once for each topic.
    """

    def __init__(self, table: str | None, shared: Collection[str], note: Callable[[str], None]) -> None:
        self._table = table
        self.shared = frozenset(shared) if table is not None else frozenset[str]()
        self._note = note
        self._noted: set[str] = set()
        self._kept: dict[tuple[str, int], bool] = {}

    def has(self, event: Shown) -> bool:
        """Whether to keep it. Events of a partition must come in their order: a tombstone follows its delete."""
        if event.topic not in self.shared or self._table is None:
            return True
        place = (event.topic, event.partition)
        if event.op == "tombstone":
            return self._kept.get(place, False)
        table = table_of(event.value)
        if table is None and not event.error and event.topic not in self._noted:
            self._noted.add(event.topic)
            self._note(
                f"{event.topic} may have events of other tables, and its events do not say which table they are of: "
                "all are shown"
            )
        self._kept[place] = table is None or table.casefold() == self._table.casefold()
        return self._kept[place]
