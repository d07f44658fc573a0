"""``cdc snapshot`` while rows are written: by a signal topic and by a signal table."""

import json
from pathlib import Path
from typing import Final

import pytest
import yaml

from cdc.preflight.database.connecting import PASSWORD as PASSWORD_VARIABLE, USER
from tests.cdc.operate.running.pipeline import ROUTED, SIGNALS, Pipeline
from tests.cdc.operate.running.writing import complete, rows, writing
from tests.rehearsal.connect.lab import PASSWORD

CUSTOMERS: Final = "shop.shop.customers"


def tunnel(pipeline: Pipeline, patch: pytest.MonkeyPatch) -> list[str]:
    """How the database is reached, and as whom."""
    patch.setenv(USER, "cdc")
    patch.setenv(PASSWORD_VARIABLE, PASSWORD)
    host, _, port = str(pipeline.lab.database.address).rpartition(":")
    return ["--host", host, "--port", port]


@pytest.mark.parametrize(
    ("options", "unread"),
    [(["--where", "name <> 'Settled'"], {("r", "Settled")}), (["--blocking"], set[tuple[str, str]]())],
    ids=["incremental", "blocking"],
)
def test_a_snapshot_by_the_topic_with_notifications(
    pipeline: Pipeline, options: list[str], unread: set[tuple[str, str]]
) -> None:
    pipeline.lab.settle()
    before = len(rows(pipeline, CUSTOMERS))
    with writing(pipeline, "shop.customers", f"during{len(options)}-") as written:
        done = pipeline.cdc("snapshot", "shop", "shop.customers", "--yes", *options)
    assert done.exit_code == 0, done.stderr
    assert f"by the signal topic {SIGNALS}" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("COMPLETED")
    complete(pipeline, CUSTOMERS, written)
    read = {one for one in rows(pipeline, CUSTOMERS)[before:] if one[0] == "r"}
    assert ("r", "Ada") in read
    assert unread.isdisjoint(read)


def test_a_snapshot_by_the_table_without_notifications(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.wait_for(lambda: ("r", "Grace") in rows(pipeline, ROUTED))
    before = len(rows(pipeline, ROUTED))
    with writing(pipeline, "crm.contacts", "meanwhile") as written:
        done = pipeline.cdc("snapshot", "crm", "crm.contacts", "--yes", *tunnel(pipeline, monkeypatch))
    assert done.exit_code == 0, done.stderr
    assert "by the signal table crm.debezium_signal at " in done.stdout
    assert "rows of crm.contacts" in done.stdout
    assert "connectors.crm.notifications: true" in done.stdout.splitlines()[-1]
    complete(pipeline, ROUTED, written)
    assert {("r", "Grace"), ("r", "Linus")} <= set(rows(pipeline, ROUTED)[before:])


def completed(pipeline: Pipeline) -> int:
    return sum(one["type"] == "COMPLETED" for one in pipeline.lab.messages("shop.notifications"))


def test_notifications_that_cannot_be_decoded(pipeline: Pipeline, tmp_path: Path) -> None:
    """As where the file has another format than what is deployed. The snapshot itself ends as any other."""
    content = yaml.safe_load(pipeline.file.read_text())
    content["connectors"]["shop"]["format"] = "json-with-schemas"
    (file := tmp_path / pipeline.file.name).write_text(yaml.safe_dump(content))
    pipeline.lab.settle()
    before = completed(pipeline)
    with writing(pipeline, "shop.customers", "undecoded") as written:
        done = pipeline.another(file, "snapshot", "shop", "shop.customers", "--blocking", "--yes")
        assert done.exit_code == 1
        pipeline.wait_for(lambda: completed(pipeline) > before)
    assert "the signal is sent, and what the connector writes to shop.notifications cannot be decoded: " in done.stderr
    assert "must have schema and payload" in done.stderr
    complete(pipeline, CUSTOMERS, written)


def test_it_is_asked_for_and_stopped(pipeline: Pipeline) -> None:
    sent = len(pipeline.lab.records(SIGNALS))
    done = pipeline.cdc("snapshot", "shop", "shop.customers", given="n\n")
    assert (done.exit_code, "incremental snapshot of shop.customers" in done.stdout) == (1, True)
    assert len(pipeline.lab.records(SIGNALS)) == sent
    done = pipeline.cdc("snapshot", "shop", "shop.customers", "--stop", "--yes")
    assert (done.exit_code, "the signal is sent" in done.stdout) == (0, True)
    last = pipeline.lab.records(SIGNALS)[-1]
    assert last.key == b"shop"
    assert json.loads(last.value)["type"] == "stop-snapshot"
    assert json.loads(last.value)["data"] == {"type": "INCREMENTAL", "data-collections": [r"shop\.customers"]}


def test_what_is_refused(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    done = pipeline.cdc("snapshot", "shop", "crm.contacts", "--yes")
    assert (
        "TABLE must be captured by the connector shop, of shop.customers, shop.orders; got crm.contacts" in done.stderr
    )
    assert "TABLE must be given" in pipeline.cdc("snapshot", "shop").stderr
    assert "cannot be stopped" in pipeline.cdc("snapshot", "shop", "--stop", "--blocking").stderr
    assert "CONNECTOR must be one of crm, shop" in pipeline.cdc("snapshot", "stock", "shop.customers").stderr
    refused = [
        {"Effect": "Allow", "Action": f"kafka-cluster:{one}", "Resource": "*"} for one in ("Connect", "DescribeTopic")
    ]
    pipeline.sign_in(monkeypatch, *refused, role="stranger")
    done = pipeline.cdc("snapshot", "shop", "shop.customers", "--no-wait", "--yes")
    assert (done.exit_code, "may not kafka-cluster:WriteData on" in done.stderr, SIGNALS in done.stderr) == (
        1,
        True,
        True,
    )


def test_without_signals_the_key_to_set_is_named(pipeline: Pipeline) -> None:
    content = yaml.safe_load(pipeline.file.read_text())
    content["connectors"]["shop"].pop("signals")
    (file := pipeline.file.with_name("silent.yaml")).write_text(yaml.safe_dump(content))
    done = pipeline.another(file, "snapshot", "shop", "shop.customers", "--yes")
    assert (done.exit_code, "connectors.shop.signals must be set" in done.stderr) == (1, True)


@pytest.mark.parametrize("more", [["shop.customers"], ["shop.customers", "--no-wait"], ["--stop"]])
def test_a_missing_signal_topic_is_named_at_once(pipeline: Pipeline, tmp_path: Path, more: list[str]) -> None:
    content = yaml.safe_load(pipeline.file.read_text())
    content["connectors"]["shop"]["signals"] = {"topic": "nobody-made-it"}
    (file := tmp_path / pipeline.file.name).write_text(yaml.safe_dump(content))
    done = pipeline.another(file, "snapshot", "shop", *more)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "there is no topic nobody-made-it" in done.stderr
    assert "kafka-topics.sh --create --topic nobody-made-it --partitions 1, then cdc restart" in done.stderr
