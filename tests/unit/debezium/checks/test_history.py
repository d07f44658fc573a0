"""The schema history's own keys, and notifications: what Debezium gets, and what properties may say beside them."""

from typing import Any

import pytest

from modules.debezium import configuration
from tests.unit.debezium.checks.connectors import errors, subject, warnings

HISTORY = "schema.history.internal."


def effective(**keys: Any) -> dict[str, str]:
    return configuration.connector_properties(subject({}, **keys).connector)


def test_the_keys_become_properties() -> None:
    plain = effective()
    assert not {f"{HISTORY}store.only.captured.tables.ddl", f"{HISTORY}skip.unparseable.ddl"} & plain.keys()
    both = effective(schema_history={"captured_tables_only": True, "skip_unparseable_ddl": True})
    added = {key: value for key, value in both.items() if key not in plain}
    assert added == {f"{HISTORY}store.only.captured.tables.ddl": "true", f"{HISTORY}skip.unparseable.ddl": "true"}


def test_skipped_statements_lose_data_unless_accepted() -> None:
    skipping, key = {"skip_unparseable_ddl": True}, "schema_history.skip_unparseable_ddl"
    assert "later events of that table may have wrong" in warnings({}, schema_history=skipping)[key]
    accepted = {key: "only views are created in this database"}
    assert warnings({}, schema_history=skipping, accept=accepted) == {}
    assert f"accept.{key}" in errors({}, accept=accepted)


@pytest.mark.parametrize("name", ["recovery.attempts", "recovery.poll.interval.ms", "query.timeout.ms"])
def test_how_long_debezium_waits_for_the_topic(name: str) -> None:
    key = f"{HISTORY}kafka.{name}"
    assert errors({key: 200}) == {}
    assert "must be a whole number" in errors({key: "soon"})[key]


def test_notifications_are_written_under_the_prefix() -> None:
    found = effective(notifications=True)
    assert found["notification.enabled.channels"] == "sink"
    assert found["notification.sink.topic.name"] == "orders.notifications"
    assert errors({}, notifications=True) == {}
    beside = errors({"notification.enabled.channels": "log"}, notifications=True)
    assert "must be left out beside notifications: true" in beside["notification.enabled.channels"]
    assert errors({"notification.enabled.channels": "log"}) == {}
