"""Events that transforms route outside the prefix: topics.others has their topics, and nothing else."""

from typing import Any, Final

import pytest

from modules.debezium.internal import covers
from tests.unit.debezium.checks.connectors import DEBEZIUM, KAFKA, UNWRAP, errors, found, router, warnings

OUTBOX: Final = {"transforms": "o", "transforms.o.type": f"{DEBEZIUM}outbox.EventRouter"}
RENAMED: Final = {**OUTBOX, **router(r"outbox\.event\.(.*)", "public-$1"), "transforms": "o,r"}
BY_CONTENT: Final = {"transforms": "t", "transforms.t.type": "io.confluent.connect.transforms.ExtractTopic$Value"}
NOTIFIED: Final = {"notification.enabled.channels": "sink", "notification.sink.topic.name": "notices"}


def others(*topics: str) -> dict[str, Any]:
    return {"topics": {"prefix": "orders", "partitions": 6, "others": list(topics)}}


@pytest.mark.parametrize(
    ("properties", "topics"),
    [
        (OUTBOX, ["outbox.event.*"]),
        (OUTBOX, ["outbox.*"]),
        (RENAMED, ["public-*"]),
        (router(r"orders\.orders\.(.*)", "$1"), ["customers", "order_items"]),
        (router(r"orders\.orders\.(.*)_v[0-9]", "$1"), []),
        ({**UNWRAP, "transforms.u.route.by.field": "kind"}, ["customers", "returns"]),
        (BY_CONTENT, ["customers"]),
        (NOTIFIED, ["notices"]),
    ],
    ids=["outbox", "wider", "renamed", "two", "unmoved", "by a field", "by content", "notifications"],
)
def test_the_topics_are_enough(properties: dict[str, str], topics: list[str]) -> None:
    wrong = errors(properties, plugin_at_hand=True, **others(*topics))
    assert {key: text for key, text in wrong.items() if "others" in text} == {}


@pytest.mark.parametrize(
    ("properties", "topics", "missing"),
    [
        (OUTBOX, ["outbox.event.order"], "outbox.event.*"),
        (RENAMED, ["outbox.event.*"], "public-*"),
        (router(r"orders\.orders\.(.*)", "$1"), ["customers"], "order_items"),
        (router("(.*)", "all-$1"), ["all-orders.*"], "all-__debezium-heartbeat.orders"),
        (NOTIFIED, ["notes"], "topics.others"),
    ],
    ids=["too narrow", "renamed later", "one of two", "heartbeats move too", "notifications"],
)
def test_a_missing_topic_is_named(properties: dict[str, str], topics: list[str], missing: str) -> None:
    assert any(missing in text and "topics.others" in text for text in errors(properties, **others(*topics)).values())


def test_a_topic_to_which_nothing_is_routed_is_reported() -> None:
    assert "no transform routes events there" in warnings(OUTBOX, **others("outbox.event.*", "spare"))["topics.others"]
    assert "topics.others" not in warnings(OUTBOX, **others("outbox.event.*"))
    assert "topics.others" not in warnings(BY_CONTENT, plugin_at_hand=True, **others("anything"))


def test_an_expression_after_another_router_is_of_what_that_makes() -> None:
    assert not any("must match a topic" in one.message for one in found(RENAMED, **others("public-*")))
    behind = {**OUTBOX, **router(r"orders\.orders\.(.*)", "public-$1"), "transforms": "o,r"}
    assert "must match a topic" in errors(behind, **others("outbox.event.*"))["transforms.r.regex"]


@pytest.mark.parametrize(
    ("pattern", "topic", "all_of_it"),
    [
        ("a.*", "a.b", True),
        ("a.*", "a.*", True),
        ("a.*", "a.b*", True),
        ("a.b*", "a.*", False),
        ("a.*.c", "a.*", False),
        ("a*c", "abc*c", True),
        ("a", "a*", False),
        ("a+", "aa", False),
    ],
)
def test_a_pattern_covers_all_that_another_matches(pattern: str, topic: str, all_of_it: bool) -> None:
    assert covers(pattern, topic) is all_of_it


ONLY: Final = {
    **OUTBOX,
    "transforms.o.predicate": "p",
    "predicates": "p",
    "predicates.p.type": f"{KAFKA}predicates.TopicNameMatches",
    "predicates.p.pattern": r"orders\.orders\.customers",
}


@pytest.mark.parametrize(
    ("properties", "tables", "warned"),
    [
        (OUTBOX, ["orders.customers", "orders.order_items"], True),
        (OUTBOX, ["orders.*"], True),
        (OUTBOX, ["orders.customers"], False),
        (ONLY, ["orders.customers", "orders.order_items"], False),
    ],
)
def test_a_router_for_more_than_the_outbox_is_warned_of(
    properties: dict[str, str], tables: list[str], warned: bool
) -> None:
    source = {"cluster": "orders", "secret": "cdc/orders", "server_id": 1, "tables": tables}
    found = warnings(properties, source=source, **others("outbox.event.*"))
    assert ("for an outbox's" in found.get("transforms.o.type", "")) is warned


@pytest.mark.parametrize(
    ("placement", "refused"),
    [("type:header,id:ENVELOPE:key,no:partition", False), ("type:headers", True), ("id:header,no:key:x", True)],
)
def test_a_column_of_an_outbox_has_a_place_that_debezium_knows(placement: str, refused: bool) -> None:
    name = "transforms.o.table.fields.additional.placement"
    found = errors({**OUTBOX, name: placement}, **others("outbox.event.*"))
    assert list(found) == [name] * refused
    assert not refused or "with PLACE header, envelope or partition" in found[name]


@pytest.mark.parametrize("used", [True, False])
def test_a_predicate_that_no_transform_has_is_warned_of(used: bool) -> None:
    properties = {key: value for key, value in ONLY.items() if used or key != "transforms.o.predicate"}
    found = warnings(properties, **others("outbox.event.*"))
    assert ("write transforms.NAME.predicate: p" in found.get("predicates.p.type", "")) is not used


def test_a_predicate_that_java_does_not_compile_is_refused_and_nothing_else() -> None:
    found = errors({**ONLY, "predicates.p.pattern": "("}, **others("outbox.event.*"))
    assert list(found) == ["predicates.p.pattern"]


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        (router("(", "public"), "transforms.r.regex"),
        (router("orders.*", "public-$7"), "transforms.r.replacement"),
        ({**OUTBOX, "transforms.o.route.topic.regex": "("}, "transforms.o.route.topic.regex"),
    ],
    ids=["regex", "replacement", "outbox"],
)
def test_where_a_router_that_java_does_not_compile_leads_nobody_says(properties: dict[str, str], wrong: str) -> None:
    assert list(errors(properties, **others("spare"))) == [wrong]
    assert "topics.others" not in warnings(properties, **others("spare"))


def test_a_transform_may_apply_where_its_predicate_does_not_compile() -> None:
    source = {"cluster": "orders", "secret": "cdc/orders", "server_id": 1, "tables": ["orders.*"]}
    properties = {**ONLY, "predicates.p.pattern": "("}
    assert "for an outbox's" in warnings(properties, source=source, **others("outbox.event.*"))["transforms.o.type"]
