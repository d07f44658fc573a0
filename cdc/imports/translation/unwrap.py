"""ExtractNewRecordState: two properties for deletes were replaced by one with other values."""

from typing import Final

from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import Kind

_CLASS: Final = "io.debezium.transforms.ExtractNewRecordState"
TODAY: Final = "delete.tombstone.handling.mode"
_TOMBSTONES, _DELETES = "drop.tombstones", "delete.handling.mode"
# By the handling of deletes, and whether tombstones are dropped; with none, the value was null: a tombstone too.
_MODES: Final = {
    ("drop", True): "drop",
    ("drop", False): "tombstone",
    ("rewrite", True): "rewrite",
    ("rewrite", False): "rewrite-with-tombstone",
    ("none", True): "delete-to-tombstone",
    ("none", False): "delete-to-tombstone",
}
_RELEASE: Final = "3.2"


def translate(draft: Draft) -> None:
    """Replaces the old properties of every transform of this class, with their old defaults."""
    for key in list(draft.left):
        if not (key.startswith("transforms.") and key.endswith(".type") and draft.known(key) == _CLASS):
            continue
        if draft.release.renamed(_DELETES, _CLASS):
            _deletes(draft, key.removesuffix("type"))


def _deletes(draft: Draft, prefix: str) -> None:
    old = {name: draft.known(prefix + name) for name in (_TOMBSTONES, _DELETES)}
    if not any(old.values()):
        return
    dropped = (old[_TOMBSTONES] or "true").strip().lower() == "true"
    mode = _MODES.get(((old[_DELETES] or "drop").strip().lower(), dropped))
    if mode is None or prefix + TODAY in draft.left:
        return
    draft.rename(next(prefix + name for name, value in old.items() if value), prefix + TODAY, mode)
    for name, value in old.items():
        if value is not None:
            draft.take(prefix + name)
            after = f"{prefix}{TODAY}: {mode}"
            why = f"both were replaced by one property in Debezium {_RELEASE}"
            draft.note(Kind.MOVED, prefix + name, why, before=value, after=after)
