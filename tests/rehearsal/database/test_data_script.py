"""A user's own changes: tried at the start, committed later, counted in the binary log."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rehearsal.database.data_script import DataScript
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.mysql import Database, DatabaseError
from rehearsal.database.preparation import prepare
from rehearsal.database.table_name import TableName
from tests.rehearsal.database.connectors import reading
from tests.rehearsal.database.databases import answers

SCHEMA = """CREATE DATABASE made; USE made;
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, state VARCHAR(20) NOT NULL, n INT);
CREATE TABLE items (id INT AUTO_INCREMENT PRIMARY KEY, `order` INT NOT NULL,
    FOREIGN KEY (`order`) REFERENCES orders (id) ON DELETE CASCADE);
CREATE TABLE log (what VARCHAR(50));
CREATE TRIGGER written AFTER UPDATE ON orders FOR EACH ROW INSERT INTO log VALUES (NEW.state);
CREATE PROCEDURE pay() UPDATE orders SET state = 'paid' WHERE id <= 2;
"""
CAPTURED = [TableName("made", "orders"), TableName("made", "items"), TableName("made", "log")]
C, U, D = EventKind.CREATE, EventKind.UPDATE, EventKind.DELETE


@pytest.fixture
def prepared(empty: Database, tmp_path: Path) -> Database:
    schema = tmp_path / "schema.sql"
    schema.write_text(SCHEMA)
    prepare(empty, reading("made.*"), schema=schema, rows=20)
    answers(empty, "DELETE FROM made.items")
    return empty


def script(folder: Path, sql: str) -> DataScript:
    file = folder / "data.sql"
    file.write_text(sql)
    return DataScript(file)


def changed(database: Database, folder: Path, sql: str, tables: Sequence[TableName] = CAPTURED) -> list[list[object]]:
    """Of each transaction the changes: table, kind and rows."""
    ledger = Ledger()
    data = script(folder, f"USE made;\n{sql}")
    data.try_out(database)
    data.run(database, tables, ledger)
    found: dict[str, list[object]] = {}
    for one in ledger.transactions:
        assert answers(database, f"SELECT GTID_SUBSET('{one.gtid}', @@GLOBAL.gtid_executed)") == [(1,)]
        found.setdefault(one.gtid, []).append((one.table.table, one.kind, len(one.keys)))
    return list(found.values())


@pytest.mark.parametrize(
    ("sql", "transactions"),
    [
        ("INSERT INTO orders VALUES (100, 'new', 1), (101, 'new', 2)", [[("orders", C, 2)]]),
        ("DELETE FROM orders WHERE id < 4; DELETE FROM orders WHERE id = 4;", [[("orders", D, 3)], [("orders", D, 1)]]),
        ("UPDATE orders SET state = 'x' WHERE id = 5", [[("orders", U, 1), ("log", C, 1)]]),
        ("UPDATE orders SET id = 500 WHERE id = 5", [[("orders", U, 1), ("log", C, 1)]]),
        ("UPDATE log SET what = what; INSERT INTO log VALUES ('a;b'); -- UPDATE log\n", [[("log", C, 1)]]),
        (
            "BEGIN; INSERT INTO orders VALUES (100, 'new', 1); INSERT INTO items VALUES (100, 100); COMMIT;"
            "START TRANSACTION; DELETE FROM orders; ROLLBACK; REPLACE INTO items VALUES (100, 1)",
            [[("orders", C, 1), ("items", C, 1)], [("items", U, 1)]],
        ),
        ("INSERT INTO orders (state) VALUES ('new'); UPDATE orders SET n = 9 WHERE id = 21", [[("orders", C, 1)],
            [("orders", U, 1), ("log", C, 1)]]),
        ("CALL pay()", [[("orders", U, 2), ("log", C, 2)]]),
        ("ALTER TABLE log ADD COLUMN more INT; INSERT INTO log VALUES ('a', 1)", [[("log", C, 1)]]),
    ],
    ids=["insert", "deletes", "trigger", "key", "unchanged", "transactions", "next id", "procedure", "DDL"],
)  # fmt: skip
def test_changes_are_committed_and_counted(
    prepared: Database, tmp_path: Path, sql: str, transactions: list[list[object]]
) -> None:
    assert changed(prepared, tmp_path, sql) == transactions


def test_changes_of_other_tables_are_not_expected(prepared: Database, tmp_path: Path) -> None:
    sql = "UPDATE orders SET state = 'x' WHERE id = 5"
    assert changed(prepared, tmp_path, sql, CAPTURED[:1]) == [[("orders", U, 1)]]


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "INSERT INTO made.log VALUES ('a');\n\nUPDATE made.no SET a = 1;",
            ":3: Table 'made.no' doesn't exist",
        ),
        ("-- two\nINSERT INTO made.orders VALUES (1, 'x', 1)", "use keys beyond them"),
        ("INSERT made.log VALUES ('a'\n);\nINSRT INTO made.log VALUES (1)", ":3: You have an error in your SQL syntax"),
        ("INSERT INTO made.log VALUES (REPEAT('x', 51))", ":1: Data too long for column 'what'"),
        ("SET autocommit = 0; INSERT INTO made.log VALUES ('a'); COMMIT", ":1: autocommit must stay on"),
        ("-- nothing\n", ": must have SQL statements"),
    ],
    ids=["no table", "repeated key", "syntax", "too long", "autocommit", "empty"],
)
def test_an_error_is_found_at_the_start_with_its_line(
    prepared: Database, tmp_path: Path, sql: str, problem: str
) -> None:
    before = answers(prepared, "SELECT @@GLOBAL.gtid_executed")
    data = script(tmp_path, sql)
    with pytest.raises(DatabaseError) as refused:
        data.try_out(prepared)
    assert answers(prepared, "SELECT @@GLOBAL.gtid_executed") == before
    assert str(refused.value).startswith(str(tmp_path / "data.sql"))
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE made.orders SET n = 1 WHERE id = 999", "must change rows of captured tables .*, changed none"),
        ("SET @a = 1;\nBEGIN;\nDELETE FROM made.items", r"data\.sql:2: the transaction that begins here must end"),
        ("ALTER TABLE made.log ADD COLUMN b INT;\nINSERT INTO made.log (c) VALUES (1)", r"data\.sql:2: Unknown column"),
    ],
    ids=["no row", "no commit", "not tried"],
)
def test_changes_must_be_committed_and_captured(prepared: Database, tmp_path: Path, sql: str, problem: str) -> None:
    data = script(tmp_path, sql)
    data.try_out(prepared)
    with pytest.raises(DatabaseError, match=problem):
        data.run(prepared, CAPTURED, Ledger())


def test_trying_leaves_no_trace(prepared: Database, tmp_path: Path) -> None:
    script(tmp_path, "INSERT INTO made.orders (state) VALUES ('x'); DELETE FROM made.orders WHERE id < 9").try_out(
        prepared
    )
    assert answers(prepared, "SELECT COUNT(*) FROM made.orders") == [(20,)]
    answers(prepared, "INSERT INTO made.orders (state) VALUES ('next')")
    assert answers(prepared, "SELECT MAX(id) FROM made.orders") == [(21,)]
