"""How far a requested snapshot is: by the connector's notifications, else by the rows that arrive."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdc.kafka.reading import Reader
from cdc.operate.events.decoding import Decode
from cdc.operate.events.text import table_of
from cdc.operate.snapshots.signals import Signal

FIRST_SECONDS: Final = 120  # a connector reads its signals every five seconds
QUIET_SECONDS: Final = 15
_INCREMENTAL: Final = "Incremental Snapshot"
_INITIAL: Final = "Initial Snapshot"  # a blocking one's too
_ENDED: Final = "COMPLETED"
_FAILED: Final = ("ABORTED",)
_SUCCEEDED: Final = ("SUCCEEDED", "EMPTY", "STOPPED")


class SnapshotFailedError(Exception):
    """The snapshot failed, or nothing of it is seen."""


@dataclass(frozen=True)
class Progress:
    """Reads what comes after ``signal`` was sent; ``decode`` is the connector's. Create it before that."""

    reader: Reader
    decode: Decode
    signal: Signal

    def by_notifications(self, topic: str) -> Iterator[str]:
        """A line for each notification, until the last one. Raises SnapshotFailedError, BrokersError."""
        incremental = self.signal.data["type"] == "INCREMENTAL"
        deadline, failed = time.monotonic() + FIRST_SECONDS, []
        for batch in self._batches([topic]):
            for value in batch:
                if not self._ours(value, incremental=incremental):
                    continue
                deadline = float("inf")
                more = value.get("additional_data") or {}
                yield _line(value["type"], more)
                if more.get("status", "SUCCEEDED") not in _SUCCEEDED:
                    failed.append(f"{more.get('scanned_collection')}: {more['status']}")
                if value["type"] in _FAILED:
                    raise SnapshotFailedError(f"the connector reports {value['type']}; see its log")
                if value["type"] == _ENDED:
                    if failed:
                        raise SnapshotFailedError(f"not every table was read: {', '.join(failed)}")
                    return
            _check(deadline)

    def by_events(self, topics: Sequence[str], tables: Sequence[str]) -> Iterator[str]:
        """The number of rows so far by table, until none has come for a while. Raises as ``by_notifications``."""
        rows: Counter[str] = Counter()
        deadline, quiet = time.monotonic() + FIRST_SECONDS, float("inf")
        for batch in self._batches(topics):
            found = Counter(table for value in batch if (table := _read_row(value)) in tables)
            if found:
                deadline, quiet = float("inf"), time.monotonic() + QUIET_SECONDS
                rows += found
                yield ", ".join(f"{count} rows of {table}" for table, count in sorted(rows.items()))
            if time.monotonic() > quiet:
                return
            _check(deadline)

    def _batches(self, topics: Sequence[str]) -> Iterator[list[Mapping[str, Any]]]:
        """What can be decoded. Raises SnapshotFailedError where nothing can be."""
        decodable = False
        for batch in self.reader.following():
            self.reader.assign_new(topics)
            decoded = self.decode([(one.topic, one.key, one.value) for one in batch]) if batch else []
            decodable = decodable or any("error" not in one for one in decoded)
            if decoded and not decodable:
                why = " ".join(decoded[0]["error"].split())
                raise SnapshotFailedError(
                    f"the signal is sent, and what the connector writes to {batch[0].topic} cannot be decoded: {why}"
                )
            yield [one["value"] for one in decoded if isinstance(one.get("value"), dict)]

    def _ours(self, value: Mapping[str, Any], *, incremental: bool) -> bool:
        if value.get("aggregate_type") != (_INCREMENTAL if incremental else _INITIAL):
            return False
        return not incremental or value.get("id") == self.signal.id


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SnapshotFailedError(
            f"nothing of the snapshot is seen after {FIRST_SECONDS} s: by a topic it starts with the database's next "
            "change; if there was one, see cdc verify and the connector's log"
        )


def _line(type_: str, more: Mapping[str, str]) -> str:
    """``TABLE_SCAN_COMPLETED: shop.customers, 1200 rows, SUCCEEDED``."""
    table = more.get("scanned_collection") or more.get("current_collection_in_progress") or more.get("data_collections")
    rows = more.get("total_rows_scanned")
    details = [table, f"{rows} rows" if rows else None, more.get("status")]
    if key := more.get("last_processed_key"):
        details.append(f"up to the key {key} of {more.get('maximum_key')}")
    said = ", ".join(filter(None, details))
    return f"{type_}: {said}" if said else type_


def _read_row(value: Mapping[str, Any]) -> str:
    """``database.table`` of an event that a snapshot read, empty for any other."""
    return (table_of(value) or "") if "r" in (value.get("op"), value.get("__op")) else ""
