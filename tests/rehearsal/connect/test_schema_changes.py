"""Tables change while a connector streams, as people and their tools change them: the task goes on, with every row."""

from collections.abc import Iterator
from typing import Any

import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from rehearsal.connect.connector import RunningConnector
from tests.rehearsal.connect.lab import Lab, running

TABLES = ("emptied", "renamed", "replaced", "ghosted", "percona")
GH_OST = """
CREATE TABLE _ghosted_ghc (id BIGINT AUTO_INCREMENT PRIMARY KEY, hint VARCHAR(64), value VARCHAR(4096), UNIQUE (hint))
CREATE TABLE _ghosted_gho LIKE ghosted
ALTER TABLE _ghosted_gho ADD COLUMN age INT
INSERT IGNORE INTO _ghosted_gho (id, name) SELECT id, name FROM ghosted LOCK IN SHARE MODE
INSERT INTO ghosted (name) VALUES ('meanwhile')
REPLACE INTO _ghosted_gho (id, name) SELECT id, name FROM ghosted WHERE name = 'meanwhile'
CREATE TABLE _ghosted_del (id INT) COMMENT='ghost-cut-over-sentry'
DROP TABLE _ghosted_del
RENAME TABLE ghosted TO _ghosted_del, _ghosted_gho TO ghosted
DROP TABLE _ghosted_ghc
DROP TABLE _ghosted_del
INSERT INTO ghosted (name, age) VALUES ('after', 7)
"""
PT_OSC = """
CREATE TABLE _percona_new (id INT NOT NULL AUTO_INCREMENT, name VARCHAR(50) DEFAULT NULL, PRIMARY KEY (id))
ALTER TABLE _percona_new ADD COLUMN age INT
CREATE TRIGGER pt_ins AFTER INSERT ON percona FOR EACH ROW REPLACE INTO _percona_new SET id = NEW.id, name = NEW.name
INSERT LOW_PRIORITY IGNORE INTO _percona_new (id, name) SELECT id, name FROM percona LOCK IN SHARE MODE
INSERT INTO percona (name) VALUES ('meanwhile')
ANALYZE TABLE _percona_new
RENAME TABLE percona TO _percona_old, _percona_new TO percona
DROP TABLE IF EXISTS _percona_old
DROP TRIGGER IF EXISTS pt_ins
INSERT INTO percona (name, age) VALUES ('after', 7)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("changes")) as servers:
        for table in TABLES:
            columns = "id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50)"
            servers.sql(f"CREATE TABLE shop.{table} ({columns})", f"INSERT INTO shop.{table} (name) VALUES ('first')")
        yield servers


@pytest.fixture(scope="module")
def connector(lab: Lab) -> Iterator[RunningConnector]:
    # Not the tools' own tables, which begin with _.
    started = lab.connectors(lab.configured(table__include__list=r"shop\.[^_][^.]*", database__include__list="shop"))
    lab.settle()
    yield started
    started.stop()


def run(lab: Lab, script: str) -> None:
    """One statement a line."""
    with lab.database.connect("shop") as connection, connection.cursor() as cursor:
        for statement in filter(None, script.strip().splitlines()):
            cursor.execute(statement)


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.5), reraise=True)
def wait_for(lab: Lab, table: str, *expected: tuple[str, Any]) -> None:
    """All events about ``table`` are these, the snapshot's first."""
    first = ("r", {"id": 1, "name": "first"})
    assert lab.rows(f"shop.shop.{table}") == [first, *expected]


def healthy(connector: RunningConnector) -> bool:
    status = connector.rest.status(connector.name)
    return bool(status and status.running)


def test_a_truncated_table_has_no_event_and_later_rows_do(lab: Lab, connector: RunningConnector) -> None:
    run(lab, "TRUNCATE TABLE emptied\nINSERT INTO emptied (id, name) VALUES (5, 'after')")
    wait_for(lab, "emptied", ("c", {"id": 5, "name": "after"}))
    assert healthy(connector)


def test_rows_of_a_renamed_table_are_in_the_topic_of_its_new_name(lab: Lab, connector: RunningConnector) -> None:
    run(lab, "RENAME TABLE renamed TO moved\nINSERT INTO moved (id, name) VALUES (5, 'after')")
    wait_for(lab, "renamed")
    wait_for_topic(lab, "moved", [("c", {"id": 5, "name": "after"})])
    assert healthy(connector)


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.5), reraise=True)
def wait_for_topic(lab: Lab, table: str, expected: list[tuple[str, Any]]) -> None:
    assert lab.rows(f"shop.shop.{table}") == expected


def test_a_table_that_is_dropped_and_created_again_has_its_new_columns(lab: Lab, connector: RunningConnector) -> None:
    create = "CREATE TABLE replaced (number INT PRIMARY KEY, price DECIMAL(5,2), since DATE)"
    run(lab, f"DROP TABLE replaced\n{create}\nINSERT INTO replaced VALUES (3, 1.50, '2026-01-02')")
    wait_for(lab, "replaced", ("c", {"number": 3, "price": "AJY=", "since": 20455}))
    assert healthy(connector)


@pytest.mark.parametrize(("table", "script"), [("ghosted", GH_OST), ("percona", PT_OSC)], ids=["gh-ost", "pt-osc"])
def test_an_online_change_loses_and_repeats_nothing(
    lab: Lab, connector: RunningConnector, table: str, script: str
) -> None:
    """The rows that the tool copies are in its own table, and in no event."""
    run(lab, script)
    meanwhile, after = {"id": 2, "name": "meanwhile"}, {"id": 3, "name": "after", "age": 7}
    wait_for(lab, table, ("c", meanwhile), ("c", after))
    assert healthy(connector)
