"""Topics, heartbeats, snapshots and signals."""

from typing import Final

from cdc.imports.formats.described import Unresolved
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind
from modules.debezium.words import WORDS
from modules.environment.checks.document_rules import FILL_IN

_SNAPSHOT_MODES: Final = ("initial", "initial_only", "no_data", "when_needed", "always", "recovery")
_LOCKINGS: Final = ("none", "minimal", "extended")
_PARTITIONS: Final = "topic.creation.default.partitions"
_LARGEST: Final = "topic.creation.default.max.message.bytes"
_MOST_BYTES: Final = 2**26
_REPLICATION: Final = "topic.creation.default.replication.factor"
_HEARTBEAT: Final = "heartbeat.interval.ms"
_LONGEST_HEARTBEAT: Final = 300
_OWN: Final = "has its own key"
_NAMING: Final = ("topic.delimiter", "topic.naming.strategy", "topic.heartbeat.prefix", "topic.heartbeat.name")
_CHANNELS: Final = "signal.enabled.channels"


def take(draft: Draft) -> None:
    """Fills ``topics``, ``snapshot``, ``signals`` and ``heartbeat_seconds``."""
    _prefix(draft)
    _partitions(draft)
    _largest(draft)
    for key in _NAMING:
        draft.lose(key, "the connector's role allows only the default topic names")
    _heartbeat(draft)
    _word(draft, "snapshot.mode", "snapshot.mode", _SNAPSHOT_MODES)
    _word(draft, "snapshot.locking.mode", "snapshot.locking", _LOCKINGS)
    _signals(draft)


def _prefix(draft: Draft) -> None:
    value = draft.take("topic.prefix")
    if isinstance(value, str) and value.strip():
        draft.move("topic.prefix", "topics.prefix", value.strip(), _OWN, before=value)
    else:
        why = "the prefix of topics; to keep the existing topics, that of the running connector"
        draft.fill_in("topics.prefix", why, key="topic.prefix", before=value)


def _partitions(draft: Draft) -> None:
    value = draft.take(_PARTITIONS)
    if isinstance(value, str) and value.strip().isdecimal():
        draft.move(_PARTITIONS, "topics.partitions", int(value), _OWN, before=value)
    elif isinstance(value, Unresolved):
        draft.unknown(_PARTITIONS, value, "topics.partitions is 1, unless set")
    elif value is not None:
        draft.note(Kind.DROPPED, _PARTITIONS, "1 instead, for new topics", before=value)
    draft.drop(_REPLICATION, "the brokers' default.replication.factor instead")


def _largest(draft: Draft) -> None:
    value = draft.take(_LARGEST)
    if isinstance(value, Unresolved):
        draft.unknown(_LARGEST, value, "topics.max_message_bytes is Kafka's limit of about 1 MiB, unless set")
    elif value is not None:
        largest_message(draft, _LARGEST, value)


def largest_message(draft: Draft, key: str, value: str) -> None:
    """Fills ``topics.max_message_bytes`` from a limit of producers or topics, the largest of several."""
    size, path = int(value) if value.strip().isdecimal() else 0, "topics.max_message_bytes"
    if size <= max(2**20, draft.entry["topics"].get("max_message_bytes", 0)):
        draft.note(Kind.DROPPED, key, "Kafka's default, or a larger limit, instead", before=value)
    else:
        draft.move(key, path, min(size, _MOST_BYTES), _OWN, before=value)


