"""What loses data is a warning, until the file accepts it with a reason."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from modules.environment.loading import load, warnings as warned
from modules.messages.problems import shown
from tests.places import ENVIRONMENTS
from tests.synthesized import changed, document, synthesize
from tests.unit.debezium.checks.connectors import DEBEZIUM, OLD, UNWRAP, Properties, errors, found, warnings
from tests.unit.debezium.checks.wrong_values import transform

LOSSES: Final[dict[str, tuple[Properties, str]]] = {
    "errors.tolerance": ({"errors.tolerance": "all"}, "is dropped: lost"),
    "event.processing.failure.handling.mode": ({"event.processing.failure.handling.mode": " Skip"}, "is dropped: lost"),
    "event.converting.failure.handling.mode": (
        {"event.converting.failure.handling.mode": "warn"},
        "becomes null: lost",
    ),
    "inconsistent.schema.handling.mode": ({"inconsistent.schema.handling.mode": "skip"}, "are dropped: lost"),
    "skipped.operations": ({"skipped.operations": "d, t"}, "events of deleted rows are never written"),
    "gtid.source.includes": ({"gtid.source.includes": "aa"}, "transactions of other servers are dropped"),
    "topic.creation.default.cleanup.policy": (
        {"topic.creation.default.cleanup.policy": "compact,delete"},
        "a table without a primary key has no key",
    ),
    "transforms.u.delete.tombstone.handling.mode": (
        UNWRAP | {"transforms.u.delete.tombstone.handling.mode": "drop"},
        "deleted rows leave no event",
    ),
    "value.converter": (
        {"value.converter": "org.apache.kafka.connect.storage.StringConverter"},
        "as Java prints a Struct",
    ),
}
REASON: Final = "the archive keeps what the shop deletes"


@pytest.mark.parametrize("key", LOSSES)
def test_what_loses_data_is_a_warning(key: str) -> None:
    properties, text = LOSSES[key]
    told = warnings(properties)
    assert list(told) == [key]
    assert text in told[key]
    assert errors(properties) == {}


@pytest.mark.parametrize("key", LOSSES)
def test_a_reason_makes_it_silent(key: str) -> None:
    assert found(LOSSES[key][0], accept={key: REASON}) == ()


def test_deleted_rows_without_tombstones_are_said_with_the_compaction() -> None:
    key = "topic.creation.default.cleanup.policy"
    assert "stay without tombstones" in warnings({key: "compact", "tombstones.on.delete": False})[key]
    assert "stay without tombstones" not in warnings({key: "compact"})[key]


@pytest.mark.parametrize(
    "properties",
    [
        {"errors.tolerance": "none"},
        {"event.processing.failure.handling.mode": "fail"},
        {"skipped.operations": "t"},
        {"skipped.operations": "none"},
        {"tombstones.on.delete": False},
        {"topic.creation.default.cleanup.policy": "delete"},
        UNWRAP | {"transforms.u.delete.tombstone.handling.mode": "rewrite"},
        UNWRAP | {"value.converter": "org.apache.kafka.connect.storage.StringConverter"},
    ],
    ids=str,
)
def test_what_loses_nothing_says_nothing(properties: Properties) -> None:
    assert found(properties) == ()


def test_leaving_out_every_change_is_an_error_without_a_reason() -> None:
    properties = {"skipped.operations": "c,u,d"}
    assert "nothing that happens in the database is captured" in errors(properties)["skipped.operations"]
    assert found(properties, accept={"skipped.operations": REASON}) == ()


@pytest.mark.parametrize(
    ("mode", "text"), [("initial_only", "never captured"), ("always", "no event tells"), ("recovery", "are missed")]
)
def test_snapshots_that_miss_changes_are_said(mode: str, text: str) -> None:
    snapshot = {"mode": mode, "locking": "none"}
    assert text in warnings({}, snapshot=snapshot)["snapshot.mode"]
    assert found({}, snapshot=snapshot, accept={"snapshot.mode": REASON}) == ()


def test_a_published_plugin_may_hold_what_the_releases_does_not() -> None:
    properties = transform(f"{DEBEZIUM}Filter", language="jsr223.groovy", condition="true")
    assert found(properties, accept={"transforms.t.type": "our archive has debezium-scripting"}) == ()


@pytest.mark.parametrize("key", ["errors.tolerance", "frobnicate", "snapshot.mode"])
def test_a_reason_for_nothing_is_refused(key: str) -> None:
    assert errors({"errors.tolerance": "none"}, accept={key: REASON}) == {
        f"accept.{key}": "must be left out: there is nothing to accept"
    }


def test_a_mistake_cannot_be_accepted() -> None:
    told = errors({"max.batch.sise": 1}, accept={"max.batch.sise": REASON})
    assert sorted(told) == ["accept.max.batch.sise", "max.batch.sise"]


def test_words_of_the_files_own_keys_follow_the_release() -> None:
    snapshot = {"mode": "no_data", "locking": "none"}
    told = errors({}, "2.3.4.Final", snapshot=snapshot)
    assert "no_data came with 2.6.0 (schema_only before)" in told["snapshot.mode"]
    assert errors({}, OLD, snapshot=snapshot) == {}


def accepting(key: str, reason: str = REASON) -> dict[str, Any]:
    base: dict[str, Any] = document("prod")
    return changed(
        base, connectors__orders__properties={"skipped.operations": "d"}, connectors__orders__accept={key: reason}
    )


def test_a_reason_is_one_line_of_text(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    for reason in ("short", "two\nlines of it", "x" * 301):
        file.write_text(yaml.safe_dump(accepting("skipped.operations", reason)))
        with pytest.raises(Exception, match="must be the reason in one line of 10 to 300 characters"):
            load(file)


def test_what_is_accepted_goes_with_the_stack(tmp_path: Path) -> None:
    connect = synthesize(tmp_path, accepting("skipped.operations", "because ${a} and %{b}"))["connect"]
    [output] = [value for name, value in connect.json["output"].items() if name == "accepted"]
    assert output["value"] == {"orders": {"skipped.operations": "because $${a} and %%{b}"}}
    plain = synthesize(tmp_path / "plain", document("prod"))["connect"]
    assert "accepted" not in plain.json["output"]


@pytest.mark.parametrize("file", sorted(ENVIRONMENTS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_examples_lose_nothing(file: Path) -> None:
    assert [shown(problem.path) for problem in warned(load(file), file)] == []


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("snapshot.query.mode.custom.name", "x", "has no effect without snapshot.query.mode: custom"),
        ("snapshot.mode.custom.name", "x", "has no effect without snapshot.mode: custom"),
        ("notification.sink.topic.name", "orders.n", "has no effect without notification.enabled.channels: sink"),
        ("snapshot.mode.configuration.based.start.stream", True, "only snapshot.mode: configuration_based reads it"),
        ("transaction.boundary", "poll", "only exactly-once has transactions, and it is off here"),
    ],
)
def test_what_has_no_effect_is_said(key: str, value: str | bool, text: str) -> None:
    assert text in warnings({key: value})[key]
    assert errors({key: value}) == {}
