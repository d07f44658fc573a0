"""The tables of a source, their rows and changes to them, in a real MySQL server."""

import re
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from rehearsal.database.changes import Changes
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.mysql import Database
from rehearsal.database.preparation import Source, prepare
from rehearsal.database.table_name import TableName
from tests.rehearsal.database.connectors import reading
from tests.rehearsal.database.databases import answers, rows_in

SHOP = ["customers", "products", "orders", "order_items"]
ROWS = 20


def from_script(database: Database, folder: Path, sql: str, *, patterns: Sequence[str] = ("made.*",)) -> Source:
    script = folder / "schema.sql"
    script.write_text(f"CREATE DATABASE made; USE made; {sql}")
    return prepare(database, reading(*patterns), schema=script, rows=ROWS)


def test_the_shop_is_made_and_filled(empty: Database) -> None:
    source = prepare(empty, reading("shop.*"), rows=ROWS)
    assert [table.name.table for table in source.captured] == ["customers", "products", "orders", "order_items"]
    assert source.snapshot == {table.name: ROWS for table in source.captured}
    assert not source.seeded.unfilled
    assert {reference.parent.table for table in source.captured for reference in table.references} == {
        "customers",
        "orders",
        "products",
    }
    types = {column.type for table in source.captured for column in table.columns}
    assert types >= {"bigint", "decimal", "datetime", "timestamp", "json", "enum", "set", "text", "blob", "double"}
    assert any(column.unsigned for table in source.captured for column in table.columns)
    assert answers(empty, "SELECT COUNT(*) FROM shop.customers WHERE notes IS NULL") != [(0,)]


def test_foreign_keys_refer_to_existing_sample_tables_only(empty: Database) -> None:
    source = prepare(empty, reading("orders.customers", "orders.order_items", "x.events"), rows=ROWS)
    assert [str(table.name) for table in source.captured] == ["orders.customers", "orders.order_items", "x.events"]
    assert not any(table.references for table in source.captured)
    assert set(source.snapshot.values()) == {ROWS}


def test_the_signal_table_exists_and_stays_empty(empty: Database) -> None:
    source = prepare(
        empty,
        reading("orders.*", signals="orders.debezium_signal") | reading("orders.*", name="ops", signals="ops.signal"),
        rows=1,
    )
    signals = [TableName("orders", "debezium_signal"), TableName("ops", "signal")]
    assert [rows_in(empty, name) for name in signals] == [0, 0]
    assert not {table.name for table in source.tables} & set(signals)
    assert [str(row[1]).lower() for row in answers(empty, "SHOW COLUMNS FROM ops.signal")] == [
        "varchar(42)",
        "varchar(32)",
        "varchar(2048)",
    ]


def test_any_types_are_filled(empty: Database, tmp_path: Path) -> None:
    source = from_script(
        empty,
        tmp_path,
        """CREATE TABLE types (
            id BINARY(16) PRIMARY KEY, tiny TINYINT UNIQUE, small SMALLINT UNSIGNED NOT NULL, medium MEDIUMINT NOT NULL,
            big BIGINT UNSIGNED NOT NULL, amount DECIMAL(4, 2) NOT NULL, `rate 100%` FLOAT NOT NULL,
            flags BIT(3) NOT NULL,
            code CHAR(3) NOT NULL, name VARCHAR(9) UNIQUE, body LONGTEXT NOT NULL, raw VARBINARY(8) NOT NULL,
            day DATE NOT NULL, at DATETIME(3) NOT NULL, clock TIME NOT NULL, y YEAR NOT NULL, doc JSON NOT NULL,
            mood ENUM('it''s fine', 'B') NOT NULL, tags SET('x', 'y') NOT NULL, place POINT NOT NULL, area POLYGON,
            total BIGINT UNSIGNED AS (big * 2) STORED, made DATETIME NOT NULL DEFAULT (NOW())
        );""",
    )
    assert source.seeded.unfilled == {}
    assert source.snapshot == {TableName("made", "types"): ROWS}
    assert answers(empty, "SELECT COUNT(*) FROM made.types WHERE total <> big * 2") == [(0,)]
    changes = Changes(empty, source.captured, Ledger())
    assert changes.change_each_table() == {}
    assert rows_in(empty, TableName("made", "types")) == ROWS + 1


