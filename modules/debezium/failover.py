"""What a connector does when its database goes away for a while: a failover, a patch, a network that is cut.

Every figure was measured with Debezium 3.6.1 on a MySQL server: docs/decisions.md has them.
"""

from typing import Final

from modules.debezium.definitions import numbers

# Debezium 3.1.0 to 3.6.1 take every error of the database for final (debezium/dbz#2611). Those that mean "not now" are
# retried; a purged binlog, a missing privilege, a wrong password and a schema history that is lost stay final.
FAULTY: Final = ((3, 1, 0), (3, 6, 1))
# Debezium compares it with each whole message of the chain of causes, by String.matches.
COMMUNICATION: Final = (
    "(?s).*(?:"
    "Failed to read (?:next byte|remaining)"
    "|Connection re(?:set|fused)"
    "|Broken pipe"
    "|Communications link failure"
    "|Unable to connect to the database at"
    "|Too many connection"
    "|Server shutdown in progress"
    "|while waiting to connect to database"
    ").*"
)
# The first try after an error must find the database: a start that fails is final. Aurora names 60 s for a failover;
# its name then resolves to the new writer within 5 s, and a JVM keeps an address for 30 s.
WAIT_MILLISECONDS: Final = 90_000
# A connection that ended without an error is opened again after at most this long; Debezium's default is 60 s.
KEEP_ALIVE_MILLISECONDS: Final = 20_000


def properties(debezium_version: str) -> dict[str, str]:
    """The defaults of a connector with this Debezium; a user's own properties may replace each."""
    retried = {"internal.custom.retriable.exception": COMMUNICATION} if _faulty(debezium_version) else {}
    return retried | {
        "retriable.restart.connector.wait.ms": str(WAIT_MILLISECONDS),
        "connect.keep.alive.interval.ms": str(KEEP_ALIVE_MILLISECONDS),
    }


def _faulty(debezium_version: str) -> bool:
    first, last = FAULTY
    return first <= numbers(debezium_version)[:3] <= last
