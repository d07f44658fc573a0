"""Signals as Debezium reads them."""

import pytest

from cdc.operate.snapshots.signals import Kind, snapshot, stop


@pytest.mark.parametrize(
    ("kind", "named", "filtered"),
    [
        ("INCREMENTAL", r"shop\.line\$items", "id > 3"),
        # RelationalSnapshotChangeEventSource parses the text as a table's name, and runs the filter as the query.
        ("BLOCKING", "shop.line$items", "SELECT * FROM `shop`.`line$items` WHERE id > 3"),
    ],
    ids=["incremental", "blocking"],
)
def test_a_snapshot_with_a_condition(kind: Kind, named: str, filtered: str) -> None:
    asked = snapshot(["shop.line$items"], kind=kind, where="id > 3")
    assert asked.type == "execute-snapshot"
    assert asked.data == {
        "type": kind,
        "data-collections": [r"shop\.line\$items"],
        "additional-conditions": [{"data-collection": named, "filter": filtered}],
    }


def test_a_snapshot_of_whole_tables() -> None:
    asked = snapshot(["shop.a", "shop.b"], kind="INCREMENTAL", where=None)
    assert asked.data == {"type": "INCREMENTAL", "data-collections": [r"shop\.a", r"shop\.b"]}
    assert asked.id != snapshot(["shop.a"], kind="INCREMENTAL", where=None).id


def test_a_stop_of_some_tables_and_of_all() -> None:
    assert stop(["shop.a"]).data == {"type": "INCREMENTAL", "data-collections": [r"shop\.a"]}
    assert stop([]).data == {"type": "INCREMENTAL"}
