"""Names, words and classes of older Debezium releases, as today's."""

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
# Values that are written in another way under the name of today, by name and, behind an alias, by class.
_VALUES: Final = {
    "snapshot.minimal.locks": {"true": "minimal", "false": "extended"},
    "sanitize.field.names": {"true": "avro", "false": "none"},
    f"{_UNWRAP} drop.deletes": {"true": "drop", "false": "delete-to-tombstone"},
    f"{_EVENT_ROUTER} table.fields.additional.error.on.missing": {"true": "error", "false": "ignore"},
}
# Renamed with a value of another kind, which nothing turns into today's.
_OTHER_KIND: Final = (
    "partition.data-collections.field.mappings",
    "partition.data-collections.partition.num.mappings",
    "snapshot.events.as.inserts",
    "operation.header",
    "add.source.fields",
)
_LEAVE_OUT: Final = "leave it out"


def translate(draft: Draft) -> None:
    """Every property as today's release reads it; of two that become one, today's name wins, as with Debezium."""
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
    """``transforms.unwrap.``, the name behind it, and the class that it stands for; none of these for other names."""
    parts = key.split(".")
    if parts[0] == "transforms" and len(parts) > 2:
        prefix = f"transforms.{parts[1]}."
        return prefix, key.removeprefix(prefix), draft.known(f"{prefix}type")
    for converter in ("key.converter", "value.converter"):
        if key.startswith(f"{converter}."):
            return f"{converter}.", key.removeprefix(f"{converter}."), draft.known(converter)
    return "", key, None


def _unread(renamed: Renamed, name: str) -> bool:
    """Declared by today's release, and no longer read."""
    return renamed.name == name and renamed.of is None


def _rename(draft: Draft, key: str, prefix: str, name: str, renamed: Renamed) -> None:
    value = draft.left[key]
    if renamed.successor is None or renamed.name in _OTHER_KIND:
        draft.take(key)
        kind = Kind.DROPPED if _LEAVE_OUT in renamed.note else Kind.LOST
        draft.note(kind, key, f"gone from Debezium {_short(renamed.release)} on: {renamed.note}", before=value)
        return
    ends = name.removeprefix(renamed.name) if renamed.name.endswith(".") else ""
    today = f"{prefix}{renamed.successor}{ends}"
    if today in draft.left:
        draft.take(key)
        draft.note(Kind.DROPPED, key, f"{today} is set as well, and Debezium reads that one", before=value)
        return
    draft.rename(key, today, _value(renamed, value))
    draft.note(Kind.MOVED, key, f"called that from Debezium {_short(renamed.release)} on", after=today)


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
            why = f"called that from Debezium {_short(moved.release)} on"
            draft.note(Kind.MOVED, key, why, before=value, after=moved.successor)


def _words(draft: Draft) -> None:
    """Words of enumerations that today's release does not take."""
    for key, value in draft.left.items():
        word = draft.release.word(key, value.strip().lower()) if isinstance(value, str) else None
        if word and word.successor:
            draft.left[key] = word.successor
            why = f"called that from Debezium {_short(word.gone)} on" if word.gone else "called that today"
            draft.note(Kind.MOVED, key, why, before=value, after=word.successor)
