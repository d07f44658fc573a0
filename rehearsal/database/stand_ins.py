"""Tables that stand in for those that an environment captures: by their names, a small shop's or anybody's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rehearsal.database.mysql import quoted

_DATABASE: Final = "shop"
_SIGNALS: Final = "(id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048))"
_ANYTHING: Final = """(
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
# Parents come first: this order is the one to make them in.
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
class Name:
    """A table and its database."""

    database: str
    table: str

    @classmethod
    def parse(cls, text: str) -> "Name":
        """The reverse of ``str``."""
        return cls(*text.split("."))

    def __str__(self) -> str:
        return f"{self.database}.{self.table}"

    @property
    def sql(self) -> str:
        """As SQL has it."""
        return f"{quoted(self.database)}.{quoted(self.table)}"


def covers(pattern: str, name: Name) -> bool:
    """Whether ``pattern``, an entry of ``source.tables``, captures the table."""
    return bool(_expression(pattern).fullmatch(str(name)))


def names(patterns: Iterable[str]) -> tuple[Name, ...]:
    """A table or more for each pattern, parents first; none that no pattern covers."""
    found = {name for pattern in patterns for name in _names(pattern)}
    order = [*_SHOP]
    return tuple(sorted(found, key=lambda name: (order.index(name.table) if name.table in order else -1, name)))


def definitions(patterns: Iterable[str], *, signal_tables: Iterable[str] = ()) -> Iterator[str]:
    """The SQL that makes the tables of ``names`` and the tables that signals are written to."""
    tables = names(patterns)
    signals = [Name.parse(table) for table in signal_tables]
    for database in dict.fromkeys(name.database for name in (*tables, *signals)):
        yield f"CREATE DATABASE IF NOT EXISTS {quoted(database)}"
    for name in tables:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SHOP.get(name.table, _ANYTHING)}"
    for child, column, parent in _references(tables):
        yield f"ALTER TABLE {child.sql} ADD FOREIGN KEY ({quoted(column)}) REFERENCES {parent.sql} (id)"
    for name in signals:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SIGNALS}"


def _references(tables: tuple[Name, ...]) -> Iterator[tuple[Name, str, Name]]:
    for child in tables:
        for column, parent in _PARENTS.get(child.table, {}).items():
            if (name := Name(child.database, parent)) in tables:
                yield child, column, name


def _names(pattern: str) -> Iterator[Name]:
    database, table = pattern.split(".")
    if "*" in database:
        database = _DATABASE if _expression(database).fullmatch(_DATABASE) else database.replace("*", "1")
    if "*" not in table:
        yield Name(database, table)
    elif fitting := [known for known in _SHOP if _expression(table).fullmatch(known)]:
        yield from (Name(database, known) for known in fitting)
    else:
        yield Name(database, table.replace("*", "1"))


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("[^.]*".join(map(re.escape, pattern.split("*"))))
