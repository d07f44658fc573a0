"""Topics against the environment file: each finding, and none where a topic is as it was created."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from cdc.drift.creation import creation
from cdc.drift.topics import is_compared, judge, named
from cdc.kafka.listing import Listed, Topic
from modules.environment.environment import Environment
from tests.cdc.drift.listing import CUSTOMERS, HISTORY, LARGEST, NAME, OFFSETS, SIGNALS, account, environment, topics

CHECKS: Final = ("event topics", "schema history", "offsets", "signals")
GROUPS: Final = {
    "topic.creation.groups": "wide,short",
    "topic.creation.wide.include": r"orders\.orders\.order_.*",
    "topic.creation.wide.exclude": r"orders\.orders\.order_audit",
    "topic.creation.wide.partitions": "12",
    "topic.creation.short.include": r"orders\.orders\.cust.*",
    "topic.creation.short.retention.ms": "86400000",
}


def found(
    listed: Listed, content: Environment | None = None, *connectors: str
) -> dict[str, list[tuple[str, str, str]]]:
    """Level, message and fix by check."""
    answer: dict[str, list[tuple[str, str, str]]] = {}
    for one in judge(content or environment(), account(*connectors), listed):
        answer.setdefault(one.check, []).append((one.finding.level, one.finding.message, one.finding.fix))
    return answer


def one_finding(check: str, content: Environment | None = None, **changes: Any) -> tuple[str, str, str]:
    """The one finding; all other checks are OK."""
    answer = found(Listed(topics(**changes)), content)
    assert {name: some[0][0] for name, some in answer.items() if name != check} == {
        name: "ok" for name in CHECKS if name != check
    }
    [finding] = answer[check]
    return finding


def test_topics_as_they_were_created() -> None:
    answer = found(Listed(topics()))
    assert [*answer] == [*CHECKS]
    assert {level for some in answer.values() for level, _, _ in some} == {"ok"}
    assert answer["event topics"][0][1] == "2 as the file asks"


def test_before_the_first_deploy_there_is_nothing_to_compare() -> None:
    answer = found(Listed({}), None, "another")
    assert {(level, message) for some in answer.values() for level, message, _ in some} == {("ok", "no topic yet")}


@pytest.mark.parametrize(
    ("change", "level", "message", "fix"),
    [
        (3, "warning", "has partitions=3, prod.yaml asks for 6", "--partitions 6"),
        (9, "warning", "has partitions=9, prod.yaml asks for 6", "topics cannot lose partitions"),
        ({"max.message.bytes": "1048588"}, "error", "the task fails at a larger event", f"max.message.bytes={LARGEST}"),
        ({"max.message.bytes": "8388608"}, "warning", f"prod.yaml asks for {LARGEST}", "ask for 8388608 in the file"),
    ],
    ids=["fewer partitions", "more partitions", "smaller messages", "larger messages"],
)
def test_a_topic_of_events_differs(change: Any, level: str, message: str, fix: str) -> None:
    got, text, next_step = one_finding("event topics", events=change)
    assert (got, text.startswith(f"{CUSTOMERS} has "), message in text, fix in next_step) == (level, True, True, True)


def test_topics_that_differ_in_the_same_way_are_one_finding() -> None:
    many = {f"orders.orders.t{number}": Topic(1, {}) for number in range(6)}
    answer = found(Listed({**topics(), **many}))
    shown = ", ".join(f"orders.orders.t{number}" for number in range(4))
    assert [text for _, text, _ in answer["event topics"]] == [
        f"{shown} and 2 more have partitions=1, prod.yaml asks for 6"
    ]


def test_partitions_that_the_file_does_not_say_are_not_compared() -> None:
    asked = environment(connectors__orders__topics={"prefix": "orders"})
    assert found(Listed(topics(events=9)), asked)["event topics"][0][0] == "ok"


def test_the_cleanup_policy_only_where_the_file_has_one() -> None:
    asked = {"topic.creation.default.cleanup.policy": "delete"}
    content = environment(connectors__orders__properties=asked)
    compacted = {"cleanup.policy": "compact"}
    level, text, _ = one_finding("event topics", content, events=compacted)
    assert (level, text) == ("warning", f"{CUSTOMERS} has cleanup.policy=compact, prod.yaml asks for delete")
    assert found(Listed(topics()), content)["event topics"][0][0] == "ok"
    assert found(Listed(topics(events=compacted)))["event topics"][0][0] == "ok"


def test_the_order_of_policies_does_not_count() -> None:
    asked = {
        "topic.creation.groups": "both",
        "topic.creation.both.include": ".*",
        "topic.creation.both.cleanup.policy": "compact, delete",
    }
    reason = {"topic.creation.both.cleanup.policy": "readers want the newest row of each key"}
    content = environment(connectors__orders__properties=asked, connectors__orders__accept=reason)
    both = {"cleanup.policy": "delete,compact"}
    assert found(Listed(topics(events=both, structure=both)), content)["event topics"][0][0] == "ok"


@pytest.mark.parametrize(
    ("topic", "partitions", "own", "settings"),
    [
        ("orders.orders.order_items", 12, True, {}),
        ("orders.orders.order_audit", 6, False, {"max.message.bytes": "2097152"}),
        ("orders.orders.customers", 6, False, {"retention.ms": "86400000"}),
        ("orders", 6, False, {"max.message.bytes": "2097152"}),
    ],
)
def test_what_connect_creates_a_topic_with(topic: str, partitions: int, own: bool, settings: Mapping[str, str]) -> None:
    default = {
        "topic.creation.default.partitions": "6",
        "topic.creation.default.replication.factor": "-1",
        "topic.creation.default.max.message.bytes": "2097152",
    }
    made = creation({**default, **GROUPS}, topic)
    assert (made.partitions, made.own_partitions, made.settings) == (partitions, own, settings)


@pytest.mark.parametrize(
    ("change", "message", "fix"),
    [
        ({"retention.ms": "604800000"}, "has retention.ms=604800000", "retention.ms=-1"),
        ({"retention.bytes": "1000000"}, "has retention.bytes=1000000", "retention.bytes=-1"),
        ({"cleanup.policy": "compact"}, "has cleanup.policy=compact", "cleanup.policy=delete"),
        (2, "has 2 partitions", "schema-history-lost"),
        (None, "is missing: the connector cannot start again", "schema-history-lost"),
    ],
    ids=["time", "size", "compacted", "partitions", "missing"],
)
def test_a_schema_history_that_loses_statements(change: Any, message: str, fix: str) -> None:
    level, text, next_step = one_finding("schema history", history=change)
    assert (level, text.startswith(f"{HISTORY} {message}"), fix in next_step) == ("error", True, True)


def test_a_schema_history_without_limits() -> None:
    assert found(Listed(topics(history={"retention.ms": "-1"})))["schema history"][0][0] == "ok"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cleanup.policy": "delete"}, "has cleanup.policy=delete"),
        ({"cleanup.policy": "compact,delete"}, "has cleanup.policy=compact,delete"),
        (None, "is missing"),
    ],
    ids=["deleted", "both", "missing"],
)
def test_offsets_that_are_lost(change: Any, message: str) -> None:
    level, text, _ = one_finding("offsets", offsets=change)
    assert (level, text.startswith(f"{OFFSETS} {message}")) == ("error", True)


@pytest.mark.parametrize(
    ("change", "message"),
    [(3, "has 3 partitions: Debezium reads the first"), (None, "is missing: no signal reaches the connector")],
    ids=["partitions", "missing"],
)
def test_signals_that_are_not_read(change: Any, message: str) -> None:
    level, text, _ = one_finding("signals", signals=change)
    assert (level, text.startswith(f"{SIGNALS} {message}")) == ("error", True)


def test_a_topic_is_missing_only_of_a_connector_that_exists() -> None:
    """A topic may still be there from before."""
    answer = found(Listed(topics(history=None, offsets=None, signals=None)), None, "another")
    assert {some[0][0] for some in answer.values()} == {"ok"}


def test_what_the_caller_may_not_describe_is_skipped() -> None:
    hidden = topics(history=None, offsets=None, signals=None)
    answer = found(Listed(hidden, frozenset({HISTORY, OFFSETS, SIGNALS}), ("somebody may not",)))
    assert answer == {
        "event topics": [("ok", "2 as the file asks", "")],
        "topics": [("unknown", "skipped: somebody may not", "")],
    }


def test_without_settings_only_what_is_known_is_compared() -> None:
    bare = {name: Topic(topic.partitions) for name, topic in topics(events=3, signals=2).items()}
    answer = found(Listed(bare))
    assert [*answer] == ["event topics", "signals"]
    assert {some[0][0] for some in answer.values()} == {"warning", "error"}


def test_topics_of_two_connectors_are_not_compared() -> None:
    """Each may ask for other settings."""
    content = environment()
    stock = content.connectors["orders"].model_dump(mode="json", exclude_unset=True)
    stock["source"]["server_id"] += 1
    stock |= {"topics": {"prefix": "stock", "partitions": 2, "others": ["outbox.*"]}, "signals": None}
    both = environment(connectors__stock=stock, connectors__orders__topics__others=["outbox.*"])
    shared = {"outbox.sales": Topic(3, {}), "stock.stock.items": Topic(2, {})}
    answer = [one for one in judge(both, account(), Listed({**topics(), **shared})) if one.check == "event topics"]
    assert [(one.subject, one.finding.message) for one in answer] == [
        (NAME, "2 as the file asks"),
        ("cdc-prod-stock", "1 as the file asks"),
    ]


def test_whose_settings_are_read() -> None:
    content = environment()
    assert named(content) == {HISTORY, OFFSETS, SIGNALS}
    compared = {name for name in topics() if is_compared(content, name)}
    assert compared == {HISTORY, OFFSETS, SIGNALS, CUSTOMERS, "orders"}
