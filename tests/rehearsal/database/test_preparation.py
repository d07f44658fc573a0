"""What a connector captures must exist: sample tables are reported, and missing ones refused."""

from pathlib import Path

import pytest

from rehearsal.database.mysql import Database, DatabaseError
from rehearsal.database.preparation import prepare
from tests.rehearsal.database.connectors import reading
from tests.rehearsal.database.databases import answers

SCHEMA = "CREATE DATABASE made; USE made; CREATE TABLE a (id INT PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a;"
AT = "connectors.crm.source.tables"


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    file = tmp_path / "schema.sql"
    file.write_text(SCHEMA)
    return file


def test_what_was_invented_is_reported(empty: Database) -> None:
    source = prepare(empty, reading("crm.a", "crm.b", "shop.order*", "tenant-*.log"), rows=1)
    assert source.notes == (
        f"{AT}: invented the columns of crm.a, crm.b",
        f"{AT}: for shop.order* invented shop.orders, shop.order_items",
        f"{AT}: for tenant-*.log invented tenant-1.log",
    )
    assert len(source.captured) == 5


def test_invented_tables_have_the_columns_that_properties_name(empty: Database) -> None:
    masked = {"column.mask.with.3.chars": r"crm\.a\.phone", "message.key.columns": "crm.a:tenant"}
    source = prepare(empty, reading("crm.a", "crm.b", properties=masked), rows=5)
    assert source.notes[1:] == ("connectors.crm.properties: to crm.a added the columns tenant, phone",)
    assert answers(empty, "SELECT id FROM crm.a WHERE phone IS NULL") == [(4,)]
    assert source.seeded.unfilled == {}


def test_an_outbox_can_be_filled(empty: Database) -> None:
    routed = {"transforms": "o", "transforms.o.type": "io.debezium.transforms.outbox.EventRouter"}
    source = prepare(empty, reading("crm.outbox", properties=routed), rows=5)
    assert source.seeded.unfilled == {}
    assert {str(kind) for (kind,) in answers(empty, "SELECT aggregatetype FROM crm.outbox")} == {"customer", "order"}


def test_nothing_is_invented_beside_a_schema(empty: Database, schema: Path) -> None:
    source = prepare(empty, reading("made.*"), schema=schema, rows=1)
    assert source.notes == ()
    assert [str(table.name) for table in source.captured] == ["made.a"]


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        (["made.b"], f"{AT}: captures no table: made.b must match some of the tables of SCHEMA, got made.a"),
        (
            ["made.v"],
            f"{AT}: captures no table: made.v must match some of the tables of SCHEMA, got made.a",
        ),
        (["made.a", "made.b*"], f"{AT}: made.b* must match one of the tables of SCHEMA, got made.a"),
    ],
    ids=["none", "a view", "one of two"],
)
def test_a_pattern_that_matches_no_table_is_refused(
    empty: Database, schema: Path, tables: list[str], problem: str
) -> None:
    with pytest.raises(DatabaseError) as refused:
        prepare(empty, reading(*tables), schema=schema, rows=1)
    assert str(refused.value).replace(str(schema), "SCHEMA") == problem


def test_each_connector_must_capture_a_table(empty: Database, schema: Path) -> None:
    with pytest.raises(DatabaseError, match=r"^connectors\.other\.source\.tables: captures no table"):
        prepare(empty, reading("made.a") | reading("made.c", name="other"), schema=schema, rows=1)


def test_a_schema_without_tables_captures_none(empty: Database, tmp_path: Path) -> None:
    file = tmp_path / "empty.sql"
    file.write_text("CREATE DATABASE made;")
    with pytest.raises(DatabaseError, match=r"made\.a must match some of the tables of .*empty.sql, got none$"):
        prepare(empty, reading("made.a"), schema=file, rows=1)


def test_a_pattern_without_a_name_asks_for_the_schema(empty: Database) -> None:
    with pytest.raises(DatabaseError, match=r"no table's name can be invented for x{65}\.a: .*--schema FILE"):
        prepare(empty, reading(f"{'x' * 65}.a"), rows=1)