def test_rows_refer_to_rows(empty: Database, tmp_path: Path) -> None:
    source = from_script(
        empty,
        tmp_path,
        """CREATE TABLE student (id INT PRIMARY KEY, tutor INT, FOREIGN KEY (tutor) REFERENCES student (id));
        CREATE TABLE a_course (code VARCHAR(10), year INT, PRIMARY KEY (code, year));
        CREATE TABLE attends (student INT, code VARCHAR(10), year INT, PRIMARY KEY (student, code, year),
            FOREIGN KEY (student) REFERENCES student (id), FOREIGN KEY (code, year) REFERENCES a_course (code, year));
        CREATE TABLE a_grade (student INT PRIMARY KEY, mark INT, FOREIGN KEY (student) REFERENCES student (id));
        """,
    )
    assert source.seeded.unfilled == {}
    assert source.snapshot[TableName("made", "attends")] == ROWS
    assert source.snapshot[TableName("made", "a_grade")] == ROWS - 1  # one for each student but the one numbered 0


def test_each_row_has_a_parent_of_its_own_where_foreign_keys_are_unique(empty: Database, tmp_path: Path) -> None:
    source = from_script(
        empty,
        tmp_path,
        """CREATE TABLE p (id INT PRIMARY KEY, code CHAR(2) NOT NULL UNIQUE);
        CREATE TABLE t (id INT PRIMARY KEY, code CHAR(2) NOT NULL, one INT NOT NULL UNIQUE, two CHAR(2) UNIQUE,
            FOREIGN KEY (code) REFERENCES p (code), FOREIGN KEY (one) REFERENCES p (id),
            FOREIGN KEY (two) REFERENCES p (code));""",
    )
    assert source.seeded.unfilled == {}
    assert source.snapshot[TableName("made", "t")] == ROWS - 1  # one for each parent but the one numbered 0


def test_a_table_that_cannot_be_filled_is_reported(empty: Database, tmp_path: Path) -> None:
    source = from_script(
        empty,
        tmp_path,
        """CREATE TABLE fine (id INT PRIMARY KEY);
        CREATE TABLE refused (id INT PRIMARY KEY);
        CREATE TRIGGER no BEFORE INSERT ON refused FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'never';
        CREATE TABLE child (id INT PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES refused (id));
        CREATE TABLE small (id TINYINT PRIMARY KEY);
        """
        "INSERT INTO small VALUES (126);",
    )
    unfilled = {name.table: reason for name, reason in source.seeded.unfilled.items()}
    assert unfilled == {
        "refused": "never",
        "child": "made.child has a foreign key to made.refused, which has no rows",
    }
    assert source.snapshot[TableName("made", "fine")] == ROWS
    assert source.snapshot[TableName("made", "small")] == ROWS


def test_changes_are_made_and_recorded(empty: Database) -> None:
    source = prepare(empty, reading("shop.*"), rows=ROWS)
    ledger = Ledger(source.snapshot)
    changes = Changes(empty, source.captured, ledger)
    assert changes.change_each_table() == {}
    kinds = [EventKind.CREATE, EventKind.UPDATE, EventKind.CREATE, EventKind.DELETE]
    assert [transaction.kind for transaction in ledger.transactions] == kinds * len(SHOP)
    assert ledger.changed_rows == len(kinds) * len(SHOP)
    assert {name: rows_in(empty, name) for name in changes.tables} == dict.fromkeys(changes.tables, ROWS + 1)
    executed = {transaction.gtid for transaction in ledger.transactions}
    for gtid in executed:
        assert answers(empty, f"SELECT GTID_SUBSET('{gtid}', @@GLOBAL.gtid_executed)") == [(1,)]
    assert len(executed) == len(ledger.transactions)


