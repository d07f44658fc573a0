"""From the name of a property to what it is: on the connector itself, behind an alias or behind a prefix."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from modules.debezium.definitions import Found, Properties, Property, Release, Where, resolved

_COLUMNS: Final = "regular expressions of columns, database.table.column, with commas between them"
_PATTERNS: Final = (
    (re.compile(r"column\.mask\.hash\.(v2\.)?[^.]+\.with\.salt\..+"), "list", f"{_COLUMNS}, whose values are hashed"),
    (re.compile(r"column\.mask\.with\.[0-9]+\.chars"), "list", f"{_COLUMNS}, whose values become that many asterisks"),
    (re.compile(r"column\.truncate\.to\.[0-9]+\.chars"), "list", f"{_COLUMNS}, whose values are cut to that length"),
)
_OVERRIDES: Final = "snapshot.select.statement.overrides."
_TRANSFORM: Final = {
    "type": Property("type", "class", documentation="The transform's class.", required=True),
    "predicate": Property("predicate", "string", documentation="The alias of a predicate that decides on each event."),
    "negate": Property("negate", "boolean", "false", documentation="Whether the predicate's answer is turned round."),
}
# Named for MySQL by Debezium's documentation or by its other connectors' users; no class of the plugin reads them.
_UNREAD: Final = {
    each.name: each
    for each in (
        Property(
            "kafka.consumer.offset.commit.enabled",
            "boolean",
            documentation="Misprinted: Debezium read it with signal. before it, up to 3.0.4.",
        ),
        Property("schema.history.internal.memory.optimization", "string", allowed=("off", "on", "shared")),
        Property(
            "snapshot.isolation.mode",
            "string",
            allowed=("repeatable_read",),
            documentation="Read by Debezium's connectors of other databases; MySQL's always reads at this level.",
        ),
        Property("source.struct.version", "string", "v2", allowed=("v2",)),
    )
}
_TYPE: Final = {"type": Property("type", "class", documentation="The class behind the alias.", required=True)}
_CONVERTERS: Final = ("key.converter", "value.converter", "header.converter")
_CLIENTS: Final = {
    "schema.history.internal.producer.": "producer",
    "schema.history.internal.consumer.": "consumer",
    "signal.consumer.": "consumer",
    "producer.override.": "producer",
    "consumer.override.": "consumer",
    "admin.override.": "admin",
}
_CLOUD_EVENTS: Final = "io.debezium.converters.CloudEventsConverter"
_JSON: Final = "org.apache.kafka.connect.json.JsonConverter"
# Names behind an alias that a class takes beside its own: settings of a converter that it hands on, or one a column.
_OPEN: Final = {
    _CLOUD_EVENTS: re.compile(r"avro\..+"),
    "io.debezium.converters.ByteArrayConverter": re.compile(r"delegate\.converter\.type\..+"),
    "io.debezium.converters.BinaryDataConverter": re.compile(r"delegate\.converter\.type\..+"),
    "io.debezium.connector.binlog.converters.ZeroDateFallbackConverter": re.compile(r"column\..+\.fallback"),
}


def find(release: Release, name: str, properties: Mapping[str, str] = MappingProxyType({})) -> Found | None:
    """What ``name`` is on a connector with ``properties``, which say the classes behind aliases.

    None where no connector of ``release`` has it. Behind an alias whose class is not known, or not said, every name
    is possible: then ``of`` is that class or None, and the property a plain string.
    """
    return next(_candidates(release, name, properties), None)


def _candidates(release: Release, name: str, properties: Mapping[str, str]) -> Iterator[Found]:
    if name in release.connect:
        yield Found(release.connect[name], "connect")
    if name in release.connector:
        yield Found(release.connector[name], "connector")
    yield from _patterns(release, name)
    yield from _aliased(release, name, properties)
    yield from _converter(release, name, properties)
    yield from _clients(release, name)
    yield from _driver(release, name)


def _patterns(release: Release, name: str) -> Iterator[Found]:
    for pattern, kind, documentation in _PATTERNS:
        if pattern.fullmatch(name):
            yield Found(Property(name, kind, documentation=documentation, format="regex list"), "connector")
    if name.startswith(_OVERRIDES):
        statement = f"The SELECT statement that a snapshot reads {name.removeprefix(_OVERRIDES)} with."
        yield Found(Property(name, "string", documentation=statement), "connector")
    if name in _UNREAD:
        yield Found(_UNREAD[name], "connector")
    if alias := release.aliases.get(name):
        yield Found(release.connector[alias], "connector")


def _aliased(release: Release, name: str, properties: Mapping[str, str]) -> Iterator[Found]:
    kinds: tuple[tuple[str, str, Where, Mapping[str, Property], Mapping[str, Properties]], ...] = (
        ("transforms", "transforms.", "transform", _TRANSFORM, release.transforms),
        ("predicates", "predicates.", "predicate", _TYPE, release.predicates),
        ("converters", "", "custom converter", _TYPE, release.custom_converters),
        ("post.processors", "post.processors.", "post processor", _TYPE, release.post_processors),
        ("post.processors", "", "post processor", _TYPE, release.post_processors),
    )
    for list_, prefix, where, own, classes in kinds:
        for alias, rest in _split(name, prefix, properties.get(list_, "")):
            of = properties.get(f"{prefix}{alias}.type")
            if rest in own:
                yield Found(own[rest], where, alias, of)
            else:
                yield from _behind(classes, Found(Property(rest, "string"), where, alias, of))
    for group, rest in _split(name, "topic.creation.", properties.get("topic.creation.groups", "")):
        if rest in release.topic_creation:
            yield Found(release.topic_creation[rest], "topic creation", group)


def _split(name: str, prefix: str, aliases: str) -> Iterator[tuple[str, str]]:
    """Alias and rest: by the aliases that are listed, which may hold dots; else, behind a prefix, by the first dot."""
    if not name.startswith(prefix):
        return
    rest = name.removeprefix(prefix)
    listed = [alias for each in aliases.split(",") if (alias := each.strip()) and rest.startswith(f"{alias}.")]
    if listed:
        alias = max(listed, key=len)
        yield alias, rest.removeprefix(f"{alias}.")
    elif prefix and "." in rest:
        alias, _, rest = rest.partition(".")
        yield alias, rest


def _behind(classes: Mapping[str, Properties], unknown: Found) -> Iterator[Found]:
    name = unknown.property.name
    known = resolved(unknown.of, classes) if unknown.of else None
    if known is None:
        yield unknown
    elif name in classes[known]:
        yield replace(unknown, property=classes[known][name])
    elif (pattern := _OPEN.get(known)) and pattern.fullmatch(name):
        yield unknown


def _converter(release: Release, name: str, properties: Mapping[str, str]) -> Iterator[Found]:
    for alias in _CONVERTERS:
        if name.startswith(f"{alias}."):
            rest, of = name.removeprefix(f"{alias}."), properties.get(alias)
            yield from _behind(release.converters, Found(Property(rest, "string"), "converter", alias, of))
            if resolved(of or "", release.converters) == _CLOUD_EVENTS and rest.startswith("json."):
                inner = Found(Property(rest.removeprefix("json."), "string"), "converter", alias, _JSON)
                yield from _behind(release.converters, inner)


def _clients(release: Release, name: str) -> Iterator[Found]:
    for prefix, kind in _CLIENTS.items():
        known: Properties = getattr(release, kind)
        if name.startswith(prefix) and (rest := name.removeprefix(prefix)) in known:
            yield Found(known[rest], "client", prefix.rstrip("."))


def _driver(release: Release, name: str) -> Iterator[Found]:
    """Connector/J takes its names in any case."""
    for prefix in ("database.", "driver."):
        if name.startswith(prefix) and (known := release.driver_names.get(name.removeprefix(prefix).casefold())):
            yield Found(release.driver[known], "driver", prefix.rstrip("."))
