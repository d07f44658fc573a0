"""Reads the tables of a database from its information_schema."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pymysql.cursors import Cursor

from rehearsal.database.mysql import AdminConnection
from rehearsal.database.table_name import SYSTEM_DATABASES, TableName
from rehearsal.database.tables import Column, Reference, Rule, Table

_COLUMNS: Final = """
    SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.IS_NULLABLE = 'YES',
           c.CHARACTER_MAXIMUM_LENGTH, c.NUMERIC_PRECISION, c.NUMERIC_SCALE, c.DATETIME_PRECISION,
           c.CHARACTER_SET_NAME, c.SRS_ID, c.GENERATION_EXPRESSION
    FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE t.TABLE_TYPE = 'BASE TABLE' AND c.TABLE_SCHEMA NOT IN %s
    ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION"""
_KEYS: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART, EXPRESSION
    FROM information_schema.STATISTICS
    WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA NOT IN %s
    ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"""
_REFERENCES: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME,
           REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
    FROM information_schema.KEY_COLUMN_USAGE
    WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_SCHEMA NOT IN %s
    ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"""
_CHECKS: Final = """
    SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CHECK_CLAUSE
    FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c
      ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
    WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.ENFORCED = 'YES' AND t.TABLE_SCHEMA NOT IN %s"""
_PARTITIONS: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, CONCAT_WS(' ', PARTITION_EXPRESSION, PARTITION_DESCRIPTION)
    FROM information_schema.PARTITIONS
    WHERE PARTITION_DESCRIPTION IS NOT NULL AND TABLE_SCHEMA NOT IN %s
    ORDER BY TABLE_SCHEMA, TABLE_NAME, PARTITION_ORDINAL_POSITION"""
_TRIGGERS: Final = """
    SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, ACTION_STATEMENT FROM information_schema.TRIGGERS
    WHERE EVENT_MANIPULATION = 'INSERT' AND EVENT_OBJECT_SCHEMA NOT IN %s"""
# MySQL checks constraints from 8.0.16 on; servers before have no such view.
_HAS_CHECKS: Final = """
    SELECT 1 FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'CHECK_CONSTRAINTS'"""
_QUOTED: Final = re.compile(r"`((?:[^`]|``)+)`")
_NEW: Final = re.compile(r"\bNEW\s*\.\s*(?:`((?:[^`]|``)+)`|(\w+))", re.IGNORECASE)


@dataclass
class _Parts:
    """What is known of one table, as it is read."""

    columns: list[Column] = field(default_factory=list)
    generated: dict[str, str] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    prefixes: dict[str, int] = field(default_factory=dict)
    references: dict[str, list[Sequence[str]]] = field(default_factory=lambda: defaultdict(list))
    expressions: list[str] = field(default_factory=list)
    partitions: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)


def discover(connection: AdminConnection) -> tuple[Table, ...]:
    """Every table but the system's, each after the tables that it refers to where possible."""
    found: dict[TableName, _Parts] = defaultdict(_Parts)
    with connection.cursor() as cursor:
        zero_dates = _allows_zero_dates(cursor)
        for name, row in _rows(cursor, _COLUMNS):
            _add_column(found[name], row, zero_dates=zero_dates)
        tables = dict(found)
        for name, (index, column, prefix, expression) in _rows(cursor, _KEYS):
            _add_key(found[name], index, column, prefix, expression)
        for name, (constraint, *reference) in _rows(cursor, _REFERENCES):
            found[name].references[constraint].append(reference)
        cursor.execute(_HAS_CHECKS)
        for name, (clause,) in _rows(cursor, _CHECKS) if cursor.fetchall() else ():
            found[name].expressions.append(clause)
        for name, (partition,) in _rows(cursor, _PARTITIONS):
            found[name].partitions.append(partition)
        for name, (statement,) in _rows(cursor, _TRIGGERS):
            found[name].triggers.append(statement)
    return _parents_first({name: _table(name, parts) for name, parts in tables.items()})


def _rows(cursor: Cursor, query: str) -> Iterator[tuple[TableName, Sequence[Any]]]:
    cursor.execute(query, (SYSTEM_DATABASES,))
    for database, table, *row in cursor.fetchall():
        yield TableName(database, table), row


