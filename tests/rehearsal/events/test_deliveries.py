"""Source records, events and committed changes are compared: lost, duplicate and dropped are different numbers."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final

import pytest

from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger, Transaction
from rehearsal.database.table_name import TableName
from rehearsal.events.deliveries import Deliveries, Event
from rehearsal.events.expectations import Expectation
from rehearsal.events.results import NO_RECORD, NOT_SENT, DeliveryResult, Flow, compare
from rehearsal.events.source_records import Columns, SourceRecord, fingerprint

ORDERS: Final = TableName("shop", "orders")
TOPIC: Final = "shop.shop.orders"
UNWRAP: Final = "unwrap (ExtractNewRecordState)"


class Pipeline:
    """A connector ``shop`` with ``properties``, and the changes of one table."""

    def __init__(self, properties: Mapping[str, str] | None = None, *, rows: int = 0) -> None:
        self.deliveries = Deliveries()
        self.ledger = Ledger({ORDERS: rows})
        self._expectation = Expectation("shop", "aurora", properties or {}, [ORDERS])
        self._gtids, self._offsets = count(1), count()

    def commit(self, kind: EventKind = EventKind.CREATE, rows: int = 1) -> str:
        gtid = f"u:{next(self._gtids)}"
        self.ledger.record(Transaction(gtid, ORDERS, kind, tuple((row,) for row in range(rows))))
        return gtid

    def read(
        self,
        name: str,
        gtid: str = "",
        *,
        kind: EventKind = EventKind.CREATE,
        sent: bytes | None = None,
        topic: str = TOPIC,
        dropped_by: str = "",
        table: str = str(ORDERS),
    ) -> None:
        """A source record ``name`` that is sent with the value ``sent``, else dropped."""
        to = (topic, fingerprint(None, sent)) if sent is not None else ("", "")
        self.deliveries.log(SourceRecord("shop", kind, name, table, gtid, *to, dropped_by))

    def receive(self, value: bytes, topic: str = TOPIC) -> None:
        self.deliveries.receive(Event(topic, 0, next(self._offsets), None, value, at=1.0))

    def result(self) -> DeliveryResult:
        return compare(self.deliveries, [self._expectation], {"aurora": self.ledger})

    def numbers(self) -> tuple[int, int, int]:
        """Lost, duplicates, dropped."""
        result = self.result()
        return result.lost, result.duplicates, result.dropped

    def flow(self, source: str = str(ORDERS)) -> Flow:
        return next(flow for flow in self.result().flows if flow.source == source)


def test_a_change_that_was_received_is_nothing_else() -> None:
    one = Pipeline()
    one.read("1", one.commit(), sent=b"a")
    one.receive(b"a")
    assert one.numbers() == (0, 0, 0)
    assert (one.result().committed, one.flow().topics) == (1, {TOPIC: 1})
    assert one.deliveries.settled


def test_the_event_may_come_before_the_log() -> None:
    one = Pipeline()
    one.receive(b"a")
    assert one.deliveries.counts.total() == 0
    one.read("1", one.commit(), sent=b"a")
    assert one.numbers() == (0, 0, 0)
    assert one.deliveries.counts == {EventKind.CREATE: 1}


def test_a_change_that_was_not_read_is_lost() -> None:
    one = Pipeline()
    gtid = one.commit(rows=3)
    one.read("1", gtid, sent=b"a")
    one.receive(b"a")
    assert one.numbers() == (2, 0, 0)
    assert one.flow().lost == {NO_RECORD: 2}
    assert [transaction.gtid for transaction in one.result().missing] == [gtid]


def test_an_event_that_was_sent_and_not_received_is_lost() -> None:
    one = Pipeline()
    one.read("1", one.commit(), sent=b"a")
    one.receive(b"a", topic="another")
    assert one.numbers() == (1, 0, 0)
    assert one.flow().lost == {f"sent to {TOPIC}, not received": 1}
    assert not one.deliveries.settled
    assert len(one.result().missing) == 1


def test_a_dropped_event_is_named_by_its_transform() -> None:
    one = Pipeline()
    one.read("1", one.commit(), sent=b"a")
    one.receive(b"a")
    one.read("2", one.commit(EventKind.DELETE), kind=EventKind.DELETE, dropped_by=UNWRAP)
    assert one.numbers() == (0, 0, 1)
    assert one.flow().dropped == {UNWRAP: 1}
    assert str(one.flow()) == f"shop.orders -> {TOPIC} 1, dropped by {UNWRAP} 1"
    assert one.result().silent_connectors == []


def test_an_event_that_no_transform_dropped_and_that_was_not_sent_is_lost() -> None:
    """As with a converter's error under errors.tolerance."""
    one = Pipeline()
    one.read("1", one.commit())
    assert one.numbers() == (1, 0, 0)
    assert one.flow().lost == {NOT_SENT: 1}


