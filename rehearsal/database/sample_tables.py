"""Sample tables for those that an environment captures: a small shop's for known names, else a generic one."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from modules.debezium.regex.examples import ANY, drafts
from rehearsal.database.captures import Pattern
from rehearsal.database.mysql import quote
from rehearsal.database.table_name import TableName

_DATABASE: Final = "shop"
_FILLS: Final = ("1", "a", "a1", "")
_MOST_NAMES: Final = 16
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


def table_names(patterns: Iterable[Pattern]) -> dict[Pattern, tuple[TableName, ...]]:
    """One table or more for each pattern, which captures it; none where no name can be invented."""
    return {pattern: _names(pattern) for pattern in patterns}


def create_statements(names: Iterable[TableName], *, signal_tables: Iterable[TableName] = ()) -> Iterator[str]:
    """The SQL that creates the tables, the shop's with foreign keys, and the signal tables."""
    tables, signals = _parents_first(names), tuple(signal_tables)
    for database in dict.fromkeys(name.database for name in (*tables, *signals)):
        yield f"CREATE DATABASE IF NOT EXISTS {quote(database)}"
    for name in tables:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SHOP.get(name.table, _GENERIC)}"
    for child, column, parent in _references(tables):
        yield f"ALTER TABLE {child.sql} ADD FOREIGN KEY ({quote(column)}) REFERENCES {parent.sql} (id)"
    for name in signals:
        yield f"CREATE TABLE IF NOT EXISTS {name.sql} {_SIGNALS}"


def _parents_first(names: Iterable[TableName]) -> tuple[TableName, ...]:
    order = [*_SHOP]
    return tuple(sorted(set(names), key=lambda name: (order.index(name.table) if name.table in order else -1, name)))


def _references(tables: tuple[TableName, ...]) -> Iterator[tuple[TableName, str, TableName]]:
    for child in tables:
        for column, parent in _PARENTS.get(child.table, {}).items():
            if (name := TableName(child.database, parent)) in tables:
                yield child, column, name


def _names(pattern: Pattern) -> tuple[TableName, ...]:
    """The names with the fewest repetitions, unless those are no names of tables."""
    for least in (0, 1):
        names = (
            name for draft in drafts(pattern.regex, least=least, caseless=True) for name in _finished(pattern, draft)
        )
        if found := tuple(islice(dict.fromkeys(names), _MOST_NAMES)):
            return _parents_first(found)
    return ()


def _finished(pattern: Pattern, draft: str) -> Iterator[TableName]:
    """Names for a draft: where any text may stand, the shop's, else a letter or digit."""
    if "." not in draft:
        draft = draft.replace(ANY, f"{ANY}.{ANY}", 1)
    database, dot, table = draft.partition(".")
    if not dot or "." in table:
        return
    shop = ANY in database and _any(database).fullmatch(_DATABASE)
    databases = [_DATABASE] if shop else [database.replace(ANY, any_) for any_ in _FILLS]
    known = [name for name in _SHOP if _any(table).fullmatch(name)] if ANY in table else []
    for tables in (known, [table.replace(ANY, any_) for any_ in _FILLS]):
        names = (TableName(one, other) for one in databases for other in tables)
        captured = [name for name in names if name.valid and pattern.captures(name)]
        yield from captured if tables is known else captured[:1]
        if captured:
            return


def _any(draft: str) -> re.Pattern[str]:
    return re.compile("[^.]*".join(map(re.escape, draft.split(ANY))))
