"""What no restart can pass: a task fails, says why, and goes on once that is fixed, with the row that it failed on."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from modules.self_healing import causes
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect.connector import RunningConnector
from rehearsal.database.mysql import AdminConnection
from tests.rehearsal.connect.lab import Lab, running
from tests.rehearsal.database.databases import answers

SKIP = {"schema.history.internal.skip.unparseable.ddl": "true"}
# MySQL takes the name of this column without backquotes.
LINKS = "CREATE TABLE {}.links (id INT PRIMARY KEY, url VARCHAR(9))"
RECOVER = {"snapshot.mode": "recovery"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("poison")) as servers:
        servers.sql("CREATE DATABASE mixed")
        for table in ("types", "counts"):
            servers.sql(f"CREATE TABLE mixed.{table} (id INT PRIMARY KEY, n INT)")
        servers.sql("CREATE TABLE mixed.keyless (n INT)")
        yield servers


@pytest.fixture(scope="module")
def spec(lab: Lab) -> ConnectorSpec:
    # What one test's statement does to it is no other's.
    given = {"connectors__shop__schema_history__skip_unparseable_ddl": True}
    return lab.another("poison", connectors__shop__source__tables=["mixed.*"], **given)


@pytest.fixture(scope="module")
def connector(lab: Lab, spec: ConnectorSpec) -> Iterator[RunningConnector]:
    started = lab.connectors(spec)
    settle(lab, "poison.mixed.keyless", "INSERT INTO mixed.keyless VALUES (0)")
    yield started
    started.stop()


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.5), reraise=True)
def settle(lab: Lab, topic: str, insert: str) -> None:
    """Until the connector streams: what changes while it reads its snapshot is no change."""
    lab.sql(insert)
    assert any(operation == "c" for operation, _ in lab.rows(topic))


@dataclass(frozen=True)
class Drift:
    """``statements`` without binlog, after which an insert of ``values`` into ``table`` ends the task."""

    table: str
    statement: str
    values: str
    diagnosis: str
    cause: causes.FinalCause
    row: Any


DRIFTS = (
    Drift(
        "types",
        "MODIFY n VARCHAR(9)",
        "(1, 'a')",
        "a value of mixed.types.n does not fit INT, its type in the schema history; if an ALTER",
        causes.UNFIT,
        {"id": 1, "n": "a"},
    ),
    Drift(
        "counts",
        "ADD x INT",
        "(1, 2, 3)",
        "the table counts has 3 columns, and the schema history has 2 of them",
        causes.OTHER_COLUMNS,
        {"id": 1, "n": 2, "x": 3},
    ),
)


def changed(spec: ConnectorSpec, properties: dict[str, str]) -> ConnectorSpec:
    return replace(spec, configuration={**spec.configuration, **properties})


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.table)
def test_a_table_that_changed_without_binlog_ends_the_task_until_the_history_is_recovered(
    lab: Lab, spec: ConnectorSpec, connector: RunningConnector, drift: Drift
) -> None:
    offsets = connector.workers.log_offsets()
    table = f"mixed.{drift.table}"
    lab.sql("SET sql_log_bin = 0", f"ALTER TABLE {table} {drift.statement}", "SET sql_log_bin = 1")
    lab.sql(f"INSERT INTO {table} VALUES {drift.values}")
    assert_failure(connector, offsets, drift.diagnosis, drift.cause)
    connector.change(changed(spec, RECOVER))
    wait_for_row(lab, f"poison.{table}", drift.row)
    connector.change(spec)


def test_a_statement_that_debezium_cannot_read_is_skipped_and_its_table_recovered(lab: Lab) -> None:
    spec = lab.another("unread", connectors__shop__source__tables=["unread.*"])
    lab.sql("CREATE DATABASE elsewhere", "CREATE DATABASE unread", "CREATE TABLE unread.words (n INT)")
    connector = lab.connectors(spec)
    try:
        settle(lab, "unread.unread.words", "INSERT INTO unread.words VALUES (0)")
        offsets = connector.workers.log_offsets()
        lab.sql(LINKS.format("elsewhere"), "INSERT INTO unread.words VALUES (1)")
        unreadable = f"Debezium cannot read a statement: {LINKS}; set schema_history.skip_unparseable_ddl"
        assert_failure(connector, offsets, unreadable.format("elsewhere"), causes.UNREADABLE)
        connector.change(changed(spec, SKIP))
        wait_for_row(lab, "unread.unread.words", {"n": 1})
        # Of any database: the schema history has the statement.
        with pytest.raises(ServerError, match="cannot read a statement"):
            connector.change(spec)

        offsets = connector.workers.log_offsets()
        lab.sql(LINKS.format("unread"), "INSERT INTO unread.links VALUES (1, 'a')")
        unknown = "the schema history does not have the structure of unread.links"
        assert_failure(connector, offsets, unknown, causes.UNKNOWN_TABLE)
        connector.change(changed(spec, SKIP | RECOVER))
        wait_for_row(lab, "unread.unread.links", {"id": 1, "url": "a"})
        connector.change(changed(spec, SKIP))
    finally:
        connector.stop()


def assert_failure(
    connector: RunningConnector, offsets: Mapping[Path, int], diagnosis: str, cause: causes.FinalCause
) -> None:
    """Of the task, in one line, and for the function that would restart it, from the log after ``offsets``."""
    assert str(wait_for_failure(connector)).startswith(diagnosis)
    log = enumerate(connector.workers.log_since(offsets).splitlines())
    assert causes.final_cause(log) == cause.cause


@retry(retry=retry_if_result(lambda failure: failure is None), stop=stop_after_delay(60), wait=wait_fixed(0.2))
def wait_for_failure(connector: RunningConnector) -> ServerError:
    return connector.failure()  # type: ignore[return-value]  # retried until there is one


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
def wait_for_row(lab: Lab, topic: str, row: Any) -> None:
    assert ("c", row) in lab.rows(topic)


def test_a_table_without_a_primary_key_has_events_without_a_key(lab: Lab, connector: RunningConnector) -> None:
    lab.sql("INSERT INTO mixed.keyless VALUES (7)")
    wait_for_row(lab, "poison.mixed.keyless", {"n": 7})
    assert not any(record.key for record in lab.records("poison.mixed.keyless"))
    assert connector.failure() is None


def test_a_structure_that_changes_under_a_snapshot_ends_it_and_the_next_has_all_rows(lab: Lab) -> None:
    lab.sql(
        "CREATE DATABASE altered",
        "CREATE TABLE altered.first (id INT PRIMARY KEY)",
        "CREATE TABLE altered.second (id INT PRIMARY KEY, n INT)",
        "INSERT INTO altered.second VALUES (1, 1)",
    )
    spec = lab.another("altered", connectors__shop__source__tables=["altered.*"])
    with lab.database.connect() as holder, holder.cursor() as cursor:
        cursor.execute("LOCK TABLES altered.first WRITE")
        altering = threading.Thread(target=alter_the_second, args=(lab, holder))
        altering.start()
        with pytest.raises(
            ServerError, match=r"\Aa value of altered\.second\.n does not fit INT.*restart the connector"
        ):
            lab.connectors(spec)
        altering.join()
    connector = lab.connectors(spec)
    try:
        wait_for_snapshot(lab)
    finally:
        connector.stop()


def alter_the_second(lab: Lab, holder: AdminConnection) -> None:
    """While the snapshot, which has read all structures, waits for the first table."""
    wait_for_lock(lab)
    lab.sql("ALTER TABLE altered.second MODIFY n VARCHAR(9)", "INSERT INTO altered.second VALUES (2, 'b')")
    with holder.cursor() as cursor:
        cursor.execute("UNLOCK TABLES")


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.1), reraise=True)
def wait_for_lock(lab: Lab) -> None:
    running = answers(lab.database, "SHOW PROCESSLIST")
    assert [row for row in running if row[6] == "Waiting for table metadata lock"]


@retry(stop=stop_after_delay(60), wait=wait_fixed(0.2), reraise=True)
def wait_for_snapshot(lab: Lab) -> None:
    rows = [("r", {"id": 1, "n": "1"}), ("r", {"id": 2, "n": "b"})]
    assert lab.rows("altered.altered.second")[-2:] == rows
