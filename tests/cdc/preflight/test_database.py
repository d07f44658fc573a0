"""Each check of a database: once where all is well, once for each reason to fail, on a real server."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certifi
import pymysql
import pytest
from pymysql.constants import COMMAND

from cdc.findings import Finding, Level
from cdc.preflight.database import checks
from cdc.preflight.database.connecting import Login
from modules.environment.environment import Environment
from rehearsal.database.mysql import DEBEZIUM_PRIVILEGES, Database
from rehearsal.processes.addresses import free_port
from tests.cdc.preflight.sources import (
    PASSWORD,
    SHOP,
    TABLES,
    USER,
    changed_server,
    found,
    prepare,
    results,
    route,
    run,
)  # fmt: skip
from tests.rehearsal.database import databases
from tests.synthesized import with_connector


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with databases.database(tmp_path_factory.mktemp("mysql")) as running:
        prepare(running)
        yield running


@dataclass(frozen=True)
class Case:
    """Statements before and after; the connector's changes; what the check has to say, and nothing worse."""

    check: str
    level: Level
    said: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


OK, WARNING, ERROR, UNKNOWN = Level.OK, Level.WARNING, Level.ERROR, Level.UNKNOWN
GTIDS = ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")


def setting(check: str, level: Level, said: str, name: str, value: str, usual: str, **changes: Any) -> Case:
    return Case(check, level, said, (f"SET GLOBAL {name} = {value}",), (f"SET GLOBAL {name} = {usual}",), changes)


def kept(level: Level, said: str, hours: str) -> Case:
    """RDS keeps the binary log for so long."""
    change = "UPDATE mysql.rds_configuration SET value = {}"
    return Case("retention", level, said, (change.format(hours),), (change.format("'168'"),))


def granted(check: str, level: Level, said: str, *statements: str, **changes: Any) -> Case:
    """The user has these privileges instead of the usual ones."""
    usual = (
        f"REVOKE ALL, GRANT OPTION FROM {USER}@'%'",
        f"GRANT {DEBEZIUM_PRIVILEGES} ON *.* TO {USER}@'%'",
        f"GRANT INSERT, DELETE ON shop.debezium_signal TO {USER}@'%'",
    )
    made = tuple(f"GRANT {statement} TO {USER}@'%'" for statement in statements)
    return Case(check, level, said, (usual[0], *made), ("DROP ROLE IF EXISTS reader", *usual), changes)


def tables(check: str, level: Level, said: str, *made: str, **changes: Any) -> Case:
    """Tables of a database of their own, all captured."""
    statements = ("CREATE DATABASE more", *(f"CREATE {one}" for one in made))
    return Case(check, level, said, statements, ("DROP DATABASE more",), {"source__tables": ["more.*"], **changes})


