"""Events in a line, and in JSON."""

from dataclasses import dataclass
from typing import Any

import pytest

from cdc.operate.events.text import Shown, shown

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
