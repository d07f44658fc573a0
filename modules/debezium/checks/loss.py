"""What loses data without an error: allowed, and said until the file accepts it with a reason."""

from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.finding import Finding, Place, loss
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import resolved

# Property, lossy words, and what happens then.
_WORDS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "errors.tolerance": (
        ("all",),
        "an event that a transform or converter cannot take is dropped: lost, with a line in the log at best",
    ),
    "event.processing.failure.handling.mode": (
        ("warn", "skip", "ignore"),
        "an event that cannot be processed is dropped: lost, where fail would stop the task",
    ),
    "event.converting.failure.handling.mode": (
        ("warn", "skip"),
        "a value that does not fit becomes null: lost, where fail would stop the task",
    ),
    "inconsistent.schema.handling.mode": (
        ("warn", "skip"),
        "events of a table whose structure is not known are dropped: lost, where fail would stop the task",
    ),
}
_DROPPED: Final = "deleted rows leave no event: lost, to consumers they are still there"
_BEHIND: Final[dict[str, dict[str, tuple[tuple[str, ...], str]]]] = {
    "io.debezium.transforms.ExtractNewRecordState": {
        "delete.tombstone.handling.mode": (("drop",), _DROPPED),
        "delete.handling.mode": (("drop",), _DROPPED),
    },
}
_OPERATIONS: Final = {"c": "inserted", "u": "updated", "d": "deleted", "r": "snapshot"}
_MODES: Final = {
    "initial_only": "the task ends after the snapshot: changes that come later are never captured",
    "always": "every start reads all rows again: of what was deleted while the connector was stopped no event tells",
    "recovery": "every start rebuilds the schema history: changes of structure since the last offset are missed",
}


def check(subject: Subject) -> Iterator[Finding]:
    yield from _failures(subject)
    yield from _unwrapped(subject)
    yield from _operations(subject)
    yield from _tombstones(subject)
    yield from _filters(subject)
    yield from _snapshots(subject)
    yield from _history(subject)
    yield from _texts(subject)


def _failures(subject: Subject) -> Iterator[Finding]:
    for key, (words, message) in _WORDS.items():
        if key in subject.given and subject.word(key) in words:
            yield loss(key, message, subject.given[key])


def _history(subject: Subject) -> Iterator[Finding]:
    if subject.connector.schema_history.skip_unparseable_ddl:
        message = (
            "a change of structure that Debezium cannot read is skipped: later events of that table may have wrong"
            " columns, where the task would stop"
        )
        place = ("schema_history", "skip_unparseable_ddl")
        yield Finding(place, message, True, level="warning", acceptable=True)


def _unwrapped(subject: Subject) -> Iterator[Finding]:
    """Transforms that drop events themselves."""
    for alias in subject.listed("transforms"):
        of = resolved(subject.effective.get(f"transforms.{alias}.type", ""), subject.release.transforms)
        for name, (words, message) in _BEHIND.get(of or "", {}).items():
            key = f"transforms.{alias}.{name}"
            if subject.given.get(key, "").strip().lower() in words:
                yield loss(key, message, subject.given[key])


def _operations(subject: Subject) -> Iterator[Finding]:
    skipped = [operation for operation in subject.listed("skipped.operations") if operation in _OPERATIONS]
    if "skipped.operations" not in subject.given or not skipped:
        return
    value = subject.given["skipped.operations"]
    if {"c", "u", "d"} <= set(skipped):
        message = "must leave some changes: with c, u and d nothing that happens in the database is captured"
        yield Finding(("properties", "skipped.operations"), message, value, acceptable=True)
        return
    rows = " and ".join(_OPERATIONS[operation] for operation in skipped)
    yield loss("skipped.operations", f"events of {rows} rows are never written: lost to every consumer", value)


def _tombstones(subject: Subject) -> Iterator[Finding]:
    """A compacted topic keeps the last event of each key."""
    keeps = not subject.enabled("tombstones.on.delete", default=True)
    for key, value in subject.given.items():
        if key.startswith("topic.creation.") and key.endswith(".cleanup.policy") and "compact" in value:
            message = "a table without a primary key has no key, and ends the task; older events of a key are lost"
            yield loss(key, message + (", while deleted rows stay without tombstones" if keeps else ""), value)


def _filters(subject: Subject) -> Iterator[Finding]:
    for key in ("gtid.source.includes", "gtid.source.excludes"):
        if key in subject.given:
            message = "transactions of other servers are dropped: after a failover Aurora's writer is another server"
            yield loss(key, message, subject.given[key])


def _snapshots(subject: Subject) -> Iterator[Finding]:
    mode = subject.connector.snapshot.mode
    if mode in _MODES:
        place: Place = ("snapshot", "mode")
        yield Finding(place, _MODES[mode], mode, level="warning", acceptable=True)


def _texts(subject: Subject) -> Iterator[Finding]:
    """A converter that writes an event as Java shows it, or cannot write it at all."""
    if subject.listed("transforms"):
        return
    for key in ("key.converter", "value.converter"):
        name = subject.given.get(key, "").rpartition(".")[2]
        if name in ("StringConverter", "ByteArrayConverter") and subject.given[key].startswith("org.apache."):
            message = (
                "events are written as Java prints a Struct, Struct{id=1}, which no parser reads: use JsonConverter"
            )
            if name == "ByteArrayConverter":
                message = "events are no bytes, so the task fails at the first one: use JsonConverter"
            yield loss(key, message, subject.given[key])
