"""Random valid configurations from the definitions: a connector must accept what these allow."""

from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType

from modules.debezium.definitions import Properties, Property, Release
from modules.debezium.reserved import refusal

COLUMNS = r"orders\.customers\.(email|ssn)"
# Values that require a custom name in another property.
NOT_ALONE = {"custom"}
# Properties without random values: they depend on a class or a list of aliases.
NOT_DRAWN = {
    "converters",
    "post.processors",
    "transforms",
    "predicates",
    "topic.creation.groups",
    "notification.enabled.channels",  # sink needs a topic
    "openlineage.integration.enabled",  # a server to report to
    "exclude.list",  # excludes TimezoneConverter's include.list
}
KAFKA = "org.apache.kafka.connect.transforms."
DEBEZIUM = "io.debezium.transforms."
# Properties that each transform needs besides random ones: fields, headers, patterns and replacements.
NEEDED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **{f"{KAFKA}Cast${part}": {"spec": "id:string"} for part in ("Key", "Value")},
        **{f"{KAFKA}ExtractField${part}": {"field": "id"} for part in ("Key", "Value")},
        **{f"{KAFKA}Flatten${part}": {} for part in ("Key", "Value")},
        **{
            f"{KAFKA}HeaderFrom${part}": {"fields": "id", "headers": "id", "operation": "copy"}
            for part in ("Key", "Value")
        },
        **{f"{KAFKA}HoistField${part}": {"field": "row"} for part in ("Key", "Value")},
        **{f"{KAFKA}InsertField${part}": {"static.field": "of", "static.value": "us"} for part in ("Key", "Value")},
        **{f"{KAFKA}MaskField${part}": {"fields": "ssn"} for part in ("Key", "Value")},
        **{f"{KAFKA}ReplaceField${part}": {} for part in ("Key", "Value")},
        **{f"{KAFKA}SetSchemaMetadata${part}": {"schema.name": "row"} for part in ("Key", "Value")},
        **{f"{KAFKA}TimestampConverter${part}": {"field": "at", "target.type": "unix"} for part in ("Key", "Value")},
        f"{KAFKA}DropHeaders": {"headers": "h"},
        f"{KAFKA}Filter": {},
        f"{KAFKA}InsertHeader": {"header": "h", "value.literal": "v"},
        f"{KAFKA}RegexRouter": {"regex": "(.*)", "replacement": "$1"},
        f"{KAFKA}TimestampRouter": {},
        f"{KAFKA}ValueToKey": {"fields": "id"},
        f"{DEBEZIUM}ByLogicalTableRouter": {"topic.regex": "(.*)_[0-9]+", "topic.replacement": "$1"},
        f"{DEBEZIUM}EnforceRecordSize": {"max.bytes": "1000000"},
        f"{DEBEZIUM}ExtractChangedRecordState": {},
        f"{DEBEZIUM}ExtractNewRecordState": {},
        f"{DEBEZIUM}ExtractSchemaToNewRecord": {},
        f"{DEBEZIUM}GeometryFormatTransformer": {},
        f"{DEBEZIUM}HeaderToValue": {"headers": "h", "fields": "f", "operation": "copy"},
        f"{DEBEZIUM}SchemaChangeEventFilter": {"schema.change.event.exclude.list": "DROP"},
        f"{DEBEZIUM}SwapGeometryCoordinates": {},
        f"{DEBEZIUM}TimezoneConverter": {"converted.timezone": "Europe/Berlin", "include.list": "source:customers:at"},
        f"{DEBEZIUM}VectorToJsonConverter": {},
        f"{DEBEZIUM}openlineage.OpenLineage": {},
        f"{DEBEZIUM}outbox.EventRouter": {},
        f"{DEBEZIUM}partitions.PartitionRouting": {"partition.payload.fields": "id", "partition.topic.num": "6"},
        f"{DEBEZIUM}tracing.ActivateTracingSpan": {},
        "io.debezium.connector.mysql.transforms.ReadToInsertEvent": {},
    }
)
CONVERTERS = ("converters", "")
PROCESSORS = ("post.processors", "post.processors.")


def drawn(release: Release, random: Random) -> dict[str, str]:
    """Properties of the connector and of Kafka Connect, a transform, and topic groups, valid together."""
    properties = dict(_few({**release.connector, **release.connect}, random))
    if {"max.batch.size", "max.queue.size"} & properties.keys():
        properties["max.batch.size"] = str(batch := random.randint(1, 10_000))
        properties["max.queue.size"] = str(batch + random.randint(1, 10_000))
    properties |= _transform(release, random)
    if random.random() < 0.3:
        properties |= {"topic.creation.groups": "hot", "topic.creation.hot.include": "orders.*"}
        properties |= dict(_few(release.topic_creation, random, prefix="topic.creation.hot."))
    if random.random() < 0.5:
        kind = random.choice(["key", "value"])
        name = random.choice(
            ["org.apache.kafka.connect.json.JsonConverter", "io.debezium.converters.CloudEventsConverter"]
        )
        properties |= {f"{kind}.converter": name}
        properties |= dict(_few(release.converters[name], random, prefix=f"{kind}.converter."))
    for (list_, prefix), classes in ((CONVERTERS, release.custom_converters), (PROCESSORS, release.post_processors)):
        if random.random() < 0.3:
            name = random.choice(sorted(classes))
            properties |= {list_: "own", f"{prefix}own.type": name}
            properties |= dict(_few(classes[name], random, prefix=f"{prefix}own."))
    return properties


def _few(known: Mapping[str, Property] | Properties, random: Random, *, prefix: str = "") -> Iterator[tuple[str, str]]:
    names = sorted(name for name in known if not refusal(name) and name not in NOT_DRAWN)
    for name in random.sample(names, min(len(names), random.randrange(1, 9))):
        if (value := _value(known[name], random)) is not None:
            yield f"{prefix}{name}", value


def _transform(release: Release, random: Random) -> dict[str, str]:
    name = random.choice(sorted(release.transforms))
    alias = random.choice(["one", "with.dots"])
    prefix = f"transforms.{alias}."
    properties = dict(_few(release.transforms[name], random, prefix=prefix))
    properties |= {f"{prefix}{key}": value for key, value in NEEDED[name].items()}
    if name.endswith("Filter") or random.random() < 0.3:
        kind = random.choice(sorted(release.predicates))
        needed = {"name": "h"} if "name" in release.predicates[kind] else {}
        needed |= {"pattern": "orders.*"} if "pattern" in release.predicates[kind] else {}
        properties |= {"predicates": "some", "predicates.some.type": kind, f"{prefix}predicate": "some"}
        properties |= {f"predicates.some.{key}": value for key, value in needed.items()}
    return properties | {"transforms": alias, f"{prefix}type": name}


def _value(known: Property, random: Random) -> str | None:
    if known.allowed:
        return random.choice([word for word in known.allowed if word not in NOT_ALONE])
    if known.type == "boolean":
        return random.choice(["true", "false"])
    if known.type in {"int", "long", "short"}:
        least = int(known.minimum if known.minimum is not None else 0)
        most = int(known.maximum if known.maximum is not None else least + 10_000)
        return str(random.randint(least, min(most, least + 10_000)))
    if known.format == "regex list":
        return COLUMNS
    return known.default or None
