"""Signals to a connector: what is asked for, and the channel of the environment file that it goes through."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

import pymysql
from kafka import KafkaProducer

from cdc.kafka.brokers import Brokers
from cdc.kafka.listing import CREATE_SIGNALS
from cdc.kafka.reading import administration, explained, partitions
from cdc.preflight.database.connecting import Login, Route, connected
from modules.debezium.configuration import table_expression
from rehearsal.database.table_name import TableName

Kind = Literal["INCREMENTAL", "BLOCKING"]
_SECONDS: Final = 30


class SignalError(Exception):
    """The signal was not sent: why, and what to do."""


@dataclass(frozen=True)
class Signal:
    """A signal of ``type``, of which ``data`` says more; notifications of the snapshot have its ``id``."""

    type: str
    data: Mapping[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def snapshot(tables: Sequence[str], *, kind: Kind, where: str | None) -> Signal:
    """Reads the rows of ``tables``, or those for which the SQL condition ``where`` holds."""
    data: dict[str, Any] = {"type": kind, "data-collections": [table_expression(table) for table in tables]}
    if where:
        data["additional-conditions"] = [
            {"data-collection": _named(table, kind), "filter": _filter(table, kind, where)} for table in tables
        ]
    return Signal("execute-snapshot", data)


def stop(tables: Sequence[str]) -> Signal:
    """Ends the incremental snapshot of ``tables``, or of all that are waiting."""
    named = {"data-collections": [table_expression(table) for table in tables]} if tables else {}
    return Signal("stop-snapshot", {"type": "INCREMENTAL", **named})


def _named(table: str, kind: Kind) -> str:
    """Debezium compares an incremental snapshot's as an expression, and a blocking one's as a name."""
    return table_expression(table) if kind == "INCREMENTAL" else table


def _filter(table: str, kind: Kind, where: str) -> str:
    """Debezium appends an incremental snapshot's to its own query, and takes a blocking one's for the query."""
    return where if kind == "INCREMENTAL" else f"SELECT * FROM {TableName.parse(table).sql} WHERE {where}"


class Channel(Protocol):
    """Where the connector reads signals."""

    def __str__(self) -> str: ...

    def send(self, signal: Signal) -> None:
        """Raises SignalError, BrokersError."""
        ...


@dataclass(frozen=True)
class TopicChannel:
    """The topic ``topic`` of ``brokers``; ``prefix`` is the connector's, by which it knows its signals."""

    brokers: Brokers
    topic: str
    prefix: str

    def __str__(self) -> str:
        return f"the signal topic {self.topic}"

    def check(self) -> None:
        """Raises SignalError where the topic does not exist, BrokersError."""
        with administration(self.brokers) as admin:
            if not partitions(self.brokers, admin, self.topic):
                fix = CREATE_SIGNALS.format(topic=self.topic)
                raise SignalError(f"there is no topic {self.topic}; the connector reads signals there: {fix}")

    def send(self, signal: Signal) -> None:
        self.check()
        content = {"id": signal.id, "type": signal.type, "data": signal.data}
        with explained(self.brokers, "WriteData", self.topic):
            producer = KafkaProducer(
                **self.brokers.settings, acks="all", enable_idempotence=False, max_block_ms=_SECONDS * 1000
            )
            try:
                sent = producer.send(self.topic, key=self.prefix.encode(), value=json.dumps(content).encode())
                sent.get(timeout=_SECONDS)
            finally:
                producer.close(timeout=_SECONDS)


@dataclass(frozen=True)
class TableChannel:
    """The table ``table`` of the connector's own database."""

    table: str
    route: Route
    login: Login

    def __str__(self) -> str:
        return f"the signal table {self.table} at {self.route}"

    def send(self, signal: Signal) -> None:
        row = (signal.id, signal.type, json.dumps(signal.data))
        insert = f"INSERT INTO {TableName.parse(self.table).sql} (id, type, data) VALUES (%s, %s, %s)"
        try:
            with connected(self.route, self.login, read_only=False) as connection, connection.cursor() as cursor:
                cursor.execute(insert, row)
        except pymysql.MySQLError as error:
            raise SignalError(f"{self.login.user!r} cannot insert into {self.table}: {error.args[-1]}") from error
