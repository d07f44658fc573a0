"""The captured tables: that they exist, their keys, sizes and columns, and their topics."""

from collections.abc import Callable, Iterator
from typing import Final

from cdc.findings import Finding, error, ok, warning
from cdc.preflight.database.reading import Column, Table
from cdc.preflight.database.subject import BYTES_PER_SECOND, ROWS_PER_SECOND, Subject
from modules.debezium import formats, topics
from modules.debezium.regex.matching import matches
from modules.debezium.regex.syntax import JavaRegexError
from modules.messages.problems import nearest
from rehearsal.database.table_name import TableName

_SHOWN: Final = 5
# One transaction stays open for the whole snapshot, and InnoDB keeps every old row version for it.
_LONG_SNAPSHOT_SECONDS: Final = 4 * 3600
_LARGE: Final = ("mediumblob", "longblob", "mediumtext", "longtext", "json")
_WITH_DECIMALS: Final = ("avro", "protobuf")
_MEGABYTE: Final = 2**20


def exist(subject: Subject) -> Iterator[Finding]:
    """Each entry of source.tables matches a table that the user sees."""
    names = [table.name for table in subject.facts.tables if not table.view]
    views = [table.name for table in subject.facts.tables if table.view]
    missed = [pattern for pattern in subject.capture.patterns if not any(map(pattern.captures, names))]
    for pattern in missed:
        made = error if pattern.exact or len(missed) == len(subject.capture.patterns) else warning
        if any(map(pattern.captures, views)):
            yield made(f"{pattern.text} must match a table, matches a view: views have no events", _correct(subject))
            continue
        near = nearest(pattern.text, map(str, names))
        hint = f"; did you mean {near}?" if near else ""
        yield made(
            f"{pattern.text} must match a table that the user sees, matches none{hint}",
            f"{_correct(subject)}, create the table, or grant SELECT on it",
        )
    if not missed:
        yield ok(f"{_count(len(subject.captured), 'table')} captured")
    yield from _signal_table(subject, names)


def _correct(subject: Subject) -> str:
    return f"correct connectors.{subject.key}.source.tables"


def _signal_table(subject: Subject, names: list[TableName]) -> Iterator[Finding]:
    signals = subject.connector.signals
    if signals and signals.table and TableName.parse(signals.table) not in names:
        yield error(
            f"the signal table {signals.table} must exist",
            f"CREATE TABLE {signals.table} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL,"
            " data VARCHAR(2048));",
        )


def keys(subject: Subject) -> Iterator[Finding]:
    """An event's key is the row's; without one, changes of one row are not in one partition."""
    chosen = subject.properties.get("message.key.columns", "")
    without = [table.name for table in subject.captured if not table.key and not _keyed(chosen, table.name)]
    if without:
        yield warning(
            f"without a primary key: {_listed(without)}. Their events have no key: the order of one row's changes is"
            " lost with several partitions, and incremental snapshots skip them",
            "add a primary key, or set message.key.columns",
        )
    elif subject.captured:
        yield ok("every captured table has one")


def _keyed(chosen: str, name: TableName) -> bool:
    """Whether an entry of message.key.columns, ``expression:columns``, matches the table."""
    expressions = (entry.partition(":")[0].strip() for entry in chosen.split(";"))
    return any(_matches(expression, name) for expression in expressions if expression)


def _matches(expression: str, name: TableName) -> bool:
    """One that cannot be read here is taken to match nothing."""
    try:
        return matches(expression, str(name), caseless=True)
    except JavaRegexError:
        return False


def sizes(subject: Subject) -> Iterator[Finding]:
    """How much the first snapshot reads, and for how long."""
    held = f"about {subject.rows:,} rows, {subject.size / 1e6:,.1f} MB"
    if not subject.reads_rows:
        yield ok(f"{held}; snapshot.mode {subject.connector.snapshot.mode} reads none of them")
        return
    took = f"the first snapshot takes about {_duration(subject.snapshot_seconds)}"
    if subject.snapshot_seconds <= _LONG_SNAPSHOT_SECONDS:
        yield ok(f"{held}: {took}")
        return
    yield warning(
        f"{held}: {took}, at {ROWS_PER_SECOND:,} rows or {BYTES_PER_SECOND / 1e6:.0f} MB a second. It is one"
        " transaction: the database keeps old row versions meanwhile, and a failure begins it again",
        "set snapshot.mode: no_data, and request incremental snapshots by signal",
    )


