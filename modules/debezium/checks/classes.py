"""Classes behind aliases: in the plugin's archive where it was read, else among those that the releases have."""

from collections.abc import Iterator, Mapping, Set
from typing import Final

from modules.debezium import formats
from modules.debezium.checks import aliases
from modules.debezium.checks.aliases import CONVERTERS, KINDS
from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject
from modules.debezium.definitions import Properties, resolved
from modules.debezium.since import CLASSES as CLASSES_SINCE
from modules.debezium.words import CLASSES
from modules.messages.problems import nearest

_OWNERS: Final = ("io.debezium.", "org.apache.kafka.connect.")
_SERIALIZATION: Final = "org.apache.kafka.common.serialization."
HEADERS: Final = "header.converter"
_OF_HEADERS: Final = ("org.apache.kafka.connect.storage.SimpleHeaderConverter",)
_NOT_OF_HEADERS: Final = ("io.debezium.converters.CloudEventsConverter",)
# Converters of schema registries by their short names, which no release has.
_OF_REGISTRIES: Final = {class_.rpartition(".")[2]: class_ for class_ in reversed(formats.CLASSES.values())}
_SCRIPTED: Final = ("io.debezium.transforms.Filter", "io.debezium.transforms.ContentBasedRouter")
SECTIONS: Final = {
    "transforms": "a transform",
    "predicates": "a predicate",
    "converters": "a converter of keys and values",
    "custom_converters": "one of Debezium's converters, which converters lists",
    "post_processors": "a post processor",
}


def check(subject: Subject) -> Iterator[Finding]:
    """Without the archive: of what Debezium and Kafka Connect would have to hold themselves."""
    for key, section in _keys(subject):
        name = subject.given[key].strip()
        classes: Mapping[str, Properties] = getattr(subject.release, section)
        known = resolved(name, classes)
        if subject.release.later(since := CLASSES_SINCE.get(known or name)):
            yield error(key, f"must be a class that {subject.name} has: this came with {since}", name)
        elif known and (wrong := _misplaced(key, known)):
            yield error(key, wrong, name)
        elif not name or known:
            continue
        elif wrong := _wrong(subject, name, section, classes):
            yield error(key, wrong, name)
        elif not subject.plugin_at_hand and (name.startswith(_OWNERS) or "." not in name) and subject.release.exact:
            yield error(key, _absent(name, classes), name, acceptable=True)


def in_archive(subject: Subject, held: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """``held`` are the classes of the plugin's archive, by section."""
    for key, section in _keys(subject):
        name = subject.given[key].strip()
        classes: Mapping[str, Properties] = getattr(subject.release, section)
        known = {**classes, **dict.fromkeys(held.get(section, ()), Properties({}))}
        if section in held and name and not resolved(name, known) and not _wrong(subject, name, section, classes):
            yield error(key, _absent(name, known), name)


def _keys(subject: Subject) -> Iterator[tuple[str, str]]:
    """The user's properties that name a class, and the section that has to know it."""
    for kind in KINDS:
        for alias in subject.listed(kind.list):
            if (key := aliases.type_key(subject, kind, alias)) in subject.given:
                yield key, kind.section
    yield from ((key, "converters") for key in CONVERTERS if key in subject.given)


def _misplaced(key: str, name: str) -> str | None:
    """Of a converter that is for headers only, or never for them."""
    if key != HEADERS and name in _OF_HEADERS:
        return f"must be a converter of keys and values, and this is one of headers: write {HEADERS}"
    if key == HEADERS and name in _NOT_OF_HEADERS:
        return "must be a converter of headers, and this is one of keys and values"
    return None


def _wrong(subject: Subject, name: str, section: str, classes: Mapping[str, Properties]) -> str | None:
    """What can be said of a class wherever its jar may come from."""
    if moved := CLASSES.get(name):
        return f"must be {moved.successor}, as it is called since Debezium {moved.release}"
    for other, what in SECTIONS.items():
        found: Mapping[str, Properties] = getattr(subject.release, other)
        if other != section and name in found:
            return f"must be {SECTIONS[section]}, and this is {what}"
    if section == "converters" and name.startswith(_SERIALIZATION):
        return "must be a converter such as org.apache.kafka.connect.json.JsonConverter: only clients use this"
    if f"{name}$Value" in classes:
        return f"must be {name}$Value or {name}$Key"
    return None


def _absent(name: str, classes: Mapping[str, Properties]) -> str:
    if name in _SCRIPTED:
        return "must be in the plugin, and this is in debezium-scripting, which Debezium's archive does not hold"
    if found := _OF_REGISTRIES.get(name):
        return f"must be a class of the plugin or of the worker: set format and schema_registry, or {found}"
    short = {} if "." in name else {class_.rpartition(".")[2]: class_ for class_ in classes}
    near = short.get(nearest(name, short) or "") or nearest(name, classes)
    return f"must be a class of the plugin or of the worker{f' (did you mean {near}?)' if near else ''}"
