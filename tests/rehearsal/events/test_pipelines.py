"""Pipelines of every shape on one worker: each gets the right verdict, whatever an event looks like."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest
from kafka import KafkaAdminClient

from rehearsal.connect.connector import RunningConnector
from rehearsal.connect.substitutions import connector_properties, without_iam
from rehearsal.database.changes import Changes
from rehearsal.database.discovery import discover
from rehearsal.database.event_kinds import EventKind
from rehearsal.database.ledger import Ledger
from rehearsal.database.seeding import seed
from rehearsal.database.table_name import TableName
from rehearsal.events.application import Application, Reader
from rehearsal.events.decoding import DecodedEvents
from rehearsal.events.deliveries import Deliveries
from rehearsal.events.expectations import Expectation
from rehearsal.events.results import DeliveryResult, compare
from rehearsal.events.source_records import SourceRecordLogs
from tests.rehearsal.connect.lab import Lab, running
from tests.rehearsal.events.pipelines import MANY, PIPELINES, TABLES, configuration

SNAPSHOT = 3
DELETED = "topic-deleted-deleted"
QUIET_SECONDS = 8  # without a new source record or event
MAX_SECONDS = 240


@dataclass(frozen=True)
class Played:
    """A pipeline whose changes were made."""

    expectation: Expectation
    ledger: Ledger


class Pipelines:
    """All pipelines at once, on one worker and one database."""

    def __init__(self, lab: Lab, connector: RunningConnector) -> None:
        self._lab = lab
        self._connector = connector
        self._played: dict[str, Played] = {}
        self.results: dict[str, DeliveryResult] = {}
        self.traces: dict[str, str] = {}

    def play(self) -> None:
        self._lab.sql("SET GLOBAL max_connections = 500")
        for name in PIPELINES:
            self._create(name)
        for number, name in enumerate(PIPELINES):
            self._start(name, number)
        with Application(SourceRecordLogs(self._lab.servers.source_records)) as watching:
            wait(watching)
            for name, played in self._played.items():
                change(self._lab, played, updated=PIPELINES[name].updated)
            wait(watching)
        for name in PIPELINES:
            status = self._connector.rest.status(name)
            self.traces[name] = status.failed.trace if status and status.failed else ""
        self._delete(DELETED)
        reader = Reader(self._lab.cluster.plain_bootstrap, "all", ["*"], sent_only=True)
        with Application(SourceRecordLogs(self._lab.servers.source_records), reader) as application:
            wait(application)
            self.results = {name: application.read(partial(self._result, name=name)) for name in PIPELINES}
            self._received = application.read(lambda deliveries: list(deliveries.kept))

    def decoded(self, name: str, *, as_: str) -> DecodedEvents:
        """The events of ``name`` as an application reads them that has the converters of ``as_``."""
        decoder = self._connector.workers.decoder(self._played[as_].expectation.properties)
        events = [(connector, event) for connector, event in self._received if connector == name]
        return DecodedEvents(events, {EventKind.UPDATE: events[0][1]}, lambda _, messages: decoder.decode(messages))

    def _result(self, deliveries: Deliveries, *, name: str) -> DeliveryResult:
        played = self._played[name]
        result = compare(deliveries, [played.expectation], {name: played.ledger})
        return replace(result, flows=[flow for flow in result.flows if flow.connector == name])

    def _create(self, name: str) -> None:
        table = TableName(name, PIPELINES[name].table)
        columns = TABLES[table.table]
        self._lab.sql(f"CREATE DATABASE `{name}`", f"CREATE TABLE {table.sql} ({columns})")
        with self._lab.database.connect() as connection:
            [found] = [one for one in discover(connection) if one.name == table]
            seed(connection, [found], rows=SNAPSHOT)
        properties = self._properties(name, 0)
        self._played[name] = Played(Expectation(name, name, properties, [table]), Ledger({table: SNAPSHOT}))

    def _properties(self, name: str, number: int) -> dict[str, str]:
        table = PIPELINES[name].table
        deployed = without_iam(self._lab.spec.configuration)
        base = {key: value for key, value in deployed.items() if "signal" not in key and key != "read.only"}
        bootstrap = self._lab.cluster.plain_bootstrap
        own = {
            "name": name,
            "topic.prefix": name,
            "database.server.id": str(9000 + number),
            "database.include.list": name,
            "table.include.list": f"{name}.{table}",
            "schema.history.internal.kafka.topic": f"history.{name}",
            "schema.history.internal.kafka.bootstrap.servers": bootstrap,
        }
        return {**base, **own, **configuration(name, PIPELINES[name])}

    def _start(self, name: str, number: int) -> None:
        properties = connector_properties(self._properties(name, number), provider=False, observed=True)
        self._connector.rest.put(name, properties)

    def _delete(self, topic: str) -> None:
        with KafkaAdminClient(bootstrap_servers=self._lab.cluster.plain_bootstrap) as admin:
            admin.delete_topics([topic])


def wait(application: Application) -> None:
    """Until nothing has come for a while."""
    seen, since, end = -1, time.monotonic(), time.monotonic() + MAX_SECONDS
    while time.monotonic() - since < QUIET_SECONDS and time.monotonic() < end:
        now = application.read(lambda deliveries: deliveries.records + deliveries.counts.total())
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


def change(lab: Lab, played: Played, *, updated: bool) -> None:
    with lab.database.connect() as connection:
        tables = [table for table in discover(connection) if table.name in played.expectation.tables]
    changes = Changes(lab.database, tables, played.ledger)
    assert changes.change_each_table(outboxes=() if updated else played.expectation.tables) == {}
    changes.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipelines]:
    with running(tmp_path_factory.mktemp("lab"), observed=True) as lab:
        connector = lab.connectors(replace(lab.spec, mcu=2))
        try:
            pipelines = Pipelines(lab, connector)
            pipelines.play()
            yield pipelines
        finally:
            connector.stop(at_once=True)


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_gets_the_right_verdict(played: Pipelines, name: str) -> None:
    expected, result = PIPELINES[name], played.results[name]
    print("\n".join([*map(str, result.flows), played.traces[name]]))
    rows = [flow for flow in result.flows if flow.rows]
    tombstones = [flow for flow in result.flows if flow.source.endswith("(tombstone)")]
    others = [flow for flow in result.flows if flow not in (*rows, *tombstones)]
    assert _sum(flow.topics for flow in rows) == {t.replace("{p}", name): n for t, n in expected.topics.items()}
    assert sum(flow.topics.total() for flow in tombstones) == expected.tombstones
    assert _sum(flow.dropped for flow in (*rows, *tombstones)) == expected.dropped
    counts = {flow.source: (flow.topics.total(), flow.dropped.total()) for flow in others}
    assert {source: MANY if expected.others.get(source) is MANY else count for source, count in counts.items()} == (
        expected.others
    )
    assert (expected.silent in "".join(result.silent_connectors), expected.lost in "".join(result.losses)) == (
        True,
        True,
    )
    assert (bool(expected.silent), bool(expected.lost)) == (bool(result.silent_connectors), bool(result.lost))
    assert (result.duplicates, bool(played.traces[name])) == (0, name == "task-fails")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("plain", '"op": "r"'),
        ("schemas", '"op": "r"'),
        ("strings", "Struct{after=Struct{id="),
        ("binary", '\\"op\\":\\"r\\"'),
        ("cloud-events", '"specversion": "1.0"'),
        ("outbox-strings", '\\"number\\":'),
        ("flat", '"customer_id":'),
    ],
)
def test_events_are_decoded_by_the_connectors_own_converters(played: Pipelines, name: str, value: str) -> None:
    found = played.decoded(name, as_=name)
    assert found.errors == []
    assert value in json.dumps(found.sample["value"])


def test_events_that_the_converter_cannot_read_are_reported(played: Pipelines) -> None:
    [error] = played.decoded("strings", as_="schemas").errors
    assert "strings.strings.orders, partition 0, offset 0 (and 6 more): cannot be decoded: " in error
    assert "DataException" in error


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, Counter[str]())
