"""The observers' logs are read while they are written."""

from pathlib import Path

import pytest

from rehearsal.connect.observers import observed_connector, observed_worker
from rehearsal.database.event_kinds import EventKind
from rehearsal.events.source_records import Columns, SourceRecord, SourceRecordLogs, fingerprint

ROW = (
    b'{"connector":"shop","kind":"c","id":"f:4:0:c","table":"shop.t","gtid":"u:1","topic":"shop.t","sent":"1.2-3.4"}\n'
)
DROPPED = b'{"connector":"shop","kind":"d","id":"f:9:0:d","table":"shop.t","gtid":"u:2","dropped":"a (Filter)"}\n'
COLUMNS = b'{"connector":"shop","kind":"columns","table":"shop.t","columns":["id"]}\n'


def test_lines_are_parsed(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_bytes(ROW + DROPPED + COLUMNS)
    assert SourceRecordLogs(tmp_path).read() == [
        SourceRecord("shop", EventKind.CREATE, "f:4:0:c", "shop.t", "u:1", "shop.t", "1.2-3.4"),
        SourceRecord("shop", EventKind.DELETE, "f:9:0:d", "shop.t", "u:2", dropped_by="a (Filter)"),
        Columns("shop", "shop.t", ("id",)),
    ]


def test_a_line_is_read_once_it_is_finished(tmp_path: Path) -> None:
    logs, file = SourceRecordLogs(tmp_path), tmp_path / "1.jsonl"
    assert logs.read() == []
    file.write_bytes(ROW + DROPPED[:20])
    assert len(logs.read()) == 1
    assert logs.read() == []
    file.write_bytes(ROW + DROPPED)
    (tmp_path / "2.jsonl").write_bytes(ROW)  # another worker's
    assert [record.kind for record in logs.read() if isinstance(record, SourceRecord)] == [
        EventKind.DELETE,
        EventKind.CREATE,
    ]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [(b"", None, "0.0-"), (None, b"a", "-1.e8b7be43"), (b"a", b"", "1.e8b7be43-0.0")],
)
def test_a_fingerprint_tells_empty_from_none(key: bytes | None, value: bytes | None, expected: str) -> None:
    assert fingerprint(key, value) == expected


def chain(**properties: str) -> list[str]:
    named = {key.replace("__", "."): value for key, value in properties.items()}
    return observed_connector({"name": "shop", **named})["transforms"].split(",")


def test_observers_stand_before_between_and_after_the_transforms() -> None:
    assert chain() == ["observed0"]
    assert chain(transforms=" ") == ["observed0"]
    assert chain(transforms=" a , b") == ["observed0", "a", "observed1", "b", "observed2"]


def test_an_alias_of_the_connectors_own_is_left_alone() -> None:
    assert chain(transforms="observed0") == ["observed_0", "observed0", "observed_1"]
    assert chain(transforms="a", transforms__observed9__type="x") == ["observed_0", "a", "observed_1"]


def test_what_kafka_connect_refuses_stays_refused() -> None:
    assert chain(transforms="a,,b") == ["observed0", "a", "observed1", "", "observed2", "b", "observed3"]
    assert chain(transforms="a,a")[1::2] == ["a", "a"]


def test_the_first_observer_knows_the_connector_and_each_the_next_transform() -> None:
    own = {"transforms": "a,b", "transforms.a.type": "io.debezium.transforms.outbox.EventRouter", "transforms.a.x": "1"}
    own |= {"transforms.b.type": "org.apache.kafka.connect.transforms.MaskField$Value"}
    found = observed_connector({"name": "shop", **own})
    assert found["transforms.observed0.connector"] == "shop"
    assert found["transforms.observed0.next"] == "a (EventRouter)"
    assert found["transforms.observed1.next"] == "b (MaskField)"
    assert "transforms.observed2.next" not in found
    assert own.items() - {("transforms", "a,b")} < found.items()


def test_a_workers_own_interceptors_come_first() -> None:
    ours = "rehearsal.connect.SentRecordObserver"
    assert observed_worker({}) == {"producer.interceptor.classes": ours}
    assert observed_worker({"producer.interceptor.classes": "a.B"})["producer.interceptor.classes"] == f"a.B,{ours}"
