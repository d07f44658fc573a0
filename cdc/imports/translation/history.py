"""The schema history: always a topic; an adopted connector keeps its topic."""

from typing import Final

from cdc.imports.formats.described import Unresolved
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind
from modules.debezium.reserved import refusal

TOPIC: Final = "schema.history.internal.kafka.topic"
_CLASS: Final = "schema.history.internal"
_KAFKA: Final = "io.debezium.storage.kafka.history.KafkaSchemaHistory"
_OLD_KAFKA: Final = "io.debezium.relational.history.KafkaDatabaseHistory"
_CAPTURED: Final = "schema.history.internal.store.only.captured.databases.ddl"

_KEYS: Final = {
    "captured_tables_only": "schema.history.internal.store.only.captured.tables.ddl",
    "skip_unparseable_ddl": "schema.history.internal.skip.unparseable.ddl",
}


def take(draft: Draft, *, keep: bool) -> None:
    """Keeps the topic for an adopted connector."""
    if draft.known(_CLASS) in (_KAFKA, _OLD_KAFKA):
        draft.drop(_CLASS, "the schema history is a topic")
    draft.lose(_CLASS, "the schema history is a topic")
    if draft.known(_CAPTURED) == "true":
        draft.drop(_CAPTURED, "every connector has this value")
    draft.drop(_CAPTURED, "true instead: schema changes of other databases are not needed")
    if not keep:
        draft.drop(TOPIC, "the topic is derived from the prefix; --keep-offsets keeps this topic and the offsets")
    for name, key in _KEYS.items():
        if (draft.known(key) or "").strip().lower() == "true":
            value = draft.take(key)
            draft.move(key, f"schema_history.{name}", True, "has its own key", before=value)
    for key in [key for key in draft.left if key.startswith("schema.history.internal.") and key != TOPIC]:
        if refusal(key):
            draft.lose(key, "the schema history has the same settings for every connector")


def adopt(draft: Draft) -> None:
    """Fills ``adopt``: the running connector's name, topics and signal consumer group."""
    described = draft.described
    _named(draft, "adopt.name", described.name, "the name of the running connector")
    offsets = (described.worker or {}).get("offset.storage.topic") or _default(described.arn)
    why = "offset.storage.topic of the worker that the connector runs on"
    if described.arn is None:
        why += "; on MSK Connect without one, __amazon_msk_connect_offsets_NAME_ID of its ARN …connector/NAME/ID"
    _named(draft, "adopt.offset_topic", offsets, why)
    history = draft.take(TOPIC)
    if isinstance(history, str):
        draft.note(Kind.MOVED, TOPIC, "the existing history", before=history, after="adopt.schema_history_topic")
    _named(draft, "adopt.schema_history_topic", history, f"{TOPIC} of the running connector")
    if draft.signal_group is not None and draft.entry.get("signals", {}).get("topic"):
        _named(draft, "adopt.signal_group", draft.signal_group, "signal.kafka.groupId of the running connector")


def _named(draft: Draft, path: str, value: object, expected: str) -> None:
    if isinstance(value, str) and value:
        draft.put(path, value)
    else:
        draft.fill_in(path, expected, before=value if isinstance(value, Unresolved) else None)


def _default(arn: str | None) -> str | None:
    """MSK Connect derives its default offset topic from the connector's ARN (MSK developer guide)."""
    parts = arn.split("/") if arn else []
    return "__amazon_msk_connect_offsets_{}_{}".format(*parts[1:]) if len(parts) == 3 else None