LOG, SLAVE = "REPLICATION CLIENT, REPLICATION SLAVE ON *.*", "REPLICATION SLAVE ON *.*"
LOCKED = {"snapshot__locking": "minimal"}
CASES = {
    "read-only": setting("writer", WARNING, "read-only", "read_only", "1", "0"),
    "mixed": setting("binary log", ERROR, "must be ROW, is MIXED", "binlog_format", "'MIXED'", "'ROW'"),
    "images": setting("binary log", ERROR, "must be FULL, is MINIMAL", "binlog_row_image", "MINIMAL", "FULL"),
    "partial JSON": setting(
        "binary log", ERROR, "must be empty, is PARTIAL_JSON", "binlog_row_value_options", "PARTIAL_JSON", "''"
    ),
    "no retention": kept(ERROR, "is NULL", "NULL"),
    "short retention": kept(ERROR, "24 hours or more", "'12'"),
    "no weekend": kept(WARNING, "Friday evening", "'48'"),
    "retention is hidden": granted("retention", UNKNOWN, "cannot read", LOG, "SELECT ON shop.*"),
    "no GTIDs": Case(
        "GTIDs",
        WARNING,
        "gtid_mode is OFF",
        tuple(f"SET GLOBAL gtid_mode = {mode}" for mode in GTIDS),
        tuple(f"SET GLOBAL gtid_mode = {mode}" for mode in (*reversed(GTIDS[:2]), "ON")),
    ),
    "GTIDs for snapshots": setting(
        "GTIDs", ERROR, "must be ON", "gtid_mode", "ON_PERMISSIVE", "ON", signals={"topic": "orders-signals"}
    ),
    "the server's id": Case("server id", ERROR, "the database's own", changes={"source__server_id": 1}),
    "replicas are hidden": granted("server id", UNKNOWN, "REPLICATION SLAVE", "SELECT ON *.*"),
    "zone": setting("time zone", WARNING, "+05:30, not UTC", "time_zone", "'+05:30'", "'+00:00'"),
    "zone is set": setting(
        "time zone",
        OK,
        "+05:30",
        "time_zone",
        "'+05:30'",
        "'+00:00'",
        properties={"driver.connectionTimeZone": "Asia/Kolkata"},
    ),
    "no REPLICATION CLIENT": granted("privileges", ERROR, "REPLICATION CLIENT on *.*", SLAVE, "SELECT ON *.*"),
    "no SELECT": granted("privileges", ERROR, "SELECT on `shop`.`customers`", LOG, "INSERT ON shop.*"),
    "SELECT of a column": granted(
        "privileges", ERROR, "SELECT on `shop`.`orders`", LOG, "SELECT (id) ON shop.orders", "SELECT ON shop.customers"
    ),
    "SELECT of a pattern": granted(
        "privileges", OK, "has what", f"{DEBEZIUM_PRIVILEGES.replace('SELECT, ', '')} ON *.*", "ALL ON `sho_`.*"
    ),
    "no INSERT for signals": granted("privileges", ERROR, "INSERT on `shop`.`debezium_signal`", LOG, "SELECT ON *.*"),
    "no LOCK TABLES": granted("privileges", ERROR, "LOCK TABLES on *.*", LOG, "RELOAD, SELECT ON *.*", **LOCKED),
    "no RELOAD without locks": granted(
        "privileges", WARNING, "RELOAD on *.*", LOG, "LOCK TABLES, SHOW DATABASES ON *.*", "ALL ON shop.*"
    ),
    "everything": granted("privileges", OK, "has what", "ALL ON *.*", **LOCKED),
    "no such table": Case(
        "tables", ERROR, "did you mean shop.orders?", changes={"source__tables": ["shop.order", "shop.customers"]}
    ),
    "nothing matches": Case("tables", ERROR, "store.* must match", changes={"source__tables": ["store.*"]}),
    "one pattern matches nothing": Case(
        "tables", WARNING, "store.* must match", changes={"source__tables": ["store.*", *TABLES]}
    ),
    "a view": tables(
        "tables",
        ERROR,
        "more.seen must match a table, matches a view",
        "VIEW more.seen AS SELECT 1 AS id",
        source__tables=["more.seen", *TABLES],
    ),
    "no signal table": Case("tables", ERROR, "shop.signals must exist", changes={"signals__table": "shop.signals"}),
    "no key": tables(
        "primary keys", WARNING, "more.a.", "TABLE more.a (x INT, UNIQUE (x))", "TABLE more.b (x INT NOT NULL UNIQUE)"
    ),
    "a key by configuration": tables(
        "primary keys", OK, "has one", "TABLE more.a (x INT)", properties={"message.key.columns": r"more\.a:x"}
    ),
    "a key of another table": tables(
        "primary keys", WARNING, "more.a.", "TABLE more.a (x INT)", properties={"message.key.columns": "more.aa:x"}
    ),
    "no rows wanted": Case("snapshot", OK, "reads none", changes={"snapshot__mode": "no_data"}),
    "unsigned": tables("columns", WARNING, "more.a.x", "TABLE more.a (x BIGINT UNSIGNED PRIMARY KEY)"),
    "unsigned as decimals": tables(
        "columns",
        OK,
        "none",
        "TABLE more.a (x BIGINT UNSIGNED PRIMARY KEY)",
        properties={"bigint.unsigned.handling.mode": "precise"},
    ),
    "decimals as bytes": tables(
        "columns", WARNING, "more.a.x", "TABLE more.a (x DECIMAL(9, 2) PRIMARY KEY)", properties={}
    ),
    "large": tables("columns", WARNING, "more.a.x", "TABLE more.a (id INT PRIMARY KEY, x LONGTEXT)"),
    "large, and left out": tables(
        "columns",
        OK,
        "none",
        "TABLE more.a (id INT PRIMARY KEY, x LONGTEXT)",
        properties={"column.exclude.list": r"more\.a\.x"},
    ),
    "large, and allowed": tables(
        "columns", OK, "none", "TABLE more.a (id INT PRIMARY KEY, x MEDIUMTEXT)", topics__max_message_bytes=2**24
    ),
    "geometries": tables("columns", WARNING, "more.a.x", "TABLE more.a (id INT PRIMARY KEY, x POINT)"),
    "one topic": tables(
        "topic names", ERROR, "their events mix", "TABLE more.`a$b` (id INT)", "TABLE more.`a@b` (id INT)"
    ),
    "topics that Kafka confuses": tables(
        "topic names",
        ERROR,
        "Kafka refuses the second",
        "DATABASE more_a",
        "TABLE more_a.b (id INT)",
        "TABLE more.a_b (id INT)",
        source__tables=["more.*", "more_a.*"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_check(case: Case, database: Database) -> None:
    """The worst that a check finds."""
    try:
        run(database, *case.before)
        seen = found(results(database, **case.changes), case.check)
    finally:
        run(database, "DROP DATABASE IF EXISTS more_a", *case.after)
    worst = min(seen, key=lambda finding: [ERROR, WARNING, UNKNOWN, OK].index(finding.level))
    assert worst.level is case.level, seen
    assert case.said in " ".join(finding.message for finding in seen if finding.level is worst.level)
    assert bool(worst.fix) is (worst.level is not OK)


def test_where_all_is_well_each_check_says_so(database: Database) -> None:
    seen = results(database)
    assert {result.check for result in seen} == {"connection", *checks.CHECKS}
    assert {result.finding.level for result in seen} == {OK}


def test_each_check_is_seen_to_fail() -> None:
    assert {case.check for case in CASES.values() if case.level is not OK} | {"snapshot"} == {*checks.CHECKS}


def test_a_large_snapshot_needs_a_longer_retention(database: Database) -> None:
    """MySQL's own estimates for a table whose statistics say that it is large; its rows need not be there."""
    run(
        database,
        "CREATE DATABASE big",
        "CREATE TABLE big.log (id INT PRIMARY KEY) STATS_PERSISTENT=1",
        "UPDATE mysql.innodb_table_stats SET n_rows = 6000000000 WHERE database_name = 'big'",
        "FLUSH TABLE big.log",
    )
    try:
        seen = results(database, source__tables=["big.*"])
    finally:
        run(database, "DROP DATABASE big")
    [snapshot], [retention] = found(seen, "snapshot"), found(seen, "retention")
    assert (snapshot.level, retention.level) == (WARNING, ERROR)
    assert "208 hours" in snapshot.message
    assert "232 hours or more" in retention.message
    assert "240" in retention.fix


def test_a_registered_replica_has_its_id(database: Database) -> None:
    """A client that registers as a replica does (MySQL's protocol, COM_REGISTER_SLAVE)."""
    address = database.address
    tls: dict[str, Any] = {"check_hostname": False}
    login: Any = pymysql.connect(host=address.host, port=address.port, user=USER, password=PASSWORD, ssl=tls)
    with login as replica:
        replica._execute_command(COMMAND.COM_REGISTER_SLAVE, struct.pack("<IBBBHII", 5401, 0, 0, 0, 0, 0, 0))
        replica._read_ok_packet()
        [taken], [free] = (found(results(database, source__server_id=number), "server id") for number in (5401, 5402))
    assert (taken.level, free.level) == (ERROR, OK)
    assert "a replica has 5401" in taken.message


def test_a_role_that_is_no_default_is_not_seen(database: Database) -> None:
    run(database, "CREATE ROLE reader", f"GRANT {DEBEZIUM_PRIVILEGES} ON *.* TO reader")
    run(database, "CREATE USER by_role@'%' IDENTIFIED BY 'secret' REQUIRE SSL", "GRANT reader TO by_role@'%'")
    try:
        before = found(results(database, user="by_role", password="secret"), "privileges")
        run(database, "SET DEFAULT ROLE reader TO by_role@'%'")
        after = found(results(database, user="by_role", password="secret", signals=None), "privileges")
    finally:
        run(database, "DROP USER by_role@'%'", "DROP ROLE reader")
    assert ERROR in {finding.level for finding in before}
    assert any("of the role `reader`@`%`" in finding.message for finding in before)
    assert {finding.level for finding in after} == {OK}


def test_a_server_without_a_binary_log_in_another_zone(tmp_path: Path) -> None:
    with changed_server(tmp_path, "--skip-log-bin", "--default-time-zone=SYSTEM", TZ="Europe/Berlin") as server:
        server.create_user(USER, PASSWORD)
        run(server, *SHOP, "SET GLOBAL binlog_expire_logs_seconds = 0")
        seen = results(server)
        run(server, "SET GLOBAL binlog_expire_logs_seconds = 3600")
        short = results(server)
    [log], [zone], [kept], [purged] = (
        found(seen, "binary log"), found(seen, "time zone"), found(seen, "retention"), found(short, "retention"),
    )  # fmt: skip
    assert (log.level, "log_bin is OFF" in log.message) == (ERROR, True)
    assert (zone.level, "CET" in zone.message, "several zones" in zone.message) == (WARNING, True, True)
    assert (kept.level, kept.message) == (OK, "kept without limit")
    assert (purged.level, "SET PERSIST" in purged.fix) == (ERROR, True)


def connection(database: Database, password: str = PASSWORD, **changes: Any) -> Finding:
    environment = Environment.model_validate({"name": "prod", **with_connector()})
    way = route(database.address, **changes)
    return next(checks.check("orders", environment.connectors["orders"], way, Login(USER, password))).finding


def test_a_connection(database: Database) -> None:
    data = database.folder / "data"
    assert connection(database).level is OK
    verified = connection(database, authority=data / "ca.pem")
    assert (verified.level, "not verified" in verified.message) == (OK, False)
    refused = connection(database, "another")
    assert (refused.level, "denies access to the user 'debezium'" in refused.message) == (ERROR, True)
    assert "another" not in f"{refused}"
    untrusted = connection(database, authority=Path(certifi.where()))
    assert (untrusted.level, "must offer TLS" in untrusted.message) == (ERROR, True)
    nobody = free_port()
    assert connection(database, port=nobody).level is ERROR
    assert connection(database, port=nobody, given=False).level is UNKNOWN


def test_no_connection_without_tls(tmp_path: Path) -> None:
    with changed_server(tmp_path, "--tls-version=") as server:
        run(server, f"CREATE USER {USER}@'%' IDENTIFIED WITH mysql_native_password BY '{PASSWORD}'")
        plain = connection(server)
    assert (plain.level, "must offer TLS" in plain.message) == (ERROR, True)
