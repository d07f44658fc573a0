"""Events in a line, and in JSON."""

from dataclasses import dataclass
from typing import Any

import pytest

from cdc.operate.events.choosing import OfTable
from cdc.operate.events.text import Shown, shown, table_of

AT = 1_764_434_412_123
SOURCE = {"ts_ms": AT, "db": "shop", "table": "orders"}


@dataclass(frozen=True)
class Record:
    """A message as kafka-python has it."""

    value: bytes | None = b"{}"
    topic: str = "shop.shop.orders"
    partition: int = 2
    offset: int = 7
    timestamp: int = AT + 400


def event(value: Any, *, record: Record | None = None, **more: Any) -> Shown:
    return shown(record or Record(), {"key": {"id": 1}, "value": value, **more})


def test_an_envelope() -> None:
    found = event({"op": "u", "before": {"id": 1, "n": 1}, "after": {"id": 1, "n": 2}, "source": SOURCE})
    assert (found.op, found.source_time, found.lag) == ("u", "2025-11-29T16:40:12.123+00:00", 0.4)
    assert found.row == {"id": 1, "n": 2}
    assert found.line(200) == (
        '2025-11-29 16:40:12.123     +0.4s  u          shop.shop.orders/2@7  {"id":1}  {"id":1,"n":2}'
    )
    assert found.document["value"]["before"] == {"id": 1, "n": 1}
    assert "error" not in found.document


@pytest.mark.parametrize(
    ("value", "op", "row"),
    [
        ({"op": "d", "before": {"id": 1}, "after": None, "source": SOURCE}, "d", {"id": 1}),
        ({"id": 1, "__op": "c", "__source_ts_ms": AT}, "c", {"id": 1, "__op": "c", "__source_ts_ms": AT}),
        ({"ddl": "DROP TABLE a", "source": SOURCE}, "ddl", {"ddl": "DROP TABLE a", "source": SOURCE}),
        ({"ts_ms": AT}, "", {"ts_ms": AT}),
        ("text", "", "text"),
        ([1], "", [1]),
    ],
    ids=["deleted", "flat", "ddl", "heartbeat", "text", "list"],
)
def test_other_shapes(value: Any, op: str, row: Any) -> None:
    found = event(value)
    assert (found.op, found.row) == (op, row)


def test_a_tombstone_and_what_cannot_be_decoded() -> None:
    assert event(None, record=Record(value=None)).op == "tombstone"
    found = shown(Record(), {"error": "not JSON: x"})
    assert (found.op, found.error, found.document["error"]) == ("", "not JSON: x", "not JSON: x")
    assert found.line(200).endswith("cannot be decoded: not JSON: x")


def test_a_clock_behind_and_a_time_that_is_none() -> None:
    assert event({"op": "c", "after": {}, "source": SOURCE}, record=Record(timestamp=AT - 5)).lag == 0
    assert event({"op": "c", "after": {}, "source": {"ts_ms": 0}}).lag is None


def test_a_long_line_is_cut() -> None:
    line = event({"op": "c", "after": {"text": "x" * 500}, "source": SOURCE}).line(100)
    assert (len(line), line[-1]) == (100, "…")


def test_an_error_is_one_whole_line() -> None:
    reason = "AccessDenied: User: x is not authorized\n  to perform: glue:GetSchemaVersion" + " y" * 200
    found = shown(Record(), {"error": reason})
    assert found.line(80).endswith(f"cannot be decoded: {' '.join(reason.split())}")
    assert found.document["error"] == reason


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ({"op": "c", "source": SOURCE}, "shop.orders"),
        ({"id": 1, "__source_db": "shop", "__source_table": "orders"}, "shop.orders"),
        ({"id": 1, "__db": "shop", "__table": "orders"}, "shop.orders"),
        ({"id": 1, "__table": "orders"}, None),
        ({"id": 1, "source": "web"}, None),
        ("text", None),
    ],
    ids=["envelope", "flat", "flat with short names", "no database", "a column", "text"],
)
def test_the_table_of_an_event(value: Any, table: str | None) -> None:
    assert table_of(value) == table


def of(table: str, offset: int, op: str = "d") -> Shown:
    return event({"op": op, "before": {}, "source": {**SOURCE, "table": table}}, record=Record(offset=offset))


def gone(offset: int) -> Shown:
    return event(None, record=Record(value=None, offset=offset))


def test_events_of_other_tables_and_their_tombstones_are_left_out() -> None:
    events = [gone(1), of("orders", 2), gone(3), of("items", 4), gone(5), of("Orders", 6, "c")]
    notes: list[str] = []
    chosen = OfTable("shop.orders", {"shop.shop.orders"}, notes.append)
    assert [one.offset for one in events if chosen.has(one)] == [2, 3, 6]
    alone = OfTable("shop.orders", set(), notes.append)
    assert [one.offset for one in events if alone.has(one)] == [1, 2, 3, 4, 5, 6]
    assert notes == []


def test_events_that_do_not_say_their_table_are_kept_with_a_note() -> None:
    notes: list[str] = []
    chosen = OfTable("shop.orders", {"shop.shop.orders"}, notes.append)
    assert [chosen.has(event({"id": number})) for number in (1, 2)] == [True, True]
    [note] = notes
    assert note.startswith("shop.shop.orders may have events of other tables")
