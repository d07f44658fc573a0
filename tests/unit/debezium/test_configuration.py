"""Connector properties: what a user may add, and how names become patterns."""

import re

import pytest

from modules.debezium import configuration, reserved
from modules.environment.models.connectors import Connector, Signals


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("database.hostname", "source.cluster"),
        ("database.password", "source.secret"),
        ("table.include.list", "source.tables"),
        ("topic.prefix", "topics.prefix"),
        ("snapshot.mode", "snapshot.mode"),
        ("schema.history.internal.kafka.topic", "schema history"),
        ("producer.override.linger.ms", "MSK Connect"),
        ("signal.consumer.security.protocol", "signals"),
        ("config.providers", "worker configuration"),
    ],
)
def test_keys_of_ours_are_refused_and_say_where_to_turn(key: str, reason: str) -> None:
    assert reason in (reserved.refusal(key) or "")


@pytest.mark.parametrize("key", ["max.batch.size", "decimal.handling.mode", "transforms", "column.exclude.list"])
def test_other_keys_are_the_users(key: str) -> None:
    assert reserved.refusal(key) is None


def connector(*tables: str) -> Connector:
    source = {"cluster": "c", "secret": "s", "server_id": 1, "tables": tables}
    return Connector.model_validate({"plugin": "pp", "source": source, "topics": {"prefix": "p"}})


@pytest.mark.parametrize(
    ("table", "captured", "not_captured"),
    [
        ("shop.orders", "shop.orders", "shopXorders"),
        ("shop.*", "shop.anything", "shop2.anything"),
        ("shop.order_*", "shop.order_items", "shop.customers"),
        ("tenant_*.orders", "tenant_7.orders", "tenant_7.other"),
        ("shop.a$b", "shop.a$b", "shop.ab"),
    ],
)
def test_table_names_become_anchored_patterns(table: str, captured: str, not_captured: str) -> None:
    pattern = configuration.connector_properties(connector(table))["table.include.list"]
    assert re.fullmatch(pattern, captured)
    assert not re.fullmatch(pattern, not_captured)


def test_each_database_is_listed_once() -> None:
    properties = configuration.connector_properties(connector("a.x", "a.y", "b.x"))
    assert properties["database.include.list"] == "a,b"


def test_every_key_that_we_set_is_ours_to_refuse() -> None:
    ours = configuration.connector_properties(connector("a.b"))
    free = {key for key in ours if reserved.refusal(key) is None}
    assert free == {
        "connect.keep.alive.interval.ms",
        "database.ssl.mode",
        "driver.alwaysSendSetIsolation",
        "driver.sessionVariables",
        "event.converting.failure.handling.mode",
        "internal.custom.retriable.exception",
        "max.queue.size.in.bytes",
        "retriable.restart.connector.wait.ms",
    }


def test_a_value_that_cannot_be_converted_stops_the_task_where_the_release_can() -> None:
    key = "event.converting.failure.handling.mode"
    for release, mode in {
        "2.3.4.Final": None,
        "2.5.4.Final": None,
        "2.6.0.Final": "fail",
        "3.6.1.Final": "fail",
    }.items():
        assert configuration.connector_properties(connector("a.b"), debezium_version=release).get(key) == mode
    users = connector("a.b").model_copy(update={"properties": {key: "warn"}})
    assert configuration.connector_properties(users)[key] == "warn"


@pytest.mark.parametrize(("signals", "polls"), [({"topic": "orders-signals"}, "1000"), ({"table": "ops.signal"}, None)])
def test_a_poll_for_signals_waits_for_the_brokers(signals: dict[str, str], polls: str | None) -> None:
    given = connector("shop.orders").model_copy(update={"signals": Signals(**signals)})
    assert configuration.connector_properties(given).get("signal.kafka.poll.timeout.ms") == polls


def test_the_signal_tables_database_is_followed_and_its_table_not_captured() -> None:
    given = connector("shop.orders").model_copy(update={"signals": Signals(table="ops.signal")})
    properties = configuration.connector_properties(given)
    assert properties["database.include.list"] == "shop,ops"
    assert properties["table.include.list"] == r"shop\.orders"
