"""Names and columns of sample tables, from what connectors capture and name."""

import pytest

from rehearsal.database.captures import Capture, Pattern
from rehearsal.database.sample_columns import is_outbox, wanted_columns
from rehearsal.database.sample_tables import table_names
from rehearsal.database.table_name import TableName
from tests.rehearsal.database.connectors import reading

SHOP = ["customers", "products", "orders", "order_items"]
WIDE = "VARCHAR(120)"


def invented(*patterns: Pattern) -> list[str]:
    return [str(name) for names in table_names(patterns).values() for name in names]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("orders.customers", ["orders.customers"]),
        ("Orders.Customers", ["Orders.Customers"]),
        ("shop.*", [f"shop.{table}" for table in SHOP]),
        ("s*.order*", ["shop.orders", "shop.order_items"]),
        ("*.customers", ["shop.customers"]),
        ("sh*.item_*", ["shop.item_1"]),
        ("tenant-*.events", ["tenant-1.events"]),
        ("*.*", [f"shop.{table}" for table in SHOP]),
        ("a$b.c#d", ["a$b.c#d"]),
        ("größe.straße", ["größe.straße"]),
    ],
)
def test_a_pattern_of_the_file_has_sample_tables(pattern: str, expected: list[str]) -> None:
    [capture] = [Capture.of(name, connector) for name, connector in reading(pattern).items()]
    assert invented(*capture.patterns) == expected
    assert capture.captured([TableName.parse(name) for name in expected]) == [*map(TableName.parse, expected)]


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        (r"crm\.(customers|contacts)", ["crm.contacts", "crm.customers"]),
        (r"(crm|erp)\.(?:a|b)", ["crm.a", "crm.b", "erp.a", "erp.b"]),
        (r"crm\.order_20[2-3][0-9]", ["crm.order_2021"]),
        (r"crm\.t[0-9]{3}", ["crm.t111"]),
        (r"crm\.t_?[a-f]*", ["crm.t"]),
        (r"crm\.[a-f]*", ["crm.a"]),
        (r"crm\.x(yz)+", ["crm.xyz"]),
        (r"crm\.\w+_log", ["crm.1_log"]),
        (r"crm\.(?!order).*", ["crm.customers", "crm.products"]),
        (r"shop.*", [f"shop.{table}" for table in SHOP]),
        (r"(a|b)\.\1_1", ["a.a_1", "b.b_1"]),
        (r"^crm\.\Qa$b\E$", ["crm.a$b"]),
        (r"crm\.[^a-z0-9.]", ["crm._"]),
        (r"crm\.\p{Lu}\d", ["crm.11"]),
    ],
)
def test_a_regular_expression_has_tables_that_it_means(regex: str, expected: list[str]) -> None:
    pattern = Pattern(regex, regex)
    assert invented(pattern) == expected
    assert all(pattern.captures(TableName.parse(name)) for name in expected)


@pytest.mark.parametrize(
    "regex",
    [r"customers", r"crm\.", r"mysql\.user", r"crm\.a{65}", r"crm\.a(?=b)", r"crm\.x\.y", r"crm\.[a&&b]", r"crm\.a "],
)
def test_what_no_table_can_be_named_has_none(regex: str) -> None:
    assert invented(Pattern(regex, regex)) == []


@pytest.mark.parametrize(
    ("pattern", "table", "captured"),
    [
        ("shop.*", "shop.orders", True),
        ("shop.*", "SHOP.Orders", True),
        ("shop.*", "workshop.orders", False),
        ("shop.order", "shop.orders", False),
        ("*.orders", "shop.orders", True),
        ("shop.a*", "shop.a.b", False),
    ],
)
def test_a_pattern_captures_whole_names_in_upper_or_lower_case(pattern: str, table: str, captured: bool) -> None:
    [capture] = [Capture.of(name, connector) for name, connector in reading(pattern).items()]
    assert bool(capture.captured([TableName.parse(table)])) is captured


OUTBOX = {"transforms": "outbox", "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter"}
PREDICATE = {
    "transforms.outbox.predicate": "only",
    "predicates": "only",
    "predicates.only.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, {}),
        ({"column.mask.with.3.chars": r"crm\.a\.(phone|Email)"}, {"phone": WIDE, "Email": WIDE}),
        ({"column.exclude.list": r".*\.ssn"}, {"ssn": WIDE}),
        ({"column.exclude.list": r"crm\.a\.(id|name)"}, {}),
        ({"column.exclude.list": r"crm\.b\.ssn"}, {}),
        ({"column.include.list": r"crm\.a\.id,crm\.a\.state"}, {"state": WIDE}),
        ({"message.key.columns": "crm.a:tenant,id;(.*).b:x"}, {"tenant": f"{WIDE} NOT NULL"}),
    ],
    ids=["nothing", "branches", "any table", "there already", "another table", "some there", "keys"],
)
def test_a_sample_table_has_the_columns_that_properties_name(
    properties: dict[str, str], expected: dict[str, str]
) -> None:
    connector = reading("crm.a", properties=properties)["crm"]
    assert wanted_columns(connector, TableName("crm", "a"), {"id", "name"}) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (OUTBOX, ["aggregatetype", "aggregateid", "payload", "type"]),
        (
            OUTBOX | {"transforms.outbox.route.by.field": "kind", "transforms.outbox.table.field.event.key": "ref"},
            ["kind", "ref", "payload", "type"],
        ),
        (
            OUTBOX | {"transforms.outbox.table.fields.additional.placement": "tenant:header:t, at:envelope"},
            ["aggregatetype", "aggregateid", "payload", "type", "tenant", "at"],
        ),
        (OUTBOX | PREDICATE | {"predicates.only.pattern": r".*\.outbox"}, []),
        (
            OUTBOX | PREDICATE | {"predicates.only.pattern": r".*\.outbox", "transforms.outbox.negate": "true"},
            ["aggregatetype", "aggregateid", "payload", "type"],
        ),
    ],
    ids=["defaults", "own names", "additional", "another topic", "all but one topic"],
)
def test_a_sample_table_is_an_outbox_where_one_is_routed(properties: dict[str, str], expected: list[str]) -> None:
    connector = reading("crm.a", properties=properties)["crm"]
    assert list(wanted_columns(connector, TableName("crm", "a"), {"id"})) == expected
    assert is_outbox(connector, TableName("crm", "a")) is bool(expected)
