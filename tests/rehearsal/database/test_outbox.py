"""Rows of an outbox have values of which an EventRouter makes topics and messages."""

import json

import pytest

from rehearsal.database.outbox import with_outbox_values
from rehearsal.database.rows import Parents, make_row
from rehearsal.database.table_name import TableName
from rehearsal.database.tables import Column, Table
from tests.rehearsal.database.connectors import reading

ROUTER = {"transforms": "outbox", "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter"}
OWN = ROUTER | {"transforms.outbox.route.by.field": "Kind", "transforms.outbox.table.field.event.payload": "body"}


def table(**types: str) -> Table:
    columns = [Column(name, kind, kind, False, 200, None, None) for name, kind in types.items()]
    return Table(TableName("crm", "outbox"), tuple(columns), (), (), ())


def rows(found: Table) -> list[tuple[object, ...]]:
    return [make_row(found, number, Parents()) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("properties", "columns"),
    [
        (ROUTER, {"aggregatetype": "varchar", "payload": "text"}),
        (ROUTER, {"aggregatetype": "char", "payload": "varchar"}),
        (OWN, {"kind": "varchar", "body": "longtext"}),
    ],
)
def test_topics_have_few_names_and_payloads_are_json(properties: dict[str, str], columns: dict[str, str]) -> None:
    found = rows(with_outbox_values(table(**columns), reading("crm.outbox", properties=properties)))
    assert [row[0] for row in found] == ["order", "customer", "order"]
    assert [json.loads(str(row[1])) for row in found] == [{"number": number} for number in (1, 2, 3)]


def test_a_payload_of_bytes_is_json_too() -> None:
    found = rows(with_outbox_values(table(payload="blob"), reading("crm.outbox", properties=ROUTER)))
    assert found[0] == (b'{"number": 1}',)


@pytest.mark.parametrize("properties", [{}, ROUTER | {"transforms": "another"}])
def test_other_tables_are_left_alone(properties: dict[str, str]) -> None:
    plain = table(aggregatetype="varchar", payload="text")
    assert with_outbox_values(plain, reading("crm.outbox", properties=properties)) is plain


def test_columns_with_fitting_types_are_left_alone() -> None:
    plain = table(aggregatetype="enum", payload="json", aggregateid="varchar")
    assert with_outbox_values(plain, reading("crm.outbox", properties=ROUTER)) is plain