def test_a_key_is_recorded_as_it_is_stored(empty: Database) -> None:
    source = prepare(empty, reading("shop.order_items"), rows=ROWS)
    ledger = Ledger()
    changes = Changes(empty, source.captured, ledger)
    changes.insert(TableName("shop", "order_items"), rows=3)
    [transaction] = ledger.transactions
    last = answers(empty, "SELECT order_id, line FROM shop.order_items ORDER BY order_id DESC, line DESC LIMIT 3")
    assert sorted(transaction.keys) == sorted(last)


def test_a_new_column_has_values(empty: Database) -> None:
    source = prepare(empty, reading("x.events"), rows=ROWS)
    ledger = Ledger()
    changes = Changes(empty, source.captured, ledger)
    table = TableName("x", "events")
    column = changes.add_column(table)
    changes.insert(table, rows=5)
    assert answers(empty, f"SELECT COUNT({column}) FROM x.events") == [(4,)]
    assert [transaction.kind for transaction in ledger.transactions] == [EventKind.SCHEMA_CHANGE, EventKind.CREATE]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("id INT PRIMARY KEY", "made.t: no column outside the keys to update"),
        ("id INT PRIMARY KEY, only ENUM('one') NOT NULL", "made.t: no column outside the keys"),
        ("id ENUM('a') PRIMARY KEY, n INT", r"Duplicate entry 'a' for key '(t.)?PRIMARY'"),
        (
            "id INT PRIMARY KEY, UNIQUE (id), CONSTRAINT FOREIGN KEY (id) REFERENCES parent (id)",
            "can have 20 rows only",
        ),
    ],
    ids=["nothing to update", "one value only", "no value left", "no parent left"],
)
def test_a_change_that_fails_has_a_reason(empty: Database, tmp_path: Path, definition: str, reason: str) -> None:
    source = from_script(
        empty,
        tmp_path,
        "CREATE TABLE parent (id INT PRIMARY KEY); INSERT INTO parent VALUES (1);"
        f"CREATE TABLE t ({definition}); INSERT INTO t (id) VALUES (1);",
        patterns=["made.t"],
    )
    [error] = Changes(empty, source.captured, Ledger()).change_each_table().values()
    assert re.search(reason, error)


@pytest.mark.parametrize("crash", [False, True], ids=["restart", "crash"])
def test_a_load_counts_what_was_committed(empty: Database, crash: bool) -> None:
    source = prepare(empty, reading("shop.customers", "shop.products"), rows=ROWS)
    ledger = Ledger()
    changes = Changes(empty, source.captured, ledger)
    stop, failures = threading.Event(), []

    def load() -> None:
        try:
            changes.load(stop, rows_per_second=1000)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    wait_for_rows(ledger, 300)
    if crash:
        empty.kill()
        empty.start()
    else:
        empty.restart()
    wait_for_rows(ledger, ledger.changed_rows + 300)
    stop.set()
    thread.join()
    changes.close()
    assert not failures
    assert sum(rows_in(empty, name) - ROWS for name in changes.tables) == ledger.changed_rows
    assert set(Counter(len(transaction.keys) for transaction in ledger.transactions)) == {50}


def wait_for_rows(ledger: Ledger, rows: int) -> None:
    for _ in range(600):
        if ledger.changed_rows >= rows:
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"expected {rows} committed rows, got {ledger.changed_rows}")


def test_a_transaction_whose_outcome_is_unknown_is_committed_once(empty: Database) -> None:
    source = prepare(empty, reading("x.events"), rows=0)
    ledger = Ledger()
    changes = Changes(empty, source.captured, ledger)
    table = TableName("x", "events")
    changes.insert(table)
    repeated = ledger.transactions[0].gtid
    with empty.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET gtid_next = '{repeated}'")
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO x.events (name) VALUES ('again')")
        cursor.execute("COMMIT")
    assert rows_in(empty, table) == 1