def columns(subject: Subject) -> Iterator[Finding]:
    """Columns whose events surprise applications."""
    found = False
    for finding in _about_columns(subject):
        found = True
        yield finding
    if not found:
        yield ok("none that needs a word")


def _about_columns(subject: Subject) -> Iterator[Finding]:
    if _decimals_are_base64(subject) and (named := _where(subject, lambda column: column.type == "decimal")):
        yield warning(
            f"decimals arrive as base64 of their bytes: {named}", "set decimal.handling.mode: string under properties"
        )
    if subject.setting("bigint.unsigned.handling.mode") in ("", "long") and (
        named := _where(subject, lambda column: column.definition.startswith("bigint") and _unsigned(column))
    ):
        yield warning(
            f"values over 2^63-1 of unsigned bigint columns arrive negative: {named}",
            "set bigint.unsigned.handling.mode: precise under properties, if there can be such values",
        )
    most = subject.connector.topics.max_message_bytes or _MEGABYTE
    if named := _where(subject, lambda column: column.type in _LARGE, most=most):
        yield warning(
            f"values can be larger than an event may be ({most:,} bytes), and the first such value stops the task:"
            f" {named}",
            "set topics.max_message_bytes to the largest value, or leave the columns out with column.exclude.list",
        )
    if named := _where(subject, lambda column: column.type in ("geometry", "geomcollection", "point", "polygon")):
        yield warning(f"geometries arrive as a structure of WKB and SRID: {named}", "have applications decode it")


def _decimals_are_base64(subject: Subject) -> bool:
    """In JSON, unless its converter writes numbers; Avro and Protobuf have a type for decimals."""
    if subject.setting("decimal.handling.mode") not in ("", "precise") or subject.connector.format in _WITH_DECIMALS:
        return False
    class_ = subject.setting(formats.VALUE)
    return not class_ or ("json" in class_ and subject.setting(f"{formats.VALUE}.decimal.format") != "numeric")


def _where(subject: Subject, wanted: Callable[[Column], bool], *, most: int = 0) -> str:
    """The columns, at most some; empty where there is none. ``most`` skips types whose values all fit."""
    sized = {"mediumblob": 2**24, "mediumtext": 2**24}
    names = [
        f"{table.name}.{column.name}"
        for table in subject.captured
        for column in table.columns
        if wanted(column) and not _left_out(subject, table, column) and sized.get(column.type, 2**32) > most
    ]
    return _listed(names) if names else ""


def _left_out(subject: Subject, table: Table, column: Column) -> bool:
    """By column.exclude.list, whose entries are expressions: only plain names are seen here."""
    excluded = subject.properties.get("column.exclude.list", "").replace("\\", "")
    return f"{table.name}.{column.name}" in [entry.strip() for entry in excluded.split(",")]


def _unsigned(column: Column) -> bool:
    return "unsigned" in column.definition


def topic_names(subject: Subject) -> Iterator[Finding]:
    """Tables whose names differ in what a topic's name cannot hold share a topic."""
    first: dict[str, tuple[TableName, str]] = {}
    clear = True
    for table in subject.captured:
        topic = topics.table_topic(subject.connector.topics.prefix, str(table.name))
        other, theirs = first.setdefault(topics.as_kafka_compares(topic), (table.name, topic))
        if other == table.name:
            continue
        clear = False
        effect = "their events mix" if theirs == topic else "Kafka refuses the second, as . and _ are the same in it"
        yield error(
            f"{other} and {table.name} must have different topics, have {theirs} and {topic}: {effect}",
            f"leave one of them out of connectors.{subject.key}.source.tables, or rename it",
        )
    if clear and subject.captured:
        yield ok("every captured table has one of its own")


def _listed(names: list[TableName] | list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(str, names[:_SHOWN])) + more


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return "a minute"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.0f} hours"
