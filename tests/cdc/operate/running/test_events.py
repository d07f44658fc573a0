"""``cdc events`` on brokers that enforce IAM."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from tests.cdc.operate.running.pipeline import ROUTED, Pipeline
from tests.cdc.operate.running.writing import rows
from tests.rehearsal.connect.lab import CLUSTER

TOPIC: Final = "shop.shop.customers"
ARN: Final = CLUSTER.arn.replace(":cluster/", ":topic/")


def allow(action: str, resource: str) -> dict[str, str]:
    return {"Effect": "Allow", "Action": f"kafka-cluster:{action}", "Resource": resource}


CONNECT: Final = allow("Connect", CLUSTER.arn)
DESCRIBE: Final = allow("DescribeTopic", f"{ARN}/*")
READ: Final = allow("ReadData", f"{ARN}/*")


def read(pipeline: Pipeline, *arguments: str) -> list[Any]:
    done = pipeline.cdc("events", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def names(events: list[Any]) -> list[tuple[str, str]]:
    return [(one["op"], one["value"]["after"]["name"]) for one in events]


def test_events_of_a_table(pipeline: Pipeline) -> None:
    pipeline.lab.wait_for("r", "Ada")
    [first] = read(pipeline, "shop.customers", "--from-beginning", "--limit", "1")
    place = (first["topic"], first["op"], first["key"], first["value"]["after"])
    assert place == (TOPIC, "r", {"id": 1}, {"id": 1, "name": "Ada"})
    assert first["source_time"].endswith("+00:00")
    assert first["lag"] >= 0
    [line] = pipeline.cdc("events", "shop.customers", "--from-beginning", "--limit", "1").stdout.splitlines()
    assert [part in line for part in (f"{TOPIC}/0@0", '{"id":1}', '{"id":1,"name":"Ada"}', " r ")] == [True] * 4


def test_the_newest_events_in_their_order(pipeline: Pipeline) -> None:
    pipeline.lab.sql("INSERT INTO shop.customers (name) VALUES ('Newer'), ('Newest')")
    pipeline.lab.wait_for("c", "Newest")
    assert names(read(pipeline, "shop.customers", "--limit", "2")) == [("c", "Newer"), ("c", "Newest")]
    assert names(read(pipeline, "shop.customers"))[-1] == ("c", "Newest")
    assert names(read(pipeline, "shop.customers", "--from-beginning"))[0] == ("r", "Ada")


def test_a_deleted_row_and_its_tombstone(pipeline: Pipeline) -> None:
    pipeline.lab.sql("INSERT INTO shop.orders (id, total) VALUES (7, 9.5)", "DELETE FROM shop.orders WHERE id = 7")
    pipeline.wait_for(lambda: len(pipeline.lab.records("shop.shop.orders")) >= 3)
    created, deleted, tombstone = read(pipeline, "shop.orders", "--limit", "3")
    assert [one["op"] for one in (created, deleted, tombstone)] == ["c", "d", "tombstone"]
    assert deleted["value"]["before"]["id"] == 7
    assert (tombstone["key"], tombstone["value"]) == ({"id": 7}, None)
    lines = pipeline.cdc("events", "shop.orders", "--limit", "3").stdout.splitlines()
    assert '{"id":7,"customer":null' in lines[1]


def test_events_are_followed(pipeline: Pipeline) -> None:
    done = Event()

    def write() -> None:
        while not done.wait(0.2):
            pipeline.lab.sql("INSERT INTO shop.customers (name) VALUES ('Followed')")

    writer = Thread(target=write)
    writer.start()
    try:
        found = read(pipeline, "shop.customers", "--follow", "--limit", "3")
    finally:
        done.set()
        writer.join()
    assert names(found) == [("c", "Followed")] * 3


def test_a_table_whose_events_a_transform_routes(pipeline: Pipeline) -> None:
    pipeline.lab.sql("INSERT INTO crm.contacts (name) VALUES ('Routed')")
    [found] = read(pipeline, "crm.contacts", "--follow", "--from-beginning", "--limit", "1")
    assert (found["topic"], found["value"]["after"]["name"]) == (ROUTED, "Grace")


def test_tables_that_share_a_topic(pipeline: Pipeline) -> None:
    columns = "(id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50))"
    pipeline.lab.sql(
        f"CREATE TABLE IF NOT EXISTS crm.friends {columns}",
        "INSERT INTO crm.friends (name) VALUES ('Friend')",
        "DELETE FROM crm.friends",
        "INSERT INTO crm.contacts (name) VALUES ('a'), ('b'), ('c'), ('d'), ('e'), ('f'), ('Last')",
    )
    pipeline.wait_for(lambda: ("c", "Last") in rows(pipeline, ROUTED))
    created, deleted, tombstone = read(pipeline, "crm.friends", "--limit", "3")
    assert [one["op"] for one in (created, deleted, tombstone)] == ["c", "d", "tombstone"]
    assert (created["topic"], created["value"]["source"]["table"]) == (ROUTED, "friends")
    for options in ([], ["--from-beginning"], ["--from-beginning", "--follow", "--limit", "3"]):
        tables = {one["value"]["source"]["table"] for one in read(pipeline, "crm.contacts", *options) if one["value"]}
        assert tables == {"contacts"}
    assert read(pipeline, "crm.friends_9") == []


def test_all_tables(pipeline: Pipeline) -> None:
    pipeline.lab.wait_for("r", "Ada")
    found = read(pipeline, "--limit", "100000")
    assert {TOPIC, "shop", "crm"} <= {one["topic"] for one in found}
    assert not [one for one in found if one["topic"].startswith("__")]
    assert "ddl" in {one["op"] for one in found if one["topic"] == "shop"}


def test_reading_needs_no_group_and_commits_nothing(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = KafkaAdminClient(bootstrap_servers=pipeline.lab.cluster.plain_bootstrap.split(","))
    before = {one["group_id"] for one in admin.list_groups()}
    pipeline.sign_in(monkeypatch, CONNECT, DESCRIBE, READ, role="reader")
    assert read(pipeline, "shop.customers", "--from-beginning", "--limit", "1")
    assert {one["group_id"] for one in admin.list_groups()} == before
    admin.close()


@pytest.mark.parametrize(
    ("allowed", "message"),
    [
        ([CONNECT], f"may not kafka-cluster:DescribeTopic on {ARN}/{TOPIC}"),
        ([CONNECT, DESCRIBE], f"may not kafka-cluster:ReadData on {ARN}/{TOPIC}"),
        ([DESCRIBE, READ], f"needs kafka-cluster:Connect on {CLUSTER.arn}"),
    ],
    ids=["describe", "read", "connect"],
)
def test_a_missing_permission_is_named(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, allowed: list[Any], message: str
) -> None:
    pipeline.lab.wait_for("r", "Ada")
    pipeline.sign_in(monkeypatch, *allowed, role="stranger")
    done = pipeline.cdc("events", "shop.customers")
    assert (done.exit_code, message in done.stderr, "assumed-role/stranger-" in done.stderr) == (1, True, True)


@contextmanager
def written(pipeline: Pipeline, topic: str, *values: bytes) -> Iterator[None]:
    """A topic with these messages, for the block."""
    plain = pipeline.lab.cluster.plain_bootstrap.split(",")
    with KafkaAdminClient(bootstrap_servers=plain) as admin:
        admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
        try:
            with KafkaProducer(bootstrap_servers=plain, acks="all") as producer:
                for value in values:
                    producer.send(topic, value).get(10)
            yield
        finally:
            admin.delete_topics([topic])


def test_what_cannot_be_decoded(pipeline: Pipeline) -> None:
    with written(pipeline, "crm.crm.broken", b"\x03\x00", b"\x03\x01"):
        done = pipeline.cdc("events", "crm.broken")
        assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)
        assert done.stderr.startswith("nothing of what was read could be decoded: not JSON: ")
        assert pipeline.cdc("events", "crm.broken", "--json").exit_code == 1
        assert pipeline.cdc("events", "crm.broken", "--follow", "--from-beginning", "--limit", "2").exit_code == 1
    with written(pipeline, "crm.crm.mixed", b"\x03\x00", b"{}"):
        done = pipeline.cdc("events", "crm.mixed")
        assert (done.exit_code, done.stderr) == (0, "")
        assert ["cannot be decoded: not JSON" in line for line in done.stdout.splitlines()] == [True, False]


def test_what_cannot_be_read(pipeline: Pipeline, tmp_path: Path) -> None:
    done = pipeline.cdc("events", "shop.products")
    assert (done.exit_code, "TABLE must be captured by a connector" in done.stderr) == (1, True)
    done = pipeline.cdc("events", "crm.nothing")
    assert (done.exit_code, "there is no topic crm.crm.nothing" in done.stderr) == (1, True)
    host = pipeline.lab.cluster.bootstrap.partition(":")[0]
    (hosts := tmp_path / "hosts").write_text(f"# a tunnel that is not open\n127.0.0.66 {host}\n")
    done = pipeline.cdc("events", "shop.customers", "--broker-hosts", str(hosts))
    assert (done.exit_code, "answers from here" in done.stderr, host in done.stderr) == (1, True, True)