def _allows_zero_dates(cursor: Cursor) -> bool:
    cursor.execute("SELECT @@SESSION.sql_mode")
    modes = str(next(iter(cursor))[0]).split(",")
    return "NO_ZERO_DATE" not in modes or not any(mode.startswith("STRICT_") for mode in modes)


def _add_column(parts: _Parts, row: Sequence[Any], *, zero_dates: bool) -> None:
    name, type_, definition, nullable, length, precision, scale, fraction, charset, srid, expression = row
    if expression:
        parts.generated[name] = expression
        return
    parts.columns.append(
        Column(
            name=name,
            type=type_,
            definition=definition,
            nullable=bool(nullable),
            length=length,
            precision=precision,
            scale=scale,
            fraction=fraction or 0,
            charset=charset,
            srid=srid or 0,
            zero_date=zero_dates and type_ in ("date", "datetime", "timestamp"),
        )
    )


def _add_key(parts: _Parts, index: str, column: str | None, prefix: int | None, expression: str | None) -> None:
    """A key's column; for an expression or a generated column those that it is made from."""
    source = parts.generated.get(column) if column else expression
    parts.keys[index] += _named(source) if source else [column] if column else []
    if column and prefix:
        parts.prefixes[column] = min(prefix, parts.prefixes.get(column, prefix))


def _table(name: TableName, parts: _Parts) -> Table:
    unique = {index: tuple(dict.fromkeys(names)) for index, names in parts.keys.items()}
    return Table(
        name=name,
        columns=tuple(parts.columns),
        key=unique.get("PRIMARY", ()),
        unique=tuple(unique.values()),
        references=tuple(_reference(rows) for rows in parts.references.values()),
        prefixes=parts.prefixes,
        rules=tuple(_rules(parts)),
    )


def _rules(parts: _Parts) -> Iterator[Rule]:
    """Rules about written columns; where a generated column is named, about those that it is made from."""
    for text in (*parts.expressions, *filter(None, [" ".join(dict.fromkeys(parts.partitions))])):
        yield _rule(text, _named(text), parts)
    for text in parts.generated.values():
        yield _rule(text, _named(text), parts)
    for text in parts.triggers:
        names = (quoted.replace("``", "`") if quoted else plain for quoted, plain in _NEW.findall(text))
        yield _rule(text, names, parts)


def _rule(text: str, names: Iterable[str], parts: _Parts) -> Rule:
    written = {column.name.lower(): column.name for column in parts.columns}
    texts, columns = [text], []
    for name in names:
        source = parts.generated.get(name)
        texts += [source] if source else []
        columns += [written[each.lower()] for each in (_named(source) if source else [name]) if each.lower() in written]
    return Rule(" ".join(texts).replace("\\'", "'"), tuple(dict.fromkeys(columns)))


def _named(expression: str) -> list[str]:
    """The columns in an expression, which the server quotes."""
    return [name.replace("``", "`") for name in _QUOTED.findall(expression)]


def _reference(rows: Sequence[Sequence[str]]) -> Reference:
    columns, databases, tables, parent_columns = zip(*rows, strict=True)
    return Reference(columns, TableName(databases[0], tables[0]), parent_columns)


def _parents_first(tables: Mapping[TableName, Table]) -> tuple[Table, ...]:
    """Of tables that refer to each other in a circle, the first by name comes first."""
    ordered: dict[TableName, Table] = {}
    waiting = dict(tables)
    while waiting:
        ready = [table for table in waiting.values() if not _missing_parents(table, waiting)]
        for table in ready or [_in_circle(waiting)]:
            ordered[table.name] = waiting.pop(table.name)
    return tuple(ordered.values())


def _missing_parents(table: Table, waiting: Mapping[TableName, Table]) -> list[TableName]:
    return [reference.parent for reference in table.references if reference.parent in waiting.keys() - {table.name}]


def _in_circle(waiting: Mapping[TableName, Table]) -> Table:
    """A table that is its own ancestor."""
    name, seen = next(iter(waiting)), dict[TableName, None]()
    while name not in seen:
        seen[name] = None
        name = _missing_parents(waiting[name], waiting)[0]
    return waiting[name]
