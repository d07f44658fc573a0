"""Tables of every shape are filled and changed, or the reason is reported; one server for all of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rehearsal.database.changes import Changes
from rehearsal.database.data_script import position, recorded
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.mysql import Database
from rehearsal.database.preparation import Source, prepare
from tests.rehearsal.database.connectors import reading
from tests.rehearsal.database.databases import answers, rows_in
from tests.rehearsal.database.table_cases import CASES, IMPOSSIBLE, Case, Version

ROWS = 20
# Cases whose keys have fewer values.
FEWER = {"enum key": 6, "composite of few values": 6}


def version(database: Database) -> Version:
    [(text,)] = answers(database, "SELECT VERSION()")
    major, minor, patch = map(int, str(text).split("-")[0].split("."))
    return major, minor, patch


def made(database: Database, folder: Path, sql: str) -> Source:
    script = folder / "schema.sql"
    script.write_text(f"DELIMITER ;;\nCREATE DATABASE made;;\nUSE made;;\n{';;'.join(statements(sql))};;")
    return prepare(database, reading("made.*"), schema=script, rows=ROWS)


def statements(sql: str) -> Sequence[str]:
    """A trigger's body has its own semicolons."""
    head, trigger, body = sql.partition("CREATE TRIGGER")
    return [*(one for one in head.split(";") if one.strip()), *([trigger + body] if trigger else [])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_table_is_filled_and_changed(empty: Database, tmp_path: Path, case: Case) -> None:
    if version(empty) < case.since:
        pytest.skip(f"MySQL has this since {'.'.join(map(str, case.since))}")
    source = made(empty, tmp_path, case.sql)
    assert source.seeded.unfilled == {}
    names = [table.name for table in source.tables]
    assert {name: rows_in(empty, name) for name in names} == dict.fromkeys(names, FEWER.get(case.name, ROWS)) | {
        name: rows_in(empty, name) for name in names if name.table == "log"
    }
    ledger = Ledger()
    changes = Changes(empty, source.tables, ledger)
    with empty.connect() as connection, connection.cursor() as cursor:
        start = position(cursor)
    failed = {str(table): why for table, why in changes.change_each_table().items()}
    if case.name in FEWER:
        assert "Duplicate entry" in failed.pop("made.t")
    assert failed == {}
    inserted = {t.table for t in ledger.transactions if t.kind is EventKind.CREATE}
    assert inserted == {*names} or case.name in FEWER
    changes.close()
    with empty.connect() as connection:
        logged = {(t.gtid, t.table, t.kind, len(t.keys)) for t in recorded(connection, *start)}
    assert {(t.gtid, t.table, t.kind, len(t.keys)) for t in ledger.transactions} <= logged


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_table_that_cannot_be_filled_has_a_reason(empty: Database, tmp_path: Path, name: str) -> None:
    sql, reason = IMPOSSIBLE[name]
    if "CHECK" in sql and version(empty) < (8, 0, 16):
        pytest.skip("MySQL checks constraints since 8.0.16")
    source = made(empty, tmp_path, f"CREATE TABLE fine (id INT PRIMARY KEY, n INT); {sql}")
    [(table, why)] = source.seeded.unfilled.items()
    assert (str(table), reason in why) == ("made.t", True), why
    failed = Changes(empty, source.tables, Ledger()).change_each_table()
    assert list(failed) == [table]
    assert reason in failed[table]


def test_zero_dates_come_where_the_mode_allows_them(empty: Database, tmp_path: Path) -> None:
    sql = "CREATE TABLE t (id INT PRIMARY KEY, a DATE NOT NULL, b DATETIME(3) NOT NULL, c TIMESTAMP NULL)"
    assert made(empty, tmp_path, sql).seeded.unfilled == {}
    zero = "SELECT SUM(CAST(a AS CHAR) = '0000-00-00'), SUM(CAST(b AS CHAR) = '0000-00-00 00:00:00.000') FROM made.t"
    assert answers(empty, zero) == [(0, 0)]
    [(mode,)] = answers(empty, "SELECT @@GLOBAL.sql_mode")
    answers(empty, "DROP DATABASE made")
    try:
        answers(empty, "SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'")
        source = made(empty, tmp_path, sql)
        assert source.seeded.unfilled == {}
        [(dates, moments)] = answers(empty, zero)
        assert (int(str(dates)), int(str(moments))) == (3, 3)
        assert Changes(empty, source.tables, Ledger()).change_each_table() == {}
    finally:
        answers(empty, f"SET GLOBAL sql_mode = '{mode}'")


def test_stored_coordinates_are_longitude_and_latitude(empty: Database, tmp_path: Path) -> None:
    made(empty, tmp_path, "CREATE TABLE t (id INT PRIMARY KEY, p POINT NOT NULL SRID 4326)")
    [(latitude, longitude)] = answers(empty, "SELECT ST_Latitude(p), ST_Longitude(p) FROM made.t WHERE id = 1")
    assert (latitude, longitude) == (47.25, 8.51)


def test_letters_beyond_ascii_are_stored(empty: Database, tmp_path: Path) -> None:
    sql = """CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(40) NOT NULL, b VARCHAR(40) CHARACTER SET latin1 NOT NULL,
        c VARCHAR(40) CHARACTER SET ascii NOT NULL)"""
    made(empty, tmp_path, sql)
    assert answers(empty, "SELECT a, b, c FROM made.t WHERE id = 1") == [("a 1 é漢😀", "b 1 é", "c 1")]
