"""Sample tables for those that an environment captures: a small shop's for known names, else a generic one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rehearsal.database.mysql import quote

_DATABASE: Final = "shop"
_SIGNALS: Final = "(id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048))"
_GENERIC: Final = """(
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    state ENUM('new', 'active', 'closed') NOT NULL DEFAULT 'new',
    amount DECIMAL(12, 2) NOT NULL DEFAULT 0,
    ratio DOUBLE,
    details JSON,
    description TEXT,
    content BLOB,
    day DATE,
    seen_at DATETIME(6),
    updated_at TIMESTAMP(6) NULL
)"""
# In the order of creation: parents first.
_SHOP: Final = {
    "customers": """(
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(255) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    tier ENUM('basic', 'plus', 'premium') NOT NULL DEFAULT 'basic',
    balance DECIMAL(12, 2) NOT NULL DEFAULT 0,
    preferences JSON,
    notes TEXT,
    born_on DATE,
    created_at DATETIME(6) NOT NULL
)""",
    "products": """(
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    sku VARCHAR(40) NOT NULL UNIQUE,
    name VARCHAR(200) NOT NULL,
    price DECIMAL(10, 2) NOT NULL,
    weight_kg DOUBLE,
    labels SET('new', 'sale', 'fragile'),
    picture BLOB,
    in_stock TINYINT(1) NOT NULL DEFAULT 1,
    changed_at TIMESTAMP(3) NULL
)""",
    "orders": """(
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT UNSIGNED NOT NULL,
    status ENUM('placed', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'placed',
    total DECIMAL(12, 2) NOT NULL,
    remark TEXT,
    deliver_on DATE,
    placed_at DATETIME(6) NOT NULL
)""",
    "order_items": """(
    order_id BIGINT UNSIGNED NOT NULL,
    line INT UNSIGNED NOT NULL,
    product_id BIGINT UNSIGNED NOT NULL,
    quantity SMALLINT UNSIGNED NOT NULL DEFAULT 1,
    price DECIMAL(10, 2) NOT NULL,
    discount DECIMAL(5, 4),
    options JSON,
    PRIMARY KEY (order_id, line)
)""",
}
_PARENTS: Final = {
    "orders": {"customer_id": "customers"},
    "order_items": {"order_id": "orders", "product_id": "products"},
}


@dataclass(frozen=True, order=True, slots=True)
class TableName:
    """The name of a table, with its database."""

    database: str
    table: str

    @classmethod
    def parse(cls, text: str) -> "TableName":
        """The reverse of ``str``."""
        return cls(*text.split("."))

    def __str__(self) -> str:
        return f"{self.database}.{self.table}"

    @property
    def sql(self) -> str:
        """The quoted name."""
        return f"{quote(self.database)}.{quote(self.table)}"


def matches(pattern: str, name: TableName) -> bool:
    """Whether ``pattern``, an entry of ``source.tables``, captures the table."""
    return bool(_regex(pattern).fullmatch(str(name)))


def table_names(patterns: Iterable[str]) -> tuple[TableName, ...]:
    """One table or more for each pattern, parents first; each is matched by a pattern."""
    found = {name for pattern in patterns for name in _names(pattern)}
    order = [*_SHOP]
    return tuple(sorted(found, key=lambda name: (order.index(name.table) if name.table in order else -1, name)))


def create_statements(patterns: Iterable[str], *, signal_tables: Iterable[str] = ()) -> Iterator[str]:
    """The SQL that creates the tables of ``table_names`` and the signal tables."""
    tables = table_names(patterns)
    signals = [TableName.parse(table) for table in signal_tables]
    for database in dict.fromkeys(name.database for name in (*tables, *signals)):
        yield f"CREATE DATABASE IF NOT EXISTS {quote(database)}"
    for name in tables:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SHOP.get(name.table, _GENERIC)}"
    for child, column, parent in _references(tables):
        yield f"ALTER TABLE {child.sql} ADD FOREIGN KEY ({quote(column)}) REFERENCES {parent.sql} (id)"
    for name in signals:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SIGNALS}"


def _references(tables: tuple[TableName, ...]) -> Iterator[tuple[TableName, str, TableName]]:
    for child in tables:
        for column, parent in _PARENTS.get(child.table, {}).items():
            if (name := TableName(child.database, parent)) in tables:
                yield child, column, name


def _names(pattern: str) -> Iterator[TableName]:
    database, table = pattern.split(".")
    if "*" in database:
        database = _DATABASE if _regex(database).fullmatch(_DATABASE) else database.replace("*", "1")
    if "*" not in table:
        yield TableName(database, table)
    elif fitting := [known for known in _SHOP if _regex(table).fullmatch(known)]:
        yield from (TableName(database, known) for known in fitting)
    else:
        yield TableName(database, table.replace("*", "1"))


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("[^.]*".join(map(re.escape, pattern.split("*"))))
