"""Wrong options of transforms, groups and converters, each with its one answer."""

from typing import Final

from tests.unit.debezium.checks.connectors import DEBEZIUM, KAFKA, UNWRAP
from tests.unit.debezium.checks.wrong_names import Wrong
from tests.unit.debezium.checks.wrong_values import transform

TIMES: Final[dict[str, str | int | bool]] = {"transforms.t.field": "at", "transforms.t.target.type": "string"}
OPTIONS: Final = [
    Wrong(
        transform(f"{KAFKA}TimestampConverter$Value", format="yyyy-MM-ddTHH:mm") | TIMES,
        "transforms.t.format",
        "T is no letter of it: write 'T'",
    ),
    Wrong(
        transform(f"{KAFKA}TimestampConverter$Value", format="yyyy 'x") | TIMES,
        "transforms.t.format",
        "a quote has no end",
    ),
    Wrong(
        transform(f"{KAFKA}TimestampConverter$Value", field="at", target__type="timestamp"),
        "transforms.t.target.type",
        "must be Date, Time, Timestamp, string or unix",
    ),
    Wrong(transform(f"{KAFKA}ReplaceField$Value", renames="a"), "transforms.t.renames", "must be OLD:NEW"),
    Wrong(transform(f"{KAFKA}ReplaceField$Key", renames="a:b:c"), "transforms.t.renames", "must be OLD:NEW"),
    Wrong(
        transform(f"{KAFKA}MaskField$Value", fields="a", replacement=""),
        "transforms.t.replacement",
        "must not be empty",
    ),
    Wrong(transform(f"{KAFKA}SetSchemaMetadata$Value"), "transforms.t.type", "transforms.t.schema.name or"),
    Wrong(
        transform(f"{DEBEZIUM}ByLogicalTableRouter", topic__regex=r"orders\.orders\.(.*)")
        | {"transforms.t.topic.replacement": "orders.all", "transforms.t.key.field.regex": "(.*)"},
        "transforms.t.key.field.regex",
        "must come with transforms.t.key.field.replacement",
    ),
    Wrong(
        {"topic.creation.groups": "hot", "topic.creation.hot.include": "orders.orders.*"}
        | {"topic.creation.hot.partitions": 0},
        "topic.creation.hot.partitions",
        "must be 1 or more, or -1",
    ),
    Wrong(
        transform(f"{KAFKA}RegexRouter", regex="(.*)", replacment="$1"),
        "transforms.t.replacment",
        "did you mean transforms.t.replacement?",
    ),
    Wrong(UNWRAP | {"transforms": "u v"}, "transforms", "must be names with commas between them, and u v is none"),
    Wrong({"value.converter": "org.apache.kafka.common.serialization.StringSerializer"}, "value.converter", "clients"),
]
