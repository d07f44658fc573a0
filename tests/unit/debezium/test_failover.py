"""Which errors of the database are retried: messages that Debezium 3.6.1 and MySQL 8.0 gave for real faults."""

import json
from pathlib import Path
from typing import Any

import pytest

from modules.debezium import failover
from modules.debezium.definitions import release
from modules.debezium.regex import matching

# The whole chain of causes that Debezium compares, of each fault: tests/rehearsal/connect/test_failover.py has some of
# them again.
FAULTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "failures.json").read_text())
FINAL = [
    "SELECT command denied to user 'cdc'@'10.0.0.1' for table 'customers'",
    "Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation",
    "The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.",
    "Could not find first log file name in binary log index file Error code: 1236; SQLSTATE: HY000.",
    "A slave with the same server_uuid/server_id as this slave has connected to the master Error code: 1236",
    "The MySQL server is not configured to use a ROW binlog_format",
    "Error processing binlog event",
    "Encountered change event for table shop.orders whose schema isn't known to this connector",
]


def retried(messages: list[str]) -> bool:
    """Debezium retries where the expression matches any whole message."""
    return any(matching.matches(failover.COMMUNICATION, message) for message in messages)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["fault"] for fault in FAULTS])
def test_real_errors(fault: dict[str, Any]) -> None:
    assert retried(fault["messages"]) is fault["retried"]


def test_there_are_errors_of_both_kinds() -> None:
    assert [sum(fault["retried"] is kind for fault in FAULTS) for kind in (True, False)] == [6, 4]


@pytest.mark.parametrize("message", FINAL)
def test_what_no_retry_repairs_is_final(message: str) -> None:
    assert not retried([message])


@pytest.mark.parametrize("message", ["Connection reset", "Connection reset by peer", "Broken pipe (Write failed)"])
def test_the_jvms_own_messages_are_retried(message: str) -> None:
    assert retried([message])


@pytest.mark.parametrize(
    ("debezium", "faulty"),
    [
        ("2.7.4.Final", False),
        ("3.0.8.Final", False),
        ("3.1.0.Final", True),
        ("3.5.0.Final", True),
        ("3.6.1.Final", True),
        ("3.6.2.Final", False),
        ("3.7.0.Final", False),
        ("4.0.0.Final", False),
    ],
)
def test_releases_without_the_fault_get_no_expression(debezium: str, faulty: bool) -> None:
    properties = failover.properties(debezium)
    assert ("internal.custom.retriable.exception" in properties) is faulty
    assert properties["retriable.restart.connector.wait.ms"] == "90000"


def test_the_properties_are_debeziums() -> None:
    known = release("3.6.1.Final", "3.7.x").connector
    assert failover.properties("3.6.1.Final").keys() <= known.keys()
