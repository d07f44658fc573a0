"""A connector and what its database says: what the checks judge."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from cdc.findings import Finding
from cdc.preflight.database.reading import Facts, Table
from modules.debezium.configuration import connector_properties
from modules.environment.models.connectors import Connector
from rehearsal.database.captures import Capture

# A snapshot reads at least this many rows and bytes in a second: half of what benchmarks/streaming.py measured for
# small rows, on two cores that ran brokers and database too; bytes are an assumption.
ROWS_PER_SECOND = 8_000
BYTES_PER_SECOND = 8_000_000
_WITHOUT_ROWS = ("no_data", "recovery")


@dataclass(frozen=True)
class Subject:
    """The connector ``key`` and its database."""

    key: str
    connector: Connector
    facts: Facts

    @cached_property
    def capture(self) -> Capture:
        return Capture.of(self.key, self.connector)

    @cached_property
    def properties(self) -> Mapping[str, str]:
        """Of the connector, as deployed."""
        return connector_properties(self.connector)

    @cached_property
    def captured(self) -> list[Table]:
        """The tables that the connector captures; no views."""
        names = {*self.capture.captured([table.name for table in self.facts.tables if not table.view])}
        return [table for table in self.facts.tables if table.name in names]

    @property
    def reads_rows(self) -> bool:
        """Whether the first snapshot reads rows."""
        return self.connector.snapshot.mode not in _WITHOUT_ROWS

    @property
    def snapshot_seconds(self) -> float:
        """An estimate of how long the first snapshot takes, 0 where it reads no rows."""
        if not self.reads_rows:
            return 0
        return max(self.rows / ROWS_PER_SECOND, self.size / BYTES_PER_SECOND)

    @property
    def rows(self) -> int:
        """In all captured tables, as MySQL estimates them."""
        return sum(table.rows for table in self.captured)

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(table.size for table in self.captured)

    def setting(self, name: str) -> str:
        """A property's value, trimmed, in lower case; empty where it is not set."""
        return self.properties.get(name, "").strip().lower()


Check: TypeAlias = Callable[[Subject], Iterator[Finding]]
