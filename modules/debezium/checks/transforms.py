"""What single transforms demand of their properties, beyond types: else each fails as the connector starts."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from modules.debezium.checks import added_fields, kinds, routing
from modules.debezium.checks.finding import Finding
from modules.debezium.checks.subject import Subject
from modules.debezium.checks.transform import Transform
from modules.debezium.definitions import resolved
from modules.messages.problems import either

_KAFKA: Final = "org.apache.kafka.connect.transforms."
_DEBEZIUM: Final = "io.debezium.transforms."
_CASTS: Final = ("int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string")
_INSERTED: Final = ("topic.field", "partition.field", "offset.field", "timestamp.field", "static.field")
_TIMES: Final = ("string", "unix", "Date", "Time", "Timestamp")
_DATE_LETTERS: Final = frozenset("GyYMLwWDdFEuaHkKhmsSzZX")
_ZONE_RULE: Final = re.compile(r"(?:(?:source|topic):)?[^:]+:[^:]+")
_HASHES: Final = ("java", "murmur")
_SCHEMA_CHANGES: Final = ("CREATE", "ALTER", "DROP", "TRUNCATE", "DATABASE")


def check(subject: Subject) -> Iterator[Finding]:
    for alias in subject.listed("transforms"):
        of = resolved(subject.effective.get(f"transforms.{alias}.type", ""), subject.release.transforms)
        for suffix in ("", "$Value", "$Key"):
            if of and (rule := _RULES.get(of.removesuffix(suffix) if suffix else of)):
                yield from rule(Transform(subject, alias))
                break


def _cast(given: Transform) -> Iterator[Finding]:
    if given.has("spec") and not given["spec"]:
        yield given.error("spec", "must name one or more fields, as FIELD:TYPE")
        return
    pairs = [each.split(":") for each in given.members("spec")]
    if any(len(pair) > 2 or pair[-1].strip().lower() not in _CASTS for pair in pairs):
        yield given.error("spec", f"must be FIELD:TYPE with commas between them; types are {either(_CASTS)}")
    elif len(pairs) > 1 and any(len(pair) == 1 for pair in pairs):
        yield given.error("spec", "must name the field of each type, or be one type for the whole value")


def _insert(given: Transform) -> Iterator[Finding]:
    if not any(given[name] for name in _INSERTED):
        yield given.error(
            "type", f"must come with a field to insert: {either(given.start + name for name in _INSERTED)}"
        )
    elif given["static.field"] and not given["static.value"]:
        yield given.error("static.field", f"must come with {given.start}static.value")


def _timestamp(given: Transform) -> Iterator[Finding]:
    if given["target.type"] and given["target.type"] not in _TIMES:
        yield given.error("target.type", f"must be {either(_TIMES)}")
    elif given["target.type"] == "string" and not given["format"]:
        yield given.error("target.type", f"must come with {given.start}format, such as yyyy-MM-dd, for string")
    if wrong := _date_format(given["format"]):
        yield given.error("format", f"must be a format of Java's SimpleDateFormat, and {wrong}")


def _date_format(text: str) -> str | None:
    """Text stands between single quotes, and a quote itself is two of them."""
    if text.count("'") % 2:
        return "a quote has no end"
    letter = next(
        (
            char
            for char in re.sub("'[^']*'", "", text)
            if char.isascii() and char.isalpha() and char not in _DATE_LETTERS
        ),
        None,
    )
    return f"{letter} is no letter of it: write '{letter}' for the letter itself" if letter else None


def _rename(given: Transform) -> Iterator[Finding]:
    if any(
        len([each for each in pair.split(":") if each.strip()]) != 2 or pair.count(":") != 1
        for pair in given.members("renames")
    ):
        yield given.error("renames", "must be OLD:NEW with commas between them")


def _mask(given: Transform) -> Iterator[Finding]:
    if given.has("replacement") and not given["replacement"]:
        yield given.error("replacement", "must not be empty; without it values become empty, 0 or false")


def _schema(given: Transform) -> Iterator[Finding]:
    if not given["schema.name"] and not given["schema.version"]:
        yield given.error("type", f"must come with {given.start}schema.name or {given.start}schema.version")


def _logical_table(given: Transform) -> Iterator[Finding]:
    if given["key.field.regex"] and not given["key.field.replacement"]:
        yield given.error("key.field.regex", f"must come with {given.start}key.field.replacement, such as $1")


def _header(given: Transform) -> Iterator[Finding]:
    fields, headers = given.members("fields"), given.members("headers")
    for name, members in (("fields", fields), ("headers", headers)):
        if given.has(name) and not any(members):
            yield given.error(name, "must name one or more")
            return
    if fields and headers and len(fields) != len(headers):
        yield given.error("headers", f"must be as many as {given.start}fields, {len(fields)}")


def _filter(given: Transform) -> Iterator[Finding]:
    if not given["predicate"]:
        wanted = f"must come with {given.start}predicate: without one it drops every event"
        yield given.error("type", wanted, acceptable=True)


def _timezone(given: Transform) -> Iterator[Finding]:
    if given["include.list"] and given["exclude.list"]:
        yield given.error("exclude.list", f"must be left out beside {given.start}include.list")
    for name in ("include.list", "exclude.list"):
        if any(not _ZONE_RULE.fullmatch(rule) for rule in given.members(name)):
            yield given.error(name, "must be rules source:TABLE:FIELD, topic:TOPIC:FIELD or NAME:FIELD, with commas")
    if not given["converted.timezone"]:
        name = "converted.timezone" if given.has("converted.timezone") else "type"
        yield given.error(name, f"must come with {given.start}converted.timezone, such as Europe/Berlin")
    elif not kinds.is_zone(given["converted.timezone"]):
        yield given.error(
            "converted.timezone", "must be a time zone such as Europe/Berlin, or an offset such as +08:00"
        )


def _schema_changes(given: Transform) -> Iterator[Finding]:
    name = "schema.change.event.exclude.list"
    if wrong := [each for each in given.members(name) if each not in _SCHEMA_CHANGES]:
        yield given.error(name, f"must hold only {either(_SCHEMA_CHANGES)}, with commas, but has {wrong[0]!r}")


def _record_size(given: Transform) -> Iterator[Finding]:
    for name, least in (("max.bytes", 1), ("min.field.size", 0)):
        if re.fullmatch(r"[+-]?[0-9]+", given[name]) and int(given[name]) < least:
            yield given.error(name, f"must be {least} or more")
    if re.fullmatch(r"[+-]?[0-9.]+", given["compression.ratio"]) and float(given["compression.ratio"]) <= 0:
        yield given.error("compression.ratio", "must be more than 0")


def _timestamp_router(given: Transform) -> Iterator[Finding]:
    """Debezium gives its records no timestamp of Kafka's; of what is known only its outbox does."""
    alias = given.start.removeprefix("transforms.").removesuffix(".")
    if any(topic.alias == alias for topic in routing.strays(given.subject)):
        return
    before = given.subject.listed("transforms")
    for name in before[: before.index(alias)]:
        of = resolved(given.subject.effective.get(f"transforms.{name}.type", ""), given.subject.release.transforms)
        if of is None or of == routing.EVENT_ROUTER:
            return
    yield given.error("type", "must come after what sets a timestamp: Debezium's records have none, and the task fails")


