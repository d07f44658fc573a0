"""An entry during conversion: the remaining properties, the entry so far, and the notes."""

from collections.abc import Mapping
from typing import Any, Final

from cdc.imports.formats.described import Described, Unresolved, Value
from cdc.imports.translation.notes import Kind, Note, shown
from modules.debezium.definitions import Release, release
from modules.environment.checks.document_rules import FILL_IN

DEBEZIUM: Final = {"2.7.1": "2.7.4.Final", "3.7.x": "3.6.1.Final"}


class Draft:
    """``left`` are the properties that no step has taken; ``entry`` is for the environment file, ``key`` its name.

    ``comments`` are comments for lines of the entry, by path.
    """

    def __init__(self, key: str, described: Described) -> None:
        self.key = key
        self.described = described
        self.left: dict[str, Value] = dict(described.properties)
        self.entry: dict[str, Any] = {}
        self.comments: dict[tuple[str, ...], str] = {}
        self.notes: list[Note] = []
        # The consumer group of the signal topic; None without such a topic.
        self.signal_group: Value | None = None
        # The file's schema_registry; empty for a connector without one.
        self.registry: dict[str, Any] = {}
        # The properties with current names and values.
        self.translated: dict[str, Value] = {}

    @property
    def release(self) -> Release:
        version = self.entry.get("kafkaconnect_version", "3.7.x")
        return release(DEBEZIUM[version], version)

    def take(self, key: str) -> Value | None:
        """Removes and returns a value, or None."""
        return self.left.pop(key, None)

    def rename(self, key: str, current: str, value: Value) -> None:
        """Renames a property, in the same position."""
        self.left = {current if name == key else name: each for name, each in self.left.items()} | {current: value}

    def note(self, kind: Kind, key: str, why: str, *, before: Value | None = None, after: str = "") -> None:
        self.notes.append(Note(self.key, kind, key, shown(key, before), after, why))

    def drop(self, key: str, why: str) -> None:
        """Takes a property that is set for every connector, or not used."""
        if (value := self.take(key)) is not None:
            self.note(Kind.DROPPED, key, why, before=value)

    def lose(self, key: str, why: str) -> None:
        """Takes a property that the environment file cannot express; a default value is only dropped."""
        value = self.take(key)
        if isinstance(value, str) and key in self.release.connector and self.release.connector[key].default == value:
            self.note(Kind.DROPPED, key, "it is the default", before=value)
        elif value is not None:
            self.note(Kind.LOST, key, why, before=value)

    def unknown(self, key: str, value: Unresolved, instead: str) -> None:
        """Notes a property whose value is not in the input and not required."""
        self.note(Kind.TODO, key, f"its value is not in this input; {instead}", before=value)

    def put(self, path: str, value: object) -> None:
        """Sets a dotted path, such as ``source.cluster``."""
        *parents, last = path.split(".")
        node = self.entry
        for step in parents:
            node = node.setdefault(step, {})
        node[last] = value

    def move(self, key: str, path: str, value: object, why: str, *, before: Value | None) -> None:
        """Sets ``path``, and notes that it replaces the property ``key``."""
        self.put(path, value)
        self.note(Kind.MOVED, key, why, before=before, after=f"{path}: {_text(value)}")

    def fill_in(self, path: str, why: str, *, key: str | None = None, before: Value | None = None) -> None:
        """Marks a value that only the user knows."""
        self.put(path, [FILL_IN] if path == "source.tables" else FILL_IN)
        self.comments[tuple(path.split("."))] = why
        self.note(Kind.TODO, key or path, why, before=before, after=f"{path}: {FILL_IN}" if key else FILL_IN)

    def known(self, key: str) -> str | None:
        """The value, if it is known; the property stays."""
        value = self.left.get(key)
        return None if isinstance(value, Unresolved) else value


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
