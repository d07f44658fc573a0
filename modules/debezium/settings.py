"""What an environment file says of a connector, as far as Debezium's properties follow from it."""

from collections.abc import Mapping
from typing import Protocol


class Source(Protocol):
    """``tables`` are ``database.table``; * stands for any characters but a dot."""

    @property
    def secret(self) -> str: ...
    @property
    def server_id(self) -> int: ...
    @property
    def tables(self) -> tuple[str, ...]: ...


class Topics(Protocol):
    @property
    def prefix(self) -> str: ...
    @property
    def partitions(self) -> int: ...


class Snapshot(Protocol):
    @property
    def mode(self) -> str: ...
    @property
    def locking(self) -> str: ...


class Signals(Protocol):
    @property
    def table(self) -> str | None: ...
    @property
    def topic(self) -> str | None: ...


class Adoption(Protocol):
    """A connector that ran before, whose topics and consumer group are kept."""

    @property
    def name(self) -> str: ...
    @property
    def offset_topic(self) -> str: ...
    @property
    def schema_history_topic(self) -> str: ...
    @property
    def signal_group(self) -> str | None: ...


class Connector(Protocol):
    """An entry of ``connectors``."""

    @property
    def source(self) -> Source: ...
    @property
    def topics(self) -> Topics: ...
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def signals(self) -> Signals | None: ...
    @property
    def heartbeat_seconds(self) -> int: ...
    @property
    def adopt(self) -> Adoption | None: ...
    @property
    def properties(self) -> Mapping[str, str | int | float | bool]: ...
    @property
    def accept(self) -> Mapping[str, str]: ...
