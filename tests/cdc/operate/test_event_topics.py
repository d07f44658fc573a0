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


@pytest.mark.parametrize("table", ["orders.audit", "stock.items", "orders", "orders."])
def test_a_table_that_is_not_captured(table: str) -> None:
    with pytest.raises(NotCapturedError, match=r"of orders\.\*, !orders\.audit; got "):
        of_table(environment(), table)


def test_all_topics_of_events() -> None:
    [found] = of_all(environment())
    existing = {"orders", "orders.orders.customers", "__debezium-heartbeat.orders", "sales-eu", "schema-history.orders"}
    assert found.among(existing) == {"orders", "orders.orders.customers", "sales", "sales-eu"}
