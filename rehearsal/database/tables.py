"""Tables as rows are generated for them: columns, keys, foreign keys, and rules that values must satisfy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from rehearsal.database.table_name import TableName

Value: TypeAlias = int | float | Decimal | str | bytes | date | timedelta | None
Row: TypeAlias = tuple[Value, ...]
# A column's value for the number of a row.
Recipe: TypeAlias = Callable[[int], Value]


@dataclass(frozen=True)
class Column:
    """A column that rows can be written to; ``definition`` is its full type (``bigint unsigned``).

    ``length`` is in characters, or in bytes for binary types; ``fraction`` is the number of digits of a second.
    """

    name: str
    type: str
    definition: str
    nullable: bool
    length: int | None
    precision: int | None
    scale: int | None
    fraction: int = 0
    charset: str | None = None
    srid: int = 0
    zero_date: bool = False

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
class Rule:
    """What values of ``columns`` must satisfy: a CHECK, a partition, a generated column, or a trigger's condition."""

    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    ``key`` is its primary key, ``unique`` has every unique key, with the primary one; in place of a generated column or
    an expression stand the columns that it is made from. ``prefixes`` are the characters that a unique key compares of
    a column. ``recipes`` are found by trying, see ``fitting``.
    """

    name: TableName
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    references: tuple[Reference, ...]
    prefixes: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    recipes: Mapping[str, Recipe] = field(default_factory=dict)

    @property
    def unique_columns(self) -> frozenset[str]:
        """The columns of unique keys."""
        return frozenset(column for key in self.unique for column in key)

    @property
    def foreign_key_columns(self) -> frozenset[str]:
        """The columns of foreign keys."""
        return frozenset(column for reference in self.references for column in reference.columns)

    @property
    def ruled_columns(self) -> frozenset[str]:
        """The columns that rules are about."""
        return frozenset(column for rule in self.rules for column in rule.columns)

    @property
    def writable_key(self) -> tuple[str, ...]:
        """The first unique key, the primary one before others, whose columns are all written and never null."""
        written = {column.name for column in self.columns if not column.nullable}
        keys = [self.key] if self.key else []
        return next((key for key in [*keys, *self.unique] if key and written.issuperset(key)), ())
