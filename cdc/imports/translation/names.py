"""Converts names, values and classes of older Debezium releases to current ones."""

from typing import Final

from cdc.imports.formats.described import Value
from cdc.imports.translation import unwrap
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind
from modules.debezium.finding import find
from modules.debezium.renamed import Renamed
from modules.debezium.words import CLASSES

_UNWRAP: Final = "io.debezium.transforms.ExtractNewRecordState"
_EVENT_ROUTER: Final = "io.debezium.transforms.outbox.EventRouter"
# Values of renamed properties that have changed too, by name and, for aliases, by class.
_VALUES: Final = {
    "snapshot.minimal.locks": {"true": "minimal", "false": "extended"},
    "sanitize.field.names": {"true": "avro", "false": "none"},
    f"{_UNWRAP} drop.deletes": {"true": "drop", "false": "delete-to-tombstone"},
    f"{_EVENT_ROUTER} table.fields.additional.error.on.missing": {"true": "error", "false": "ignore"},
}
# Renamed with values of another kind, which cannot be converted.
_OTHER_KIND: Final = (
    "partition.data-collections.field.mappings",
    "partition.data-collections.partition.num.mappings",
    "snapshot.events.as.inserts",
    "operation.header",
    "add.source.fields",
)
_LEAVE_OUT: Final = "leave it out"


def translate(draft: Draft) -> None:
    """Converts every property; if the current name is set too, it has priority, as in Debezium."""
    _classes(draft)
    unwrap.translate(draft)
    known = {key: value for key, value in draft.left.items() if isinstance(value, str)}
    for key in list(draft.left):
        prefix, name, of = _split(draft, key)
        renamed = draft.release.renamed(name, of)
        if renamed and (not find(draft.release, key, known) or _unread(renamed, name)):
            _rename(draft, key, prefix, name, renamed)
    _words(draft)
    draft.translated = dict(draft.left)


def _split(draft: Draft, key: str) -> tuple[str, str, str | None]:
    """Prefix such as ``transforms.unwrap.``, rest of the name, and class of the alias; empty without an alias."""
    parts = key.split(".")
    if parts[0] == "transforms" and len(parts) > 2:
        prefix = f"transforms.{parts[1]}."
        return prefix, key.removeprefix(prefix), draft.known(f"{prefix}type")
    for converter in ("key.converter", "value.converter"):
        if key.startswith(f"{converter}."):
            return f"{converter}.", key.removeprefix(f"{converter}."), draft.known(converter)
    return "", key, None


def _unread(renamed: Renamed, name: str) -> bool:
    """Whether the release still declares the property but no longer reads it."""
    return renamed.name == name and renamed.of is None


def _rename(draft: Draft, key: str, prefix: str, name: str, renamed: Renamed) -> None:
    value = draft.left[key]
    if renamed.successor is None or renamed.name in _OTHER_KIND:
        draft.take(key)
        kind = Kind.DROPPED if _LEAVE_OUT in renamed.note else Kind.LOST
        draft.note(kind, key, f"removed in Debezium {_short(renamed.release)}: {renamed.note}", before=value)
        return
    ends = name.removeprefix(renamed.name) if renamed.name.endswith(".") else ""
    current = f"{prefix}{renamed.successor}{ends}"
    if current in draft.left:
        draft.take(key)
        draft.note(Kind.DROPPED, key, f"{current} is set too, and Debezium reads that", before=value)
        return
    draft.rename(key, current, _value(renamed, value))
    draft.note(Kind.MOVED, key, f"renamed in Debezium {_short(renamed.release)}", after=current)


def _value(renamed: Renamed, value: Value) -> Value:
    words = _VALUES.get(f"{renamed.of} {renamed.name}" if renamed.of else renamed.name, {})
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _short(release: str) -> str:
    return ".".join(release.split(".")[:2])


def _classes(draft: Draft) -> None:
    """Classes that moved to another package."""
    for key, value in draft.left.items():
        moved = CLASSES.get(value.strip()) if isinstance(value, str) else None
        if moved and moved.successor:
            draft.left[key] = moved.successor
            why = f"renamed in Debezium {_short(moved.release)}"
            draft.note(Kind.MOVED, key, why, before=value, after=moved.successor)


def _words(draft: Draft) -> None:
    """Values of enumerations that the release does not accept."""
    for key, value in draft.left.items():
        word = draft.release.word(key, value.strip().lower()) if isinstance(value, str) else None
        if word and word.successor:
            draft.left[key] = word.successor
            why = f"renamed in Debezium {_short(word.gone)}" if word.gone else "renamed"
            draft.note(Kind.MOVED, key, why, before=value, after=word.successor)
