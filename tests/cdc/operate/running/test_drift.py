"""The topics of a running pipeline in ``cdc drift``: none differs, and what was changed or left behind is found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from tests.cdc.operate.running.pipeline import Pipeline
from tests.cdc.operate.running.test_events import ARN, CONNECT, DESCRIBE

LEFT: Final = "__amazon_msk_connect_status_cdc-dev-old_11111111-4e5f-4a6b-8c7d-9e0f1a2b3c4d-4"
HISTORY: Final = "schema-history.shop"
KEPT: Final = "retention.ms"


@pytest.fixture
def admin(pipeline: Pipeline) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=pipeline.lab.cluster.plain_bootstrap.split(","))
    yield client
    client.close()


def drift(pipeline: Pipeline, *options: str) -> tuple[bool, dict[str, list[tuple[str, str]]]]:
    """Whether something has drifted, and level and message of the findings about topics, by check."""
    done = pipeline.cdc("drift", "--json", *options)
    document = json.loads(done.stdout)
    assert document["drifted"] is (done.exit_code == 1), done.stderr
    found: dict[str, list[tuple[str, str]]] = {}
    for one in document["results"]:
        if one["subject"] != "account":  # whose plugins other tests change
            found.setdefault(one["check"], []).append((one["level"], one["message"]))
    return bool(document["drifted"]), found


def keep(pipeline: Pipeline, admin: KafkaAdminClient, milliseconds: str) -> None:
    """Sets how long the schema history is kept, and waits until the broker has it."""
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, HISTORY, {KEPT: milliseconds})])
    asked = [ConfigResource(ConfigResourceType.TOPIC, HISTORY, [KEPT])]
    pipeline.wait_for(
        lambda: admin.describe_configs(asked, config_filter="all")["topic"][HISTORY][KEPT]["value"] == milliseconds
    )


def wait_for_topic(pipeline: Pipeline, admin: KafkaAdminClient, *, there: bool) -> None:
    pipeline.wait_for(lambda: (LEFT in {one["name"] for one in admin.describe_topics()}) is there)


def test_no_topic_of_a_new_pipeline_differs(pipeline: Pipeline) -> None:
    pipeline.lab.wait_for("r", "Ada")
    _, found = drift(pipeline)
    assert [*found] == ["event topics", "schema history", "offsets", "signals", "left-over topics"]
    assert {level for some in found.values() for level, _ in some} == {"ok"}
    assert len(found["schema history"]) == len(pipeline.environment.connectors)


def test_a_changed_setting_and_a_topic_that_was_left(pipeline: Pipeline, admin: KafkaAdminClient) -> None:
    pipeline.lab.wait_for("r", "Ada")
    admin.create_topics([NewTopic(LEFT, num_partitions=1, replication_factor=1)])
    wait_for_topic(pipeline, admin, there=True)
    keep(pipeline, admin, "604800000")
    try:
        drifted, found = drift(pipeline)
    finally:
        keep(pipeline, admin, "-1")
        admin.delete_topics([LEFT])
        wait_for_topic(pipeline, admin, there=False)
    wrong = {check: one for check, some in found.items() for one in some if one[0] != "ok"}
    assert drifted
    assert [*wrong] == ["schema history", "left-over topics"]
    assert wrong["schema history"][1].startswith(f"{HISTORY} has retention.ms=604800000")
    assert wrong["left-over topics"][1].endswith(LEFT)


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        ([CONNECT], f"may not kafka-cluster:DescribeTopic on {ARN}/cdc-dev-crm-offsets and 4 more"),
        ([CONNECT, DESCRIBE], f"may not kafka-cluster:DescribeTopicDynamicConfiguration on {ARN}/cdc-dev-crm-offsets"),
    ],
    ids=["describe", "settings"],
)
def test_what_the_caller_may_not_see_is_skipped(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, allowed: list[Any], message: str
) -> None:
    pipeline.lab.wait_for("r", "Ada")
    pipeline.sign_in(monkeypatch, *allowed, role="onlooker")
    _, found = drift(pipeline)
    [(level, text)] = found.pop("topics")
    assert (level, text.startswith("skipped: "), message in text) == ("unknown", True, True)
    assert {one for some in found.values() for one, _ in some} <= {"ok"}


def test_brokers_that_cannot_be_reached(pipeline: Pipeline, tmp_path: Path) -> None:
    host = pipeline.lab.cluster.bootstrap.partition(":")[0]
    (hosts := tmp_path / "hosts").write_text(f"127.0.0.66 {host}\n")
    _, found = drift(pipeline, "--broker-hosts", str(hosts))
    [(level, text)] = found.pop("topics")
    assert (level, f"skipped: no broker of {host}" in text, found) == ("unknown", True, {})
