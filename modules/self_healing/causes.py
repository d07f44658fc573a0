"""Causes of a failed task that no restart removes, by the phrase that a worker logs.

Phrases are Debezium 3.6's, MySQL 8's and Kafka's. A wrong password is not among them: after a rotation a restart is
what reads the new one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class FinalCause:
    """``phrase`` is part of a line in the worker's log; ``cause`` says what happened, and what to do."""

    phrase: str
    cause: str


PURGED: Final = FinalCause(
    "no longer available on the server",
    "the database does not have the binlog position of the committed offset: it is purged, or another database has the"
    " name; take a new snapshot, and raise binlog retention hours",
)
REFUSED: Final = FinalCause("Error code: 1236", f"error 1236: {PURGED.cause}")
HISTORY: Final = FinalCause(
    "history topic or its content is fully or partially missing",
    "the schema history topic is missing or incomplete; set snapshot.mode recovery once",
)
UNREADABLE: Final = FinalCause(
    "DDL statement couldn't be parsed",
    "Debezium cannot read a statement that changes a structure; set schema_history.skip_unparseable_ddl, and where it"
    " is about a captured table also snapshot.mode recovery, once",
)
UNKNOWN_TABLE: Final = FinalCause(
    "whose schema isn't known to this connector",
    "the schema history does not have the structure of a captured table; set snapshot.mode recovery once",
)
OTHER_COLUMNS: Final = FinalCause(
    "restart connector with schema recovery mode",
    "a table has other columns than the schema history has of it, as after an ALTER without binlog; set snapshot.mode"
    " recovery once",
)
UNFIT: Final = FinalCause(
    "Failed to properly convert",
    "a value does not fit the type that the schema history has of its column; if an ALTER was not in the binlog, set"
    " snapshot.mode recovery once; if it came under a snapshot, restart the connector",
)
TOO_LARGE: Final = FinalCause(
    "RecordTooLargeException", "an event is larger than Kafka takes; set topics.max_message_bytes"
)
FINAL: Final = (
    PURGED,
    REFUSED,
    FinalCause("purged required binary logs", PURGED.cause),
    FinalCause("Could not find first log file name in binary log index file", REFUSED.cause),
    HISTORY,
    FinalCause("history topic is missing", HISTORY.cause),
    FinalCause(
        "with the same server_uuid/server_id",
        "another client reads the binlog with the same server id; give each connector its own source.server_id",
    ),
    FinalCause("AuthorizationException", "the brokers deny something to the connector's role; compare its policy"),
    FinalCause("Not authorized to access", "the brokers deny something to the connector's role; compare its policy"),
    FinalCause("command denied to user", "the database user does not have a privilege; grant it"),
    FinalCause("you need (at least one of) the", "the database user does not have a privilege; grant it"),
    UNREADABLE,
    UNKNOWN_TABLE,
    OTHER_COLUMNS,
    UNFIT,
    TOO_LARGE,
)


# What Kafka Connect logs when a task or its connector ends; the stack trace is in the same line, or in the next ones.
ENDS: Final = (
    "uncaught and unrecoverable exception",
    "failed initialization and will not be started",
    "Failed to start connector",
    "Failed to start task",
)


def final_cause(lines: Iterable[tuple[int, str]]) -> str:
    """The cause of the last failure in ``lines`` (milliseconds, text), empty where a restart may help.

    Lines before that failure do not count: a broker may have denied something that did no harm.
    """
    ordered = sorted(lines, key=lambda line: line[0])
    ends = [at for at, text in ordered if any(phrase in text for phrase in ENDS)]
    if not ends:
        return ""
    since = [text for at, text in ordered if at >= ends[-1]]
    return next((final.cause for text in since for final in FINAL if final.phrase in text), "")


def filter_pattern() -> str:
    """What CloudWatch Logs searches for: any of the phrases."""
    return " ".join(f'?"{phrase}"' for phrase in (*ENDS, *(final.phrase for final in FINAL)))