def _outbox(given: Transform) -> Iterator[Finding]:
    """The router takes rows of any table for an outbox's; where their columns are missing, the task fails."""
    yield from added_fields.of_an_outbox(given)
    subject, alias = given.subject, given.alias
    routed = [
        table
        for table in subject.tables
        if routing.applies(subject, alias, routing.table_topic(subject, table)) is not False
    ]
    if len(routed) > 1 or any("*" in table for table in routed):
        key = f"{given.start}type"
        message = (
            f"takes rows of {either(routed, last='and')} for an outbox's, and a row without its columns stops the task:"
            " a predicate, TopicNameMatches, limits it to the topic of the outbox"
        )
        yield Finding(("properties", key), message, subject.given.get(key), level="warning", acceptable=True)


def _partition(given: Transform) -> Iterator[Finding]:
    """Another word is read as none, and the first record stops the task."""
    if given["partition.hash.function"].lower() not in ("", *_HASHES):
        yield given.error("partition.hash.function", f"must be {either(_HASHES)}")


_RULES: Final[dict[str, Callable[[Transform], Iterator[Finding]]]] = {
    f"{_KAFKA}Cast": _cast,
    f"{_KAFKA}InsertField": _insert,
    f"{_KAFKA}TimestampConverter": _timestamp,
    f"{_KAFKA}ReplaceField": _rename,
    f"{_KAFKA}MaskField": _mask,
    f"{_KAFKA}SetSchemaMetadata": _schema,
    routing.LOGICAL_ROUTER: _logical_table,
    f"{_KAFKA}HeaderFrom": _header,
    f"{_DEBEZIUM}HeaderToValue": _header,
    f"{_KAFKA}Filter": _filter,
    f"{_DEBEZIUM}TimezoneConverter": _timezone,
    f"{_DEBEZIUM}EnforceRecordSize": _record_size,
    routing.TIMESTAMP_ROUTER: _timestamp_router,
    routing.EVENT_ROUTER: _outbox,
    f"{_DEBEZIUM}ExtractNewRecordState": added_fields.of_events,
    f"{_DEBEZIUM}partitions.PartitionRouting": _partition,
    f"{_DEBEZIUM}SchemaChangeEventFilter": _schema_changes,
}
