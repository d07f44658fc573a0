"""Settings of the server: the binary log, its retention, GTIDs, server ids, the time zone."""

import re
from collections.abc import Iterator
from typing import Final

from cdc.findings import Finding, error, ok, unknown, warning
from cdc.preflight.database.subject import Subject

# A failure on Friday evening is fixed on Monday.
WEEKEND_HOURS: Final = 72
_RECOMMENDED_HOURS: Final = 168
# What is left, after the longest snapshot, to fix a connector that stops at its end.
_SPARE_HOURS: Final = 24
_IN_CLUSTER_GROUP: Final = "in the Aurora cluster's parameter group, and reboot the writer"
_UTC: Final = re.compile(r"(?:UTC|GMT|UCT|Z|Etc/(?:UTC|GMT|UCT)|Zulu|Universal|[+-]00:00)", re.IGNORECASE)


def writer(subject: Subject) -> Iterator[Finding]:
    """The connector reads the writer: only that has a binary log."""
    facts = subject.facts
    version = facts.variables.get("version", "?")
    if facts.on("innodb_read_only"):
        yield error(f"must be the writer, is a reader (MySQL {version})", "connect to the cluster's writer endpoint")
    elif facts.on("read_only"):
        yield warning(
            f"the server is read-only (MySQL {version}): a heartbeat query and signals by table cannot be written",
            "connect to the writer, or set read_only=0",
        )
    else:
        yield ok(f"MySQL {version}, a writer")


def binary_log(subject: Subject) -> Iterator[Finding]:
    """Debezium needs whole rows in the binary log."""
    facts = subject.facts
    if not facts.on("log_bin"):
        yield error(
            "the database must write a binary log, log_bin is OFF", f"set binlog_format=ROW {_IN_CLUSTER_GROUP}"
        )
        return
    wrong = [
        f"{name} must be {wanted or 'empty'}, is {found}"
        for name, wanted in (("binlog_format", "ROW"), ("binlog_row_image", "FULL"), ("binlog_row_value_options", ""))
        if (found := facts.variables.get(name, wanted).upper()) != wanted
    ]
    for message in wrong:
        yield error(message, f"set it {_IN_CLUSTER_GROUP}")
    if not wrong:
        yield ok("ROW, with full row images")


def retention(subject: Subject) -> Iterator[Finding]:
    """The log must outlast the first snapshot, and the time until somebody fixes a connector."""
    kept, snapshot = subject.facts.retention, subject.snapshot_seconds / 3600
    fix = f"CALL mysql.rds_set_configuration('binlog retention hours', {max(_RECOMMENDED_HOURS, _round(snapshot))});"
    if not kept.managed:
        fix = f"SET PERSIST binlog_expire_logs_seconds = {max(_RECOMMENDED_HOURS, _round(snapshot)) * 3600};"
    if not kept.readable:
        yield unknown(
            "the user cannot read how long the binary log is kept",
            f"as the owner: CALL mysql.rds_show_configuration; it should be {_RECOMMENDED_HOURS} hours or more",
        )
    elif kept.hours is None:
        yield error("the binary log is purged as soon as no replica needs it: binlog retention hours is NULL", fix)
    elif kept.hours < snapshot + _SPARE_HOURS:
        yield error(
            f"the binary log must be kept for {snapshot + _SPARE_HOURS:.0f} hours or more (the first snapshot, and"
            f" {_SPARE_HOURS} hours), is kept for {kept.hours:g}",
            fix,
        )
    elif kept.hours < WEEKEND_HOURS:
        yield warning(
            f"the binary log is kept for {kept.hours:g} hours: a connector that fails on a Friday evening loses"
            " changes by Monday",
            fix,
        )
    else:
        yield ok("kept without limit" if kept.hours == float("inf") else f"kept for {kept.hours:g} hours")


def _round(hours: float) -> int:
    """Up to whole days, with time to spare."""
    return int((hours + _SPARE_HOURS) // 24 + 1) * 24


def gtids(subject: Subject) -> Iterator[Finding]:
    """Only a GTID finds the position again on another server; read-only incremental snapshots need them."""
    mode = subject.facts.variables.get("gtid_mode", "OFF").upper()
    fix = f"set gtid_mode=ON and enforce_gtid_consistency=ON {_IN_CLUSTER_GROUP}"
    if mode == "ON":
        yield ok("gtid_mode is ON")
    elif subject.setting("read.only") == "true":
        yield error(f"gtid_mode must be ON for incremental snapshots without a signal table, is {mode}", fix)
    else:
        yield warning(
            f"gtid_mode is {mode}: on another server, after a restore or a blue/green switchover, the connector does"
            " not find its position again",
            fix,
        )


def server_id(subject: Subject) -> Iterator[Finding]:
    """Every reader of a binary log has an id of its own; the server lists those that register."""
    own, facts = subject.connector.source.server_id, subject.facts
    fix = f"choose another connectors.{subject.key}.source.server_id"
    if facts.variables.get("server_id") == str(own):
        yield error(f"server_id must be free, {own} is the database's own", fix)
    elif facts.replicas is None:
        yield unknown(f"whether {own} is free: REPLICATION SLAVE is missing", "grant it to the user")
    elif own in facts.replicas:
        yield error(f"server_id must be free, a replica has {own}", fix)
    else:
        others = f"; registered replicas have {', '.join(map(str, facts.replicas))}" if facts.replicas else ""
        yield ok(f"{own} is neither the database's nor a registered replica's{others}")


def time_zone(subject: Subject) -> Iterator[Finding]:
    """The driver converts TIMESTAMP columns by the server's zone, whose name Java must know."""
    variables = subject.facts.variables
    zone = variables.get("time_zone", "SYSTEM")
    named = variables.get("system_time_zone", "") if zone.upper() == "SYSTEM" else zone
    if _UTC.fullmatch(named) or "driver.connectiontimezone" in {key.lower() for key in subject.properties}:
        yield ok(named)
    else:
        yield warning(
            f"the database's time zone is {named}, not UTC: DATETIME columns arrive without a zone, as if they were UTC"
            + ("; an abbreviation can mean several zones, which stops the driver" if "/" not in named else ""),
            "have applications convert them, and set driver.connectionTimeZone to the zone's full name, such as"
            " Europe/Berlin",
        )