def _heartbeat(draft: Draft) -> None:
    value = draft.take(_HEARTBEAT)
    if value is None:
        return
    if isinstance(value, Unresolved):
        draft.unknown(_HEARTBEAT, value, "heartbeat_seconds is 10, unless set")
        return
    text = value.strip()
    if not text.isdecimal() or int(text) == 0:
        why = "10 seconds instead: without heartbeats, the binlog position of an idle database can be purged"
        draft.note(Kind.DROPPED, _HEARTBEAT, why, before=value)
        return
    seconds = min(max(-(-int(text) // 1000), 1), _LONGEST_HEARTBEAT)
    why = _OWN if seconds * 1000 == int(text) else "whole seconds, at most 300"
    draft.move(_HEARTBEAT, "heartbeat_seconds", seconds, why, before=value)


def _word(draft: Draft, key: str, path: str, words: tuple[str, ...]) -> None:
    value = draft.take(key)
    word = value.strip().lower() if isinstance(value, str) else ""
    # Older releases take both; the file has the newer word.
    newer = (each.successor for each in WORDS if (each.property, each.word) == (key, word) and each.gone)
    word = next(newer, None) or word
    if word in words:
        draft.move(key, path, word, _OWN, before=value)
    elif isinstance(value, Unresolved):
        draft.unknown(key, value, f"set {path}")
    elif value is not None:
        draft.note(Kind.LOST, key, f"must be {', '.join(words)}", before=value)
        if key == "snapshot.mode":  # the default reads all rows again
            draft.put(path, FILL_IN)
            draft.comments["snapshot", "mode"] = f"one of {', '.join(words)}"


def _signals(draft: Draft) -> None:
    channels = draft.take(_CHANNELS)
    given = channels.split(",") if isinstance(channels, str) else ["source"]
    names = {name for each in given if (name := each.strip())}
    table, topic = draft.take("signal.data.collection"), draft.take("signal.kafka.topic")
    _group(draft, enabled="kafka" in names)
    if channels is not None:
        others = sorted(names - {"source", "kafka"})
        if others or isinstance(channels, Unresolved):
            why = "signals are read from a table of the source or from a topic"
            draft.note(Kind.LOST, _CHANNELS, why, before=channels)
        else:
            draft.note(Kind.MOVED, _CHANNELS, "it follows from signals.table and signals.topic", before=channels)
    _table(draft, table, read="source" in names)
    _topic(draft, topic, enabled="kafka" in names)
    _read_only(draft)


def _table(draft: Draft, table: object, *, read: bool) -> None:
    if isinstance(table, str) and table:
        why = _OWN if read else "has its own key; the table is now read for signals too"
        draft.move("signal.data.collection", "signals.table", table.strip(), why, before=table)
    elif isinstance(table, Unresolved):
        draft.fill_in("signals.table", "database.table", key="signal.data.collection", before=table)


def _topic(draft: Draft, topic: object, *, enabled: bool) -> None:
    key = "signal.kafka.topic"
    if not enabled:
        if isinstance(topic, str | Unresolved):
            draft.note(Kind.DROPPED, key, "the channel kafka was not enabled, so it was not read", before=topic)
        return
    if isinstance(topic, str):
        draft.move(key, "signals.topic", topic, _OWN, before=topic)
    elif isinstance(topic, Unresolved) or (prefix := draft.entry["topics"]["prefix"]) == FILL_IN:
        draft.fill_in("signals.topic", "the topic that signals are read from", key=key, before=None)
    else:
        draft.move(key, "signals.topic", f"{prefix}-signal", "Debezium's default", before=None)


def _group(draft: Draft, *, enabled: bool) -> None:
    """Keeps the group for an adopted connector."""
    value = draft.take("signal.kafka.groupId")
    draft.signal_group = (value or "kafka-signal") if enabled else None
    if value is not None:
        why = "the consumer group is derived from the prefix" if enabled else "the channel kafka was not enabled"
        draft.note(Kind.DROPPED, "signal.kafka.groupId", why, before=value)


def _read_only(draft: Draft) -> None:
    signals = draft.entry.get("signals", {})
    generated = "topic" in signals and "table" not in signals
    value = (draft.known("read.only") or "false").strip().lower() == "true"
    if value == generated:
        draft.drop("read.only", "it follows from signals: true with a topic only")
    elif "read.only" in draft.left:
        draft.lose("read.only", "a signal table needs write access; without signals.table, read.only is true")
    elif generated:
        why = "true with a topic only: incremental snapshots use GTIDs and write to no table"
        draft.note(Kind.ADDED, "read.only", why, after="true")
