"""Columns that sample tables need because a connector's properties name them."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from modules.debezium import topics
from modules.debezium.checks.values import split
from modules.debezium.configuration import connector_properties
from modules.debezium.regex.examples import ANY, drafts
from modules.debezium.regex.matching import matches
from modules.debezium.settings import Connector
from rehearsal.database.table_name import TableName

_COLUMNS: Final = re.compile(
    r"column\.(?:include|exclude)\.list|column\.propagate\.source\.type|column\.mask\..+|column\.truncate\..+"
)
_KEYS: Final = "message.key.columns"
_OUTBOX: Final = "io.debezium.transforms.outbox.EventRouter"
_WIDE: Final = "VARCHAR(255) NOT NULL"
# EventRouter's fields, each with the property that names it; the aggregate's type becomes a part of a topic's name.
_OUTBOX_FIELDS: Final = {
    "route.by.field": ("aggregatetype", "ENUM('customer', 'order') NOT NULL"),
    "table.field.event.key": ("aggregateid", _WIDE),
    "table.field.event.payload": ("payload", "JSON NOT NULL"),
}
_OUTBOX_TIME: Final = "table.field.event.timestamp"
_ADDITIONAL: Final = "table.fields.additional.placement"
_TEXT: Final = "VARCHAR(120)"
_MOST: Final = 16


def wanted_columns(connector: Connector, table: TableName, existing: set[str]) -> dict[str, str]:
    """The columns that ``table`` needs beside the ``existing`` ones, each with its SQL definition."""
    properties = connector_properties(connector)
    wanted: dict[str, str] = {}
    for name, definition in _named(properties, connector.topics.prefix, table, existing):
        if name.lower() not in {other.lower() for other in (*existing, *wanted)}:
            wanted[name] = definition
    return wanted


def is_outbox(connector: Connector, table: TableName) -> bool:
    """Whether an EventRouter gets the table's events: an application only inserts there, and deletes."""
    return bool(outbox_columns(connector, table))


def outbox_columns(connector: Connector, table: TableName) -> dict[str, str]:
    """The columns that an EventRouter needs of ``table``, with SQL definitions; empty where none gets its events."""
    return dict(_outbox(connector_properties(connector), topics.table_topic(connector.topics.prefix, str(table))))


def _named(
    properties: Mapping[str, str], prefix: str, table: TableName, existing: set[str]
) -> Iterator[tuple[str, str]]:
    yield from _outbox(properties, topics.table_topic(prefix, str(table)))
    for regex, columns in _keys(properties.get(_KEYS, "")):
        if matches(regex, str(table), caseless=True):
            yield from ((column, f"{_TEXT} NOT NULL") for column in columns)
    for key, value in properties.items():
        if _COLUMNS.fullmatch(key):
            for regex in split(value):
                yield from ((column, _TEXT) for column in _matched(regex, table, existing))


def _keys(value: str) -> Iterator[tuple[str, list[str]]]:
    for part in filter(None, map(str.strip, value.split(";"))):
        table, _, columns = part.partition(":")
        yield table, [column.strip() for column in columns.split(",") if column.strip()]


def _matched(regex: str, table: TableName, existing: set[str]) -> Iterator[str]:
    """Columns that ``regex`` matches in the table; none where it matches one of ``existing``."""
    if any(matches(regex, f"{table}.{column}", caseless=True) for column in existing):
        return
    columns = dict.fromkeys(
        draft.rpartition(".")[2].replace(ANY, "1")
        for least in (0, 1)
        for draft in drafts(regex, least=least, caseless=True)
    )
    fitting = (one for one in columns if one and matches(regex, f"{table}.{one}", caseless=True))
    yield from islice(fitting, _MOST)


def _outbox(properties: Mapping[str, str], topic: str) -> Iterator[tuple[str, str]]:
    """The columns of an outbox, where an EventRouter gets the events of ``topic``."""
    for alias in map(str.strip, properties.get("transforms", "").split(",")):
        start = f"transforms.{alias}."
        if properties.get(f"{start}type") != _OUTBOX or not _applies(properties, start, topic):
            continue
        for key, (default, definition) in _OUTBOX_FIELDS.items():
            yield properties.get(start + key, default), definition
        yield "type", _WIDE
        if field := properties.get(start + _OUTBOX_TIME):
            yield field, "BIGINT NOT NULL"
        for placement in filter(None, map(str.strip, properties.get(start + _ADDITIONAL, "").split(","))):
            yield placement.partition(":")[0], _WIDE


def _applies(properties: Mapping[str, str], start: str, topic: str) -> bool:
    """Whether the transform's predicate accepts the topic; other predicates than those on names accept all."""
    predicate = f"predicates.{properties.get(f'{start}predicate', '')}."
    pattern = properties.get(f"{predicate}pattern")
    if pattern is None or not properties.get(f"{predicate}type", "").endswith("TopicNameMatches"):
        return True
    negated = properties.get(f"{start}negate", "false").strip().lower() == "true"
    return matches(pattern, topic) is not negated
