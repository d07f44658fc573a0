"""The topics of a table's events, through the connectors' transforms."""

from typing import Any

import pytest

from cdc.operate.events.topics import NotCapturedError, of_all, of_table
from modules.environment.environment import Environment
from tests.synthesized import document

ROUTER = "org.apache.kafka.connect.transforms.RegexRouter"


def environment(**properties: str) -> Environment:
    content = document("prod")
    connector = content["connectors"]["orders"]
    connector["source"]["tables"] = ["orders.*", "!orders.audit"]
    connector["topics"]["others"] = ["sales", "sales-*"]
    if properties:
        connector["properties"] = {"transforms": "route"} | {
            f"transforms.route.{key.replace('_', '.')}": value for key, value in properties.items()
        }
    return Environment(name="prod", **content)


def patterns(table: str, **properties: str) -> Any:
    return [(one.connector, one.patterns, one.sure) for one in of_table(environment(**properties), table)]


def test_a_table_has_its_own_topic() -> None:
    assert patterns("orders.customers") == [("orders", ("orders.orders.customers",), True)]
    assert patterns("orders.line$items") == [("orders", ("orders.orders.line_items",), True)]


def test_a_transform_routes_it() -> None:
    routed = {"type": ROUTER, "regex": r"orders\.orders\.order.*", "replacement": "sales"}
    assert patterns("orders.order_items", **routed) == [("orders", ("sales",), True)]
    assert patterns("orders.customers", **routed) == [("orders", ("orders.orders.customers",), True)]


def test_a_transform_that_takes_the_topic_out_of_the_row() -> None:
    [(_, found, sure)] = patterns(
        "orders.customers", type="io.debezium.transforms.ExtractNewRecordState", route_by_field="kind"
    )
    assert (found, sure) == (("orders", "orders.*", "sales", "sales-*"), False)


OUTBOX = "io.debezium.transforms.outbox.EventRouter"
OTHERS = ["sales-*", "events.*", "outbox.event.*"]
EVERYWHERE = ("orders", "orders.*", *OTHERS)


@pytest.mark.parametrize(
    ("regex", "replacement", "expected"),
    [
        (None, "", (("outbox.event.*",), True)),
        (r"outbox\.event\.(.*)", "events.$1", (("events.*",), True)),
        (r"outbox\.(.*)", "sales-$1", (("sales-event.*",), True)),
        # Which topics there are is known by examples only.
        (r"outbox\.event\.([a-z]+)", "events.$1", (EVERYWHERE, False)),
        (r"outbox\.event\.(order|customer)", "sales-$1", (EVERYWHERE, False)),
        (r"outbox\.event\.(eu)?(.*)", "sales-$1.$2", (EVERYWHERE, False)),
    ],
)
def test_an_outbox_has_the_topics_that_its_rows_name(
    regex: str | None, replacement: str, expected: tuple[tuple[str, ...], bool]
) -> None:
    then = {"outbox.type": OUTBOX, "route.type": ROUTER, "route.regex": regex, "route.replacement": replacement}
    properties = {f"transforms.{key}": value for key, value in then.items() if regex or key == "outbox.type"}
    found = chained("outbox, route" if regex else "outbox", properties)
    [one] = of_table(found, "orders.outbox")
    assert (one.patterns, one.sure) == expected


def chained(transforms: str, properties: dict[str, Any]) -> Environment:
    content = environment().model_dump(mode="json", exclude={"name"})
    content["connectors"]["orders"]["topics"]["others"] = OTHERS
    content["connectors"]["orders"]["properties"] = {"transforms": transforms, **properties}
    return Environment(name="prod", **content)


@pytest.mark.parametrize(
    ("table", "regex", "replacement", "shared"),
    [
        ("orders.customers", r"orders\.orders\.items", "sales", False),
        ("orders.orders_1", r"orders\.orders\.orders_.*", "sales", True),
        ("orders.customers", r"orders\.orders\.orders_.*", "sales", False),
        ("orders.orders_1", r"orders\.orders\.orders_(.*)", "sales-$1", True),
        ("orders.customers", r"orders\.orders\.(orders_.*)", "orders.orders.customers", True),
        ("orders.customers", r"orders\.orders\.([a-z]+)", "sales", True),
    ],
)
def test_a_topic_is_shared_where_other_tables_are_routed_to_it(
    table: str, regex: str, replacement: str, shared: bool
) -> None:
    [one] = of_table(environment(type=ROUTER, regex=regex, replacement=replacement), table)
    assert one.shared is shared


@pytest.mark.parametrize("table", ["orders.audit", "stock.items", "orders", "orders."])
def test_a_table_that_is_not_captured(table: str) -> None:
    with pytest.raises(NotCapturedError, match=r"of orders\.\*, !orders\.audit; got "):
        of_table(environment(), table)


def test_all_topics_of_events() -> None:
    [found] = of_all(environment())
    existing = {"orders", "orders.orders.customers", "__debezium-heartbeat.orders", "sales-eu", "schema-history.orders"}
    assert found.among(existing) == {"orders", "orders.orders.customers", "sales", "sales-eu"}
