"""Fields that a transform copies from a change event or an outbox row into what it sends."""

from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.finding import Finding
from modules.debezium.checks.transform import Transform
from modules.messages.problems import either, nearest

_SOURCE: Final = (
    *("version", "connector", "name", "ts_ms", "ts_us", "ts_ns", "snapshot", "db", "sequence", "table", "server_id"),
    *("gtid", "file", "pos", "row", "thread", "query"),
)
_TRANSACTION: Final = ("id", "total_order", "data_collection_order")
_ENVELOPE: Final = ("op", "ts_ms", "ts_us", "ts_ns")
_STRUCTS: Final = {"source": _SOURCE, "transaction": _TRANSACTION}
_PLACES: Final = ("header", "envelope", "partition")


def of_events(given: Transform) -> Iterator[Finding]:
    """Of ExtractNewRecordState: a struct that is missing stops the task, a field is left out in silence."""
    for name in ("add.fields", "add.headers"):
        for member in given.members(name):
            if wanted := _wanted(member, first=given.is_first):
                yield given.error(name, wanted)
                break


def _wanted(member: str, *, first: bool) -> str | None:
    if member.count(":") > 1:
        return f"must be FIELD or FIELD:NEW_NAME with commas between them, and {member} is neither"
    struct, dot, field = member.partition(":")[0].rpartition(".")
    if dot and struct not in (*_STRUCTS, "before", "after"):
        return f"must take fields of {either((*_STRUCTS, 'before', 'after'))}, and {struct} in {member} is none"
    known = _STRUCTS.get(struct, ()) if dot else (*_ENVELOPE, *_TRANSACTION, *_SOURCE)
    if not known or field in known or not first:  # an earlier transform may have added it to the event
        return None
    meant = nearest(field, known)
    hint = f" (did you mean {struct}{dot}{meant}?)" if meant else ""
    return f"must name fields of an event: {member} is none, and would be left out{hint}"


def of_an_outbox(given: Transform) -> Iterator[Finding]:
    """Of EventRouter: the first row stops the task."""
    name = "table.fields.additional.placement"
    for member in given.members(name):
        parts = [part.strip() for part in member.split(":")]
        if len(parts) in (2, 3) and parts[1].lower() not in _PLACES:
            yield given.error(name, f"must be COLUMN:PLACE or COLUMN:PLACE:ALIAS with PLACE {either(_PLACES)}")
            return
