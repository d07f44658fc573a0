"""Converts described connectors to entries of the environment file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cdc.imports.formats.described import NOTHING, Described, Unresolved, Value
from cdc.imports.translation import capture, connection, history, names, registry, runtime, secret, streams
from cdc.imports.translation.draft import Draft
from cdc.imports.translation.notes import OPEN, Kind, Note, shown
from modules.debezium.configuration import CONNECTOR_CLASS
from modules.debezium.finding import find
from modules.environment.checks.document_rules import FILL_IN
from modules.messages import secrecy

_LONGEST_KEY: Final = 32
_ORDER: Final = ("plugin", "source", "topics", "snapshot", "signals", "heartbeat_seconds", "capacity")
_SOURCE: Final = (
    "cluster",
    "instance",
    "host",
    "secret",
    "username_field",
    "password_field",
    "server_id",
    "tables",
    "tls",
)


@dataclass
class Entry:
    """A connector of the environment file; ``body`` is None for one that cannot be imported.

    ``comments`` are comments for lines of the entry, by path.
    """

    key: str
    source: str
    body: dict[str, Any] | None
    notes: list[Note]
    comments: dict[tuple[str, ...], str] = field(default_factory=dict)
    # The connector's properties by their current names, to compare with.
    before: dict[str, Value] = field(default_factory=dict)
    # The schema registry that the file needs for it.
    registry: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> list[Note]:
        return [note for note in self.notes if note.kind in OPEN]


def entries(described: Iterable[Described], *, keep_offsets: bool) -> list[Entry]:
    """One entry for each connector, with unique keys."""
    found: list[Entry] = []
    for one in described:
        key = _key(one, {entry.key for entry in found})
        refusal = _refusal(one)
        found.append(_refused(key, one, refusal) if refusal else _entry(key, one, keep_offsets=keep_offsets))
    return found


def _entry(key: str, described: Described, *, keep_offsets: bool) -> Entry:
    draft = Draft(key, described)
    for name, found in described.irregular.items():
        kind = Kind.DROPPED if found == NOTHING else Kind.LOST
        draft.note(kind, name, f"a property must be text, a number, true or false, got {found}")
    runtime.version(draft)
    names.translate(draft)
    connection.take(draft)
    secret.take(draft)
    capture.take(draft)
    history.take(draft, keep=keep_offsets)
    streams.take(draft)
    registry.take(draft)
    runtime.take(draft)
    if keep_offsets:
        history.adopt(draft)
    _others(draft)
    return Entry(
        key, described.source, _ordered(draft.entry), draft.notes, draft.comments, draft.translated, draft.registry
    )


def _others(draft: Draft) -> None:
    """Moves the remaining properties to ``properties``, unchanged."""
    properties: dict[str, object] = {}
    known = {key: value for key, value in draft.left.items() if isinstance(value, str)}
    for key, value in draft.left.items():
        kind = secrecy.literal(key, value) if isinstance(value, str) else None
        if kind and find(draft.release, key, known) is None:
            why = "is read by nothing: it is no property of Debezium's MySQL connector or of Kafka Connect"
            draft.note(Kind.LOST, key, why, before=secrecy.HIDDEN)
        elif kind:
            why = f"it is {kind}: keep it in Secrets Manager, and set ${{secretsmanager:NAME:KEY}} in properties"
            draft.note(Kind.TODO, key, why, before=value)
        elif not isinstance(value, Unresolved):
            properties[key] = value
        elif key == str(value) or key.startswith("("):
            draft.note(Kind.LOST, key, "its properties, or their names, are not in this input")
        else:
            properties[key] = FILL_IN
            draft.comments["properties", key] = str(value)
            draft.note(Kind.TODO, key, "its value is not in this input", before=value, after=FILL_IN)
    if properties:
        draft.put("properties", properties)


def _ordered(entry: dict[str, Any]) -> dict[str, Any]:
    """In the order of the documentation, properties last."""
    order = (
        "plugin",
        "source",
        "topics",
        "snapshot",
        "signals",
        "heartbeat_seconds",
        "capacity",
        "kafkaconnect_version",
    )
    source = entry["source"]
    entry["source"] = {key: source[key] for key in _SOURCE if key in source}
    rest = [key for key in entry if key not in (*order, "properties")]
    return {key: entry[key] for key in (*order, *rest, "properties") if key in entry}


def _refusal(described: Described) -> str | None:
    """Why the connector cannot be imported."""
    given = described.properties.get("connector.class")
    if given is None:
        return "it has no connector.class"
    if isinstance(given, Unresolved):
        return f"its connector.class, {given}, is not in this input"
    if given.strip() in (CONNECTOR_CLASS, "MySqlConnector", "MySql"):
        return None
    kind = (
        "is a sink connector" if "sink" in given.lower() or "topics" in described.properties else "is another connector"
    )
    return f"{given.strip()} {kind}; this project runs Debezium's MySQL connector only"


def _refused(key: str, described: Described, refusal: str) -> Entry:
    value = described.properties.get("connector.class")
    note = Note(key, Kind.LOST, "connector.class", shown("connector.class", value), "", refusal)
    return Entry(key, described.source, None, [note])


def _key(described: Described, taken: set[str]) -> str:
    """A key from the connector's name or else its prefix: lower-case letters, digits and hyphens."""
    prefix = described.properties.get("topic.prefix") or described.properties.get("database.server.name")
    candidates = [described.name, prefix, "connector"]
    made = next(key for each in candidates if isinstance(each, str) and (key := _as_key(each)))
    number, key = 2, made
    while key in taken:
        key, number = f"{made[: _LONGEST_KEY - len(str(number)) - 1]}-{number}", number + 1
    return key


def _as_key(name: str) -> str:
    text = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    text = text if text[:1].isalpha() else f"c-{text}"
    text = text[:_LONGEST_KEY].rstrip("-")
    return text if len(text) > 1 and text != "c-" else ""
