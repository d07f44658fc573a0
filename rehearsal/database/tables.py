"""The tables of a database, from its information_schema."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rehearsal.database.mysql import AdminConnection
from rehearsal.database.table_name import TableName

_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")
_COLUMNS: Final = """
    SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.IS_NULLABLE = 'YES',
           c.CHARACTER_MAXIMUM_LENGTH, c.NUMERIC_PRECISION, c.NUMERIC_SCALE, c.EXTRA
    FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE t.TABLE_TYPE = 'BASE TABLE' AND c.TABLE_SCHEMA NOT IN %s
    ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION"""
_KEYS: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS
    WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA NOT IN %s AND COLUMN_NAME IS NOT NULL
    ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"""
_REFERENCES: Final = """
    SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME,
           REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
    FROM information_schema.KEY_COLUMN_USAGE
    WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_SCHEMA NOT IN %s
    ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"""


@dataclass(frozen=True)
class Column:
    """A column that rows can be written to; ``definition`` is its full type (``bigint unsigned``)."""

    name: str
    type: str
    definition: str
    nullable: bool
    length: int | None
    precision: int | None
    scale: int | None

    @property
    def unsigned(self) -> bool:
        return "unsigned" in self.definition


@dataclass(frozen=True)
class Reference:
    """A foreign key: ``columns`` refer to ``parent_columns`` of ``parent``."""

    columns: tuple[str, ...]
    parent: TableName
    parent_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; ``key`` is its primary key, ``unique`` has every unique key, with the primary one."""

    name: TableName
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    references: tuple[Reference, ...]

    @property
    def unique_columns(self) -> frozenset[str]:
        """The columns of unique keys."""
        return frozenset(column for key in self.unique for column in key)

    @property
    def foreign_key_columns(self) -> frozenset[str]:
        """The columns of foreign keys."""
        return frozenset(column for reference in self.references for column in reference.columns)


def discover(connection: AdminConnection) -> tuple[Table, ...]:
    """Every table but the system's, each after the tables that it refers to where possible."""
    columns: dict[TableName, list[Column]] = defaultdict(list)
    keys: dict[TableName, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    references: dict[TableName, dict[str, list[Sequence[str]]]] = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, (_SYSTEM,))
        for database, table, name, type_, definition, nullable, length, precision, scale, extra in cursor.fetchall():
            column = Column(name, type_, definition, bool(nullable), length, precision, scale)
            # VIRTUAL or STORED GENERATED; DEFAULT_GENERATED is a default expression, and the column is writable.
            generated = extra.endswith(" GENERATED")
            columns[TableName(database, table)] += [] if generated else [column]
        cursor.execute(_KEYS, (_SYSTEM,))
        for database, table, index, name in cursor.fetchall():
            keys[TableName(database, table)][index].append(name)
        cursor.execute(_REFERENCES, (_SYSTEM,))
        for database, table, constraint, *reference in cursor.fetchall():
            references[TableName(database, table)][constraint].append(reference)
    tables = {name: _table(name, columns[name], keys[name], references[name]) for name in columns}
    return _parents_first(tables)


def _table(
    name: TableName,
    columns: Sequence[Column],
    keys: Mapping[str, Sequence[str]],
    references: Mapping[str, Sequence[Sequence[str]]],
) -> Table:
    unique = {index: tuple(names) for index, names in keys.items()}
    return Table(
        name=name,
        columns=tuple(columns),
        key=unique.get("PRIMARY", ()),
        unique=tuple(unique.values()),
        references=tuple(_reference(rows) for rows in references.values()),
    )


def _reference(rows: Sequence[Sequence[str]]) -> Reference:
    columns, databases, tables, parent_columns = zip(*rows, strict=True)
    return Reference(columns, TableName(databases[0], tables[0]), parent_columns)


def _parents_first(tables: Mapping[TableName, Table]) -> tuple[Table, ...]:
    """Tables that refer to each other come last, in the order of their names."""
    ordered: dict[TableName, Table] = {}
    waiting = dict(tables)
    while waiting:
        ready = [
            table
            for table in waiting.values()
            if all(reference.parent in ordered or reference.parent == table.name for reference in table.references)
        ]
        for table in ready or list(waiting.values()):
            ordered[table.name] = waiting.pop(table.name)
    return tuple(ordered.values())