def test_what_was_slow_was_not_dropped() -> None:
    one = Pipeline()
    gtid = one.commit()
    one.read("1", gtid, dropped_by=UNWRAP)
    one.read("1", gtid, sent=b"a")
    one.receive(b"a")
    one.read("1", gtid, dropped_by=UNWRAP)
    assert one.numbers() == (0, 0, 0)
    assert one.flow().topics == {TOPIC: 1}


@pytest.mark.parametrize("again", [b"a", b"other time"], ids=["same bytes", "other bytes"])
def test_a_record_that_was_read_again_is_a_duplicate_once_it_is_received_again(again: bytes) -> None:
    one = Pipeline()
    gtid = one.commit()
    one.read("1", gtid, sent=b"a")
    one.read("1", gtid, sent=again)
    one.receive(b"a")
    assert one.numbers() == (0, 0, 0)
    one.receive(again)
    assert one.numbers() == (0, 1, 0)


def test_events_with_the_same_bytes_count_for_different_records_first() -> None:
    one = Pipeline()
    gtid = one.commit(rows=2)
    for name in ("1", "1", "2"):
        one.read(name, gtid, sent=b"masked")
    one.receive(b"masked")
    assert one.numbers() == (1, 0, 0)
    one.receive(b"masked")
    assert one.numbers() == (0, 0, 0)
    one.receive(b"masked")
    assert one.numbers() == (0, 1, 0)


def test_a_producers_own_retry_is_a_duplicate() -> None:
    one = Pipeline()
    one.read("1", one.commit(), sent=b"a")
    one.receive(b"a")
    one.receive(b"a")
    assert one.numbers() == (0, 1, 0)
    assert one.result().received_again == {TOPIC: 1}


def test_events_of_others_are_ignored() -> None:
    one = Pipeline()
    one.receive(b"somebody else's")
    assert one.numbers() == (0, 0, 0)


def test_a_record_that_is_fetched_again_is_ignored() -> None:
    one = Pipeline()
    one.read("1", one.commit(), sent=b"a")
    event = Event(TOPIC, 0, 7, None, b"a")
    one.deliveries.receive(event)
    one.deliveries.receive(event)
    assert one.numbers() == (0, 0, 0)


@pytest.mark.parametrize(("read", "lost"), [(["a", "b"], 0), (["a"], 1), (["a", "a"], 1), ([], 2)])
def test_each_row_of_a_snapshot_is_due(read: Sequence[str], lost: int) -> None:
    one = Pipeline(rows=2)
    for name in read:
        one.read(name, kind=EventKind.SNAPSHOT, sent=name.encode())
        one.receive(name.encode())
    assert one.numbers() == (lost, len(read) - len(set(read)), 0)
    assert one.deliveries.snapshot_reads == len(read)


@pytest.mark.parametrize(
    ("properties", "kind", "dropped"),
    [
        ({"skipped.operations": "u, d"}, EventKind.DELETE, "skipped.operations=u, d"),
        ({"skipped.operations": "D"}, EventKind.DELETE, "skipped.operations=D"),
        ({"skip.messages.without.change": "TRUE"}, EventKind.UPDATE, "skip.messages.without.change=true"),
        ({"skip.messages.without.change": "true"}, EventKind.CREATE, ""),
        ({"skipped.operations": "t"}, EventKind.DELETE, ""),
        ({}, EventKind.UPDATE, ""),
    ],
)
def test_what_the_connectors_own_properties_skip_is_not_lost(
    properties: Mapping[str, str], kind: EventKind, dropped: str
) -> None:
    one = Pipeline(properties)
    one.commit(kind)
    assert one.numbers() == ((0, 0, 1) if dropped else (1, 0, 0))
    assert list(one.flow().dropped) == ([dropped] if dropped else [])


@pytest.mark.parametrize(("enabled", "dropped"), [("false", 1), ("true", 0)])
def test_tombstones_that_are_not_wanted_are_dropped(enabled: str, dropped: int) -> None:
    one = Pipeline({"tombstones.on.delete": enabled})
    one.read("1", one.commit(EventKind.DELETE), kind=EventKind.DELETE, sent=b"a")
    one.receive(b"a")
    assert one.numbers() == (0, 0, dropped)


@pytest.mark.parametrize(
    ("mode", "snapshot", "changes"), [("initial", 1, 1), ("no_data", 0, 1), ("initial_only", 1, 0)]
)
def test_a_snapshot_mode_says_what_is_due(mode: str, snapshot: int, changes: int) -> None:
    one = Pipeline({"snapshot.mode": mode}, rows=1)
    one.commit()
    assert one.numbers() == (snapshot + changes, 0, 0)


@pytest.mark.parametrize(
    ("properties", "read"),
    [
        ({}, True),
        ({"skipped.operations": "u"}, True),
        ({"skipped.operations": "c"}, False),
        ({"column.exclude.list": "shop.orders.total"}, False),
        ({"column.include.list": ".*"}, False),
        ({"snapshot.mode": "initial_only"}, False),
    ],
)
def test_a_new_column_is_due_where_inserts_have_every_column(properties: Mapping[str, str], read: bool) -> None:
    assert Expectation("shop", "aurora", properties, [ORDERS]).reads_new_columns is read


def test_changes_of_other_tables_are_not_due() -> None:
    one = Pipeline()
    one.ledger.record(Transaction("u:9", TableName("shop", "audit"), EventKind.CREATE, ((1,),)))
    one.ledger.record(Transaction("u:10", ORDERS, EventKind.SCHEMA_CHANGE))
    assert one.numbers() == (0, 0, 0)


def test_another_table_of_the_same_transaction_does_not_count() -> None:
    one = Pipeline()
    one.read("1", one.commit(), table="shop.audit", sent=b"a")
    one.receive(b"a")
    assert one.numbers() == (1, 0, 0)


def test_a_connector_whose_events_were_all_dropped_is_reported() -> None:
    one = Pipeline()
    one.read("1", one.commit(), dropped_by="none (Filter)")
    one.read("ddl", kind=EventKind.SCHEMA_CHANGE, sent=b"ddl", topic="shop")
    one.receive(b"ddl", topic="shop")
    assert one.numbers() == (0, 0, 1)
    assert one.result().silent_connectors == ["shop: every row event was dropped: 1 by none (Filter)"]


def test_other_events_must_be_received_too() -> None:
    one = Pipeline()
    one.read("beat", kind=EventKind.HEARTBEAT, sent=b"beat", topic="beats", table="")
    one.receive(b"beat", topic="beats")
    assert one.flow("(heartbeat)").topics == {"beats": 1}
    assert not one.flow("(heartbeat)").rows


def test_a_sample_of_each_kind_and_the_first_rows_time_are_kept() -> None:
    one = Pipeline()
    gtid = one.commit(rows=2)
    for name in (b"a", b"b"):
        one.read(name.decode(), gtid, sent=name)
        one.receive(name)
    assert one.deliveries.samples[EventKind.CREATE].value == b"a"
    assert one.deliveries.first_at == 1.0


def test_columns_are_those_that_were_read_last() -> None:
    one = Pipeline()
    for columns in (("id",), ("id", "name")):
        one.deliveries.log(Columns("shop", "shop.orders", columns))
    assert one.deliveries.columns == {("shop", "shop.orders"): ("id", "name")}


@pytest.mark.parametrize("sent", [b"beat", None], ids=["sent", "not sent yet"])
def test_a_heartbeat_that_a_worker_lost_is_not_awaited(sent: bytes | None) -> None:
    pipeline = Pipeline()
    pipeline.read("a", pipeline.commit(), sent=b"{}")
    pipeline.read("b", kind=EventKind.HEARTBEAT, sent=sent, topic="heartbeats", table="")
    assert not pipeline.deliveries.settled
    pipeline.receive(b"{}")
    assert pipeline.deliveries.settled
    assert pipeline.numbers() == (0, 0, 0)
    assert [flow.source for flow in pipeline.result().flows] == [str(ORDERS)]


def test_every_other_record_is_awaited() -> None:
    pipeline = Pipeline()
    pipeline.read("a", kind=EventKind.TOMBSTONE, sent=b"{}")
    assert not pipeline.deliveries.settled
    assert pipeline.numbers() == (1, 0, 0)


def test_the_first_event_of_each_table_and_kind_is_kept_and_rows_are_counted_by_second() -> None:
    one = Pipeline()
    for number, kind in enumerate([EventKind.CREATE, EventKind.CREATE, EventKind.DELETE, EventKind.TOMBSTONE]):
        one.read(str(number), one.commit(kind), kind=kind, sent=b"%d" % number)
        one.receive(b"%d" % number)
    one.read("ddl", kind=EventKind.SCHEMA_CHANGE, sent=b"ddl", topic="shop")
    one.receive(b"ddl", topic="shop")
    firsts = {(table, kind): event.value for (_, table, kind), event in one.deliveries.firsts.items()}
    assert firsts == {
        (str(ORDERS), EventKind.CREATE): b"0",
        (str(ORDERS), EventKind.DELETE): b"2",
        (str(ORDERS), EventKind.TOMBSTONE): b"3",
    }
    assert one.deliveries.arrivals == {("shop", 1): 3}
